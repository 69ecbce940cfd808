#ifndef FAKE_STEP_DIFFERENCE_H
#define FAKE_STEP_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct place;
struct str;

/* How what is on a host differs from what a job will leave there, for -n and --diff. */

/* Texts above this, and all that come when DIFFERENCE_TOTAL is reached, are only said to differ. */
enum { DIFFERENCE_TEXT = 256 * 1024, DIFFERENCE_TOTAL = 1024 * 1024 };

/* sh text of a query about the places (struct place); with_text: contents are wanted, too. */
void difference_ask(const struct vec *places, bool with_text, struct str *query);

/* The answer, taken apart: calls back for each place that differs, with "new", "changed" …, and how
 * (unified hunks; NULL: that is not known, or nothing to be read). */
typedef void difference_visitor(void *context, const struct place *place, const char *what,
                                const char *hunks);
/* Returns how much of the answer these places had. */
size_t difference_each(const struct vec *places, const char *answer, size_t size,
                       difference_visitor *visit, void *context);

#endif
