#ifndef FAKE_RUN_SCRIPT_LARGE_H
#define FAKE_RUN_SCRIPT_LARGE_H

/* Parts of the scripts' library for records of many places: what all of it needs, and the
 * comparison of one with what there is. The rest is in script_big.c. */
extern const char script_large_tools[];
extern const char script_large_tree[];
extern const char script_large_reading[];

#endif
