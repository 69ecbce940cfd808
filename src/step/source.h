#ifndef FAKE_STEP_SOURCE_H
#define FAKE_STEP_SOURCE_H

#include <stdbool.h>

#include "step/shell_word.h"

struct arena;
struct vec;

/* The path of this machine that a word without wildcards means: ~/ is the home folder of who runs
 * us. */
const char *source_path(struct arena *arena, const struct shell_word *word);
/* Adds the paths here that a word stands for, sorted (const char *, the arena's). False: it is a
 * pattern that none fits. */
bool source_add(struct arena *arena, const struct shell_word *word, struct vec *paths);

#endif
