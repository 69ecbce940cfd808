#include <string.h>

#include "lang/functions.h"
#include "lang/lang.h"
#include "lang/reference.h"

/* What goes wrong with a reference, told with what was meant. Apart from reference.c, so that its
 * frames stay small: they are on the stack as often as references nest. */

/* Reports, and frees both texts. Returns false. */
static bool fail_with_hint(struct expander *expander, struct location where, struct str *message,
                           struct str *hint)
{
    diag_error_hint(lang_diags(expander->lang), where, str_text(message),
                    hint->len ? str_text(hint) : NULL);
    str_free(message);
    str_free(hint);
    expander->failed = true;
    return false;
}

enum { CHAIN_SHOWN = 8 };

/* "a → b → c → a": what is in use, the outermost first. */
static void add_chain(const struct expander *expander, struct str *chain)
{
    const struct variable *shown[CHAIN_SHOWN];
    const struct expand_frame *frame = expander->frames;
    unsigned count = 0;

    for (; frame && count < CHAIN_SHOWN; frame = frame->outer)
        shown[count++] = frame->variable;
    if (frame)
        str_add(chain, "… → ");
    while (count-- > 0)
        str_addf(chain, "%s%s", shown[count]->name, count ? " → " : "");
}

bool reference_fail_chain(struct expander *expander, struct location where, const char *message)
{
    struct str text = { 0 }, chain = { 0 };

    str_add(&text, message);
    add_chain(expander, &chain);
    return fail_with_hint(expander, where, &text, &chain);
}

bool reference_fail_recursive(struct expander *expander, const struct variable *variable,
                              struct location where)
{
    struct expand_frame frame = { variable, expander->frames };
    struct str message = { 0 };

    str_addf(&message, "Recursive variable '%s' references itself (eventually)", variable->name);
    expander->frames = &frame;
    if (variable->where.source) /* where it is defined, as make says */
        where = variable->where;
    reference_fail_chain(expander, where, str_text(&message));
    expander->frames = frame.outer;
    str_free(&message);
    return false;
}

static void try_names(struct nearest *nearest, const struct map *names)
{
    size_t i;

    for (i = 0; i < names->len; i++)
        if (names->entries[i].value)
            nearest_try(nearest, names->entries[i].key);
}

/* Without what stands behind a role's name. */
static void add_role_name(struct str *sought, const char *name)
{
    static const char *const parts[] = { ".name", ".selected" };
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_ends(name, parts[i])) {
            length -= strlen(parts[i]);
            break;
        }
    str_addn(sought, name, length);
}

void reference_explain_undefined(struct lang *lang, const struct scope *scope, const char *name,
                                 struct str *message, struct str *hint)
{
    size_t word = strcspn(name, " \t");
    bool is_role = name[0] == '@' && name[1];
    bool is_function = !is_role && word > 0 && name[word]; /* $(patsubt %.c,…) */
    struct str sought = { 0 };
    struct nearest nearest;

    if (is_function)
        str_addn(&sought, name, word);
    else if (is_role)
        add_role_name(&sought, name + 1);
    else
        str_add(&sought, name);
    nearest = nearest_to(str_text(&sought));
    if (is_function) {
        for (size_t i = 0; function_name(i); i++)
            nearest_try(&nearest, function_name(i));
    } else if (is_role) {
        try_names(&nearest, &lang_model(lang)->inventory.roles);
    } else {
        for (; scope; scope = scope->outer)
            if (scope->set)
                try_names(&nearest, &scope->set->map);
    }
    str_addf(message,
             is_function ? "unknown function '%s'"
             : is_role   ? "unknown role '%s'"
                         : "undefined variable '%s'",
             str_text(&sought));
    if (nearest.best)
        str_addf(hint, "did you mean '%s'?", nearest.best);
    else if (!is_function && !is_role)
        str_addf(hint, "where it may be empty, say so: %s ?=", name);
    str_free(&sought);
}

static bool fail_undefined(struct expander *expander, const char *name, struct location where)
{
    struct str message = { 0 }, hint = { 0 };

    reference_explain_undefined(expander->lang, expander->scope, name, &message, &hint);
    return fail_with_hint(expander, where, &message, &hint);
}

bool reference_is_stepped(const struct expander *expander, const char *name)
{
    return map_get(&lang_model(expander->lang)->stepped_names, name) != NULL;
}

/* A name that nothing gives a value is empty, as in make, but where that is dangerous. */
bool reference_undefined(struct expander *expander, const char *name, struct location where)
{
    bool is_argument = expander->call_arguments && reference_is_number(name);

    if (expander->passes_over && reference_is_stepped(expander, name)) {
        expander->is_lacking = true;
        return false;
    }
    if (name[0] == '@' && name[1] && strcmp(name, "@D") != 0 && strcmp(name, "@F") != 0 &&
        !expander->may_be_undefined && !lang_options(expander->lang)->is_make)
        return fail_undefined(expander, name, where);
    if (expander->undefined_is_error && !expander->may_be_undefined && !is_argument)
        return fail_undefined(expander, name, where);
    if (lang_options(expander->lang)->warn_undefined && expander->mode == EXPAND_VALUE)
        diag_warning(lang_diags(expander->lang), expander->place, "undefined variable '%s'", name);
    return true;
}
