#ifndef FAKE_STEP_CONTENT_H
#define FAKE_STEP_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct arena;
struct stat;
struct str;

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
    /* Of a file that lies in no file here: its bytes, appended. NULL: it is read from its path. */
    bool (*load)(const struct content *content, struct str *bytes);
    void *store;                  /* for that; a root's is given to `release` by content_free */
    void (*release)(void *store); /* of a root, or NULL */
    const char *id;               /* in the store */
};

/* What is known of files from earlier reads; found and told in the thread that loads. */
enum { CONTENT_BLOB_ID = 20 };
struct content_memory {
    bool (*find)(void *context, const struct stat *status, struct hash *hash,
                 char sha256[HASH_SHA256_HEX_SIZE]);
    void (*learn)(void *context, const struct stat *status, struct hash hash,
                  const char sha256[HASH_SHA256_HEX_SIZE]);
    /* Of the blobs of a repository, by their names in it; both may be NULL. */
    bool (*find_blob)(void *context, const unsigned char *id, uint64_t *size, struct hash *hash,
                      char sha256[HASH_SHA256_HEX_SIZE]);
    void (*learn_blob)(void *context, const unsigned char *id, uint64_t size, struct hash hash,
                       const char sha256[HASH_SHA256_HEX_SIZE]);
    void *context;
    const atomic_bool *stop; /* as in hash_file_until */
};

/* Reads, hashes and lists what is at a path, or has another name (below). Never NULL: a path that
 * is not there or cannot be read gives CONTENT_MISSING and `why`. Files that `memory` (NULL: none)
 * knows are not read. Touches nothing else but the file system and its own memory, so it may run in
 * any thread. The caller frees it with content_free. */
struct content *content_load(const char *name, const struct content_memory *memory);
void content_free(struct content *content); /* NULL is allowed */

/* Names that content_load takes in place of plain paths; from the arena. No path that a user can
 * write looks like one. */

/* What is at the path, without .git, .fake, the file `except`, and what the patterns of
 * exclude_join (NULL: none) match. */
const char *content_name_source(struct arena *arena, const char *path, const char *except,
                                const char *excludes);
const char *content_name_without(struct arena *arena, const char *path, const char *excludes);
/* The tree of a revision of the repository that the folder `repository` is in; `below`: a folder of
 * it, or "". */
const char *content_name_revision(struct arena *arena, const char *repository, const char *revision,
                                  const char *below);
/* What is in the archive at the path, without the first `strip` parts of its names. */
const char *content_name_archive(struct arena *arena, const char *path, unsigned strip);
/* The path in a name; NULL for one that is of no file here. */
const char *content_name_path(const char *name);
const char *content_name_shown(struct arena *arena, const char *name); /* for messages */

#endif
