#ifndef FAKE_RUN_SCRIPT_BIG_H
#define FAKE_RUN_SCRIPT_BIG_H

#include <stdbool.h>

struct str;
struct vec;

/* Parts of the scripts' library for records of many places. What the first question needs not goes
 * with what needs it: it should fit in few packets. */
extern const char script_big_reading[];
extern const char script_big_known[];   /* also for the question of a mirror */
extern const char script_big_writing[]; /* with both others */

/* How the record of many places comes about. */
struct script_big {
    bool is_sent; /* when it is written, each place is as `put` left it */
    bool keeps;   /* the record that was set aside knows the places that are is_unchanged */
    const struct vec *before; /* const struct place *: all of that record; NULL: not known */
};

/* Lines about the places (const struct place *), as r_end_big reads them. */
void script_big_add_places(struct str *out, const struct vec *places, const struct script_big *big);

#endif
