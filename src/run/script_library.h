#ifndef FAKE_RUN_SCRIPT_LIBRARY_H
#define FAKE_RUN_SCRIPT_LIBRARY_H

/* Parts of the scripts' library: text for a host's sh. Each session's shell parses what it gets, so
 * a part goes only where it is needed. */
extern const char script_library_base[];  /* records of few places, the lock */
extern const char script_library_alone[]; /* where a mirror has all of a folder for itself */
extern const char script_library_share[]; /* under a state_dir the folder is its group's */
extern const char script_library_look[];  /* all records, and who holds the lock */

#endif
