#ifndef FAKE_STEP_ON_H
#define FAKE_STEP_ON_H

#include <stdbool.h>

#include "base/diag.h"

struct arena;
struct lang;
struct vec;

/* --on=LIST: the hosts of "@role", "@role @role host,host". False: *why. */
bool on_find_hosts(struct lang *lang, struct arena *arena, const char *list, struct location where,
                   struct vec *hosts, const char **why);

/* The roles of the list are known; else that was reported. */
bool on_check(struct lang *lang, struct arena *arena, const char *list, struct location where);

#endif
