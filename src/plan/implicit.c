#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* The implicit rule search of the GNU make manual, chapter "Implicit Rule Search Algorithm". Step
 * numbers in the comments are the manual's. */

enum { CHAIN_MAXIMUM = 32 }; /* no rule is used twice in a chain; this bounds it for many rules */

/* A pattern rule one of whose targets matches. */
struct candidate {
    const struct pattern *pattern;
    const char *stem; /* in the target's name, behind its folder when the pattern has no slash */
    size_t stem_length;
    size_t folder_length; /* of the target, to be put before the prerequisites; 0: none */
};

struct chain {
    struct planner *planner;
    const struct unit *unit; /* that is searched for */
    const struct pattern *used[CHAIN_MAXIMUM];
    size_t length;
};

void implicit_fill(const char *pattern, const char *stem, struct str *out)
{
    const char *percent = strchr(pattern, '%');
    const char *slash = strrchr(stem, '/');

    if (!percent) {
        str_add(out, pattern);
        return;
    }
    if (strchr(pattern, '/') || !slash)
        slash = stem;
    else
        str_addn(out, stem, (size_t)(++slash - stem));
    str_addn(out, pattern, (size_t)(percent - pattern));
    str_add(out, slash);
    str_add(out, percent + 1);
}

bool implicit_match(const char *pattern, const char *name, const char **stem, size_t *length)
{
    const char *percent = strchr(pattern, '%');
    size_t before, after, n = strlen(name);

    if (!percent)
        return false;
    before = (size_t)(percent - pattern);
    after = strlen(percent + 1);
    if (n < before + after || strncmp(name, pattern, before) != 0 ||
        strcmp(name + n - after, percent + 1) != 0)
        return false;
    *stem = name + before;
    *length = n - before - after;
    return *length > 0;
}

static bool is_match_anything(const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->pattern->target_count; i++)
        if (strcmp(candidate->pattern->targets[i], "%") == 0)
            return true;
    return false;
}

static bool is_used(const struct chain *chain, const struct pattern *pattern)
{
    for (size_t i = 0; i < chain->length; i++)
        if (chain->used[i] == pattern)
            return true;
    return false;
}

/* Step 2: does one of the pattern's targets match? */
static bool match_rule(const struct pattern *pattern, const char *name, struct candidate *candidate)
{
    const char *slash = strrchr(name, '/');

    for (size_t i = 0; i < pattern->target_count; i++) {
        bool is_whole = !slash || strchr(pattern->targets[i], '/');

        *candidate = (struct candidate){ .pattern = pattern };
        if (!is_whole)
            candidate->folder_length = (size_t)(slash + 1 - name);
        if (implicit_match(pattern->targets[i], name + candidate->folder_length, &candidate->stem,
                           &candidate->stem_length))
            return true;
    }
    return false;
}

static bool is_implicit_rule(const struct pattern *pattern)
{
    return !pattern->variables && pattern->rule.recipe;
}

bool plan_matches_a_pattern(const struct model *model, const char *name)
{
    struct candidate candidate;

    for (size_t i = 0; i < model->patterns.len; i++)
        if (is_implicit_rule(model->patterns.items[i]) &&
            match_rule(model->patterns.items[i], name, &candidate))
            return true;
    return false;
}

/* Keeps the list sorted by length of stem, rules as read where equal. */
static void insert_candidate(struct candidate **list, size_t *count, struct candidate candidate)
{
    size_t at = *count;

    *list = mem_resize(*list, (*count + 1) * sizeof **list);
    while (at > 0 && (*list)[at - 1].stem_length > candidate.stem_length) {
        (*list)[at] = (*list)[at - 1];
        at--;
    }
    (*list)[at] = candidate;
    ++*count;
}

/* Steps 2 to 4. The caller frees the list. */
static size_t list_candidates(const struct chain *chain, const char *name, struct candidate **list)
{
    const struct vec *patterns = &chain->planner->model->patterns;
    bool is_specific = chain->length > 0;
    size_t count = 0, kept = 0;

    *list = NULL;
    for (size_t i = 0; i < patterns->len; i++) {
        const struct pattern *pattern = patterns->items[i];
        struct candidate candidate;

        if (!is_implicit_rule(pattern) || is_used(chain, pattern) ||
            !match_rule(pattern, name, &candidate))
            continue;
        is_specific |= !is_match_anything(&candidate);
        insert_candidate(list, &count, candidate);
    }
    for (size_t i = 0; i < count; i++)
        if (!is_specific || (*list)[i].pattern->double_colon || !is_match_anything(&(*list)[i]))
            (*list)[kept++] = (*list)[i];
    return kept;
}

