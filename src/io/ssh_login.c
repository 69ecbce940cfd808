#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/key.h"
#include "io/loop.h"
#include "io/ssh_state.h"

/* User authentication: keys are offered one after the other, without asking first which methods
 * the server takes, as that would cost a round trip. */

struct candidate {
    const struct key *key; /* from a file */
    struct str blob;       /* under the name that authenticates */
};

struct ssh_login {
    struct vec candidates; /* struct candidate * */
    size_t at;             /* being offered */
    struct str tried;      /* for the message */
    struct str unusable;   /* files that could not be used, and why */
};

static void candidate_free(struct candidate *candidate)
{
    str_free(&candidate->blob);
    free(candidate);
}

void ssh_login_free(struct ssh_login *login)
{
    if (!login)
        return;
    for (size_t i = 0; i < login->candidates.len; i++)
        candidate_free(login->candidates.items[i]);
    vec_free(&login->candidates);
    str_free(&login->tried);
    str_free(&login->unusable);
    free(login);
}

/* ---- who may be offered ---- */

static void add_file(struct ssh *ssh, const char *path)
{
    struct ssh_login *login = ssh->login;
    const struct key *key = key_find(ssh->loop, path);
    if (key->state == KEY_READY) {
        struct candidate *candidate = mem_alloc(sizeof *candidate);
        candidate->key = key;
        key_add_login_blob(&key->blob, &candidate->blob);
        vec_push(&login->candidates, candidate);
    } else if (key->state != KEY_MISSING || ssh->config->identities_given) {
        str_addf(&login->unusable, "%s%s %s", login->unusable.len > 0 ? ", " : "", path, key->why);
    }
}

static void start_login(struct ssh *ssh)
{
    ssh->login = mem_alloc(sizeof *ssh->login);
    for (size_t i = 0; i < ssh->config->identities.len; i++)
        add_file(ssh, ssh->config->identities.items[i]);
}

/* ---- offering ---- */

static int sign(LIBSSH2_SESSION *session, unsigned char **signature, size_t *size,
                const unsigned char *data, size_t data_size, void **abstract)
{
    (void)session;
    const struct candidate *candidate = *abstract;
    struct str bytes = { 0 };
    if (!key_sign(candidate->key, data, data_size, &bytes)) {
        str_free(&bytes);
        return -1;
    }
    *size = bytes.len;
    *signature = (unsigned char *)str_steal(&bytes); /* libssh2 frees it with free() */
    return 0;
}

static enum ssh_progress fail_login(struct ssh *ssh)
{
    const struct ssh_login *login = ssh->login;
    if (login->tried.len == 0) {
        ssh_fail(ssh, TRANSPORT_AUTH, "no key to log in with as %s%s%s", ssh->config->user,
                 login->unusable.len > 0 ? ": " : "", str_text(&login->unusable));
        return ssh_hint(ssh, "name a key file with ssh_identity or --identity, or add one to the "
                             "agent with ssh-add");
    }
    ssh_fail(ssh, TRANSPORT_AUTH, "%s takes none of our keys as %s: %s",
             str_text(&ssh->address_text), ssh->config->user, str_text(&login->tried));
    if (login->unusable.len > 0)
        return ssh_hint(ssh, "not tried: %s", str_text(&login->unusable));
    return ssh_hint(ssh, "is the public key in ~/.ssh/authorized_keys of %s there?",
                    ssh->config->user);
}

static void note_tried(struct ssh_login *login, const struct candidate *candidate)
{
    str_addf(&login->tried, "%s%s", login->tried.len > 0 ? ", " : "", candidate->key->path);
}

enum ssh_progress ssh_step_authenticate(struct ssh *ssh)
{
    if (!ssh->login)
        start_login(ssh);
    struct ssh_login *login = ssh->login;
    while (login->at < login->candidates.len) {
        struct candidate *candidate = login->candidates.items[login->at];
        void *context = candidate;
        int result = libssh2_userauth_publickey(ssh->session, ssh->config->user,
                                                (const unsigned char *)candidate->blob.data,
                                                candidate->blob.len, sign, &context);
        if (result == LIBSSH2_ERROR_EAGAIN)
            return SSH_WAIT_LIBRARY;
        if (result == 0)
            return SSH_NEXT;
        note_tried(login, candidate);
        if (result != LIBSSH2_ERROR_AUTHENTICATION_FAILED &&
            result != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
            return ssh_fail_library(ssh, "during the login");
        login->at++;
    }
    return fail_login(ssh);
}
