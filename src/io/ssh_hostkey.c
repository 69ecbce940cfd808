#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/key.h"
#include "io/known_hosts.h"
#include "io/loop.h"
#include "io/ssh_accept.h"
#include "io/ssh_state.h"

/* Is the host the one it is taken for? What ssh does with StrictHostKeyChecking=yes, or accept-new.
 */

/* How ssh looks the host up: by HostKeyAlias as it stands, or by name and port. */
struct names {
    struct str name;
    char *bare; /* NULL: the same */
    struct vec files;
};

static void names_init(struct names *names, const struct ssh *ssh)
{
    const struct ssh_config *config = ssh->config;
    *names = (struct names){ 0 };
    if (config->key_alias) {
        known_hosts_add_name(config->key_alias, 22, &names->name);
    } else {
        struct str bare = { 0 };
        known_hosts_add_name(config->host, config->port, &names->name);
        known_hosts_add_name(config->host, 22, &bare);
        names->bare = str_steal(&bare);
    }
    for (size_t i = 0; i < config->known_hosts.len; i++)
        vec_push(&names->files, known_hosts_find(ssh->loop, config->known_hosts.items[i]));
}

static void names_clear(struct names *names)
{
    str_free(&names->name);
    free(names->bare);
    vec_free(&names->files);
}

static void add_name(struct str *list, const char *name, size_t size)
{
    str_add(list, list->len > 0 ? "," : "");
    str_addn(list, name, size);
}

/* The types that are known come first: else the server would show a key of another type, which
 * nobody here has seen, and look like an impostor. */
void ssh_prefer_host_keys(struct ssh *ssh)
{
    struct names names;
    struct str known = { 0 };
    struct str wanted = { 0 };
    const char *types = ssh_algorithm_offer(SSH_HOST_KEY, &ssh->config->algorithms[SSH_HOST_KEY]);
    names_init(&names, ssh);
    known_hosts_add_types(&names.files, str_text(&names.name), names.bare, &known);
    for (int wants_known = 1; wants_known >= 0; wants_known--)
        for (const char *type = types; *type;) {
            size_t size = strcspn(type, ",");
            if (ssh_list_has(str_text(&known), type, size) == wants_known)
                add_name(&wanted, type, size);
            type += size + (type[size] == ',');
        }
    libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_HOSTKEY, str_text(&wanted));
    str_free(&known);
    str_free(&wanted);
    names_clear(&names);
}

/* ---- refusals: what is wrong, and the command that would make it right ---- */

struct refusal {
    const struct names *names;
    struct known_answer answer;
    struct str type;
    struct str print; /* fingerprint */
};

static enum ssh_progress refuse_unknown(struct ssh *ssh, const struct refusal *refusal)
{
    struct str command = { 0 };
    ssh_add_accept_command(ssh->connection, ssh->config, &command);
    ssh_fail(ssh, TRANSPORT_HOST_KEY, "the host key of %s is unknown: %s %s",
             str_text(&refusal->names->name), str_text(&refusal->type), str_text(&refusal->print));
    ssh_hint(ssh,
             "if that is its fingerprint, accept it with `%s`, or set ssh_host_keys = accept-new",
             str_text(&command));
    str_free(&command);
    return SSH_FAILED;
}

static void add_remove_command(const struct refusal *refusal, struct str *out)
{
    str_add(out, "ssh-keygen -R ");
    str_add_quoted(out, str_text(&refusal->names->name));
    str_add(out, " -f ");
    str_add_quoted(out, refusal->answer.path);
}

static enum ssh_progress refuse_changed(struct ssh *ssh, const struct refusal *refusal)
{
    struct str remove = { 0 };
    struct str command = { 0 };
    add_remove_command(refusal, &remove);
    ssh_add_accept_command(ssh->connection, ssh->config, &command);
    ssh_fail(ssh, TRANSPORT_HOST_KEY,
             "the host key of %s has changed: it is now %s %s, %s:%u has another",
             str_text(&refusal->names->name), str_text(&refusal->type), str_text(&refusal->print),
             refusal->answer.path, refusal->answer.line);
    ssh_hint(ssh,
             "somebody may be listening in. If the host was set up anew, accept the key with `%s`, "
             "then `%s`",
             str_text(&remove), str_text(&command));
    str_free(&remove);
    str_free(&command);
    return SSH_FAILED;
}

