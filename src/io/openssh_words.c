#include "io/openssh_words.h"

#include <string.h>

/* Of several that match, the first of the table counts: a cause stands above what follows from
 * it. */
static const struct {
    const char *sign; /* stands in a line */
    enum transport_error error;
    const char *words;
    const char *hint;
    bool is_shed;
    bool wants_acceptance;
} signs[] = {
    { "Could not resolve hostname", TRANSPORT_UNREACHABLE, "no address found",
      "is the name right? `getent hosts NAME` asks the same question", false, false },
    { "Connection timed out", TRANSPORT_UNREACHABLE, "timed out",
      "is the host up, and its port not blocked by a firewall?", false, false },
    { "ssh: connect to host", TRANSPORT_UNREACHABLE, "cannot connect",
      "is the host up, does sshd run there, and is that its port?", false, false },
    { "open failed:", TRANSPORT_UNREACHABLE, "the bastion cannot or will not connect to the host",
      "does its sshd_config allow it (AllowTcpForwarding, PermitOpen)?", false, false },
    { "REMOTE HOST IDENTIFICATION HAS CHANGED", TRANSPORT_HOST_KEY, "the host key has changed",
      "somebody may be listening in. If the host was set up anew, remove its old key with "
      "`ssh-keygen -R NAME`",
      false, false },
    { "REVOKED HOST KEY DETECTED", TRANSPORT_HOST_KEY, "the host key is revoked",
      "the key may be in wrong hands: give the host a new one", false, false },
    { "host key is known for", TRANSPORT_HOST_KEY, "the host key is unknown", NULL, false, true },
    { "Host key verification failed", TRANSPORT_HOST_KEY, "the host key is unknown", NULL, false,
      true },
    { "no matching", TRANSPORT_UNSUPPORTED, "the server and ssh have no algorithm in common",
      "its sshd_config, or the ssh configuration here, can name more", false, false },
    { "Too many authentication failures", TRANSPORT_AUTH, "the log-in was refused",
      "servers hang up after some refusals: name the right key with ssh_identity", false, false },
    { "Permission denied", TRANSPORT_AUTH, "the log-in was refused",
      "is the user right, and the key, or ssh_password, one that the server takes? An encrypted "
      "key "
      "must be in an agent",
      false, false },
    { "Bad configuration option", TRANSPORT_UNREACHABLE, "the ssh configuration is wrong", NULL,
      false, false },
    { "Exceeded MaxStartups", TRANSPORT_UNREACHABLE, "the server is busy",
      "the server sheds load (MaxStartups in its sshd_config)", true, false },
    { "Not allowed at this time", TRANSPORT_UNREACHABLE, "the server is busy",
      "the server sheds load or bars this address", true, false },
    { "kex_exchange_identification", TRANSPORT_UNREACHABLE,
      "the server closed the connection before its banner",
      "the server sheds load (MaxStartups in its sshd_config) or bars this address", true, false },
    { "Connection reset by peer", TRANSPORT_UNREACHABLE, "the server closed the connection", NULL,
      false, false },
    { "Connection closed by", TRANSPORT_UNREACHABLE, "the server closed the connection", NULL,
      false, false },
};

enum { SIGNS = sizeof signs / sizeof *signs };

/* The line that `at` is in, nothing in it that moves a terminal. */
static void add_line(struct str *out, const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    for (; *at && *at != '\r' && *at != '\n'; at++)
        str_addc(out, (unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at);
}

bool openssh_explain(const char *text, struct openssh_failure *failure)
{
    *failure = (struct openssh_failure){ 0 };
    for (size_t i = 0; i < SIGNS; i++) {
        const char *at = strstr(text, signs[i].sign);
        if (!at)
            continue;
        failure->error = signs[i].error;
        failure->hint = signs[i].hint;
        failure->is_shed = signs[i].is_shed;
        failure->wants_acceptance = signs[i].wants_acceptance;
        str_addf(&failure->why, "%s", signs[i].words);
        if (!strstr(signs[i].sign, "HAS CHANGED")) {
            str_add(&failure->why, ": ");
            add_line(&failure->why, text, at);
        }
        return true;
    }
    return false;
}
