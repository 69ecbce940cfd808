#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "io/ssh_link.h"
#include "io/ssh_state.h"

/* From a socket to a session whose host is the right one. */

enum {
    GREETING_MAX = 4096, /* a list of algorithms has some 1500 bytes */
    BANNER_PIECE = 200,
    LINE_SHOWN = 200, /* in a message */
};

/* ---- the socket as libssh2 sees it ---- */

/* What comes before the banner tells a server that is none, or one that turns us away; what comes
 * behind it is what the server offers. */
static void keep_greeting(struct ssh *ssh, const char *data, size_t size)
{
    size_t room = GREETING_MAX - ssh->greeting.len;
    str_addn(&ssh->greeting, data, size < room ? size : room);
}

/* libssh2 gives up what it has taken in when it sees the end of the connection, so while the
 * channel is in use the end is kept from it until all is read. */
static ssize_t end_of_connection(struct ssh *ssh, ssize_t result)
{
    ssh->has_ended = true;
    if (ssh->state != SSH_RUNNING && ssh->state != SSH_CARRY)
        return result;
    ssh->is_lost = true;
    ssh->lost_error = (int)-result;
    return -EAGAIN;
}

static ssize_t receive_some(struct ssh *ssh, int fd, void *buffer, size_t size)
{
    if (ssh->is_dry)
        return -EAGAIN;
    ssize_t count =
        ssh->link ? ssh_link_receive(ssh->link, buffer, size) : recv(fd, buffer, size, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        ssh->is_dry = true;
        return -EAGAIN;
    }
    if (count <= 0)
        return end_of_connection(ssh, count < 0 ? -errno : 0);
    ssh->is_dry = (size_t)count < size;
    if (ssh->received < GREETING_MAX)
        keep_greeting(ssh, buffer, (size_t)count);
    if (!ssh->link)
        ssh_acknowledge(fd);
    ssh->received += (size_t)count;
    return count;
}

/* libssh2 asks for the banner byte by byte: a piece is received and given out so. */
static ssize_t receive_ahead(struct ssh *ssh, int fd)
{
    char buffer[BANNER_PIECE];
    ssize_t count = receive_some(ssh, fd, buffer, sizeof buffer);
    if (count > 0) {
        str_clear(&ssh->ahead);
        str_addn(&ssh->ahead, buffer, (size_t)count);
        ssh->ahead_at = 0;
    }
    return count;
}

static ssize_t receive(libssh2_socket_t fd, void *buffer, size_t size, int flags, void **abstract)
{
    (void)flags;
    struct ssh *ssh = *abstract;
    if (ssh->is_dropped)
        return -ECONNRESET;
    if (size == 1 && ssh->ahead_at == ssh->ahead.len) {
        ssize_t count = receive_ahead(ssh, fd);
        if (count <= 0)
            return count;
    }
    size_t there = ssh->ahead.len - ssh->ahead_at;
    if (there == 0)
        return receive_some(ssh, fd, buffer, size);
    if (size > there)
        size = there;
    memcpy(buffer, ssh->ahead.data + ssh->ahead_at, size);
    ssh->ahead_at += size;
    return (ssize_t)size;
}

static ssize_t send_to_link(libssh2_socket_t fd, const void *buffer, size_t size, int flags,
                            void **abstract)
{
    (void)fd, (void)flags;
    struct ssh *ssh = *abstract;
    if (ssh->is_dropped)
        return -ECONNRESET;
    ssize_t count = ssh_link_send(ssh->link, buffer, size);
    return count < 0 ? -errno : count;
}

/* ---- errors ---- */

static bool is_ssh_server(const struct ssh *ssh)
{
    const char *text = str_text(&ssh->greeting);
    return str_starts(text, "SSH-") || strstr(text, "\nSSH-");
}

/* sshd beyond MaxStartups hangs up without a word, newer ones with this line; so do servers behind
 * a limit of connections. */
static bool sheds_load(const struct ssh *ssh)
{
    const char *text = str_text(&ssh->greeting);
    return ssh->received == 0 || str_starts(text, "Exceeded MaxStartups") ||
           str_starts(text, "Not allowed at this time");
}

