#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/reader.h"

/* One @word. False when it does not go with those before it. */
static bool add_word(struct lang *lang, struct binding *binding, struct span word)
{
    bool is_local = word.len == 6 && memcmp(word.data, "@local", 6) == 0;
    enum binding_kind kind = word.len == 1 ? BINDING_SELECTION
                             : is_local    ? BINDING_LOCAL
                                           : BINDING_ROLES;

    if (binding->kind != BINDING_NONE && (binding->kind != kind || kind != BINDING_ROLES))
        return false;
    binding->kind = kind;
    if (kind == BINDING_ROLES)
        vec_push(&binding->names, arena_strndup(lang->model->arena, word.data + 1, word.len - 1));
    return true;
}

/* The list moves into the arena: what it belongs to is never freed alone. */
static void keep_names(struct lang *lang, struct vec *names)
{
    size_t size = names->len * sizeof *names->items;
    void **items = size ? memcpy(arena_alloc(lang->model->arena, size), names->items, size) : NULL;

    free(names->items);
    *names = (struct vec){ items, names->len, names->len };
}

struct binding *binding_take(struct reader *reader, struct names *targets, struct location where)
{
    struct lang *lang = reader->lang;
    struct binding *binding = NULL;
    size_t i, kept = 0;

    for (i = 0; i < targets->len; i++) {
        struct span word = targets->items[i];

        if (i == 0 || word.data[0] != '@') {
            targets->items[kept++] = word;
            continue;
        }
        if (!binding) {
            binding = arena_alloc(lang->model->arena, sizeof *binding);
            binding->where = where;
        }
        if (!add_word(lang, binding, word))
            diag_error(lang->diags, where,
                       "'@' (the selection), '@local' and roles do not go together in one binding");
    }
    targets->len = kept;
    if (binding)
        keep_names(lang, &binding->names);
    return binding;
}

static bool is_same(const struct binding *a, const struct binding *b)
{
    size_t i;

    if (a->kind != b->kind || a->names.len != b->names.len)
        return false;
    for (i = 0; i < a->names.len; i++)
        if (strcmp(a->names.items[i], b->names.items[i]) != 0)
            return false;
    return true;
}

void binding_show(const struct binding *binding, struct str *out)
{
    size_t i;

    if (binding->kind == BINDING_LOCAL)
        str_add(out, "@local");
    else if (binding->kind == BINDING_SELECTION)
        str_add(out, "@");
    for (i = 0; i < binding->names.len; i++)
        str_addf(out, "%s@%s", i ? " " : "", (const char *)binding->names.items[i]);
}

void binding_set(struct lang *lang, struct target *target, struct binding *binding)
{
    struct str old = { 0 }, new = { 0 };

    if (!target->binding) {
        target->binding = binding;
        return;
    }
    if (is_same(target->binding, binding))
        return;
    binding_show(target->binding, &old);
    binding_show(binding, &new);
    diag_error(lang->diags, binding->where, "target '%s' is bound to %s here, and to %s at line %u",
               target->name, str_text(&new), str_text(&old), location_line(target->binding->where));
    str_free(&old);
    str_free(&new);
}
