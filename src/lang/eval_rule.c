#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/reader.h"

/* A rule's line while its targets are gone through. */
struct rule_line {
    struct reader *reader;
    const struct statement *statement;
    const struct head *head;
    struct binding *binding;
    const char *documentation;
    const struct special *special;       /* of the target just met */
    struct span prerequisites;           /* as expanded */
    struct rule rule;                    /* what all targets share */
    const char *target_pattern;          /* of a static pattern rule; NULL: none */
    struct vec patterns;                 /* const char *: targets with % */
    const struct assignment *assignment; /* of a target's variable */
};

static bool has_percent(struct span name)
{
    struct str memory = { 0 };
    bool found;

    if (!memchr(name.data, '%', name.len))
        return false;
    found = pattern_parse(name.data, name.len, &memory).has_percent;
    str_free(&memory);
    return found;
}

/* The first target of all becomes the goal: not one that begins with a dot, as special ones do,
 * unless it is a path. */
static void offer_default_goal(struct lang *lang, const struct target *target)
{
    struct variable *goal = lang->default_goal;

    if (goal->length || (target->name[0] == '.' && !strchr(target->name, '/')))
        return;
    goal->value = target->name;
    goal->length = strlen(target->name);
    goal->capacity = 0;
    goal->text = NULL;
    goal->flavor = FLAVOR_SIMPLE;
    goal->origin = ORIGIN_FILE;
}

/* Checks a static pattern and gives the rule of `name` its prerequisites. False: no match. */
static bool apply_static_pattern(struct rule_line *line, struct span name, struct rule *rule)
{
    struct lang *lang = line->reader->lang;
    struct str memory = { 0 }, text = { 0 };
    struct pattern_text pattern =
        pattern_parse(line->target_pattern, strlen(line->target_pattern), &memory);
    struct span stem;
    bool matches = pattern_matches(&pattern, name, &stem);

    if (matches) {
        rule->stem = arena_strndup(lang->model->arena, stem.data, stem.len);
        prerequisites_replace(line->prerequisites, rule->second ? "$*" : rule->stem, &text);
        if (rule->second) {
            char *copy = arena_strndup(lang->model->arena, str_text(&text), text.len);

            rule->second = text_compile(lang->model->arena, copy, text.len, line->statement->where);
        } else {
            prerequisites_parse(lang, (struct span){ str_text(&text), text.len },
                                line->statement->where, &line->reader->prerequisites);
            rule->prerequisites = prerequisites_keep(lang, &line->reader->prerequisites);
            rule->count = line->reader->prerequisites.len;
        }
    } else {
        char *message =
            mem_printf("target '%.*s' doesn't match the target pattern", (int)name.len, name.data);

        diag_message(lang->diags, line->statement->where, message);
        free(message);
    }
    str_free(&memory);
    str_free(&text);
    return matches;
}

static bool has_other_colons(const struct rule_line *line, const struct target *target)
{
    if (!target->rules.len || target->double_colon == line->head->is_double)
        return false;
    diag_error(line->reader->lang->diags, line->statement->where,
               "target file '%s' has both : and :: entries", target->name);
    return true;
}

static void add_explicit(struct rule_line *line, struct span name)
{
    struct lang *lang = line->reader->lang;
    struct draft *draft = &line->reader->draft;
    struct target *target = model_target_named(lang->model, name.data, name.len);
    struct rule *rule = arena_alloc(lang->model->arena, sizeof *rule);

    *rule = line->rule;
    if (line->target_pattern && !apply_static_pattern(line, name, rule))
        return;
    if (has_other_colons(line, target))
        return;
    target->double_colon = line->head->is_double;
    if (!target->where.source)
        target->where = line->statement->where;
    if (line->documentation)
        target->documentation = line->documentation;
    if (line->binding)
        binding_set(lang, target, line->binding);
    model_add_rule(lang->model, target, rule);
    vec_push(&draft->rules, rule);
    vec_push(&draft->owners, target);
    draft->is_task = draft->is_task || target->binding;
    offer_default_goal(lang, target);
}

/* x\%y is x%y. */
static void add_unquoted(struct rule_line *line, struct span name)
{
    struct str memory = { 0 };

    if (memchr(name.data, '%', name.len) && !line->target_pattern)
        name = pattern_parse(name.data, name.len, &memory).prefix;
    add_explicit(line, name);
    str_free(&memory);
}

