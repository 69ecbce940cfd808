#include "lang/reference.h"

#include <string.h>

#include "lang/lang.h"

bool reference_is_number(const char *name)
{
    return name[0] && name[strspn(name, "0123456789")] == '\0';
}

/* $(1) of the $(call) that is going on, or NULL. */
static const char *call_argument(const struct expander *expander, const char *name)
{
    unsigned index = 0;

    if (!expander->call_arguments || !(name[0] >= '0' && name[0] <= '9') ||
        !reference_is_number(name))
        return NULL;
    for (; *name; name++) {
        index = index * 10 + (unsigned)(*name - '0');
        if (index >= expander->call_count)
            return NULL;
    }
    return expander->call_arguments[index];
}

static void add_hosts(const struct vec *hosts, bool bare, struct str *value)
{
    size_t i;

    for (i = 0; i < hosts->len; i++) {
        const struct host *host = hosts->items[i];

        str_addf(value, "%s%s", i ? " " : "", bare ? host->name : host->spec);
    }
}

static bool add_host(struct expander *expander, const char *name, bool bare, struct str *value)
{
    const struct host *host = inventory_find_host(&lang_model(expander->lang)->inventory, name);

    if (host)
        str_add(value, bare ? host->name : host->spec);
    return host != NULL;
}

/* $(@role), $(@role.name), $(@all): the hosts of a role; $(@host): the host itself. False: there is
 * no such role or host. */
static bool add_role(struct expander *expander, const char *name, struct str *value)
{
    struct lang *lang = expander->lang;
    bool bare = str_ends(name, ".name"), found = true;
    struct str role_name = { 0 };
    struct role *role;

    str_addn(&role_name, name, strlen(name) - (bare ? strlen(".name") : 0));
    role = inventory_find_role(&lang_model(lang)->inventory, str_text(&role_name));
    if (strcmp(str_text(&role_name), "all") == 0)
        add_hosts(lang_all_hosts(lang), bare, value);
    else if (role && variables_get(&role->variables, "hosts"))
        add_hosts(lang_role_hosts(lang, role), bare, value);
    else
        found = add_host(expander, str_text(&role_name), bare, value) || role;
    str_free(&role_name);
    return found;
}

/* What has a value without being in any set. */
static bool is_computed(struct expander *expander, const char *name, struct str *value)
{
    if (name[0] == '@' && name[1] && !lang_options(expander->lang)->is_make)
        return add_role(expander, name + 1, value);
    return lang_special(expander->lang, name, value);
}

static bool is_automatic(struct expander *expander, const char *name, struct str *value)
{
    return expander->calls.automatic &&
           expander->calls.automatic(expander->calls.context, name, value);
}

enum reference_kind reference_find(struct expander *expander, const char *name,
                                   struct variable **variable, struct str *value)
{
    const char *argument = call_argument(expander, name);

    *variable = NULL;
    if (argument) {
        str_add(value, argument);
        return REFERENCE_ARGUMENT;
    }
    *variable = scope_find(expander->scope, name);
    if (*variable && (*variable)->origin == ORIGIN_AUTOMATIC)
        return REFERENCE_VARIABLE; /* bound by foreach or let */
    if (is_automatic(expander, name, value))
        return REFERENCE_AUTOMATIC;
    if (*variable)
        return REFERENCE_VARIABLE;
    return is_computed(expander, name, value) ? REFERENCE_AUTOMATIC : REFERENCE_UNDEFINED;
}

/* Else it is in use further out: an environment is made for a $(shell) in its value, where it is
 * not to be had yet. */
static bool is_recursion(const struct expander *expander, const struct variable *variable)
{
    const struct expand_frame *frame = expander->frames;

    while (frame && frame->variable != variable)
        frame = frame->outer;
    return frame != NULL;
}

static bool expand_own(struct expander *expander, struct variable *variable, struct location where,
                       struct str *out, bool is_called)
{
    struct expand_frame frame = { variable, expander->frames };
    bool was_expanding = variable->expanding, ok;

    if (variable->flavor == FLAVOR_SIMPLE) {
        str_addn(out, variable->value, variable->length);
        return true;
    }
    if (was_expanding && !is_called)
        return !is_recursion(expander, variable) ||
               reference_fail_recursive(expander, variable, where);
    if (!variable->text)
        variable->text = text_compile(lang_arena(expander->lang), variable->value, variable->length,
                                      variable->where);
    if (text_is_literal(variable->text))
        return expand(expander, variable->text, out);
    expander->frames = &frame;
    variable->expanding = !is_called;
    ok = expand(expander, variable->text, out);
    variable->expanding = was_expanding;
    expander->frames = frame.outer;
    return ok;
}

/* The level on which scope_find has found a variable. */
static const struct scope *find_level(const struct scope *scope, const struct variable *variable)
{
    while (scope && !(scope->set && variables_get(scope->set, variable->name) == variable))
        scope = scope->outer;
    return scope;
}

/* `+=` in a target's, role's or host's set: what the levels outside say comes first. Each part is
 * expanded in the whole scope. */
static bool expand_appended(struct expander *expander, struct variable *variable,
                            const struct scope *scope, struct location where, struct str *out,
                            bool is_called)
{
    const struct scope *level = find_level(scope, variable);
    struct variable *outer = level ? scope_find(level->outer, variable->name) : NULL;
    size_t start = out->len;

    if (outer) {
        if (outer->append ? !expand_appended(expander, outer, level->outer, where, out, is_called)
                          : !expand_own(expander, outer, where, out, is_called))
            return false;
        if (out->len > start)
            str_addc(out, ' ');
    }
    return expand_own(expander, variable, where, out, is_called);
}

/* A name that a step sets by --into, as far as that alone says what it stands for. */
static enum stepped find_stepped(struct expander *expander, const char *name, struct str *out)
{
    if (!reference_is_stepped(expander, name))
        return STEPPED_UNSET;
    if (expander->mode == EXPAND_FINGERPRINT) {
        expander->as_written++;
        str_addf(out, "$(%s)", name);
    }
    if (expander->mode == EXPAND_QUESTIONS || expander->mode == EXPAND_AHEAD)
        expander->passed_over++;
    if (expander->mode != EXPAND_VALUE)
        return STEPPED_SET;
    return expander->calls.stepped ? expander->calls.stepped(expander->calls.context, name, out)
                                   : STEPPED_UNSET;
}

static bool expand_name(struct expander *expander, const char *name, struct location where,
                        struct str *out, bool is_called)
{
    struct variable *variable;
    enum stepped stepped = find_stepped(expander, name, out);

    if (stepped != STEPPED_UNSET) {
        expander->is_waiting |= stepped == STEPPED_LATER;
        return stepped == STEPPED_SET;
    }
    switch (reference_find(expander, name, &variable, out)) {
    case REFERENCE_ARGUMENT:
    case REFERENCE_AUTOMATIC:
        return true;
    case REFERENCE_VARIABLE:
        if (variable->append)
            return expand_appended(expander, variable, expander->scope, where, out, is_called);
        return expand_own(expander, variable, where, out, is_called);
    case REFERENCE_UNDEFINED:
        break;
    }
    return reference_undefined(expander, name, where);
}

bool reference_expand(struct expander *expander, const char *name, struct location where,
                      struct str *out)
{
    return expand_name(expander, name, where, out, false);
}

bool reference_expand_called(struct expander *expander, const char *name, struct location where,
                             struct str *out)
{
    return expand_name(expander, name, where, out, true);
}
