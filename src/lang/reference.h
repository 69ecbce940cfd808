#ifndef FAKE_LANG_REFERENCE_H
#define FAKE_LANG_REFERENCE_H

#include "lang/expand.h"

/* What $(name) is worth: inside of expand. */

bool reference_expand(struct expander *expander, const char *name, struct location where,
                      struct str *out);
/* For $(call): the value of a variable that may be in use already. */
bool reference_expand_called(struct expander *expander, const char *name, struct location where,
                             struct str *out);
bool reference_is_number(const char *name);
bool reference_is_stepped(const struct expander *expander, const char *name); /* by --into */

/* What a name stands for now: the argument of a $(call), a name bound by $(foreach) or $(let), an
 * automatic variable, a variable of the scope; in this order. */
enum reference_kind {
    REFERENCE_UNDEFINED,
    REFERENCE_ARGUMENT,  /* the value is appended */
    REFERENCE_AUTOMATIC, /* the value is appended */
    REFERENCE_VARIABLE,  /* *variable is set */
};
enum reference_kind reference_find(struct expander *expander, const char *name,
                                   struct variable **variable, struct str *value);

/* A name that nothing gives a value: empty, as in make, but an error where that is dangerous. */
bool reference_undefined(struct expander *expander, const char *name, struct location where);
/* What an error says of such a name: a variable, a function or a role, and the nearest that is. */
void reference_explain_undefined(struct lang *lang, const struct scope *scope, const char *name,
                                 struct str *message, struct str *hint);
/* These report and return false. The hint is the chain of the variables in use. */
bool reference_fail_chain(struct expander *expander, struct location where, const char *message);
bool reference_fail_recursive(struct expander *expander, const struct variable *variable,
                              struct location where);

#endif
