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

void links_fill(struct planner *planner, struct unit *unit, const struct link_names *names)
{
    unit->links = NULL;
    unit->link_count = names->len;
    if (names->len)
        unit->links = arena_alloc(planner->arena, names->len * sizeof *unit->links);
    for (size_t i = 0; i < names->len; i++) {
        const struct prerequisite *name = &names->items[i];

        unit->links[i].target = model_target(planner->model, name->name);
        unit->links[i].kind = name->order_only ? EDGE_ORDER : EDGE_CONTENT;
        unit->links[i].wait_before = name->wait_before;
    }
}

/* prerequisites := {name | ".WAIT"} ["|" {name | ".WAIT"}] */
static void parse(struct planner *planner, const char *text, struct location where,
                  struct link_names *names)
{
    struct prerequisite next = { .where = where };

    while (*(text += strspn(text, " \t\r\n"))) {
        size_t length = strcspn(text, " \t\r\n");

        if (length == 1 && *text == '|') {
            next.order_only = true;
        } else if (length == 5 && memcmp(text, ".WAIT", length) == 0) {
            next.wait_before = true;
        } else {
            next.name = arena_strndup(planner->arena, text, length);
            links_add_name(names, next);
            next.wait_before = false;
        }
        text += length;
    }
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
    size_t length;
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
    parse(planner, str_text(&value), text_location(text), names);
    str_free(&source);
    str_free(&value);
}
