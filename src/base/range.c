#include "base/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Numbers of more digits would not fit and name no machine. */
enum { DIGITS_MAXIMUM = 18 };
/* Ranges in one pattern: expansion recurses once for each. */
enum { RANGES_MAXIMUM = 8 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *s)
{
    size_t n = 0;

    while (is_digit(s[n]))
        n++;
    return n;
}

/* Reads a number of n digits; n is at most DIGITS_MAXIMUM. */
static unsigned long long read_number(const char *s, size_t n)
{
    unsigned long long number = 0;

    while (n--)
        number = 10 * number + (unsigned long long)(*s++ - '0');
    return number;
}

/* The width to which the numbers of `01-20` are padded; 0: as they come. */
static int padding(const char *s, size_t digits)
{
    return digits > 1 && s[0] == '0' ? (int)digits : 0;
}

/* What the ranges of one pattern have grown to, and where the results go. */
struct expansion {
    struct str text;
    size_t results;
    unsigned depth;
    range_visitor *visit;
    void *context;
    const char *why;
};

static bool expand_from(struct expansion *expansion, const char *pattern);

/* Where the next range begins, or NULL. Brackets with a colon hold an IPv6 address. */
static const char *find_range(const char *pattern)
{
    for (; (pattern = strchr(pattern, '[')); pattern++)
        if (pattern[1 + strcspn(pattern + 1, ":]")] != ':')
            return pattern;
    return NULL;
}

/* element := digits ['-' digits]; moves *at behind it. */
static bool read_element(const char **at, unsigned long long *first, unsigned long long *last,
                         int *width)
{
    size_t digits = count_digits(*at);

    if (digits == 0 || digits > DIGITS_MAXIMUM)
        return false;
    *width = padding(*at, digits);
    *first = *last = read_number(*at, digits);
    *at += digits;
    if (**at != '-')
        return true;
    ++*at;
    digits = count_digits(*at);
    if (digits == 0 || digits > DIGITS_MAXIMUM)
        return false;
    *last = read_number(*at, digits);
    *at += digits;
    return *first <= *last;
}

static bool expand_element(struct expansion *expansion, unsigned long long first,
                           unsigned long long last, int width, const char *rest)
{
    size_t start = expansion->text.len;
    unsigned long long number;

    for (number = first; number <= last; number++) {
        str_addf(&expansion->text, "%0*llu", width, number);
        expansion->depth++;
        if (!expand_from(expansion, rest))
            return false;
        expansion->depth--;
        expansion->text.len = start;
    }
    return true;
}

/* range := '[' element {',' element} ']' */
static bool expand_range(struct expansion *expansion, const char *range)
{
    const char *end = strchr(range, ']');
    const char *at = range + 1;
    unsigned long long first, last;
    int width;

    if (!end)
        expansion->why = "a [ without its ]";
    else if (expansion->depth == RANGES_MAXIMUM)
        expansion->why = "more than 8 ranges in one name";
    if (expansion->why)
        return false;
    for (;;) {
        if (!read_element(&at, &first, &last, &width) || (*at != ',' && *at != ']')) {
            expansion->why = "a range is written [1-9], [01-20] or [1,4-6]";
            return false;
        }
        if (!expand_element(expansion, first, last, width, end + 1))
            return false;
        if (*at++ == ']')
            return true;
    }
}

/* pattern := text {range text} */
static bool expand_from(struct expansion *expansion, const char *pattern)
{
    const char *range = find_range(pattern);
    size_t start = expansion->text.len;
    bool done;

    if (range) {
        str_addn(&expansion->text, pattern, (size_t)(range - pattern));
        done = expand_range(expansion, range);
    } else if (++expansion->results > RANGE_MAXIMUM) {
        expansion->why = "a range of more than 100000";
        done = false;
    } else {
        str_add(&expansion->text, pattern);
        done = expansion->visit(expansion->context, str_text(&expansion->text));
    }
    expansion->text.len = start;
    return done;
}

bool range_expand(const char *pattern, range_visitor *visit, void *context, const char **why)
{
    struct expansion expansion = { .visit = visit, .context = context };
    bool done = expand_from(&expansion, pattern);

    str_free(&expansion.text);
    if (why)
        *why = expansion.why;
    return done;
}

/* The number in which two names differ: both are `prefix number suffix`. */
struct slot {
    size_t start;
    size_t digits;      /* of the first name */
    size_t digits_next; /* of the other */
};

static bool find_slot(const char *name, const char *next, struct slot *slot)
{
    size_t at = 0;

    while (name[at] && name[at] == next[at])
        at++;
    while (at > 0 && is_digit(name[at - 1]))
        at--;
    slot->start = at;
    slot->digits = count_digits(name + at);
    slot->digits_next = count_digits(next + at);
    return slot->digits && slot->digits <= DIGITS_MAXIMUM && slot->digits_next &&
           slot->digits_next <= DIGITS_MAXIMUM && strcmp(name, next) != 0 &&
           strcmp(name + at + slot->digits, next + at + slot->digits_next) == 0;
}

/* True when the next name is this one with its number one higher, as a range would write it. */
static bool follows(const char *name, const char *next, const struct slot *slot)
{
    char expected[DIGITS_MAXIMUM + 2];
    int width = padding(name + slot->start, slot->digits);
    unsigned long long number = read_number(name + slot->start, slot->digits) + 1;
    int length = snprintf(expected, sizeof expected, "%0*llu", width, number);

    return (size_t)length == slot->digits_next &&
           strncmp(expected, next + slot->start, slot->digits_next) == 0;
}

/* How many names from the first on differ in one and the same number only. */
static size_t group_length(const char *const *names, size_t count, struct slot *slot)
{
    struct slot next;
    size_t n = 1;

    if (count < 2 || strpbrk(names[0], "[]") || !find_slot(names[0], names[1], slot))
        return 1;
    while (n < count && !strpbrk(names[n], "[]") && find_slot(names[0], names[n], &next) &&
           next.start == slot->start)
        n++;
    return n;
}

static void add_number(struct str *out, const char *name, size_t start)
{
    str_addn(out, name + start, count_digits(name + start));
}

static void add_group(struct str *out, const char *const *names, size_t count, size_t start)
{
    struct slot slot;
    size_t i, first;

    str_addn(out, names[0], start);
    str_addc(out, '[');
    for (i = 0; i < count; i++) {
        first = i;
        while (i + 1 < count && find_slot(names[i], names[i + 1], &slot) && slot.start <= start &&
               follows(names[i], names[i + 1],
                       &(struct slot){ start, count_digits(names[i] + start),
                                       count_digits(names[i + 1] + start) }))
            i++;
        if (first > 0)
            str_addc(out, ',');
        add_number(out, names[first], start);
        if (i > first) {
            str_addc(out, '-');
            add_number(out, names[i], start);
        }
    }
    str_addc(out, ']');
    str_add(out, names[0] + start + count_digits(names[0] + start));
}

void range_fold(const char *const *names, size_t count, struct str *out)
{
    struct slot slot = { 0 };
    size_t i, n;

    for (i = 0; i < count; i += n) {
        n = group_length(names + i, count - i, &slot);
        if (i > 0)
            str_addc(out, ' ');
        if (n == 1)
            str_add(out, names[i]);
        else
            add_group(out, names + i, n, slot.start);
    }
}

int range_compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (count_digits(a) != count_digits(b))
        return count_digits(a) < count_digits(b) ? -1 : 1;
    return (unsigned char)*a - (unsigned char)*b;
}
