#ifndef FAKE_STEP_PUT_MEMORY_H
#define FAKE_STEP_PUT_MEMORY_H

#include "step/put_tree.h"

/* What a host remembers of a mirror that stands in no record: which tree it is, and how it looked
 * when that was known. docs/record.md has the file's form. */

/* Fills name and root. False: of such a step nothing is kept. */
bool put_memory_find(const struct step *step, const struct content *const *contents,
                     struct step_memory *memory);
/* All of its names can be told, one a line. */
bool put_memory_fits(const struct put_tree *tree);

/* At the step's beginning, before anything is looked at: sets m. */
void put_memory_add_mark(struct str *text, const struct step_memory *memory);
/* Ends the step as stale when what is there does not look as it did. */
void put_memory_add_check(struct str *text, const struct step *step, const char *root,
                          const char *answer);
/* The answer is made of what the host remembers: "= tree TREE DIGEST" in front of it. */
bool put_memory_is_told(const char *answer);
/* Defines what keeps, once all is in place, that $root is the tree; NULL: nothing is kept. */
void put_memory_add_keeping(struct str *text, const struct step *step,
                            const struct step_memory *memory, size_t count);

#endif
