#ifndef FAKE_RUN_SCRIPT_BIG_H
#define FAKE_RUN_SCRIPT_BIG_H

/* Parts of the scripts' library for records of many places. What the first question needs not goes
 * with what needs it: it should fit in few packets. */
extern const char script_big_reading[];
extern const char script_big_known[];   /* also for the question of a mirror */
extern const char script_big_writing[]; /* with both others */

#endif
