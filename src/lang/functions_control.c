/* The functions that decide what of their arguments is expanded, and how often. GNU make manual,
 * "Functions for Conditionals", "The let Function", "The foreach Function", "The call Function". */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/functions.h"
#include "lang/lang.h"
#include "lang/piece.h"
#include "lang/reference.h"

/* Expands what may hold names that are undefined. */
static bool expand_doubtful(struct expander *expander, const struct text *text, struct str *out)
{
    bool outer = expander->may_be_undefined, ok;

    expander->may_be_undefined = true;
    ok = expand(expander, text, out);
    expander->may_be_undefined = outer;
    return ok;
}

/* For a fingerprint: which of these texts will count is not known without a host, so all do, as far
 * as that runs nothing. */
static bool add_undecided(struct expander *expander, const struct call *call, unsigned from,
                          struct str *out)
{
    unsigned passed_over = expander->passed_over;
    bool ok = true;

    expander->mode = EXPAND_AHEAD;
    for (unsigned i = from; ok && i < call->count; i++)
        ok = expand_doubtful(expander, &call->texts[i], out);
    expander->mode = EXPAND_FINGERPRINT;
    expander->passed_over = passed_over;
    return ok;
}

bool function_if(struct expander *expander, const struct call *call, struct str *out)
{
    struct str condition = { 0 };
    unsigned passed_over = expander->passed_over, as_written = expander->as_written;
    bool ok = expand_doubtful(expander, &call->texts[0], &condition);
    unsigned chosen = condition.len > 0 ? 1 : 2;

    str_free(&condition);
    if (ok && as_written != expander->as_written)
        return add_undecided(expander, call, 1, out);
    if (!ok || chosen >= call->count || passed_over != expander->passed_over)
        return ok;
    return expand(expander, &call->texts[chosen], out);
}

bool function_or(struct expander *expander, const struct call *call, struct str *out)
{
    unsigned as_written = expander->as_written, i;
    size_t start = out->len;
    bool ok = true;

    for (i = 0; ok && i < call->count && out->len == start; i++)
        ok = expand_doubtful(expander, &call->texts[i], out);
    if (ok && as_written != expander->as_written)
        ok = add_undecided(expander, call, i, out);
    return ok;
}

bool function_and(struct expander *expander, const struct call *call, struct str *out)
{
    struct str value = { 0 };
    bool ok = true;
    unsigned i;

    for (i = 0; ok && i < call->count; i++) {
        str_clear(&value);
        ok = expand(expander, &call->texts[i], &value);
        if (value.len == 0)
            break;
    }
    if (ok && i == call->count)
        str_add(out, str_text(&value));
    str_free(&value);
    return ok;
}

/* An integer of any length: its sign, and its digits without zeros in front. */
struct integer {
    int sign;
    struct span digits;
};

static bool parse_integer(struct expander *expander, const struct call *call, unsigned index,
                          const char *value, struct integer *integer)
{
    const char *which = index == 0 ? "first" : "second";
    struct span all = span_trim(value, strlen(value));
    bool is_signed = all.len > 0 && (all.data[0] == '-' || all.data[0] == '+');
    size_t i = is_signed ? 1 : 0, zeros = i;

    if (all.len == 0)
        return expand_fail(expander, call->where,
                           "non-numeric %s argument to 'intcmp' function: empty value", which);
    while (zeros < all.len && all.data[zeros] == '0')
        zeros++;
    for (i = zeros; i < all.len && all.data[i] >= '0' && all.data[i] <= '9';)
        i++;
    if (i < all.len || i == (is_signed ? 1 : 0))
        return expand_fail(expander, call->where,
                           "non-numeric %s argument to 'intcmp' function: '%s'", which, value);
    integer->digits = (struct span){ all.data + zeros, i - zeros };
    integer->sign = i == zeros ? 0 : all.data[0] == '-' ? -1 : 1;
    return true;
}

