#include "lang/words.h"

#include <string.h>

bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(const char *s, size_t n)
{
    while (n > 0 && is_blank(*s)) {
        s++;
        n--;
    }
    while (n > 0 && is_blank(s[n - 1]))
        n--;
    return (struct span){ s, n };
}

bool word_next(const char **list, struct span *word)
{
    const char *s = *list;

    while (is_blank(*s))
        s++;
    word->data = s;
    while (*s && !is_blank(*s))
        s++;
    word->len = (size_t)(s - word->data);
    *list = s;
    return word->len > 0;
}

void word_separate(struct str *out, size_t start)
{
    if (out->len > start)
        str_addc(out, ' ');
}

/* The first % without an odd number of backslashes before it, or NULL. */
static const char *find_percent(const char *s, size_t n)
{
    const char *percent = s;

    while ((percent = memchr(percent, '%', n - (size_t)(percent - s)))) {
        const char *slash = percent;

        while (slash > s && slash[-1] == '\\')
            slash--;
        if ((percent - slash) % 2 == 0)
            return percent;
        percent++;
    }
    return NULL;
}

/* Halves the backslashes in front of each % of n bytes; all others stay. */
static void unquote_percents(const char *s, size_t n, struct str *out)
{
    size_t i = 0, run;

    while (i < n) {
        for (run = i; run < n && s[run] == '\\';)
            run++;
        str_addn(out, s + i, run < n && s[run] == '%' ? (run - i) / 2 : run - i);
        if (run < n)
            str_addc(out, s[run]);
        i = run + 1;
    }
}

struct pattern_text pattern_parse(const char *s, size_t n, struct str *memory)
{
    const char *percent = find_percent(s, n);
    size_t before = percent ? (size_t)(percent - s) : n;
    struct pattern_text pattern = { { s, before }, { s + n, 0 }, percent != NULL };

    if (percent)
        pattern.suffix = (struct span){ percent + 1, n - before - 1 };
    if (memchr(s, '\\', before)) {
        /* with the % at its end, whose backslashes are halved too */
        unquote_percents(s, percent ? before + 1 : before, memory);
        pattern.prefix = (struct span){ str_text(memory), memory->len - (percent ? 1 : 0) };
    }
    return pattern;
}

static bool span_equal(struct span span, const char *s)
{
    return memcmp(span.data, s, span.len) == 0;
}

bool pattern_matches(const struct pattern_text *pattern, struct span word, struct span *stem)
{
    size_t fixed = pattern->prefix.len + pattern->suffix.len;

    if (pattern->has_percent ? word.len < fixed : word.len != fixed)
        return false;
    if (!span_equal(pattern->prefix, word.data) ||
        !span_equal(pattern->suffix, word.data + word.len - pattern->suffix.len))
        return false;
    *stem = (struct span){ word.data + pattern->prefix.len, word.len - fixed };
    return true;
}

static void add_pattern(const struct pattern_text *pattern, struct span stem, struct str *out)
{
    str_addn(out, pattern->prefix.data, pattern->prefix.len);
    if (pattern->has_percent)
        str_addn(out, stem.data, stem.len);
    str_addn(out, pattern->suffix.data, pattern->suffix.len);
}

/* Make treats this case as $(subst) bound to whole words: blanks stay. */
static void replace_words(const struct pattern_text *from, const struct pattern_text *to,
                          const char *text, struct str *out)
{
    struct span word, stem, percent = { "%", 1 };
    const char *copied = text, *rest = text;

    while (word_next(&rest, &word)) {
        if (!pattern_matches(from, word, &stem))
            continue;
        str_addn(out, copied, (size_t)(word.data - copied));
        add_pattern(to, percent, out);
        copied = rest;
    }
    str_add(out, copied);
    if (from->prefix.len == 0 && (rest == text || is_blank(rest[-1])))
        add_pattern(to, percent, out); /* the empty word at the end */
}

void pattern_replace(const struct pattern_text *from, const struct pattern_text *to,
                     const char *text, struct str *out)
{
    size_t start = out->len;
    struct span word, stem;

    if (!from->has_percent) {
        replace_words(from, to, text, out);
        return;
    }
    while (word_next(&text, &word)) {
        if (!pattern_matches(from, word, &stem)) {
            word_separate(out, start);
            str_addn(out, word.data, word.len);
        } else if (to->prefix.len + to->suffix.len + (to->has_percent ? stem.len : 0) > 0) {
            word_separate(out, start);
            add_pattern(to, stem, out);
        }
    }
}
