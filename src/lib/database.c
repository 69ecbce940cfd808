#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"
#include "lib/context.h"

/* All variables and rules, in the form of make's -p: what was read, as a Fakefile that says the
 * same. */

static void add_place(struct str *out, struct location where)
{
    if (where.source)
        str_addf(out, " (from '%s', line %u)", where.source->name, location_line(where));
}

static const char *origin_name(enum origin origin)
{
    static const char *const names[] = {
        [ORIGIN_UNDEFINED] = "undefined",
        [ORIGIN_DEFAULT] = "default",
        [ORIGIN_ENVIRONMENT] = "environment",
        [ORIGIN_FILE] = "makefile",
        [ORIGIN_ENVIRONMENT_OVERRIDE] = "environment under -e",
        [ORIGIN_COMMAND_LINE] = "command line",
        [ORIGIN_OVERRIDE] = "'override' directive",
        [ORIGIN_AUTOMATIC] = "automatic",
    };

    return names[origin];
}

/* A value that is text stands so that reading it gives the same text. */
static void add_value(struct str *out, const struct variable *variable)
{
    for (const char *s = variable->value; *s; s++) {
        if (*s == '$' && variable->flavor == FLAVOR_SIMPLE)
            str_addc(out, '$');
        str_addc(out, *s);
    }
}

/* prefix: "all: " for a variable of a target, "" for one of all. */
static void add_variable(struct str *out, const char *prefix, const struct variable *variable)
{
    const char *sign = variable->append ? "+=" : variable->flavor == FLAVOR_SIMPLE ? ":=" : "=";

    str_addf(out, "# %s", origin_name(variable->origin));
    add_place(out, variable->where);
    if (strchr(variable->value, '\n') && !*prefix) {
        str_addf(out, "\ndefine %s %s\n", variable->name, sign);
        add_value(out, variable);
        str_add(out, "\nendef\n");
        return;
    }
    str_addf(out, "\n%s%s %s ", prefix, variable->name, sign);
    add_value(out, variable);
    str_addc(out, '\n');
}

static void add_set(struct str *out, const char *prefix, const struct variables *set)
{
    for (size_t i = 0; set && i < set->map.len; i++) {
        if (set->map.entries[i].value)
            add_variable(out, prefix, set->map.entries[i].value);
    }
}

static void add_prerequisites(struct str *out, const struct rule *rule)
{
    bool is_order_only = false;

    for (size_t i = 0; i < rule->count; i++) {
        const struct prerequisite *prerequisite = &rule->prerequisites[i];

        if (prerequisite->order_only && !is_order_only)
            str_add(out, " |");
        is_order_only = prerequisite->order_only;
        str_addf(out, "%s %s", prerequisite->wait_before ? " .WAIT" : "", prerequisite->name);
    }
    str_addc(out, '\n');
}

static void add_recipe(struct str *out, const struct recipe *recipe)
{
    if (!recipe)
        return;
    str_add(out, "#  recipe to execute");
    add_place(out, recipe->where);
    str_add(out, ":\n");
    for (size_t i = 0; i < recipe->count; i++)
        str_addf(out, "\t%s\n", recipe->lines[i].source);
}

static void add_binding(struct str *out, const struct binding *binding)
{
    if (!binding || binding->kind == BINDING_NONE)
        return;
    if (binding->kind == BINDING_LOCAL)
        str_add(out, " @local");
    else if (binding->kind == BINDING_SELECTION)
        str_add(out, " @");
    for (size_t i = 0; i < binding->names.len; i++)
        str_addf(out, " @%s", (const char *)binding->names.items[i]);
}

static void add_flags(struct str *out, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } rows[] = {
        { TARGET_PHONY, ".PHONY" },
        { TARGET_PRECIOUS, ".PRECIOUS" },
        { TARGET_INTERMEDIATE, ".INTERMEDIATE" },
        { TARGET_SECONDARY, ".SECONDARY" },
        { TARGET_SILENT, ".SILENT" },
        { TARGET_IGNORE, ".IGNORE" },
        { TARGET_STAMP, ".STAMP" },
        { TARGET_ALWAYS, ".ALWAYS" },
        { TARGET_BARRIER, ".BARRIER" },
        { TARGET_PRIMARY, ".PRIMARY" },
        { TARGET_PARALLEL, ".PARALLEL" },
        { TARGET_NOTPARALLEL, ".NOTPARALLEL" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (flags & rows[i].flag)
            str_addf(out, "#  Prerequisite of %s.\n", rows[i].name);
    }
}

