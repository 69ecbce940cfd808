#ifndef FAKE_RUN_STORE_H
#define FAKE_RUN_STORE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "run/quick_table.h"

struct str;

/* What this machine remembers between runs, in `.fake/` beside the Fakefile: records of its jobs,
 * and the contents of files by (device, inode, size, mtime, ctime). The only user of LMDB. */
struct store;

/* Opens or makes it. NULL when it cannot be written: *why says so (from the heap; the caller frees
 * it). One that is damaged or of another version is put aside under another name, a new one made,
 * and *why says that too. */
struct store *store_open(const char *folder, char **why);
void store_close(struct store *store); /* writes what is pending; NULL is allowed */

/* Records by target. get appends; false when there is none. put and remove are pending until
 * store_flush, but seen by get at once. */
bool store_get_record(struct store *store, const char *target, struct str *text);
void store_put_record(struct store *store, const char *target, const char *text, size_t size);
void store_remove_record(struct store *store, const char *target);
/* On disk when it comes back. False: it could not be written. */
bool store_flush(struct store *store);

/* A file's content, known from an earlier read while its state is the same. */
struct known_content {
    struct hash hash;
    char sha256[HASH_SHA256_HEX_SIZE]; /* "": not known */
};
/* May be called from any thread. */
bool store_find_content(struct store *store, const struct stat *status,
                        struct known_content *content);
/* Pending until store_flush. A file that changed less than two seconds before `now` is not kept: it
 * could change again within its time stamp. */
void store_keep_content(struct store *store, const struct stat *status,
                        const struct known_content *content, time_t now);

/* The same of a blob of a git repository, by its name in there (20 bytes): that is its content's.
 */
bool store_find_blob(struct store *store, const unsigned char *id, uint64_t *size,
                     struct known_content *content);
void store_keep_blob(struct store *store, const unsigned char *id, uint64_t size,
                     const struct known_content *content);

/* A tree that was sent, by name. Written at once. */
bool store_get_tree(struct store *store, const char *name, struct str *text);
void store_put_tree(struct store *store, const char *name, const char *text, size_t size);

/* What is known of the goals' files (quick.h). An empty table when there is none. */
struct quick_table store_get_quick(struct store *store, const char *goals);
/* The same without opening more than that, or making anything: an empty table, too, when something
 * is wrong with the store, which store_open tells. */
struct quick_table store_peek_quick(const char *folder, const char *goals);
/* Written at once. */
void store_put_quick(struct store *store, const char *goals, const struct quick_table *table);

const char *run_libraries(void); /* "LMDB 0.9.24" */

#endif
