#ifndef FAKE_LANG_WORDS_H
#define FAKE_LANG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* What make's lists and patterns are made of. */

/* Bytes inside another string; not NUL-terminated. */
struct span {
    const char *data;
    size_t len;
};

/* What separates words: blank, tab, newline, \v, \f, \r; in any locale. */
static inline bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Asked for every byte of what is read, of sets of a few: a call of strchr would cost more. */
static inline bool is_one_of(char c, const char *set)
{
    while (*set && *set != c)
        set++;
    return *set != '\0';
}

/* s without the blanks at its ends. */
struct span span_trim(const char *s, size_t n);

/* The next word of a list; *list moves behind it. False at the end. */
bool word_next(const char **list, struct span *word);
/* A blank goes between words, but not before the first that is added after `start`. */
void word_separate(struct str *out, size_t start);

/* A pattern with one % (`\%` is a plain one), or a plain text. */
struct pattern_text {
    struct span prefix; /* all of it when there is no % */
    struct span suffix;
    bool has_percent;
};

/* Parses n bytes of s. Where backslashes had to go, the text is in *memory, which the caller frees.
 */
struct pattern_text pattern_parse(const char *s, size_t n, struct str *memory);
bool pattern_matches(const struct pattern_text *pattern, struct span word, struct span *stem);
/* Each word of text that matches `from` as `to`, its % standing for the same stem. A `from` without
 * % replaces whole words and leaves the blanks between them as they are, as in make. */
void pattern_replace(const struct pattern_text *from, const struct pattern_text *to,
                     const char *text, struct str *out);

#endif
