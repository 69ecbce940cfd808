#include <string.h>

#include "lang/context.h"

/* Whether a recipe uses one of some variables, itself or through the values of others. Nothing is
 * expanded. */

struct search {
    struct lang *lang;
    const struct scope *scope;
    const char *const *names;
    struct map seen; /* variables whose values were looked at */
    bool is_found;
};

static void visit(void *context, enum text_use use, const char *name, struct location where)
{
    struct search *search = context;
    struct variable *variable;

    (void)where;
    if (use == TEXT_CALLS || search->is_found)
        return;
    for (const char *const *wanted = search->names; *wanted; wanted++)
        search->is_found = search->is_found || strcmp(*wanted, name) == 0;
    variable = search->is_found ? NULL : scope_find(search->scope, name);
    if (!variable || variable->flavor != FLAVOR_RECURSIVE || map_get(&search->seen, variable->name))
        return;
    *map_put(&search->seen, variable->name) = variable;
    if (!variable->text)
        variable->text = text_compile(search->lang->model->arena, variable->value, variable->length,
                                      variable->where);
    text_visit(variable->text, visit, search);
}

bool lang_mentions(struct lang *lang, const struct recipe *recipe, const struct scope *scope,
                   const char *const *names)
{
    struct search search = { .lang = lang, .scope = scope, .names = names };

    for (size_t i = 0; i < recipe->count && !search.is_found; i++)
        text_visit(recipe->lines[i].text, visit, &search);
    map_free(&search.seen);
    return search.is_found;
}