static int compare_integers(struct integer a, struct integer b)
{
    if (a.sign != b.sign)
        return a.sign < b.sign ? -1 : 1;
    if (a.digits.len != b.digits.len)
        return a.digits.len < b.digits.len ? -a.sign : a.sign;
    return memcmp(a.digits.data, b.digits.data, a.digits.len) * a.sign;
}

static bool choose_by_order(struct expander *expander, const struct call *call, int order,
                            struct integer left, struct str *out)
{
    unsigned chosen = 2;

    if (call->count == 2) {
        if (order == 0)
            str_addf(out, "%s%.*s", left.sign < 0 ? "-" : "", left.sign ? (int)left.digits.len : 1,
                     left.sign ? left.digits.data : "0");
        return true;
    }
    if (order >= 0)
        chosen = order > 0 && call->count > 4 ? 4 : 3;
    return chosen >= call->count || expand(expander, &call->texts[chosen], out);
}

bool function_intcmp(struct expander *expander, const struct call *call, struct str *out)
{
    struct str left = { 0 }, right = { 0 };
    struct integer a, b;
    bool ok = expand(expander, &call->texts[0], &left) &&
              expand(expander, &call->texts[1], &right) &&
              parse_integer(expander, call, 0, str_text(&left), &a) &&
              parse_integer(expander, call, 1, str_text(&right), &b) &&
              choose_by_order(expander, call, compare_integers(a, b), a, out);

    str_free(&left);
    str_free(&right);
    return ok;
}

/* A name that has a value while a text is expanded: a level of the scope of its own. */
struct bound {
    struct variable variable;
    struct variables set;
    struct scope scope;
};

static void bind(struct expander *expander, struct bound *bound, const char *name)
{
    *bound = (struct bound){ .variable = { .name = name,
                                           .value = "",
                                           .origin = ORIGIN_AUTOMATIC,
                                           .flavor = FLAVOR_SIMPLE } };
    *map_put(&bound->set.map, name) = &bound->variable;
    bound->scope = (struct scope){ .outer = expander->scope, .set = &bound->set };
    expander->scope = &bound->scope;
}

static void set_bound(struct bound *bound, const char *value)
{
    bound->variable.value = value;
    bound->variable.length = strlen(value);
}

static void unbind(struct expander *expander, struct bound *bound)
{
    expander->scope = bound->scope.outer;
    map_free(&bound->set.map);
}

/* The next word of *list, ended by a NUL in place; NULL at the end. */
static char *cut_word(char **list)
{
    const char *rest = *list;
    struct span word;
    char *begin;

    if (!word_next(&rest, &word))
        return NULL;
    begin = *list + (word.data - *list);
    *list = begin + word.len;
    if (**list)
        *(*list)++ = '\0';
    return begin;
}

/* An expanded argument that words are cut from. */
static bool expand_list(struct expander *expander, const struct text *text, struct str *list)
{
    str_add(list, ""); /* data is never NULL */
    return expand(expander, text, list);
}

static bool expand_each(struct expander *expander, const struct text *body, const char *name,
                        char *list, struct str *out)
{
    struct bound bound;
    bool ok = true, is_first = true;
    char *word;

    bind(expander, &bound, name);
    while (ok && (word = cut_word(&list))) {
        if (!is_first)
            str_addc(out, ' ');
        is_first = false;
        set_bound(&bound, word);
        ok = expand(expander, body, out);
    }
    unbind(expander, &bound);
    return ok;
}

bool function_foreach(struct expander *expander, const struct call *call, struct str *out)
{
    struct str name = { 0 }, list = { 0 };
    bool ok = expand_list(expander, &call->texts[0], &name) &&
              expand_list(expander, &call->texts[1], &list);
    char *names = name.data, *first = ok ? cut_word(&names) : NULL;

    ok = ok && expand_each(expander, &call->texts[2], first ? first : "", list.data, out);
    str_free(&name);
    str_free(&list);
    return ok;
}