static void add_hooks(struct str *out, const struct target *target)
{
    static const char *const names[] = {
        [HOOK_BEFORE] = "before", [HOOK_AFTER] = "after", [HOOK_ON_FAILURE] = "on-failure"
    };

    for (size_t i = 0; i < target->hooks.len; i++) {
        const struct hook *hook = target->hooks.items[i];
        /* One with a recipe of its own is a target, named so that no line can say it. */
        bool is_nameless = strchr(hook->task, ' ');
        str_addf(out, "%s%s %s: %s\n", is_nameless ? "# " : "", names[hook->kind], target->name,
                 is_nameless ? "" : hook->task);
    }
}

static void add_target(struct str *out, struct arena *arena, const struct target *target)
{
    const char *name =
        strchr(target->name, ' ') ? arena_printf(arena, "# %s", target->name) : target->name;

    str_addc(out, '\n');
    add_set(out, arena_printf(arena, "%s: ", name), target->variables);
    if (target->rules.len == 0)
        str_addf(out, "# Not a target:\n%s:\n", name);
    for (size_t i = 0; i < target->rules.len; i++) {
        const struct rule *rule = target->rules.items[i];

        str_addf(out, "%s", name);
        add_binding(out, target->binding);
        str_add(out, target->double_colon ? "::" : ":");
        add_prerequisites(out, rule);
        add_flags(out, i == 0 ? target->flags : 0);
        add_recipe(out, rule->recipe);
    }
    add_hooks(out, target);
}

static void add_pattern(struct str *out, struct arena *arena, const struct pattern *pattern)
{
    struct str targets = { 0 };

    for (size_t i = 0; i < pattern->target_count; i++)
        str_addf(&targets, "%s%s", i > 0 ? " " : "", pattern->targets[i]);
    str_addc(out, '\n');
    if (pattern->variables) {
        add_set(out, arena_printf(arena, "%s: ", str_text(&targets)), pattern->variables);
    } else {
        str_addf(out, "%s%s", str_text(&targets), pattern->double_colon ? "::" : ":");
        add_prerequisites(out, &pattern->rule);
        add_recipe(out, pattern->rule.recipe);
    }
    str_free(&targets);
}

static void add_vpaths(struct str *out, const struct model *model)
{
    for (size_t i = 0; i < model->vpaths.len; i++) {
        const struct vpath *vpath = model->vpaths.items[i];

        str_addf(out, "vpath %s", vpath->pattern);
        for (size_t k = 0; k < vpath->folders.len; k++)
            str_addf(out, "%c%s", k == 0 ? ' ' : ':', (const char *)vpath->folders.items[k]);
        str_addc(out, '\n');
    }
}

void fake_print_database(const struct fake *fake, FILE *out)
{
    const struct model *model = &fake->model;
    struct str text = { 0 }, masked = { 0 };

    if (!fake->lang)
        return;
    str_addf(&text, "# %s %s data base\n\n# Variables\n\n", fake->settings.program, fake_version());
    add_set(&text, "", &model->globals);
    for (size_t i = 0; i < model->inventory.roles.len; i++) {
        const struct role *role = model->inventory.roles.entries[i].value;
        if (role)
            add_set(&text, arena_printf(fake->arena, "@%s: ", role->name), &role->variables);
    }
    str_add(&text, "\n# VPATH Search Paths\n\n");
    add_vpaths(&text, model);
    str_add(&text, "\n# Implicit Rules\n");
    for (size_t i = 0; i < model->patterns.len; i++)
        add_pattern(&text, fake->arena, model->patterns.items[i]);
    str_add(&text, "\n# Files\n");
    for (size_t i = 0; i < model->targets.len; i++) {
        if (model->targets.entries[i].value)
            add_target(&text, fake->arena, model->targets.entries[i].value);
    }
    str_addf(&text, "\n# Finished %s data base\n", fake->settings.program);
    secrets_mask(fake->secrets, str_text(&text), text.len, true, &masked);
    fwrite(str_text(&masked), 1, masked.len, out);
    str_free(&masked);
    str_free(&text);
}