/* A target's name, expanded. */
static void add_target(void *context, struct span name)
{
    struct rule_line *line = context;
    struct lang *lang = line->reader->lang;
    bool is_pattern = !line->target_pattern && has_percent(name);

    line->special = special_find(name);
    if (line->special) {
        special_apply(line->reader, line->special, line->rule.prerequisites, line->rule.count);
        line->reader->draft.is_default |= special_is_default(line->special);
    } else if (is_pattern) {
        if (line->reader->draft.rules.len)
            diag_error(lang->diags, line->statement->where, "mixed implicit and normal rules");
        vec_push(&line->patterns, arena_strndup(lang->model->arena, name.data, name.len));
    } else {
        if (line->patterns.len)
            diag_error(lang->diags, line->statement->where, "mixed implicit and normal rules");
        add_unquoted(line, name);
    }
}

static const char **keep_names(struct arena *arena, const struct vec *names)
{
    size_t size = names->len * sizeof *names->items;
    const char **kept = arena_alloc(arena, size + 1);

    memcpy(kept, names->items, size);
    return kept;
}

/* %.o: %.c */
static void add_pattern(struct rule_line *line)
{
    struct model *model = line->reader->lang->model;
    struct pattern *pattern = arena_alloc(model->arena, sizeof *pattern);

    pattern->targets = keep_names(model->arena, &line->patterns);
    pattern->target_count = line->patterns.len;
    pattern->rule = line->rule;
    pattern->double_colon = line->head->is_double;
    pattern_add(line->reader->lang, pattern);
    vec_push(&line->reader->draft.rules, &pattern->rule);
    vec_push(&line->reader->draft.owners, NULL);
}

/* &: — what is made together. */
static void group_targets(struct rule_line *line)
{
    struct draft *draft = &line->reader->draft;
    struct target **group;
    size_t i;

    draft->is_grouped = true;
    group = arena_alloc(line->reader->lang->model->arena, draft->owners.len * sizeof *group + 1);
    for (i = 0; i < draft->owners.len; i++)
        group[i] = draft->owners.items[i];
    for (i = 0; i < draft->rules.len; i++) {
        struct rule *rule = draft->rules.items[i];

        rule->group = group;
        rule->group_count = draft->owners.len;
    }
}

