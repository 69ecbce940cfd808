#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/ssh_state.h"
#include "io/ssh_wire.h"

/* A server with which libssh2 has nothing in common: what it offers, and whether ssh would fare
 * better. */

/* ---- what it offers ---- */

struct offer {
    char *lists[SSH_ALGORITHMS];
};

/* NULL when the packet is cut off. */
static char *copy_list(struct wire *packet)
{
    struct wire_string list = wire_string(packet);
    return list.data ? mem_strndup((const char *)list.data, list.size) : NULL;
}

static void skip(struct wire *packet, int bytes)
{
    while (bytes-- > 0)
        wire_byte(packet);
}

/* The first packet behind the banner, in clear: SSH_MSG_KEXINIT, RFC 4253, section 7.1. Ciphers and
 * MACs are listed for each direction; no server is known whose lists differ. */
static bool read_offer(struct offer *offer, const struct str *greeting)
{
    enum { LENGTH_AND_PADDING = 5, KEXINIT = 20, COOKIE = 16 };
    const char *text = str_text(greeting);
    const char *banner = str_starts(text, "SSH-") ? text : strstr(text, "\nSSH-");
    const char *end = banner ? strchr(banner + 1, '\n') : NULL;
    if (!end)
        return false;
    struct wire packet = wire_read(end + 1, greeting->len - (size_t)(end + 1 - text));
    skip(&packet, LENGTH_AND_PADDING);
    if (wire_byte(&packet) != KEXINIT)
        return false;
    skip(&packet, COOKIE);
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++) {
        offer->lists[kind] = copy_list(&packet);
        if (kind == SSH_CIPHER || kind == SSH_MAC)
            wire_string(&packet);
    }
    return !packet.bad;
}

static void offer_clear(struct offer *offer)
{
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++)
        free(offer->lists[kind]);
}

/* ---- what is wrong ---- */

enum { LIST_SHOWN = 400 }; /* bytes of a list in a message */

/* Ciphers that check what they carry need no MAC, and ssh then compares none. */
static bool needs_mac(const struct ssh *ssh, const struct offer *offer)
{
    const char *listed = ssh->config->algorithms[SSH_CIPHER].listed;
    const char *cipher = listed ? ssh_list_common(listed, offer->lists[SSH_CIPHER]) : NULL;
    if (!cipher)
        return true;
    char *name = mem_strndup(cipher, strcspn(cipher, ","));
    bool checks = strstr(name, "-gcm") || strstr(name, "-poly1305");
    free(name);
    return !checks;
}

/* The kind of which ssh and the server have nothing in common; SSH_ALGORITHMS: none is known. */
static enum ssh_algorithm kind_that_ssh_lacks(const struct ssh *ssh, const struct offer *offer)
{
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++) {
        const char *listed = ssh->config->algorithms[kind].listed;
        if (listed && !ssh_list_common(listed, offer->lists[kind]) &&
            (kind != SSH_MAC || needs_mac(ssh, offer)))
            return kind;
    }
    return SSH_ALGORITHMS;
}

static enum ssh_algorithm kind_that_libssh2_lacks(const struct ssh *ssh, const struct offer *offer)
{
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++) {
        const char *ours = ssh_algorithm_offer(kind, &ssh->config->algorithms[kind]);
        if (!ssh_list_common(ours ? ours : ssh_algorithm_known(kind), offer->lists[kind]))
            return kind;
    }
    return SSH_ALGORITHMS;
}

static enum ssh_progress fail_configured(struct ssh *ssh, enum ssh_algorithm kind,
                                         const char *offered)
{
    const char *option = ssh_algorithm_option(kind);
    ssh_fail(ssh, TRANSPORT_UNREACHABLE, "the server has none of the %s %.*s: it offers %.*s",
             option, LIST_SHOWN, ssh->config->algorithms[kind].listed, LIST_SHOWN, offered);
    return ssh_hint(
        ssh,
        "%s stands in the ssh configuration (`ssh -G %s` shows what comes of it) and in "
        "the server's sshd_config: one of them must allow what the other has",
        option, ssh->connection->name);
}

static enum ssh_progress fail_lacking(struct ssh *ssh, enum ssh_algorithm kind,
                                      const struct offer *offer)
{
    static const char text[] = "the server and libssh2 have no algorithm in common";
    if (kind < SSH_ALGORITHMS)
        ssh_fail(ssh, TRANSPORT_UNSUPPORTED, "%s: of %s it offers %.*s", text,
                 ssh_algorithm_option(kind), LIST_SHOWN, offer->lists[kind]);
    else
        ssh_fail(ssh, TRANSPORT_UNSUPPORTED, "%s", text);
    return ssh_hint(ssh, "an ed25519 or ecdsa host key (ssh-keygen -A there), "
                         "curve25519-sha256 and aes128-ctr with "
                         "hmac-sha2-256 would do; the ssh program may know what the server "
                         "wants: ssh_transport = openssh");
}

enum ssh_progress ssh_fail_offer(struct ssh *ssh)
{
    struct offer offer = { 0 };
    enum ssh_algorithm shared = SSH_ALGORITHMS, lacking = SSH_ALGORITHMS;
    if (read_offer(&offer, &ssh->greeting)) {
        shared = kind_that_ssh_lacks(ssh, &offer);
        lacking = kind_that_libssh2_lacks(ssh, &offer);
    }
    if (shared < SSH_ALGORITHMS)
        fail_configured(ssh, shared, offer.lists[shared]);
    else
        fail_lacking(ssh, lacking, &offer);
    offer_clear(&offer);
    return SSH_FAILED;
}
