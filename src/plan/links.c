#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/planner.h"

/* Lists of prerequisites while they are made, as names; and those that .SECONDEXPANSION expands
 * once more, in the scope of their target. */

void links_add_name(struct link_names *names, struct prerequisite prerequisite)
{
    if (names->len == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 8;
        names->items = mem_resize(names->items, names->cap * sizeof *names->items);
    }
    names->items[names->len++] = prerequisite;
}

void links_free_names(struct link_names *names)
{
    free(names->items);
    *names = (struct link_names){ 0 };
}

/* What is asked for in both ways is an ordinary prerequisite only. */
static void hide_order_only(struct unit *unit)
{
    struct map ordinary = { 0 };
    size_t ordinary_count = 0;

    for (size_t i = 0; i < unit->link_count; i++)
        ordinary_count += unit->links[i].kind == EDGE_CONTENT;
    if (!ordinary_count || ordinary_count == unit->link_count)
        return;
    for (size_t i = 0; i < unit->link_count; i++)
        if (unit->links[i].kind == EDGE_CONTENT)
            *map_put(&ordinary, unit->links[i].target->name) = unit;
    for (size_t i = 0; i < unit->link_count; i++)
        if (unit->links[i].kind == EDGE_ORDER && map_get(&ordinary, unit->links[i].target->name))
            unit->links[i].is_hidden = true;
    map_free(&ordinary);
}

void links_fill(struct planner *planner, struct unit *unit, const struct link_names *names)
{
    unit->links = NULL;
    unit->link_count = names->len;
    if (names->len)
        unit->links = arena_alloc(planner->arena, names->len * sizeof *unit->links);
    for (size_t i = 0; i < names->len; i++) {
        const struct prerequisite *name = &names->items[i];

        unit->links[i].target = model_needed(planner->model, name);
        if (!unit->links[i].target)
            unit->links[i].target = model_target(planner->model, name->name);
        unit->links[i].kind = name->order_only ? EDGE_ORDER : EDGE_CONTENT;
        unit->links[i].wait_before = name->wait_before;
        unit->links[i].is_foreign =
            unit->recipe && name->where.source != unit->recipe->where.source;
    }
    hide_order_only(unit);
}

/* The first % of each word stands for the stem. */
static void fill_stem(const char *source, size_t length, struct str *out)
{
    bool is_filled = false;

    for (size_t i = 0; i < length; i++) {
        if (strchr(" \t\n", source[i]))
            is_filled = false;
        if (source[i] == '%' && !is_filled) {
            str_add(out, "$*");
            is_filled = true;
        } else {
            str_addc(out, source[i]);
        }
    }
}

void links_add_second(struct planner *planner, const struct unit *unit, const struct text *text,
                      bool is_pattern, struct link_names *names)
{
    struct unit known = *unit; /* with what is known so far for $< and $^ */
    struct job job = { .kind = unit->kind,
                       .target = unit->target,
                       .stem = unit->stem,
                       .unit = &known,
                       .scope = scope_make(planner->arena, unit, planner->file),
                       .plan = planner->plan };
    struct expander expander;
    struct str value = { 0 }, source = { 0 };
    struct prerequisite *list;
    size_t length, count;
    const char *written = text_source(text, &length);

    links_fill(planner, &known, names);
    plan_expander(planner->plan, &job, &expander);
    expander.undefined_is_error = false;
    if (is_pattern) {
        fill_stem(written, length, &source);
        expand_string(&expander, str_text(&source), text_location(text), &value);
    } else {
        expand(&expander, text, &value);
    }
    count = lang_prerequisites(planner->lang, str_text(&value), text_location(text), &list);
    for (size_t i = 0; i < count; i++)
        links_add_name(names, list[i]);
    str_free(&source);
    str_free(&value);
}