/* `before`, `after` and `on-failure`, followed by another target. */
static bool take_hook(struct reader *reader, struct location line)
{
    static const char *const kinds[] = {
        [HOOK_BEFORE] = "before", [HOOK_AFTER] = "after", [HOOK_ON_FAILURE] = "on-failure"
    };
    struct arena *arena = reader->lang->model->arena;
    struct span first = reader->targets.items[0];
    size_t kind, i;

    if (reader->targets.len < 2)
        return false;
    for (kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        if (strlen(kinds[kind]) == first.len && memcmp(kinds[kind], first.data, first.len) == 0)
            break;
    if (kind == sizeof kinds / sizeof *kinds)
        return false;
    reader->draft.hook_kind = kinds[kind];
    reader->draft.hook = (enum hook_kind)kind;
    for (i = 1; i < reader->targets.len; i++) {
        struct span name = reader->targets.items[i];
        struct trigger *trigger = arena_alloc(arena, sizeof *trigger);

        *trigger =
            (struct trigger){ arena_strndup(arena, name.data, name.len), name_place(name, line) };
        vec_push(&reader->draft.triggers, trigger);
    }
    return true;
}

/* A variable of one target, or of those that a pattern stands for. */
static void assign_target_variable(void *context, struct span name)
{
    struct rule_line *line = context;
    struct lang *lang = line->reader->lang;
    struct model *model = lang->model;
    struct variables *set;
    struct scope scope;

    if (has_percent(name)) {
        struct pattern *pattern = arena_alloc(model->arena, sizeof *pattern);

        pattern->targets = arena_alloc(model->arena, sizeof *pattern->targets);
        pattern->targets[0] = arena_strndup(model->arena, name.data, name.len);
        pattern->target_count = 1;
        pattern->variables = set = model_new_variables(model);
        vec_push(&model->patterns, pattern);
    } else {
        struct target *target = model_target_named(model, name.data, name.len);

        if (line->binding)
            binding_set(lang, target, line->binding);
        set = model_variables(model, target);
    }
    scope = (struct scope){ lang_expander(lang, NULL).scope, set, false };
    variable_assign(lang, set, &scope, line->assignment,
                    line->assignment->is_override ? ORIGIN_OVERRIDE : ORIGIN_FILE,
                    line->statement->where);
}

/* The pattern of a static pattern rule: what stands between the colons. False: an error. */
static bool take_target_pattern(struct rule_line *line)
{
    struct lang *lang = line->reader->lang;
    struct span text = line->prerequisites, name, more;
    size_t colon = head_find_colon(text);
    const char *wrong = NULL;

    if (colon == text.len)
        return true;
    line->prerequisites = (struct span){ text.data + colon + 1, text.len - colon - 1 };
    text.len = colon;
    if (!file_name_next(&text, '\0', &name))
        wrong = "missing target pattern";
    else if (file_name_next(&text, '\0', &more))
        wrong = "multiple target patterns";
    else if (!has_percent(name))
        wrong = "target pattern contains no '%'";
    if (wrong) {
        diag_error(lang->diags, line->statement->where, "%s", wrong);
        return false;
    }
    line->target_pattern = arena_strndup(lang->model->arena, name.data, name.len);
    return true;
}

/* Reads what all targets of the line share. */
static void share_prerequisites(struct rule_line *line)
{
    struct reader *reader = line->reader;
    struct arena *arena = reader->lang->model->arena;
    struct span text = line->prerequisites;

    line->rule.where = line->statement->where;
    if (reader->lang->model->second_expansion && memchr(text.data, '$', text.len)) {
        line->rule.second = text_compile(arena, arena_strndup(arena, text.data, text.len), text.len,
                                         line->statement->where);
        return;
    }
    if (line->target_pattern)
        return;
    prerequisites_parse(reader->lang, text, line->statement->where, &reader->prerequisites);
    line->rule.prerequisites = prerequisites_keep(reader->lang, &reader->prerequisites);
    line->rule.count = reader->prerequisites.len;
}

static void for_each_target(struct rule_line *line, file_name_visitor *visit)
{
    size_t i;

    for (i = 0; i < line->reader->targets.len; i++)
        file_name_expand(line->reader->lang, line->reader->targets.items[i], true, visit, line);
}

/* The draft that recipe lines go to from now on. */
static void open_draft(struct rule_line *line)
{
    struct reader *reader = line->reader;

    reader->draft.is_open = true;
    reader->draft.where = line->statement->where;
    reader->draft.binding = line->binding;
    reader->draft.is_task = reader->draft.is_task || line->binding || reader->draft.hook_kind;
    reader->draft.hook_rule = line->rule;
    if (line->head->has_recipe)
        draft_add_line(reader, line->head->recipe, line->statement->where);
}

static void read_targets(struct reader *reader, struct span text)
{
    struct span name;

    names_clear(&reader->targets);
    while (file_name_next(&text, '\0', &name))
        names_add(&reader->targets, name);
}

/* What is no assignment: targets and prerequisites. */
static void eval_dependencies(struct rule_line *line, struct head *head)
{
    struct reader *reader = line->reader;

    if (!head_finish(reader, line->statement, head)) {
        reader->draft.is_nothing = true;
        return;
    }
    line->prerequisites = head->after;
    read_targets(reader, head->targets);
    line->binding = binding_take(reader, &reader->targets, line->statement->where);
    if (!take_target_pattern(line)) {
        reader->draft.is_nothing = true;
        return;
    }
    share_prerequisites(line);
    if (!take_hook(reader, line->statement->where)) {
        for_each_target(line, add_target);
        if (line->patterns.len)
            add_pattern(line);
        else if (head->is_grouped)
            group_targets(line);
    }
    open_draft(line);
}

/* `@name`, where a target could stand. */
static bool names_host(struct span word)
{
    return word.len > 1 && word.data[0] == '@';
}

/* rule := targets [binding] separator (assignment | [pattern ":"] prerequisites) [";" recipe] */
void eval_rule(struct reader *reader, const struct statement *statement)
{
    struct rule_line line = { .reader = reader, .statement = statement };
    struct assignment assignment;
    enum head_result result;
    struct str memory = { 0 };
    struct head head;

    draft_close(reader);
    result = head_read(reader, statement, &head);
    reader->draft.is_nothing = result == HEAD_FAILED; /* its recipe would only bring more errors */
    if (result != HEAD_RULE)
        return;
    read_targets(reader, head.targets);
    if (!reader->targets.len) {
        reader->draft.is_nothing = true;
        return;
    }
    line.head = &head;
    line.documentation = reader_documentation(reader, statement);
    if (head_assignment(statement, &head, &memory, &assignment)) {
        line.assignment = &assignment;
        line.binding = binding_take(reader, &reader->targets, statement->where);
        if (line.binding && names_host(reader->targets.items[0]))
            diag_error_hint(
                reader->lang->diags, statement->where,
                "the roles and hosts of a variable are those that the line itself names",
                "write `@name: variable = value`");
        else
            for_each_target(&line, assign_target_variable);
    } else {
        eval_dependencies(&line, &head);
    }
    str_free(&memory);
    vec_free(&line.patterns);
}
