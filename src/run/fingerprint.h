#ifndef FAKE_RUN_FINGERPRINT_H
#define FAKE_RUN_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/vec.h"

struct arena;

/* One thing that a job depends on. The names are what --explain shows: "step 2", "file app.py",
 * "prerequisite pack", "variable user", "inputs". */
struct part {
    const char *name;
    struct hash hash;
};

/* The hash of all that a job depends on, kept in parts so that a difference can be named. */
struct fingerprint {
    struct arena *arena; /* of the names and parts */
    struct vec parts;    /* struct part, in order; freed by fingerprint_free */
    struct hash whole;
    bool has_inputs; /* without any, a task always runs */
};

struct fingerprint fingerprint_new(struct arena *arena);
void fingerprint_free(struct fingerprint *fingerprint);

/* The name is copied and may be formed of a kind and a name. */
void fingerprint_add(struct fingerprint *fingerprint, const char *kind, const char *name,
                     struct hash hash);
void fingerprint_add_text(struct fingerprint *fingerprint, const char *kind, const char *name,
                          const char *text);
bool fingerprint_has_file(const struct fingerprint *fingerprint, const char *file);
/* These files count with what they were `before` (struct part); with the next, before the end. */
void fingerprint_keep_files(struct fingerprint *fingerprint, const struct vec *before,
                            const char *const *files);
void fingerprint_end(struct fingerprint *fingerprint); /* computes whole */

/* Tells each difference in words: "step 2 differs", "dist/app.tar.gz changed", "app.css is new".
 * The text is valid during the call. */
void fingerprint_compare(const struct fingerprint *now, const struct vec *before,
                         void (*tell)(void *context, const char *reason), void *context);

#endif
