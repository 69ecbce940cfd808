#ifndef FAKE_STEP_DESTINATION_H
#define FAKE_STEP_DESTINATION_H

#include <stdbool.h>

#include "step/step.h"

/* Where a recipe's steps will write on the host, as far as that is known before anything runs. */

struct destination {
    const char *path;   /* as places have it */
    const char *name;   /* of the file, should `path` be a folder there; NULL: it is what it says */
    const char *source; /* of put: the file here; NULL: it sends none */
    bool is_file;       /* what comes there is one file or link; false: perhaps a tree */
    struct location where;
};

/* Adds struct destination; nothing is run, asked or reported, and what would need it is left out.
 * Everything is from the arena. */
void destinations_find(const struct recipe *recipe, struct expander *expander, struct arena *arena,
                       struct vec *list);
/* Whether there may be any, found out without expanding the recipe. */
bool destinations_may_be(const struct recipe *recipe);
/* Both leave the same file or link, whatever is on the host by then. */
bool destinations_clash(const struct destination *a, const struct destination *b);

#endif
