#ifndef FAKE_IO_KEY_H
#define FAKE_IO_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct loop;
struct evp_pkey_st;

/* Private keys of users: read once a run, then each signature costs a fraction of a millisecond.
 * The formats are OpenSSH's own (openssh-key-v1, PROTOCOL.key of its sources) and PEM. */

enum key_state {
    KEY_READY,
    KEY_MISSING,    /* no such file */
    KEY_UNREADABLE, /* no permission, or readable by others, as ssh refuses it */
    KEY_ENCRYPTED,  /* only the agent can use it; `blob` may be known */
    KEY_UNUSABLE,   /* no private key, or of a type that is not supported */
};

struct key {
    char *path;
    enum key_state state;
    char *why;       /* what is wrong, behind the path: "is encrypted"; NULL when ready */
    struct str blob; /* the public key as servers and the agent know it; empty when not known */
    bool has_certificate; /* in a file beside it, NAME-cert.pub */
    struct evp_pkey_st *pair;
};

/* Never NULL: the state says what came of it. */
struct key *key_load(const char *path);
void key_free(struct key *key);

/* The same, read at most once a loop and owned by it. */
const struct key *key_find(struct loop *loop, const char *path);

/* Appends the signature of the data, in the form that the key's type wants inside SSH's signature
 * blob. False when the key is not ready. */
bool key_sign(const struct key *key, const void *data, size_t size, struct str *signature);

/* The public key in the form that authenticates: RSA keys go under the name of the signature that
 * OpenSSH takes, rsa-sha2-256, because libssh2 1.10 takes the name from here. */
void key_add_login_blob(const struct str *blob, struct str *out);

/* "SHA256:…", as ssh-keygen -l prints it. */
void key_add_fingerprint(const void *blob, size_t size, struct str *out);
/* Appends the type that the public key names, "ssh-ed25519"; "" when it is none. */
void key_add_type(const void *blob, size_t size, struct str *out);

#endif
