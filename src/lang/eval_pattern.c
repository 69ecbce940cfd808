#include <string.h>

#include "lang/reader.h"

/* A pattern rule takes the place of an earlier one with the same targets and prerequisites; without
 * a recipe it cancels it. */

static bool same_text(const struct text *a, const struct text *b)
{
    size_t a_length, b_length;
    const char *a_text, *b_text;

    if (!a || !b)
        return a == b;
    a_text = text_source(a, &a_length);
    b_text = text_source(b, &b_length);
    return a_length == b_length && memcmp(a_text, b_text, a_length) == 0;
}

static bool is_same(const struct pattern *a, const struct pattern *b)
{
    if (a->variables || b->variables || a->target_count != b->target_count ||
        a->rule.count != b->rule.count || !same_text(a->rule.second, b->rule.second))
        return false;
    for (size_t i = 0; i < a->target_count; i++)
        if (strcmp(a->targets[i], b->targets[i]) != 0)
            return false;
    for (size_t i = 0; i < a->rule.count; i++)
        if (strcmp(a->rule.prerequisites[i].name, b->rule.prerequisites[i].name) != 0)
            return false;
    return true;
}

static void take_out(struct vec *patterns, const struct pattern *pattern)
{
    size_t kept = 0;

    for (size_t i = 0; i < patterns->len; i++)
        if (!is_same(patterns->items[i], pattern))
            patterns->items[kept++] = patterns->items[i];
    patterns->len = kept;
}

void pattern_add(struct lang *lang, struct pattern *pattern)
{
    void **known = map_put(&lang->pattern_targets, pattern->targets[0]);

    if (*known)
        take_out(&lang->model->patterns, pattern);
    *known = pattern;
    vec_push(&lang->model->patterns, pattern);
}
