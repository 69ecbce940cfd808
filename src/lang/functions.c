#include "lang/functions.h"

#include <string.h>

enum {
    ASKED = FUNCTION_OURS | FUNCTION_VOLATILE | FUNCTION_RUN_TIME,
    HOST = ASKED | FUNCTION_WAITS,
    QUESTION = ASKED | FUNCTION_ASKS,
    OUTSIDE = FUNCTION_OURS | FUNCTION_OUTSIDE,
};

/* In the order of the names, for function_find. Make's rows have make's numbers of arguments. */
static const struct function functions[] = {
    { "abspath", 0, 1, 0, function_abspath },
    { "addprefix", 2, 2, 0, function_addprefix },
    { "addsuffix", 2, 2, 0, function_addsuffix },
    { "and", 1, 0, FUNCTION_TEXTS | FUNCTION_TRIM_ALL, function_and },
    { "ask", 1, 2, QUESTION, function_above },
    { "basename", 0, 1, 0, function_basename },
    { "call", 1, 0, 0, function_call_variable },
    { "choose", 2, 3, QUESTION, function_above },
    { "dir", 0, 1, 0, function_dir },
    { "each", 2, 2, FUNCTION_OURS | FUNCTION_TEXTS, function_each },
    { "error", 0, 1, FUNCTION_VOLATILE, function_error },
    { "eval", 0, 1, FUNCTION_VOLATILE, function_eval },
    { "exists", 1, 1, HOST, function_ask_host },
    { "file", 1, 2, FUNCTION_VOLATILE | FUNCTION_FILES, function_file },
    { "filter", 2, 2, 0, function_filter },
    { "filter-out", 2, 2, 0, function_filter_out },
    { "findstring", 2, 2, 0, function_findstring },
    { "firstword", 0, 1, 0, function_firstword },
    { "flavor", 0, 1, 0, function_flavor },
    { "foreach", 3, 3, FUNCTION_TEXTS, function_foreach },
    { "git-describe", 0, 1, OUTSIDE | FUNCTION_BARE, function_above },
    { "git-files", 0, 1, OUTSIDE | FUNCTION_BARE, function_above },
    { "git-revision", 1, 2, OUTSIDE, function_above },
    { "hash", 1, 1, OUTSIDE | FUNCTION_FILES, function_hash },
    { "if", 2, 3, FUNCTION_TEXTS | FUNCTION_TRIM_FIRST, function_if },
    { "info", 0, 1, FUNCTION_VOLATILE, function_info },
    { "intcmp", 2, 5, FUNCTION_TEXTS, function_intcmp },
    { "join", 2, 2, 0, function_join },
    { "lastword", 0, 1, 0, function_lastword },
    { "let", 3, 3, FUNCTION_TEXTS, function_let },
    { "notdir", 0, 1, 0, function_notdir },
    { "now", 0, 1, ASKED | FUNCTION_BARE, function_now },
    { "or", 1, 0, FUNCTION_TEXTS | FUNCTION_TRIM_ALL, function_or },
    { "origin", 0, 1, 0, function_origin },
    { "password", 1, 1, QUESTION, function_above },
    { "patsubst", 3, 3, 0, function_patsubst },
    { "quote", 1, 1, FUNCTION_OURS, function_quote },
    { "realpath", 0, 1, FUNCTION_FILES, function_realpath },
    { "required", 1, 1, OUTSIDE, function_required },
    { "run", 1, 1, HOST, function_ask_host },
    { "secret", 1, 1, FUNCTION_OURS | FUNCTION_RUN_TIME | FUNCTION_ASKS, function_above },
    { "shell", 0, 1, FUNCTION_OUTSIDE | FUNCTION_FILES, function_shell },
    { "sort", 0, 1, 0, function_sort },
    { "strip", 0, 1, 0, function_strip },
    { "subst", 3, 3, 0, function_subst },
    { "sudo", 1, 1, HOST, function_ask_host },
    { "suffix", 0, 1, 0, function_suffix },
    { "value", 0, 1, 0, function_value },
    { "warning", 0, 1, FUNCTION_VOLATILE, function_warning },
    { "wildcard", 0, 1, FUNCTION_FILES, function_wildcard },
    { "word", 2, 2, 0, function_word },
    { "wordlist", 3, 3, 0, function_wordlist },
    { "words", 0, 1, 0, function_words },
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

const struct function *function_find(const char *name, size_t length)
{
    size_t low = 0, high = FUNCTION_COUNT, middle;
    int order;

    while (low < high) {
        middle = (low + high) / 2;
        order = strncmp(name, functions[middle].name, length);
        if (order == 0 && functions[middle].name[length] == '\0')
            return &functions[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *function_name(size_t index)
{
    return index < FUNCTION_COUNT ? functions[index].name : NULL;
}

bool function_call(struct expander *expander, const struct call *call, struct str *out)
{
    const struct function *function = call->function;
    bool ok;

    if (call->count < function->minimum)
        return expand_fail(expander, call->where,
                           "insufficient number of arguments (%u) to function '%s'", call->count,
                           function->name);
    if (call->count == 0 && !(function->flags & FUNCTION_BARE))
        return true;
    expander->reads_files |= (function->flags & FUNCTION_FILES) != 0;
    expander->depth++; /* a call takes twice the stack of a reference */
    ok = function->body(expander, call, out);
    expander->depth--;
    return ok;
}

bool function_trims(const struct function *function, unsigned argument)
{
    return (function->flags & FUNCTION_TRIM_ALL) ||
           (argument == 0 && (function->flags & FUNCTION_TRIM_FIRST));
}
