#ifndef FAKE_STEP_BUNDLE_H
#define FAKE_STEP_BUNDLE_H

#include <stddef.h>

/* An archive that is the same, byte for byte, for the same names and contents: entries sorted,
 * times, owners and permissions fixed. Like pack.c, a user of libarchive. */

struct arena;
struct content;

struct bundle_entry {
    const char *name; /* in the archive */
    const char *path; /* of a file: where it is read from */
    const struct content *content;
};

struct bundle_form; /* .tar.gz and the like */

/* By what a file's name ends in; NULL: none. */
const struct bundle_form *bundle_form_find(const char *path);
const char *bundle_form_list(struct arena *arena); /* ".tar.gz, .tar.zst, …" */

/* Sorts the entries and makes the archive at `path`, in one step: who reads sees the old one or the
 * new one. One that has these bytes already is left alone. NULL, or why it could not be made; the
 * caller frees it. For any thread. */
char *bundle_write(const char *path, const struct bundle_form *form, struct bundle_entry *entries,
                   size_t count);

#endif
