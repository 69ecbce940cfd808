/* The functions on text and lists of words. GNU make manual, "Functions for String Substitution and
 * Analysis". */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "lang/functions.h"
#include "lang/words.h"

bool function_subst(struct expander *expander, const struct call *call, struct str *out)
{
    const char *from = call->values[0], *to = call->values[1], *text = call->values[2], *found;
    size_t length = strlen(from);

    (void)expander;
    while (length > 0 && (found = strstr(text, from))) {
        str_addn(out, text, (size_t)(found - text));
        str_add(out, to);
        text = found + length;
    }
    str_add(out, text);
    if (length == 0) /* the empty text is found at the end, once */
        str_add(out, to);
    return true;
}

bool function_patsubst(struct expander *expander, const struct call *call, struct str *out)
{
    struct str from_memory = { 0 }, to_memory = { 0 };
    struct pattern_text from =
        pattern_parse(call->values[0], strlen(call->values[0]), &from_memory);
    struct pattern_text to = pattern_parse(call->values[1], strlen(call->values[1]), &to_memory);

    (void)expander;
    pattern_replace(&from, &to, call->values[2], out);
    str_free(&from_memory);
    str_free(&to_memory);
    return true;
}

static void add_word(struct str *out, size_t start, struct span word)
{
    word_separate(out, start);
    str_addn(out, word.data, word.len);
}

bool function_strip(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[0];
    size_t start = out->len;
    struct span word;

    (void)expander;
    while (word_next(&list, &word))
        add_word(out, start, word);
    return true;
}

bool function_findstring(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    if (strstr(call->values[1], call->values[0]))
        str_add(out, call->values[0]);
    return true;
}

/* The patterns of a $(filter), those without % in a map: lists of thousands of names are common. */
struct filter {
    struct map names;
    struct pattern_text *patterns;
    struct str *memory; /* of each pattern */
    size_t count;
    char *copy; /* of the words, the keys of `names` */
};

static void filter_init(struct filter *filter, const char *list)
{
    size_t length = strlen(list);
    struct span word;
    struct pattern_text pattern;
    char *name;

    *filter = (struct filter){ 0 };
    filter->copy = name = mem_alloc(length + 2);
    filter->patterns = mem_array(length / 2 + 2, sizeof *filter->patterns);
    filter->memory = mem_array(length / 2 + 2, sizeof *filter->memory);
    while (word_next(&list, &word)) {
        struct str *memory = &filter->memory[filter->count];

        pattern = pattern_parse(word.data, word.len, memory);
        if (pattern.has_percent) {
            filter->patterns[filter->count++] = pattern;
            continue;
        }
        memcpy(name, pattern.prefix.data, pattern.prefix.len);
        name[pattern.prefix.len] = '\0';
        *map_put(&filter->names, name) = name;
        name += pattern.prefix.len + 1;
        str_clear(memory);
    }
}

static bool filter_matches(const struct filter *filter, struct span word)
{
    struct span stem;
    size_t i;

    if (map_getn(&filter->names, word.data, word.len))
        return true;
    for (i = 0; i < filter->count; i++)
        if (pattern_matches(&filter->patterns[i], word, &stem))
            return true;
    return false;
}

static void filter_free(struct filter *filter)
{
    size_t i;

    for (i = 0; i <= filter->count; i++) /* the last may have been begun */
        str_free(&filter->memory[i]);
    free(filter->memory);
    free(filter->patterns);
    free(filter->copy);
    map_free(&filter->names);
}

static void filter_words(const struct call *call, bool wanted, struct str *out)
{
    const char *list = call->values[1];
    size_t start = out->len;
    struct filter filter;
    struct span word;

    filter_init(&filter, call->values[0]);
    while (word_next(&list, &word))
        if (filter_matches(&filter, word) == wanted)
            add_word(out, start, word);
    filter_free(&filter);
}

bool function_filter(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    filter_words(call, true, out);
    return true;
}

bool function_filter_out(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    filter_words(call, false, out);
    return true;
}

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

    return order ? order : (a->len > b->len) - (a->len < b->len);
}

bool function_sort(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[0];
    struct span *words = mem_array(strlen(list) / 2 + 2, sizeof *words);
    size_t count = 0, start = out->len, i;

    (void)expander;
    while (word_next(&list, &words[count]))
        count++;
    qsort(words, count, sizeof *words, compare_spans);
    for (i = 0; i < count; i++)
        if (i == 0 || compare_spans(&words[i - 1], &words[i]) != 0)
            add_word(out, start, words[i]);
    free(words);
    return true;
}

/* A number that counts words. Larger ones than any list has are as good as the largest. */
static bool parse_count(struct expander *expander, const struct call *call, unsigned index,
                        long *count)
{
    struct span digits = span_trim(call->values[index], strlen(call->values[index]));
    size_t i;

    for (i = 0; i < digits.len && digits.data[i] >= '0' && digits.data[i] <= '9';)
        i++;
    if (digits.len == 0 || i < digits.len)
        return expand_fail(expander, call->where, "non-numeric %s argument to '%s' function: '%s'",
                           index == 0 ? "first" : "second", call->function->name,
                           call->values[index]);
    errno = 0;
    *count = strtol(digits.data, NULL, 10);
    return true;
}

bool function_word(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[1];
    struct span word;
    long left;

    if (!parse_count(expander, call, 0, &left))
        return false;
    if (left == 0)
        return expand_fail(expander, call->where,
                           "first argument to 'word' function must be greater than 0");
    while (word_next(&list, &word))
        if (--left == 0) {
            str_addn(out, word.data, word.len);
            break;
        }
    return true;
}

bool function_wordlist(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[2], *begin = NULL, *end = NULL;
    struct span word;
    long first, last, i;

    if (!parse_count(expander, call, 0, &first) || !parse_count(expander, call, 1, &last))
        return false;
    if (first == 0)
        return expand_fail(expander, call->where,
                           "invalid first argument to 'wordlist' function: '%s'", call->values[0]);
    for (i = 1; i <= last && word_next(&list, &word); i++) {
        if (i == first)
            begin = word.data;
        end = list;
    }
    if (begin)
        str_addn(out, begin, (size_t)(end - begin));
    return true;
}

bool function_words(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[0];
    struct span word;
    size_t count = 0;

    (void)expander;
    while (word_next(&list, &word))
        count++;
    str_addf(out, "%zu", count);
    return true;
}

bool function_firstword(struct expander *expander, const struct call *call, struct str *out)
{
    const char *list = call->values[0];
    struct span word;

    (void)expander;
    if (word_next(&list, &word))
        str_addn(out, word.data, word.len);
    return true;
}

bool function_lastword(struct expander *expander, const struct call *call, struct str *out)
{
    struct span all = span_trim(call->values[0], strlen(call->values[0]));
    size_t length = 0;

    (void)expander;
    while (length < all.len && !is_blank(all.data[all.len - length - 1]))
        length++;
    str_addn(out, all.data + all.len - length, length);
    return true;
}
