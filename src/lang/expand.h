#ifndef FAKE_LANG_EXPAND_H
#define FAKE_LANG_EXPAND_H

#include <stdbool.h>

#include "base/str.h"
#include "lang/text.h"
#include "model/rule.h"

struct lang;

/* What for. In a fingerprint, calls whose value changes by itself ($(run …), $(now), $(ask …),
 * info, error, file …) stand as written. For the questions alone, before a run, nothing is done but
 * to ask them: whatever reaches outside is passed over, and with it each question whose text it is
 * a part of, and nothing is an error. Ahead of a run, to see what is known without it, not even
 * they are asked. */
enum expand_mode {
    EXPAND_VALUE,
    EXPAND_FINGERPRINT,
    EXPAND_QUESTIONS,
    EXPAND_AHEAD,
};

/* What is known of a name that a step sets by --into. */
enum stepped {
    STEPPED_UNSET, /* no step has set it: what the file says of it counts */
    STEPPED_SET,
    STEPPED_LATER, /* the turn of the step that uses it has not come */
};

/* What the layers above answer while a text is expanded. Each function may be NULL. */
struct expand_calls {
    void *context;
    /* $@ $< $(@D) … and $(host), $(roles) …: the value of an automatic variable. False: not one. */
    bool (*automatic)(void *context, const char *name, struct str *value);
    /* $(run CMD), $(sudo CMD), $(exists PATH): the value that the host gave. False: not there
     * yet; the expansion ends with `is_waiting` set and is done again once it is. `ordinal` counts
     * such calls of this expansion, from 0. */
    bool (*ask_host)(void *context, const char *function, unsigned ordinal, const char *argument,
                     struct str *value);
    /* The value of a name of --into. LATER: the expansion ends with `is_waiting` set. */
    enum stepped (*stepped)(void *context, const char *name, struct str *value);
    /* $(each HOSTS,TEXT): calls back `one` with each host's scope and calls. */
    bool (*each_host)(void *context, const char *hosts,
                      void (*one)(void *state, const struct scope *scope,
                                  const struct expand_calls *calls),
                      void *state);
    /* $(ask) $(choose) $(password) $(secret) $(git-…) and what else a row above names: the
     * arguments are expanded. False: *error says why. */
    bool (*function)(void *context, const char *name, const char *const *arguments, unsigned count,
                     struct str *value, const char **error);
};

/* One expansion's surroundings. On the stack; owns nothing. */
struct expander {
    struct lang *lang;
    const struct scope *scope;
    struct expand_calls calls;
    enum expand_mode mode;
    bool undefined_is_error;     /* in a task's recipe */
    bool shell_failure_is_error; /* in a task's recipe and in `hosts` */
    bool is_waiting;             /* out: an ask_host or a stepped was not answered yet */
    bool failed;                 /* out: an error was reported */
    bool reads_files;            /* out: something of it is of this machine's files */
    bool may_be_undefined;       /* inside the condition of $(if) and the arguments of $(or) */
    bool passes_over;     /* a name of --into without a value ends the expansion in silence, */
    bool is_lacking;      /* … and this tells of it */
    unsigned ordinal;     /* for ask_host */
    unsigned passed_over; /* out: calls that EXPAND_QUESTIONS or EXPAND_AHEAD left out */
    unsigned as_written;  /* out: calls that EXPAND_FINGERPRINT left as written */
    unsigned depth;
    struct location place; /* of the outermost text: where make says that something happened */
    const struct expand_frame *frames; /* the variables in use, the innermost first */
    const char *const *call_arguments; /* $(0) $(1) … of the innermost $(call), or NULL */
    unsigned call_count;
};

/* A variable whose value is being expanded. */
struct expand_frame {
    const struct variable *variable;
    const struct expand_frame *outer;
};

/* Deeper than any file needs, and shallow enough for the stack. */
enum { EXPAND_DEPTH_MAXIMUM = 10000 };
/* What one text, with all that it expands, may take: a reference or a call counts one, and so do
 * each EXPANSION_BYTES of what came of it, and each EXPANSION_LEVELS that it is nested in, as names
 * are looked for in all of them. About a minute; what calls itself twice takes ages. */
enum { EXPANSIONS_MAXIMUM = 1000000000, EXPANSION_BYTES = 16, EXPANSION_LEVELS = 64 };

/* Appends the value of text. False when it failed (reported to the lang's diags) or is waiting. */
bool expand(struct expander *expander, const struct text *text, struct str *out);
/* The value of a variable by name, through scope, automatic and environment; "" when undefined. */
bool expand_variable(struct expander *expander, const char *name, struct location where,
                     struct str *out);
/* Text that is not compiled yet and is used once. */
bool expand_string(struct expander *expander, const char *s, struct location where,
                   struct str *out);
/* What $(shell) does with a command that is expanded already: its output, newlines as blanks, the
 * last ones off; .SHELLSTATUS is set. */
bool expand_shell(struct expander *expander, const char *command, struct location where,
                  struct str *out);

/* Reports an error and marks the expansion as failed. Returns false. */
bool expand_fail(struct expander *expander, struct location where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
