#include "lang/words.h"

#include <string.h>

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

static bool is_at_borders(const char *text, const char *s, size_t n)
{
    return (s == text || is_blank(s[-1])) && (s[n] == '\0' || is_blank(s[n]));
}

/* Without %, make looks for the text of the pattern, as $(subst) does, but takes it only between
 * blanks; all blanks stay. An empty one is found at the end, if no word ends there. */
static void replace_words(const struct pattern_text *from, const struct pattern_text *to,
                          const char *text, struct str *out)
{
    const struct span percent = { "%", 1 };
    struct str wanted = { 0 };
    const char *rest = text, *found;

    str_addn(&wanted, from->prefix.data, from->prefix.len);
    while (wanted.len > 0 && (found = strstr(rest, wanted.data))) {
        str_addn(out, rest, (size_t)(found - rest));
        if (is_at_borders(text, found, wanted.len))
            add_pattern(to, percent, out);
        else
            str_addn(out, wanted.data, wanted.len);
        rest = found + wanted.len;
    }
    str_add(out, rest);
    if (wanted.len == 0 && is_at_borders(text, text + strlen(text), 0))
        add_pattern(to, percent, out);
    str_free(&wanted);
}

void pattern_replace(const struct pattern_text *from, const struct pattern_text *to,
                     const char *text, struct str *out)
{
    bool is_first = true, is_nothing = !to->has_percent && to->prefix.len == 0;
    struct span word, stem;

    if (!from->has_percent) {
        replace_words(from, to, text, out);
        return;
    }
    while (word_next(&text, &word)) {
        bool matches = pattern_matches(from, word, &stem);

        if (matches && is_nothing)
            continue; /* its blank goes too */
        if (!is_first)
            str_addc(out, ' ');
        is_first = false;
        if (matches)
            add_pattern(to, stem, out);
        else
            str_addn(out, word.data, word.len);
    }
}
