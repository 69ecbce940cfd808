#ifndef FAKE_BASE_DIFFERENCE_H
#define FAKE_BASE_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/* Appends how `to` differs from `from`, line by line, in the unified format (hunks only, three
 * lines of context); nothing when they are equal. By E. Myers, "An O(ND) Difference Algorithm and
 * Its Variations", 1986; texts that differ in more than DIFFERENCE_MAXIMUM lines are told as one
 * that was taken away and one that came. */
enum { DIFFERENCE_MAXIMUM = 1000 };
void difference_add(const char *from, size_t from_size, const char *to, size_t to_size,
                    struct str *out);

/* A text that can be shown line by line: UTF-8 or another, but without NUL. */
bool difference_is_text(const char *data, size_t size);

#endif
