#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/reader.h"

/* Where the names of one list go, and what was said before the next. */
struct list {
    struct lang *lang;
    struct prerequisites *found;
    struct location where;
    bool order_only;
    bool wait;
};

static void add(void *context, struct span name)
{
    struct list *list = context;
    struct prerequisites *found = list->found;
    struct model *model = list->lang->model;
    struct prerequisite prerequisite = {
        .order_only = list->order_only,
        .wait_before = list->wait,
        .where = list->where,
    };

    if (found->len == found->cap) {
        found->cap = found->cap ? 2 * found->cap : 16;
        found->items = mem_resize(found->items, found->cap * sizeof *found->items);
    }
    if (memchr(name.data, '%', name.len)) {
        prerequisite.name = arena_strndup(model->arena, name.data, name.len);
    } else {
        struct target *target = model_target_named(model, name.data, name.len);

        prerequisite.name = target->name;
        prerequisite.target = target;
    }
    found->items[found->len++] = prerequisite;
    list->wait = false;
}

struct location name_place(struct span name, struct location line)
{
    const struct source *source = line.source;

    if (!source || name.data < source->text || name.data >= source->text + source->size)
        return line;
    return (struct location){ source, (uint32_t)(name.data - source->text), (uint32_t)name.len };
}

/* prerequisites := {name | ".WAIT"} ["|" {name | ".WAIT"}] */
void prerequisites_parse(struct lang *lang, struct span text, struct location where,
                         struct prerequisites *found)
{
    struct list list = { .lang = lang, .found = found };
    struct span name;

    found->len = 0;
    while (file_name_next(&text, '|', &name)) {
        if (name.len == 1 && name.data[0] == '|') {
            list.order_only = true;
        } else if (name.len == 5 && memcmp(name.data, ".WAIT", 5) == 0) {
            list.wait = true;
        } else {
            list.where = name_place(name, where);
            file_name_expand(lang, name, true, add, &list);
        }
    }
}

void prerequisites_replace(struct span text, const char *stem, struct str *out)
{
    struct span name;

    while (file_name_next(&text, '|', &name)) {
        struct str memory = { 0 };
        struct pattern_text pattern = pattern_parse(name.data, name.len, &memory);

        str_addn(out, pattern.prefix.data, pattern.prefix.len);
        if (pattern.has_percent) {
            str_add(out, stem);
            str_addn(out, pattern.suffix.data, pattern.suffix.len);
        }
        str_addc(out, ' ');
        str_free(&memory);
    }
}

struct prerequisite *prerequisites_keep(struct lang *lang, const struct prerequisites *found)
{
    size_t size = found->len * sizeof *found->items;

    return size ? memcpy(arena_alloc(lang->model->arena, size), found->items, size) : NULL;
}

size_t lang_prerequisites(struct lang *lang, const char *text, struct location where,
                          struct prerequisite **list)
{
    struct prerequisites found = { 0 };

    prerequisites_parse(lang, (struct span){ text, strlen(text) }, where, &found);
    *list = prerequisites_keep(lang, &found);
    free(found.items);
    return found.len;
}
