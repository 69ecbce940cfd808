#ifndef FAKE_STEP_EXCLUDE_H
#define FAKE_STEP_EXCLUDE_H

#include <stdbool.h>

/* --exclude: a pattern without a slash is for names at any depth, one with a slash for paths from
 * the root. What is below an excluded folder is excluded. */

struct arena;
struct option_value;

/* The values as one text, as names of contents hold it; NULL: there are none. */
const char *exclude_join(struct arena *arena, const struct option_value *values);
/* A path relative to the root; patterns from exclude_join, or NULL. For any thread. */
bool exclude_matches(const char *patterns, const char *path);

#endif
