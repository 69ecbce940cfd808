#ifndef FAKE_BASE_FILE_H
#define FAKE_BASE_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct str;

/* All of these return false with errno set. */

bool file_read(const char *path, struct str *text); /* appended; a folder gives EISDIR */

/* To a temporary name in the same folder, synced, then renamed: a reader sees the old file or the
 * new one. */
bool file_replace(const char *path, const void *data, size_t size, mode_t mode);

bool file_make_folders(const char *path, mode_t mode); /* like mkdir -p */

/* Walks the tree below root in byte order of the names, folders before what is in them, links not
 * followed. path is relative to root ("" is root itself). The visitor returns false to end the
 * walk (errno is its own); set *skip to leave a folder's content out. */
typedef bool file_visitor(void *context, const char *path, const struct stat *status, bool *skip);
bool file_walk(const char *root, file_visitor *visit, void *context);

/* The hash of a whole tree: names, modes, link texts, contents, without .fake and .git and without
 * `except` (a path relative to root, or NULL). */
struct hash;
bool file_hash_tree(const char *root, const char *except, const atomic_bool *stop,
                    struct hash *hash); /* `stop` as in hash_file_until */

/* Runs a program and collects its standard output, trailing newlines kept; the other standard
 * streams are this process's. Returns the wait status, or -1 with errno set. For $(shell) and !=;
 * nothing else waits for a process here. environment NULL: this process's. */
int file_run_program(const char *const *argv, char *const *environment, struct str *output);

#endif
