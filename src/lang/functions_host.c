/* fake's own functions. Most are answered by the layers above, which know the job, its host and the
 * user. */

#include <string.h>

#include "lang/functions.h"
#include "lang/lang.h"
#include "lang/piece.h"

static bool fail_not_here(struct expander *expander, const struct call *call)
{
    return expand_fail(expander, call->where, "function '%s' is not available here",
                       call->function->name);
}

bool function_ask_host(struct expander *expander, const struct call *call, struct str *out)
{
    if (!expander->calls.ask_host)
        return expand_fail(expander, call->where,
                           "function '%s' asks a host: it is for the recipes of tasks on hosts",
                           call->function->name);
    if (expander->calls.ask_host(expander->calls.context, call->function->name, expander->ordinal++,
                                 call->values[0], out))
        return true;
    expander->is_waiting = true;
    return false;
}

/* A question that cannot be asked is an error before the run, too. */
static bool fail_above(struct expander *expander, const struct call *call, const char *why)
{
    enum expand_mode mode = expander->mode;

    expander->mode = EXPAND_VALUE;
    expand_fail(expander, call->where, "%s: %s", call->function->name, why);
    expander->mode = mode;
    return false;
}

bool function_above(struct expander *expander, const struct call *call, struct str *out)
{
    const struct lang_options *options = lang_options(expander->lang);
    const struct expand_calls calls = expander->calls.function
                                          ? expander->calls
                                          : (struct expand_calls){
                                                .context = options->function_context,
                                                .function = options->function,
                                            };
    const char *error = NULL;

    if (!calls.function)
        return fail_not_here(expander, call);
    if (calls.function(calls.context, call->function->name, call->values, call->count, out, &error))
        return true;
    return fail_above(expander, call, error ? error : "failed");
}

/* One $(each) while it goes from host to host. */
struct each {
    struct expander *expander;
    const struct text *text;
    struct str *out;
    size_t start;
    bool ok;
};

static void expand_for_host(void *state, const struct scope *scope,
                            const struct expand_calls *calls)
{
    struct each *each = state;
    struct expander host = *each->expander;
    struct str value = { 0 };

    if (!each->ok)
        return;
    host.scope = scope;
    host.calls = *calls;
    host.passes_over = true;
    host.is_lacking = false;
    if (expand(&host, each->text, &value)) {
        if (each->out->len > each->start)
            str_addc(each->out, ' ');
        str_addn(each->out, str_text(&value), value.len);
    } else if (!host.is_lacking) {
        each->ok = false;
    }
    each->expander->ordinal = host.ordinal;
    each->expander->failed |= host.failed;
    each->expander->is_waiting |= host.is_waiting;
    each->expander->as_written = host.as_written;
    each->expander->reads_files |= host.reads_files;
    str_free(&value);
}

bool function_each(struct expander *expander, const struct call *call, struct str *out)
{
    struct each each = { expander, &call->texts[1], out, out->len, true };
    struct str hosts = { 0 };
    bool ok = expand(expander, &call->texts[0], &hosts);

    if (ok && !expander->calls.each_host)
        ok = expand_fail(expander, call->where, "function 'each' is for recipes");
    else if (ok &&
             !expander->calls.each_host(expander->calls.context, str_text(&hosts), expand_for_host,
                                        &each) &&
             each.ok)
        ok = expand_fail(expander, call->where, "$(each %s,…): no such hosts", str_text(&hosts));
    str_free(&hosts);
    return ok && each.ok;
}

bool function_quote(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    str_add_quoted(out, call->values[0]);
    return true;
}

bool function_required(struct expander *expander, const struct call *call, struct str *out)
{
    const struct expand_frame *frame = expander->frames;

    (void)out;
    if (!frame)
        return expand_fail(expander, call->where, "required: %s", call->values[0]);
    return expand_fail(expander, call->where, "variable '%s' must be set: %s",
                       frame->variable->name, call->values[0]);
}

bool function_now(struct expander *expander, const struct call *call, struct str *out)
{
    const char *now = lang_options(expander->lang)->now;

    if (call->count > 0)
        return expand_fail(expander, call->where, "function 'now' takes no argument");
    if (!now)
        return fail_not_here(expander, call);
    str_add(out, now);
    return true;
}
