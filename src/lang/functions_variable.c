/* The functions that tell about variables, read text as a Fakefile, and speak to the user. GNU make
 * manual, "The value Function", "The eval Function", "The origin Function", "The flavor Function",
 * "Functions That Control Make". */

#include <stdio.h>

#include "lang/functions.h"
#include "lang/lang.h"
#include "lang/reference.h"

bool function_value(struct expander *expander, const struct call *call, struct str *out)
{
    struct variable *variable;

    if (reference_find(expander, call->values[0], &variable, out) == REFERENCE_VARIABLE)
        str_addn(out, variable->value, variable->length);
    return true;
}

bool function_origin(struct expander *expander, const struct call *call, struct str *out)
{
    static const char *const names[] = {
        [ORIGIN_UNDEFINED] = "undefined",
        [ORIGIN_DEFAULT] = "default",
        [ORIGIN_ENVIRONMENT] = "environment",
        [ORIGIN_FILE] = "file",
        [ORIGIN_ENVIRONMENT_OVERRIDE] = "environment override",
        [ORIGIN_COMMAND_LINE] = "command line",
        [ORIGIN_OVERRIDE] = "override",
        [ORIGIN_AUTOMATIC] = "automatic",
    };
    struct str ignored = { 0 };
    struct variable *variable;
    enum origin origin = ORIGIN_UNDEFINED;

    switch (reference_find(expander, call->values[0], &variable, &ignored)) {
    case REFERENCE_VARIABLE:
        origin = variable->origin;
        break;
    case REFERENCE_ARGUMENT:
    case REFERENCE_AUTOMATIC:
        origin = ORIGIN_AUTOMATIC;
        break;
    case REFERENCE_UNDEFINED:
        break;
    }
    str_free(&ignored);
    str_add(out, names[origin]);
    return true;
}

bool function_flavor(struct expander *expander, const struct call *call, struct str *out)
{
    struct str ignored = { 0 };
    struct variable *variable;
    enum reference_kind kind = reference_find(expander, call->values[0], &variable, &ignored);

    str_free(&ignored);
    if (kind == REFERENCE_UNDEFINED)
        str_add(out, "undefined");
    else if (kind == REFERENCE_VARIABLE && variable->flavor == FLAVOR_RECURSIVE)
        str_add(out, "recursive");
    else
        str_add(out, "simple");
    return true;
}

bool function_eval(struct expander *expander, const struct call *call, struct str *out)
{
    (void)out;
    lang_eval_within(expander->lang, expander, call->values[0], call->where);
    return true;
}

bool function_error(struct expander *expander, const struct call *call, struct str *out)
{
    (void)out;
    lang_stop(expander->lang);
    return expand_fail(expander, expander->place, "%s", call->values[0]);
}

bool function_warning(struct expander *expander, const struct call *call, struct str *out)
{
    (void)out;
    diag_message(lang_diags(expander->lang), expander->place, call->values[0]);
    return true;
}

bool function_info(struct expander *expander, const struct call *call, struct str *out)
{
    const struct lang_options *options = lang_options(expander->lang);

    (void)out;
    if (options->print) {
        options->print(options->print_context, call->values[0]);
    } else {
        puts(call->values[0]);
        fflush(stdout);
    }
    return true;
}
