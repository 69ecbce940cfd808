#ifndef FAKE_IO_KEY_PAIR_H
#define FAKE_IO_KEY_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "io/ssh_wire.h"

struct str;
struct evp_pkey_st;

/* Between SSH's form of keys and signatures and libcrypto's: ed25519, ecdsa on the three NIST
 * curves, rsa. */

/* The fields of a private key, as openssh-key-v1 has them behind the type. NULL when the type is
 * not supported or the fields are damaged (then fields->bad). The caller owns it. */
struct evp_pkey_st *key_pair_read(struct wire_string type, struct wire *fields);

/* Appends the public key. False when the type is not supported. */
bool key_pair_add_blob(struct evp_pkey_st *pair, struct str *blob);

/* Appends the signature: rsa with SHA-256, ecdsa with its curve's hash. */
bool key_pair_sign(struct evp_pkey_st *pair, const void *data, size_t size, struct str *signature);

#endif
