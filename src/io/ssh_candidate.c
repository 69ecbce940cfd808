#include "io/ssh_candidate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/agent.h"
#include "io/agent_private.h"
#include "io/key.h"
#include "io/ssh_state.h"

/* ---- the list ---- */

struct collection {
    struct ssh *ssh;
    struct agent *agent;
    struct vec *candidates;
    struct unusable *unusable;
    struct vec listed; /* struct agent_identity *, what the agent has */
    struct vec locked; /* const struct key * */
};

static void note_unusable(struct collection *collection, const char *name, const char *why)
{
    struct str *keys = &collection->unusable->keys;
    str_addf(keys, "%s%s %s", keys->len > 0 ? ", " : "", name, why);
}

static void note_lacking(struct collection *collection, const char *what, const char *name)
{
    if (collection->unusable->lacking.len == 0)
        str_addf(&collection->unusable->lacking, "%s %s", what, name);
}

static struct candidate *add_candidate(struct collection *collection, const void *blob, size_t size)
{
    struct candidate *candidate = mem_alloc(sizeof *candidate);
    struct str plain = { 0 };
    candidate->ssh = collection->ssh;
    candidate->unusable = &collection->unusable->keys;
    str_addn(&plain, blob, size);
    key_add_login_blob(&plain, &candidate->blob);
    str_free(&plain);
    vec_push(collection->candidates, candidate);
    return candidate;
}

/* Takes the identity out of what the agent has left. */
static void add_agent_key(struct collection *collection, size_t at, const char *path)
{
    struct agent_identity *identity = collection->listed.items[at];
    struct candidate *candidate = add_candidate(collection, identity->key.data, identity->key.size);
    candidate->agent = collection->agent;
    str_addn(&candidate->agent_key, (const char *)identity->key.data, identity->key.size);
    candidate->name = path ? mem_printf("%s (agent)", path)
                           : mem_printf("%.*s (agent)", (int)identity->comment.size,
                                        (const char *)identity->comment.data);
    free(identity);
    collection->listed.items[at] = NULL;
}

static bool try_agent_for(struct collection *collection, const struct key *key)
{
    for (size_t i = 0; i < collection->listed.len && key->blob.len > 0; i++) {
        const struct agent_identity *identity = collection->listed.items[i];
        if (identity && identity->key.size == key->blob.len &&
            memcmp(identity->key.data, key->blob.data, key->blob.len) == 0) {
            add_agent_key(collection, i, key->path);
            return true;
        }
    }
    return false;
}

/* ssh takes the certificate beside a key by itself. */
static void look_for_certificate(struct collection *collection, const struct key *key)
{
    if (!key->has_certificate)
        return;
    char *certificate = mem_printf("%s-cert.pub", key->path);
    note_lacking(collection, "the certificate", certificate);
    free(certificate);
}

static bool is_hardware(const void *blob, size_t size)
{
    struct wire wire = wire_read(blob, size);
    struct wire_string type = wire_string(&wire);
    return type.size > 3 && memcmp(type.data, "sk-", 3) == 0;
}

static bool is_supported(struct wire_string key)
{
    static const char *const types[] = { "ssh-ed25519", "ecdsa-sha2-nistp256",
                                         "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa" };
    struct wire wire = wire_read(key.data, key.size);
    struct wire_string type = wire_string(&wire);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (wire_equals(type, types[i]))
            return true;
    return false;
}

/* PubkeyAcceptedAlgorithms. An RSA key signs as rsa-sha2-256 here. */
static bool is_accepted(const struct collection *collection, struct wire_string key)
{
    const char *accepted = collection->ssh->config->login_algorithms;
    struct wire wire = wire_read(key.data, key.size);
    struct wire_string type = wire_string(&wire);
    if (!accepted || type.size == 0)
        return true;
    if (wire_equals(type, "ssh-rsa"))
        return ssh_list_common("rsa-sha2-256", accepted);
    return ssh_list_has(accepted, (const char *)type.data, type.size);
}