/* Binds the names one by one; the last gets what is left of the list. */
static bool expand_bound(struct expander *expander, const struct text *body, char *names,
                         char *list, struct str *out)
{
    char *name = cut_word(&names), *value;
    struct bound bound;
    bool ok;

    if (!name)
        return expand(expander, body, out);
    while (is_blank(*names))
        names++;
    bind(expander, &bound, name);
    if (*names) {
        value = cut_word(&list);
    } else {
        while (is_blank(*list))
            list++;
        value = list;
    }
    set_bound(&bound, value ? value : "");
    ok = expand_bound(expander, body, names, list, out);
    unbind(expander, &bound);
    return ok;
}

bool function_let(struct expander *expander, const struct call *call, struct str *out)
{
    struct str names = { 0 }, list = { 0 };
    bool ok = expand_list(expander, &call->texts[0], &names) &&
              expand_list(expander, &call->texts[1], &list) &&
              expand_bound(expander, &call->texts[2], names.data, list.data, out);

    str_free(&names);
    str_free(&list);
    return ok;
}

/* What stands in a fingerprint for $(call ask,…). */
static void add_as_written(const struct function *function, const struct call *outer,
                           struct str *out)
{
    unsigned i;

    str_addf(out, "$(%s", function->name);
    for (i = 1; i < outer->count; i++)
        str_addf(out, "%c%s", i == 1 ? ' ' : ',', outer->values[i]);
    str_addc(out, ')');
}

/* $(call subst,a,b,c). The arguments of a function that expands them itself are expanded again, as
 * make does. */
static bool call_function(struct expander *expander, const struct call *outer,
                          const struct function *function, struct str *out)
{
    struct call call = { .function = function,
                         .values = outer->values + 1,
                         .count = outer->count - 1,
                         .where = outer->where };
    struct arena *scratch = lang_scratch(expander->lang);
    struct arena_mark mark = arena_mark(scratch);
    struct text *texts;
    unsigned i;
    bool ok;

    if (!(function->flags & FUNCTION_TEXTS))
        return function_call(expander, &call, out);
    texts = arena_alloc(scratch, (call.count + 1) * sizeof *texts);
    for (i = 0; i < call.count; i++) {
        struct span value = { call.values[i], strlen(call.values[i]) };

        if (function_trims(function, i))
            value = span_trim(value.data, value.len);
        texts[i] = *text_compile(scratch, value.data, value.len, call.where);
        text_pieces(&texts[i]); /* now: later marks of the scratch arena would take them away */
    }
    call.texts = texts;
    ok = function_call(expander, &call, out);
    arena_release(scratch, mark);
    return ok;
}

/* A call inside a call does not see the outer one's further arguments. */
static bool call_variable(struct expander *expander, const struct call *call, const char *name,
                          struct str *out)
{
    const char *const *outer_arguments = expander->call_arguments;
    unsigned outer_count = expander->call_count, i;
    unsigned count = call->count > outer_count ? call->count : outer_count;
    const char **arguments = mem_array(count, sizeof *arguments);
    bool ok;

    for (i = 0; i < count; i++)
        arguments[i] = i == 0 ? name : i < call->count ? call->values[i] : "";
    expander->call_arguments = arguments;
    expander->call_count = count;
    ok = reference_expand_called(expander, name, call->where, out);
    expander->call_arguments = outer_arguments;
    expander->call_count = outer_count;
    free(arguments);
    return ok;
}

bool function_call_variable(struct expander *expander, const struct call *call, struct str *out)
{
    struct span trimmed = span_trim(call->values[0], strlen(call->values[0]));
    const struct function *function;
    struct str name = { 0 };
    bool ok = true;

    str_addn(&name, trimmed.data, trimmed.len);
    function = function_find(str_text(&name), strcspn(str_text(&name), " \t"));
    if (function && (function->flags & FUNCTION_OURS) &&
        scope_find(expander->scope, str_text(&name)))
        function = NULL;
    if (function && expander->mode == EXPAND_FINGERPRINT && (function->flags & FUNCTION_VOLATILE)) {
        expander->as_written++;
        add_as_written(function, call, out);
    } else if (function)
        ok = call_function(expander, call, function, out);
    else if (name.len > 0)
        ok = call_variable(expander, call, name.data, out);
    str_free(&name);
    return ok;
}
