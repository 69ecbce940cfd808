#ifndef FAKE_LANG_SOURCE_H
#define FAKE_LANG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "lang/words.h"

/* The lines of a text: physical lines that end in a backslash are joined with the next. */

/* Makes what was read from a file a source's text: without byte order mark, lines ended by \n
 * alone. Returns what is wrong with it, or NULL. */
const char *source_normalize(struct str *text);

struct cursor {
    const struct source *source;
    size_t offset;
};

/* A logical line, without its last newline; lies in the source. */
struct line {
    const char *text;
    size_t length;
    struct location where; /* of its first byte */
    bool is_continued;     /* holds backslash-newlines */
};

bool cursor_next(struct cursor *cursor, struct line *line); /* false: the end */

/* The line with continuations collapsed to one blank each, and without its comment: the line itself
 * where it has neither, else put into the buffer (overwritten). *comment: what follows the #, or
 * empty. */
struct span line_clean(const struct line *line, struct str *buffer, struct span *comment);
/* The line with continuations collapsed, comments left. */
struct span line_collapse(const struct line *line, struct str *buffer);

/* The first `wanted` character of s[0 … n) that no backslash quotes and that stands in no $(…), or
 * n. With `out` what stands before it is appended there, with the backslashes that quote a wanted
 * character taken away. */
size_t text_find_unquoted(const char *s, size_t n, const char *wanted, bool skip_references,
                          struct str *out);
/* The length of the reference that begins with the $ at s: `$x`, `$(…)`. */
size_t text_reference_length(const char *s, size_t n);

#endif
