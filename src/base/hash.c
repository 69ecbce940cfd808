#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/hash_wide.h"
#include "base/mem.h"

/* What is read stays in a core's own cache until it is hashed. */
enum { READ_SIZE = 64 * 1024 };

static struct hash from_xxh(XXH128_hash_t value)
{
    return (struct hash){ value.high64, value.low64 };
}

struct hash hash_bytes(const void *data, size_t size)
{
    return from_xxh(XXH3_128bits(data, size));
}

uint64_t hash_bytes64(const void *data, size_t size)
{
    return XXH3_64bits(data, size);
}

bool hash_equal(struct hash a, struct hash b)
{
    return a.high == b.high && a.low == b.low;
}

void hash_hex(struct hash hash, char hex[HASH_HEX_SIZE])
{
    snprintf(hex, HASH_HEX_SIZE, "%016llx%016llx", (unsigned long long)hash.high,
             (unsigned long long)hash.low);
}

static bool parse_half(const char *hex, uint64_t *half)
{
    int i;

    *half = 0;
    for (i = 0; i < 16; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = hex[i] ? strchr(digits, hex[i]) : NULL;

        if (!digit)
            return false;
        *half = *half << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

bool hash_parse(const char *hex, struct hash *hash)
{
    return parse_half(hex, &hash->high) && parse_half(hex + 16, &hash->low) && hex[32] == '\0';
}

/* The library's state wants an alignment of its own, so it is made by the library. */
struct hasher {
    XXH3_state_t *state;
    bool is_wide;
};

struct hasher *hasher_new(void)
{
    struct hasher *hasher = mem_alloc(sizeof *hasher);

    hasher->state = XXH3_createState();
    if (!hasher->state)
        abort();
    XXH3_128bits_reset(hasher->state);
    hasher->is_wide = hash_wide_is_possible();
    return hasher;
}

void hasher_add(struct hasher *hasher, const void *data, size_t size)
{
    if (hasher->is_wide)
        hash_wide_update(hasher->state, data, size);
    else
        XXH3_128bits_update(hasher->state, data, size);
}

void hasher_add_string(struct hasher *hasher, const char *s)
{
    uint64_t length = strlen(s);

    hasher_add(hasher, &length, sizeof length);
    hasher_add(hasher, s, length);
}

struct hash hasher_end(struct hasher *hasher)
{
    struct hash hash = from_xxh(XXH3_128bits_digest(hasher->state));

    XXH3_freeState(hasher->state);
    free(hasher);
    return hash;
}

/* Hands a file's bytes to `add` piece by piece. False with errno set. */
static bool read_pieces(const char *path, const atomic_bool *stop,
                        void (*add)(void *context, const void *data, size_t size), void *context)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
    char *buffer;
    ssize_t got;

    if (fd < 0)
        return false;
    buffer = malloc(READ_SIZE);
    if (!buffer) {
        close(fd);
        errno = ENOMEM;
        return false;
    }
    while ((got = read(fd, buffer, READ_SIZE)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || (stop && atomic_load_explicit(stop, memory_order_relaxed))) {
            error = got < 0 ? errno : ECANCELED;
            break;
        }
        add(context, buffer, (size_t)got);
    }
    free(buffer);
    close(fd);
    errno = error;
    return !error;
}

static void add_to_hasher(void *context, const void *data, size_t size)
{
    hasher_add(context, data, size);
}

bool hash_file(const char *path, struct hash *hash)
{
    return hash_file_until(path, NULL, hash);
}

bool hash_file_until(const char *path, const atomic_bool *stop, struct hash *hash)
{
    struct hasher *hasher = hasher_new();
    bool ok = read_pieces(path, stop, add_to_hasher, hasher);
    int error = errno;

    *hash = hasher_end(hasher);
    errno = error;
    return ok;
}

static void add_to_digest(void *context, const void *data, size_t size)
{
    EVP_DigestUpdate(context, data, size);
}

static void end_digest(EVP_MD_CTX *digest, char hex[HASH_SHA256_HEX_SIZE])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    static const char digits[] = "0123456789abcdef";
    unsigned i, length = 0;

    EVP_DigestFinal_ex(digest, raw, &length);
    for (i = 0; i < length && i < 32; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * i] = '\0';
    EVP_MD_CTX_free(digest);
}

static EVP_MD_CTX *begin_digest(void)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();

    if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL))
        abort();
    return digest;
}

bool hash_file_sha256(const char *path, char hex[HASH_SHA256_HEX_SIZE])
{
    EVP_MD_CTX *digest = begin_digest();
    bool ok = read_pieces(path, NULL, add_to_digest, digest);
    int error = errno;

    end_digest(digest, hex);
    OPENSSL_thread_stop(); /* a thread of the pool would leave libcrypto's own behind */
    errno = error;
    return ok;
}

/* Both, while they are made. */
struct pair {
    struct hasher *hasher;
    EVP_MD_CTX *digest;
};

static void add_to_pair(void *context, const void *data, size_t size)
{
    struct pair *pair = context;

    hasher_add(pair->hasher, data, size);
    EVP_DigestUpdate(pair->digest, data, size);
}

bool hash_file_both(const char *path, const atomic_bool *stop, struct hash *hash,
                    char hex[HASH_SHA256_HEX_SIZE])
{
    struct pair pair = { hasher_new(), begin_digest() };
    bool ok = read_pieces(path, stop, add_to_pair, &pair);
    int error = errno;

    *hash = hasher_end(pair.hasher);
    end_digest(pair.digest, hex);
    OPENSSL_thread_stop();
    errno = error;
    return ok;
}

static bool add_piece(EVP_MD_CTX *digest, int fd, off_t from)
{
    char *buffer = mem_alloc(HASH_END);
    ssize_t got = 0;

    for (size_t size = 0; size < HASH_END; size += (size_t)got) {
        got = pread(fd, buffer + size, HASH_END - size, from + (off_t)size);
        if (got <= 0)
            break;
        EVP_DigestUpdate(digest, buffer + size, (size_t)got);
    }
    free(buffer);
    return got >= 0;
}

bool hash_file_ends(const char *path, char hex[HASH_SHA256_HEX_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    EVP_MD_CTX *digest;
    bool ok;

    if (fd < 0)
        return false;
    digest = begin_digest();
    ok = fstat(fd, &status) == 0 && add_piece(digest, fd, 0) &&
         add_piece(digest, fd, status.st_size > HASH_END ? status.st_size - HASH_END : 0);
    end_digest(digest, hex);
    close(fd);
    return ok;
}

void hash_bytes_sha256(const void *data, size_t size, char hex[HASH_SHA256_HEX_SIZE])
{
    EVP_MD_CTX *digest = begin_digest();

    EVP_DigestUpdate(digest, data, size);
    end_digest(digest, hex);
}