static enum ssh_progress fail_banner(struct ssh *ssh)
{
    if (sheds_load(ssh)) {
        ssh->was_shed = true;
        ssh_fail(ssh, TRANSPORT_UNREACHABLE,
                 "%s closed the connection before its banner (%u tries)",
                 str_text(&ssh->address_text), ssh->retry.tries + 1);
        return ssh_hint(
            ssh, "the server sheds load (MaxStartups in its sshd_config) or bars this address");
    }
    const char *text = str_text(&ssh->greeting);
    if (str_starts("SSH-", text))
        return ssh_fail(ssh, TRANSPORT_UNREACHABLE, "%s closed the connection in its banner",
                        str_text(&ssh->address_text));
    size_t length = strcspn(text, "\r\n");
    ssh_fail(ssh, TRANSPORT_UNREACHABLE, "%s is not an ssh server: it said \"%.*s\"",
             str_text(&ssh->address_text), (int)(length < LINE_SHOWN ? length : LINE_SHOWN), text);
    return ssh_hint(ssh, "is %u the port of sshd?", ssh->config->port);
}

static enum ssh_progress fail_handshake(struct ssh *ssh, int error)
{
    if (!is_ssh_server(ssh))
        return fail_banner(ssh);
    if (error == LIBSSH2_ERROR_KEX_FAILURE)
        return ssh_fail_offer(ssh);
    return ssh_fail_library(ssh, "during the handshake");
}

enum ssh_progress ssh_fail_library(struct ssh *ssh, const char *doing)
{
    char *message = NULL;
    int code = libssh2_session_last_error(ssh->session, &message, NULL, 0);
    bool is_gone = code == LIBSSH2_ERROR_SOCKET_DISCONNECT || code == LIBSSH2_ERROR_SOCKET_RECV ||
                   code == LIBSSH2_ERROR_SOCKET_SEND || ssh->has_ended;
    enum transport_error error = ssh->state < SSH_RUNNING ? TRANSPORT_UNREACHABLE : TRANSPORT_LOST;
    if (is_gone)
        return ssh_fail(ssh, error, "%s closed the connection %s", str_text(&ssh->address_text),
                        doing);
    return ssh_fail(ssh, error, "%s %s (libssh2 error %d)",
                    message && *message ? message : "failed", doing, code);
}

/* ---- the step ---- */

static void prefer_algorithms(struct ssh *ssh)
{
    static const struct {
        int method;
        enum ssh_algorithm kind;
    } preferences[] = {
        { LIBSSH2_METHOD_KEX, SSH_KEX },         { LIBSSH2_METHOD_CRYPT_CS, SSH_CIPHER },
        { LIBSSH2_METHOD_CRYPT_SC, SSH_CIPHER }, { LIBSSH2_METHOD_MAC_CS, SSH_MAC },
        { LIBSSH2_METHOD_MAC_SC, SSH_MAC },
    };
    for (size_t i = 0; i < sizeof preferences / sizeof *preferences; i++) {
        enum ssh_algorithm kind = preferences[i].kind;
        const char *names = ssh_algorithm_offer(kind, &ssh->config->algorithms[kind]);
        if (names)
            libssh2_session_method_pref(ssh->session, preferences[i].method, names);
    }
    ssh_prefer_host_keys(ssh);
}

/* As ssh, not before the log-in. */
static void allow_compression(struct ssh *ssh)
{
    static const char names[] = "zlib@openssh.com,none";
    libssh2_session_flag(ssh->session, LIBSSH2_FLAG_COMPRESS, 1);
    libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_COMP_CS, names);
    libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_COMP_SC, names);
}

static bool start_session(struct ssh *ssh)
{
    ssh->session = libssh2_session_init_ex(NULL, NULL, NULL, ssh);
    if (!ssh->session)
        return false;
    libssh2_session_set_blocking(ssh->session, 0);
    libssh2_session_callback_set(ssh->session, LIBSSH2_CALLBACK_RECV, (void *)receive);
    if (ssh->link)
        libssh2_session_callback_set(ssh->session, LIBSSH2_CALLBACK_SEND, (void *)send_to_link);
    prefer_algorithms(ssh);
    if (ssh->config->compresses)
        allow_compression(ssh);
    return true;
}

enum ssh_progress ssh_step_handshake(struct ssh *ssh)
{
    if (!ssh->session && !start_session(ssh))
        return ssh_fail(ssh, TRANSPORT_UNSUPPORTED, "libssh2 could not start a session");
    int result =
        libssh2_session_handshake(ssh->session, ssh->link ? ssh_link_socket(ssh->link) : ssh->fd);
    if (result == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (result != 0)
        return fail_handshake(ssh, result);
    str_free(&ssh->greeting);
    return ssh_check_host_key(ssh);
}