static enum ssh_progress refuse_other_type(struct ssh *ssh, const struct refusal *refusal)
{
    struct str known = { 0 };
    struct str command = { 0 };
    known_hosts_add_types(&refusal->names->files, str_text(&refusal->names->name),
                          refusal->names->bare, &known);
    ssh_add_accept_command(ssh->connection, ssh->config, &command);
    bool could_check = ssh_list_common(ssh_algorithm_known(SSH_HOST_KEY), str_text(&known));
    ssh_fail(ssh, could_check ? TRANSPORT_HOST_KEY : TRANSPORT_UNSUPPORTED,
             "the host key %s %s of %s is unknown; %s:%u has one of type %s",
             str_text(&refusal->type), str_text(&refusal->print), str_text(&refusal->names->name),
             refusal->answer.path, refusal->answer.line, str_text(&known));
    if (could_check)
        ssh_hint(ssh, "if that is its fingerprint, accept it with `%s`", str_text(&command));
    else
        ssh_hint(ssh,
                 "libssh2 cannot check that type: add the host's ed25519 key with `ssh -o "
                 "HostKeyAlgorithms=ssh-ed25519%s`, "
                 "or set ssh_transport = openssh",
                 str_text(&command) + strlen("ssh"));
    str_free(&known);
    str_free(&command);
    return SSH_FAILED;
}

static enum ssh_progress refuse_revoked(struct ssh *ssh, const struct refusal *refusal)
{
    ssh_fail(ssh, TRANSPORT_HOST_KEY, "the host key of %s, %s %s, is revoked at %s:%u",
             str_text(&refusal->names->name), str_text(&refusal->type), str_text(&refusal->print),
             refusal->answer.path, refusal->answer.line);
    return ssh_hint(ssh, "the key may be in wrong hands: give the host a new one");
}

/* Its certificate may be good all the same. */
static enum ssh_progress leave_to_program(struct ssh *ssh, const struct refusal *refusal)
{
    ssh_fail(ssh, TRANSPORT_UNSUPPORTED,
             "the host key of %s is unknown; known_hosts names an authority that may have signed "
             "it, which libssh2 cannot check",
             str_text(&refusal->names->name));
    return ssh_hint(ssh, "the ssh program can do it: ssh_transport = openssh");
}

/* ---- the check ---- */

static enum ssh_progress accept_new(struct ssh *ssh, const struct names *names, const void *key,
                                    size_t size)
{
    if (names->files.len == 0)
        return SSH_NEXT; /* UserKnownHostsFile none */
    struct known_hosts *file = names->files.items[0];
    if (known_hosts_append(file, str_text(&names->name), ssh->config->hash_names, key, size))
        return SSH_NEXT;
    ssh_fail(ssh, TRANSPORT_HOST_KEY, "cannot add the host key to %s: %s",
             (const char *)ssh->config->known_hosts.items[0], strerror(errno));
    return ssh_hint(ssh, "accept-new remembers each key, so that a changed one is noticed");
}

static enum ssh_progress judge(struct ssh *ssh, const struct refusal *refusal, const void *key,
                               size_t size)
{
    const struct names *names = refusal->names;
    enum known_verdict verdict = refusal->answer.verdict;
    if (verdict != KNOWN_MATCH && verdict != KNOWN_REVOKED &&
        known_hosts_has_authority(&names->files, str_text(&names->name), names->bare))
        return leave_to_program(ssh, refusal);
    switch (verdict) {
    case KNOWN_MATCH:
        return SSH_NEXT;
    case KNOWN_UNKNOWN:
        return ssh->config->accept_new ? accept_new(ssh, names, key, size)
                                       : refuse_unknown(ssh, refusal);
    case KNOWN_OTHER_TYPE: /* accept-new stands for hosts never seen: this one was */
        return refuse_other_type(ssh, refusal);
    case KNOWN_CHANGED:
        return refuse_changed(ssh, refusal);
    case KNOWN_REVOKED:
        break;
    }
    return refuse_revoked(ssh, refusal);
}

enum ssh_progress ssh_check_host_key(struct ssh *ssh)
{
    size_t size = 0;
    int type = 0;
    const char *key = libssh2_session_hostkey(ssh->session, &size, &type);
    if (!key)
        return ssh_fail(ssh, TRANSPORT_HOST_KEY, "the server showed no host key");
    struct names names;
    names_init(&names, ssh);
    struct refusal refusal = {
        .names = &names,
        .answer = known_hosts_check(&names.files, str_text(&names.name), names.bare, key, size),
    };
    key_add_type(key, size, &refusal.type);
    key_add_fingerprint(key, size, &refusal.print);
    enum ssh_progress progress = judge(ssh, &refusal, key, size);
    str_free(&refusal.type);
    str_free(&refusal.print);
    names_clear(&names);
    return progress;
}
