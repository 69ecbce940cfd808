#ifndef FAKE_LANG_WILDCARD_H
#define FAKE_LANG_WILDCARD_H

#include <stdbool.h>

#include "base/str.h"

bool wildcard_is_pattern(const char *word); /* holds * ? or [, a backslash before it or not */
/* Appends the existing names that each word of a list stands for (`~` and `~user` too; a backslash
 * quotes the next character), separated by blanks, those of one word in byte order. `home` is for
 * `~`. */
void wildcard_expand(const char *list, const char *home, struct str *out);

#endif
