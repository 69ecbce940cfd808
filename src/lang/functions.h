#ifndef FAKE_LANG_FUNCTIONS_H
#define FAKE_LANG_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lang/expand.h"

struct call;

enum function_flag {
    FUNCTION_TEXTS = 1 << 0,      /* the arguments come unexpanded: the function decides */
    FUNCTION_VOLATILE = 1 << 1,   /* stands as written in a fingerprint */
    FUNCTION_WAITS = 1 << 2,      /* the host is asked: it waits for its step's turn */
    FUNCTION_RUN_TIME = 1 << 3,   /* its value is known only in a run: text_visit tells of it */
    FUNCTION_OURS = 1 << 4,       /* not make's: a variable of its name goes before it in $(call) */
    FUNCTION_BARE = 1 << 5,       /* may have no argument: $(name), if no variable is called so */
    FUNCTION_TRIM_FIRST = 1 << 6, /* blanks around the first argument, as written, do not count */
    FUNCTION_TRIM_ALL = 1 << 7,   /* nor around any other */
    FUNCTION_ASKS = 1 << 8,       /* a question to the user, or a secret */
    FUNCTION_OUTSIDE = 1 << 9,    /* its value comes from outside, or it fails */
    FUNCTION_FILES = 1 << 10, /* … from files of this machine: what a job makes may change it */
};

/* Appends its value. False when it failed (reported) or waits. */
typedef bool function_body(struct expander *expander, const struct call *call, struct str *out);

/* A row of the one table of functions. */
struct function {
    const char *name;
    unsigned minimum;
    unsigned maximum; /* commas beyond belong to the last argument; 0: any number */
    unsigned flags;   /* enum function_flag */
    function_body *body;
};

/* One call while it is expanded. */
struct call {
    const struct function *function;
    const struct text *texts;  /* the arguments unexpanded: with FUNCTION_TEXTS */
    const char *const *values; /* the arguments expanded: else */
    unsigned count;
    struct location where;
};

const struct function *function_find(const char *name, size_t length); /* or NULL */
/* The names of all functions, one by one from index 0; NULL behind the last. */
const char *function_name(size_t index);

bool function_trims(const struct function *function, unsigned argument);
/* Checks the number of arguments and calls the body. */
bool function_call(struct expander *expander, const struct call *call, struct str *out);

/* Bodies, by file. */
function_body function_subst, function_patsubst, function_strip, function_findstring,
    function_filter, function_filter_out, function_sort, function_word, function_wordlist,
    function_words, function_firstword, function_lastword; /* functions_text.c */
function_body function_dir, function_notdir, function_suffix, function_basename, function_addsuffix,
    function_addprefix, function_join, function_wildcard, function_realpath,
    function_abspath; /* functions_name.c */
function_body function_if, function_or, function_and, function_intcmp, function_foreach,
    function_let, function_call_variable; /* functions_control.c */
function_body function_value, function_eval, function_origin, function_flavor, function_error,
    function_warning, function_info; /* functions_variable.c */
function_body function_shell, function_file, function_wildcard,
    function_hash; /* functions_shell.c */
function_body function_ask_host, function_each, function_quote, function_required, function_now,
    function_above; /* functions_host.c */

#endif
