#ifndef FAKE_STEP_CONTENT_NAME_H
#define FAKE_STEP_CONTENT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "step/content.h"

/* The inside of names that are no plain paths, for those who load them. */

enum content_name_kind {
    CONTENT_NAME_SOURCE = 's',   /* EXCEPT EXCLUDES PATH */
    CONTENT_NAME_WITHOUT = 'w',  /* EXCLUDES PATH */
    CONTENT_NAME_REVISION = 'r', /* REPOSITORY REVISION BELOW */
    CONTENT_NAME_ARCHIVE = 'a',  /* STRIP PATH */
};

bool content_name_is(const char *name, char kind);
/* A part, from 0; false: there is none. */
bool content_name_part(const char *name, unsigned index, const char **part, size_t *length);

#endif