/* The prerequisite of a pattern for this candidate: % is the stem, the folder goes before it. */
static const char *fill_prerequisite(const struct chain *chain, const char *name,
                                     const struct candidate *candidate, const char *prerequisite)
{
    const char *percent = strchr(prerequisite, '%');

    if (!percent)
        return prerequisite;
    return arena_printf(chain->planner->arena, "%.*s%.*s%.*s%s", (int)candidate->folder_length,
                        name, (int)(percent - prerequisite), prerequisite,
                        (int)candidate->stem_length, candidate->stem, percent + 1);
}

static bool is_written_prerequisite(const struct target *target, const char *name)
{
    for (size_t i = 0; target && i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        for (size_t k = 0; k < rule->count; k++)
            if (strcmp(rule->prerequisites[k].name, name) == 0)
                return true;
    }
    return false;
}

static bool search(struct chain *chain, const char *name, struct implicit *found);

/* Steps 5c and 6c: it is there, ought to exist or, when chaining, can be made. */
static bool is_possible(struct chain *chain, const char *name, const char *prerequisite,
                        bool may_chain)
{
    struct model *model = chain->planner->model;
    const struct target *target = model_find_target(model, prerequisite);
    const char *path;

    if ((target && target->rules.len) || find_file(chain->planner, prerequisite, &path) ||
        is_written_prerequisite(model_find_target(model, name), prerequisite))
        return true;
    return may_chain && search(chain, prerequisite, NULL);
}

/* Steps 5b and 6b: what the candidate asks for. */
static void list_prerequisites(struct chain *chain, const char *name,
                               const struct candidate *candidate, struct implicit *found)
{
    struct planner *planner = chain->planner;
    const struct rule *rule = &candidate->pattern->rule;

    found->pattern = candidate->pattern;
    found->stem = arena_printf(planner->arena, "%.*s%.*s", (int)candidate->folder_length, name,
                               (int)candidate->stem_length, candidate->stem);
    for (size_t i = 0; i < rule->count; i++) {
        struct prerequisite prerequisite = rule->prerequisites[i];

        prerequisite.name = fill_prerequisite(chain, name, candidate, prerequisite.name);
        prerequisite.target = NULL;
        links_add_name(&found->names, prerequisite);
    }
    if (rule->second) {
        struct unit unit = *chain->unit;

        unit.target = model_target(planner->model, name);
        unit.stem = found->stem;
        links_add_second(planner, &unit, rule->second, true, &found->names);
    }
}

/* True when the candidate applies; `found` says how. */
static bool try_candidate(struct chain *chain, const char *name, const struct candidate *candidate,
                          bool may_chain, struct implicit *found)
{
    bool is_possible_all = true;

    *found = (struct implicit){ 0 };
    if (chain->length == CHAIN_MAXIMUM || (may_chain && candidate->pattern->double_colon))
        return false;
    chain->used[chain->length++] = candidate->pattern;
    list_prerequisites(chain, name, candidate, found);
    for (size_t i = 0; i < found->names.len && is_possible_all; i++)
        is_possible_all = is_possible(chain, name, found->names.items[i].name, may_chain);
    chain->length--;
    if (!is_possible_all)
        links_free_names(&found->names);
    return is_possible_all;
}

/* Steps 5 and 6. `result` may be NULL: only whether there is one. */
static bool search(struct chain *chain, const char *name, struct implicit *result)
{
    struct candidate *list;
    size_t count = list_candidates(chain, name, &list);
    struct implicit found = { 0 };
    bool is_found = false;

    for (int may_chain = 0; may_chain < 2 && !is_found; may_chain++)
        for (size_t i = 0; i < count && !is_found; i++)
            is_found = try_candidate(chain, name, &list[i], may_chain, &found);
    if (is_found && result)
        *result = found;
    else
        links_free_names(&found.names);
    free(list);
    return is_found;
}

bool implicit_search(struct planner *planner, const struct unit *unit, struct implicit *found)
{
    struct chain chain = { .planner = planner, .unit = unit };

    return planner->model->patterns.len > planner->variables.len &&
           search(&chain, unit->target->name, found);
}
