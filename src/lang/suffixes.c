#include <string.h>

#include "base/arena.h"
#include "lang/reader.h"

/* Old-fashioned suffix rules (GNU make manual, "Old-Fashioned Suffix Rules"): `.c.o:` is `%.o:
 * %.c`,
 * `.c:` is `%: %.c`, where each suffix is a known one and the rule has no prerequisites. */

static const char *const usual[] = {
    ".out",    ".a",   ".ln",  ".o",   ".c",  ".cc",   ".C",   ".cpp",     ".p",
    ".f",      ".F",   ".m",   ".r",   ".y",  ".l",    ".ym",  ".yl",      ".s",
    ".S",      ".mod", ".sym", ".def", ".h",  ".info", ".dvi", ".tex",     ".texi",
    ".txinfo", ".w",   ".ch",  ".web", ".sh", ".elc",  ".el",  ".texinfo",
};

void suffixes_set(struct lang *lang, const struct prerequisite *names, size_t count)
{
    if (!count) {
        lang->suffixes.len = 0;
        lang->has_no_usual_suffixes = true;
    }
    for (size_t i = 0; i < count; i++)
        vec_push(&lang->suffixes, (void *)names[i].name);
}

static bool is_listed(const struct lang *lang, const char *name, size_t length)
{
    for (size_t i = 0; i < lang->suffixes.len; i++)
        if (strlen(lang->suffixes.items[i]) == length &&
            memcmp(lang->suffixes.items[i], name, length) == 0)
            return true;
    return false;
}

static bool is_suffix(const struct lang *lang, const char *name, size_t length)
{
    if (is_listed(lang, name, length))
        return true;
    for (size_t i = 0; !lang->has_no_usual_suffixes && i < sizeof usual / sizeof *usual; i++)
        if (strlen(usual[i]) == length && memcmp(usual[i], name, length) == 0)
            return true;
    return false;
}

/* Bytes of the first suffix, which is what files are made from; 0: it is no suffix rule. A rule of
 * one suffix makes anything, so that one counts only where the file lists it. */
static size_t source_length(const struct lang *lang, const char *name)
{
    size_t length = strlen(name);

    if (is_listed(lang, name, length))
        return length;
    for (size_t i = 1; i < length; i++)
        if (name[i] == '.' && is_suffix(lang, name, i) && is_suffix(lang, name + i, length - i))
            return i;
    return 0;
}

static bool is_known(const struct lang *lang, const char *target, const char *prerequisite)
{
    for (size_t i = 0; i < lang->model->patterns.len; i++) {
        const struct pattern *pattern = lang->model->patterns.items[i];

        if (!pattern->variables && pattern->target_count == 1 && pattern->rule.count == 1 &&
            strcmp(pattern->targets[0], target) == 0 &&
            strcmp(pattern->rule.prerequisites[0].name, prerequisite) == 0)
            return true;
    }
    return false;
}

static void convert(struct lang *lang, const struct target *target, const struct rule *rule,
                    size_t length)
{
    struct arena *arena = lang->model->arena;
    const char *made = arena_printf(arena, "%%%s", target->name + length);
    const char *source = arena_printf(arena, "%%%.*s", (int)length, target->name);
    struct pattern *pattern;

    if (is_known(lang, made, source))
        return;
    pattern = arena_alloc(arena, sizeof *pattern);
    pattern->targets = arena_alloc(arena, sizeof *pattern->targets);
    pattern->targets[0] = made;
    pattern->target_count = 1;
    pattern->rule = *rule;
    pattern->rule.prerequisites = arena_alloc(arena, sizeof *pattern->rule.prerequisites);
    pattern->rule.prerequisites[0].name = source;
    pattern->rule.prerequisites[0].where = rule->where;
    pattern->rule.count = 1;
    pattern_add(lang, pattern);
}

void suffixes_convert(struct lang *lang)
{
    const struct map *targets = &lang->model->targets;

    for (size_t i = 0; i < targets->len; i++) {
        const struct target *target = targets->entries[i].value;
        const struct rule *rule = target->rules.len == 1 ? target->rules.items[0] : NULL;
        size_t length;

        if (target->name[0] != '.' || target->binding || !rule || !rule->recipe || rule->count ||
            rule->second)
            continue;
        length = source_length(lang, target->name);
        if (length)
            convert(lang, target, rule, length);
    }
}
