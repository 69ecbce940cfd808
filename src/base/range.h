#ifndef FAKE_BASE_RANGE_H
#define FAKE_BASE_RANGE_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/* Each text that a range stands for: `web[01-03,7]` ▶ web01 web02 web03 web7. Padding as written.
 * At most RANGE_MAXIMUM results, else false with a message in *why. */
enum { RANGE_MAXIMUM = 100000 };
typedef bool range_visitor(void *context, const char *text);
bool range_expand(const char *pattern, range_visitor *visit, void *context, const char **why);

/* The inverse, for headings: web01 web02 web03 db1 ▶ "web[01-03] db1". Into out. Only neighbours
 * are folded together. */
void range_fold(const char *const *names, size_t count, struct str *out);

/* Names as people order them, digits counting as a number: web2 before web10. As strcmp. */
int range_compare(const char *a, const char *b);

#endif
