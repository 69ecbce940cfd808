#include "run/store_value.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "run/store.h"

/* Contents of files and of blobs. Keys: 'c' and device, inode; 'b' and the name of a blob. */

enum { YOUNG_SECONDS = 2 };

struct content_key {
    char kind;
    char padding[7];
    uint64_t device;
    uint64_t inode;
};

enum { BLOB_ID = 20 };

struct blob_key {
    char kind;
    unsigned char id[BLOB_ID];
    char padding[3];
};

struct content_value { /* of a blob, without times */
    uint64_t size;
    int64_t mtime, mtime_nanoseconds;
    int64_t ctime, ctime_nanoseconds;
    struct hash hash;
    char sha256[HASH_SHA256_HEX_SIZE];
    char padding[7];
};

_Static_assert(sizeof(struct content_key) == STORE_KEY && sizeof(struct blob_key) == STORE_KEY,
               "keys of one length");

static struct content_key content_key(const struct stat *status)
{
    struct content_key key = { .kind = 'c' };
    key.device = (uint64_t)status->st_dev;
    key.inode = (uint64_t)status->st_ino;
    return key;
}

static struct blob_key blob_key(const unsigned char *id)
{
    struct blob_key key = { .kind = 'b' };
    memcpy(key.id, id, sizeof key.id);
    return key;
}

static void take_value(struct known_content *content, const struct content_value *value)
{
    content->hash = value->hash;
    memcpy(content->sha256, value->sha256, sizeof content->sha256);
    content->sha256[HASH_SHA256_HEX_SIZE - 1] = '\0';
}

bool store_find_content(struct store *store, const struct stat *status,
                        struct known_content *content)
{
    struct content_key key = content_key(status);
    struct content_value value;
    if (!store_read_value(store, &key, &value, sizeof value))
        return false;
    if (value.size != (uint64_t)status->st_size || value.mtime != status->st_mtim.tv_sec ||
        value.mtime_nanoseconds != status->st_mtim.tv_nsec ||
        value.ctime != status->st_ctim.tv_sec || value.ctime_nanoseconds != status->st_ctim.tv_nsec)
        return false;
    take_value(content, &value);
    return true;
}

void store_keep_content(struct store *store, const struct stat *status,
                        const struct known_content *content, time_t now)
{
    if (status->st_ctim.tv_sec + YOUNG_SECONDS > now || status->st_mtim.tv_sec > now)
        return;
    struct content_key key = content_key(status);
    struct content_value value = {
        .size = (uint64_t)status->st_size,
        .mtime = status->st_mtim.tv_sec,
        .mtime_nanoseconds = status->st_mtim.tv_nsec,
        .ctime = status->st_ctim.tv_sec,
        .ctime_nanoseconds = status->st_ctim.tv_nsec,
        .hash = content->hash,
    };
    memcpy(value.sha256, content->sha256, sizeof value.sha256);
    store_keep_value(store, &key, &value, sizeof value);
}

bool store_find_blob(struct store *store, const unsigned char *id, uint64_t *size,
                     struct known_content *content)
{
    struct blob_key key = blob_key(id);
    struct content_value value;
    if (!store_read_value(store, &key, &value, sizeof value))
        return false;
    *size = value.size;
    take_value(content, &value);
    return true;
}

void store_keep_blob(struct store *store, const unsigned char *id, uint64_t size,
                     const struct known_content *content)
{
    struct blob_key key = blob_key(id);
    struct content_value value = { .size = size, .hash = content->hash };
    memcpy(value.sha256, content->sha256, sizeof value.sha256);
    store_keep_value(store, &key, &value, sizeof value);
}