static void note_not_accepted(struct collection *collection, struct wire_string key,
                              const char *name)
{
    struct wire wire = wire_read(key.data, key.size);
    note_unusable(collection, name, "is of a type that PubkeyAcceptedAlgorithms leaves out");
    if (wire_equals(wire_string(&wire), "ssh-rsa") &&
        ssh_list_common("rsa-sha2-512", collection->ssh->config->login_algorithms))
        note_lacking(collection, "the signature rsa-sha2-512 of", name);
}

static void add_file(struct collection *collection, const struct key *key)
{
    struct candidate *candidate = add_candidate(collection, key->blob.data, key->blob.len);
    candidate->key = key;
    candidate->name = mem_strdup(key->path);
}

static bool can_unlock(const struct collection *collection, const struct key *key)
{
    struct wire_string blob = { (const unsigned char *)key->blob.data, key->blob.len };
    return key->state == KEY_ENCRYPTED && is_supported(blob) &&
           unlock_may_ask(collection->ssh->connection);
}

static void add_files(struct collection *collection, const struct vec *files)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct key *key = files->items[i];
        struct wire_string blob = { (const unsigned char *)key->blob.data, key->blob.len };
        if (!is_accepted(collection, blob)) {
            note_not_accepted(collection, blob, key->path);
            continue;
        }
        if (is_hardware(key->blob.data, key->blob.len))
            note_lacking(collection, "the hardware key", key->path);
        if (key->state == KEY_READY) {
            add_file(collection, key);
        } else if (can_unlock(collection, key)) {
            vec_push(&collection->locked, (void *)key);
        } else if (key->state != KEY_MISSING || collection->ssh->config->identities_given) {
            note_unusable(collection, key->path, key->why);
        }
    }
}

static void add_other_agent_keys(struct collection *collection)
{
    for (size_t i = 0; i < collection->listed.len; i++)
        if (collection->listed.items[i])
            add_agent_key(collection, i, NULL);
}

static void note_agent_key(struct collection *collection, const struct agent_identity *identity)
{
    char *name = mem_printf("%.*s (agent)", (int)identity->comment.size,
                            (const char *)identity->comment.data);
    if (is_accepted(collection, identity->key)) {
        bool is_token = is_hardware(identity->key.data, identity->key.size);
        note_unusable(collection, name, "is of a type that libssh2 cannot use");
        note_lacking(collection, is_token ? "the hardware key" : "the certificate", name);
    } else {
        note_not_accepted(collection, identity->key, name);
    }
    free(name);
}

/* Certificates and hardware keys are left out: libssh2 1.10 cannot use them. */
static void list_agent(struct collection *collection, const struct wire_string *identities)
{
    if (!identities)
        return;
    struct wire wire = wire_read(identities->data, identities->size);
    struct agent_identity identity;
    for (uint32_t left = agent_read_count(&wire); left > 0; left--) {
        if (!agent_read_identity(&wire, &identity))
            break;
        if (is_supported(identity.key) && is_accepted(collection, identity.key)) {
            struct agent_identity *copy = mem_alloc(sizeof *copy);
            *copy = identity;
            vec_push(&collection->listed, copy);
        } else {
            note_agent_key(collection, &identity);
        }
    }
}

