#ifndef FAKE_STEP_CONTENT_H
#define FAKE_STEP_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

enum content_kind {
    CONTENT_MISSING,
    CONTENT_FILE,
    CONTENT_FOLDER,
    CONTENT_LINK, /* in a folder only: the root's links are followed */
};

/* A file or tree of this machine that a step reads: found out once a run, in the pool. */
struct content {
    const char *path;
    enum content_kind kind;
    unsigned mode; /* permission bits */
    uint64_t size;
    struct hash hash;                  /* of the file, or of the whole tree */
    char sha256[HASH_SHA256_HEX_SIZE]; /* of a file */
    struct content *entries; /* of a folder: all below it, by path relative to it, folders before
                                what is in them */
    size_t entry_count;
    const char *link; /* text of a symbolic link */
    const char *why;  /* it could not be read; NULL: fine */
};

/* Reads, hashes and lists what is at the path. Never NULL: a path that is not there or cannot be
 * read gives CONTENT_MISSING and `why`. Touches nothing but the file system and its own memory, so
 * it may run in any thread. The caller frees it with content_free. */
struct content *content_load(const char *path);
void content_free(struct content *content); /* NULL is allowed */

#endif
