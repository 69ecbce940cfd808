#ifndef FAKE_BASE_HASH_H
#define FAKE_BASE_HASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* XXH3, 128 bits (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md), for fingerprints and
 * file contents on this machine. It tells apart, it does not protect: nothing here resists someone
 * who makes collisions on purpose. */
struct hash {
    uint64_t high;
    uint64_t low;
};

enum { HASH_HEX_SIZE = 33 }; /* 32 digits and the NUL */

struct hash hash_bytes(const void *data, size_t size);
uint64_t hash_bytes64(const void *data, size_t size); /* for tables in memory */
bool hash_equal(struct hash a, struct hash b);
void hash_hex(struct hash hash, char hex[HASH_HEX_SIZE]);
bool hash_parse(const char *hex, struct hash *hash);

/* Piece by piece. */
struct hasher;
struct hasher *hasher_new(void);
void hasher_add(struct hasher *hasher, const void *data, size_t size);
void hasher_add_string(struct hasher *hasher, const char *s); /* with its length in front */
struct hash hasher_end(struct hasher *hasher);                /* frees it */

/* The content of a file. False with errno set when it cannot be read. */
bool hash_file(const char *path, struct hash *hash);
/* `stop` (NULL: nothing) is looked at while it is read: once it is set, that ends with ECANCELED.
 */
bool hash_file_until(const char *path, const atomic_bool *stop, struct hash *hash);

/* SHA-256 of a file, as the host's sha256sum prints it. False with errno set. */
enum { HASH_SHA256_HEX_SIZE = 65 };
bool hash_file_sha256(const char *path, char hex[HASH_SHA256_HEX_SIZE]);
bool hash_file_both(const char *path, const atomic_bool *stop, struct hash *hash,
                    char hex[HASH_SHA256_HEX_SIZE]);
/* Of its first and its last HASH_END bytes together: most changes of a large file touch them. */
enum { HASH_END = 64 * 1024 };
bool hash_file_ends(const char *path, char hex[HASH_SHA256_HEX_SIZE]);
void hash_bytes_sha256(const void *data, size_t size, char hex[HASH_SHA256_HEX_SIZE]);

#endif