void candidates_collect(struct ssh *ssh, struct agent *agent, const struct wire_string *identities,
                        struct vec *candidates, struct unusable *unusable)
{
    struct collection collection = { ssh, agent, candidates, unusable, { 0 }, { 0 } };
    struct vec files = { 0 };
    list_agent(&collection, identities);
    for (size_t i = 0; i < ssh->config->identities.len; i++) {
        const struct key *key = key_find(ssh->loop, ssh->config->identities.items[i]);
        look_for_certificate(&collection, key);
        if (!try_agent_for(&collection, key))
            vec_push(&files, (void *)key);
    }
    if (ssh->config->identities_given)
        add_files(&collection, &files);
    if (!ssh->config->identities_only)
        add_other_agent_keys(&collection);
    if (!ssh->config->identities_given)
        add_files(&collection, &files);
    for (size_t i = 0; i < collection.locked.len; i++)
        add_file(&collection, collection.locked.items[i]);
    for (size_t i = 0; i < collection.listed.len; i++)
        free(collection.listed.items[i]);
    vec_free(&collection.locked);
    vec_free(&collection.listed);
    vec_free(&files);
}

void candidates_free(struct vec *candidates)
{
    for (size_t i = 0; i < candidates->len; i++) {
        struct candidate *candidate = candidates->items[i];
        agent_cancel(candidate->question);
        unlock_cancel(candidate->unlocking);
        str_free(&candidate->agent_key);
        str_free(&candidate->blob);
        str_free(&candidate->signature);
        free(candidate->name);
        free(candidate);
    }
    vec_free(candidates);
}

/* ---- signing ---- */

static void agent_signed(void *context, const struct wire_string *reply, const char *why)
{
    (void)why;
    struct candidate *candidate = context;
    candidate->question = NULL;
    bool is_signed = reply && agent_read_signature(*reply, &candidate->signature);
    candidate->signing = is_signed ? SIGN_DONE : SIGN_REFUSED;
    ssh_continue(candidate->ssh);
}

static void ask_agent(struct candidate *candidate, const void *data, size_t size)
{
    candidate->question = agent_ask_signature(candidate->agent, &candidate->agent_key, data, size,
                                              agent_signed, candidate);
    candidate->signing = SIGN_ASKED;
}

/* The server will take the key: libssh2 asks for the signature again. */
static void unlocked(void *context, const char *socket, const char *why)
{
    struct candidate *candidate = context;
    struct ssh *ssh = candidate->ssh;
    candidate->unlocking = NULL;
    candidate->signing = socket ? SIGN_NOT_ASKED : SIGN_REFUSED;
    if (socket) {
        candidate->agent = agent_find(ssh->loop, socket);
        str_addn(&candidate->agent_key, candidate->key->blob.data, candidate->key->blob.len);
        candidate->key = NULL;
    } else {
        str_addf(candidate->unusable, "%s%s %s", candidate->unusable->len > 0 ? ", " : "",
                 candidate->name, why);
    }
    ssh_limit(ssh, ssh->config->connect_timeout);
    ssh_continue(ssh);
}

static void start_signing(struct candidate *candidate, const unsigned char *data, size_t size)
{
    const struct key *key = candidate->key;
    if (!key) {
        ask_agent(candidate, data, size);
    } else if (key->state == KEY_ENCRYPTED) {
        candidate->signing = SIGN_LOCKED;
        ssh_limit(candidate->ssh, 0); /* a person takes the time it takes */
        candidate->unlocking = unlock_key(candidate->ssh->loop, key->path, unlocked, candidate);
    } else {
        bool is_signed = key_sign(key, data, size, &candidate->signature);
        candidate->signing = is_signed ? SIGN_DONE : SIGN_REFUSED;
    }
}

int candidate_sign(LIBSSH2_SESSION *session, unsigned char **signature, size_t *size,
                   const unsigned char *data, size_t data_size, void **abstract)
{
    (void)session;
    struct candidate *candidate = *abstract;
    if (candidate->signing == SIGN_NOT_ASKED)
        start_signing(candidate, data, data_size);
    if (candidate->signing == SIGN_ASKED || candidate->signing == SIGN_LOCKED)
        return LIBSSH2_ERROR_EAGAIN;
    if (candidate->signing == SIGN_REFUSED)
        return -1;
    *size = candidate->signature.len;
    *signature = (unsigned char *)str_steal(&candidate->signature); /* libssh2 calls free() */
    return 0;
}
