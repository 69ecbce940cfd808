#ifndef FAKE_RUN_CONTENTS_H
#define FAKE_RUN_CONTENTS_H

#include <stdbool.h>

#include "base/hash.h"
#include "step/content.h"

struct arena;
struct loop;
struct store;
struct vec;

/* Contents of this machine's files, read in the pool, each once while it may not have changed. */
struct contents;

struct contents *contents_new(struct loop *loop, struct store *store); /* store may be NULL */
/* Without a store, the hashes of a tree's files are kept in the one that `open` gives (NULL: none).
 * May it make one? The opener owns it. */
typedef struct store *contents_open(void *context, bool may_make);
void contents_set_opener(struct contents *contents, contents_open *open, void *context);
void contents_free(struct contents *contents);

/* For good: what is read ends at once, and cannot be read. */
void contents_stop(struct contents *contents);

/* Something on this machine ran: files and trees may be others now. */
void contents_expire(struct contents *contents);
unsigned contents_generation(const struct contents *contents); /* another one after each */

enum content_need {
    NEED_HASH, /* a prerequisite's: the file's, or the whole tree's */
    NEED_TREE, /* a step's source, with all that is below it */
};

struct store *contents_store(struct contents *contents); /* where trees are known; NULL: none */

/* Wants the contents of the paths (const char *, living as long as `contents`). True: all are there
 * now. False: `ready` is called once, from the loop, when they are. */
bool contents_want(struct contents *contents, enum content_need need, const struct vec *paths,
                   void (*ready)(void *context), void *context);

/* A path for contents_want and contents_hash: the folder's tree without `except`, a path below it.
 */
const char *contents_path_without(struct arena *arena, const char *folder, const char *except);

/* What was wanted; NULL when it was not, or may have changed since. Trees live as long as
 * `contents`. */
const struct content *contents_tree(const struct contents *contents, const char *path);
/* False: there is no such file, or it cannot be read (*why says so then, else NULL). */
bool contents_hash(const struct contents *contents, const char *path, struct hash *hash,
                   const char **why);

#endif
