// links: base/range.c base/str.c base/mem.c base/vec.c

/* Ranges of host names, first as patterns, then as names: what is folded expands to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/range.h"
#include "base/str.h"
#include "base/vec.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MANY = 2000 };

static bool keep(void *context, const char *text)
{
    struct vec *texts = context;
    vec_push(texts, mem_strdup(text));
    return texts->len < MANY;
}

static void free_texts(struct vec *texts)
{
    for (size_t i = 0; i < texts->len; i++)
        free(texts->items[i]);
    vec_free(texts);
}

static struct vec words_of(char *text)
{
    struct vec words = { 0 };
    for (char *rest, *word = strtok_r(text, " \n", &rest); word;
         word = strtok_r(NULL, " \n", &rest))
        vec_push(&words, word);
    return words;
}

/* A comma or a bracket in a name is none of a name. */
static bool are_names(const struct vec *words)
{
    for (size_t i = 0; i < words->len; i++)
        if (strpbrk(words->items[i], "[],"))
            return false;
    return true;
}

static void check_folding(const struct vec *names)
{
    struct str folded = { 0 };
    struct vec again = { 0 };
    range_fold((const char *const *)names->items, names->len, &folded);
    struct vec patterns = words_of(folded.data);
    for (size_t i = 0; i < patterns.len; i++)
        if (!range_expand(patterns.items[i], keep, &again, NULL))
            abort();
    if (again.len != names->len)
        abort();
    for (size_t i = 0; i < again.len; i++)
        if (strcmp(again.items[i], names->items[i]) != 0)
            abort();
    vec_free(&patterns);
    free_texts(&again);
    str_free(&folded);
}

static void check_order(const char *a, const char *b)
{
    int one = range_compare(a, b), other = range_compare(b, a);
    if ((one < 0) != (other > 0) || (one == 0) != (other == 0) || (one == 0) != (strcmp(a, b) == 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = mem_strndup((const char *)bytes, size);
    struct vec words = words_of(text);
    for (size_t i = 0; i < words.len; i++) {
        struct vec texts = { 0 };
        const char *why = NULL;
        if (!range_expand(words.items[i], keep, &texts, &why) && !why && texts.len < MANY)
            abort();
        check_order(words.items[0], words.items[i]);
        free_texts(&texts);
    }
    if (words.len > 0 && words.len < MANY && are_names(&words))
        check_folding(&words);
    vec_free(&words);
    free(text);
    return 0;
}
