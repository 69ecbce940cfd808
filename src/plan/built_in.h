#ifndef FAKE_PLAN_BUILT_IN_H
#define FAKE_PLAN_BUILT_IN_H

struct arena;

/* For a file that nothing makes: the rule that make has built in and would make it by, of a file
 * that is there, to be written into the Fakefile (LANGUAGE.md §1 leaves them out). From the arena;
 * NULL when there is none. */
const char *built_in_hint(struct arena *arena, const char *name);

#endif
