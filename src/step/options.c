#include "step/options.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lang/lang.h"

/* Reads a value into the options. NULL, or what the value should have been. */
typedef const char *option_reader(struct step_options *options, const char *value);

/* Seconds, with decimals, to milliseconds. */
static bool read_seconds(const char *value, unsigned *milliseconds)
{
    char *end;
    double seconds = strtod(value, &end);
    if (end == value || *end || !(seconds >= 0 && seconds < UINT_MAX / 1000.0))
        return false;
    *milliseconds = (unsigned)(seconds * 1000 + 0.5);
    return strspn(value, "0123456789.") == strlen(value);
}

static const char *read_timeout(struct step_options *options, const char *value)
{
    return read_seconds(value, &options->timeout) ? NULL : "a number of seconds";
}

static const char *read_retry_delay(struct step_options *options, const char *value)
{
    return read_seconds(value, &options->retry_delay) ? NULL : "a number of seconds";
}

static const char *read_retries(struct step_options *options, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > 6 || value[digits])
        return "a whole number";
    options->retries = (unsigned)strtoul(value, NULL, 10);
    return NULL;
}

static const char *read_strip(struct step_options *options, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > 3 || value[digits])
        return "how many parts of the names are left off";
    options->strip = (unsigned)strtoul(value, NULL, 10);
    return NULL;
}

static const char *read_ok(struct step_options *options, const char *value)
{
    static const char expected[] = "exit codes with commas between, such as 0,3";
    const char *s = value;
    for (;;) {
        size_t digits = strspn(s, "0123456789");
        if (digits == 0 || digits > 3 || strtoul(s, NULL, 10) > 255)
            return expected;
        s += digits;
        if (!*s)
            break;
        if (*s++ != ',')
            return expected;
    }
    options->ok = value;
    return NULL;
}

static const char *read_mode(struct step_options *options, const char *value)
{
    size_t digits = strspn(value, "01234567");
    if (digits < 3 || digits > 4 || value[digits])
        return "three or four octal digits, such as 644";
    options->mode = value;
    return NULL;
}

static const char *read_user(struct step_options *options, const char *value)
{
    if (!*value || *value == '-')
        return "the name of a user";
    options->user = value;
    return NULL;
}

static const char *read_prefix(struct step_options *options, const char *value)
{
    if (!*value || *value == '/' || strstr(value, ".."))
        return "a folder in the archive, such as app-1.0/";
    options->prefix = value;
    return NULL;
}

static const char *read_answer(struct step_options *options, const char *value)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return "yes or no";
    options->answer = value;
    return NULL;
}

static const char *read_repository(struct step_options *options, const char *value)
{
    if (!*value)
        return "the folder of a repository";
    options->repository = value;
    return NULL;
}

static const char *read_below(struct step_options *options, const char *value)
{
    if (!*value || *value == '/' || strstr(value, ".."))
        return "a folder of the repository, such as src/app";
    options->below = value;
    return NULL;
}

/* What chown takes; no option of it. */
static bool is_account(const char *value)
{
    return *value && *value != '-' && !value[strcspn(value, " \t\n:/'\"")];
}

static const char *read_owner(struct step_options *options, const char *value)
{
    if (!is_account(value))
        return "the name or number of a user";
    options->owner = value;
    return NULL;
}

static const char *read_group(struct step_options *options, const char *value)
{
    if (!is_account(value))
        return "the name or number of a group";
    options->group = value;
    return NULL;
}

static const char *read_text(struct step_options *options, const char *value)
{
    if (!*value || value[strcspn(value, " \t\n$()#:=")])
        return "the name of a variable";
    options->variable = value;
    return NULL;
}

static const char *read_into(struct step_options *options, const char *value)
{
    if (!*value || value[strcspn(value, " \t\n$()#:=")])
        return "the name of a variable";
    if (lang_keeps_name(value))
        return "a name that is not fake's own";
    options->into = value;
    return NULL;
}

static const char *read_exclude(struct step_options *options, const char *value)
{
    (void)options; /* take adds it to the list */
    return *value && !strchr(value, '\n') ? NULL : "a name or a pattern";
}

static const char *read_input(struct step_options *options, const char *value)
{
    options->input = value;
    return NULL;
}

/* Texts that must not be empty, and flags, each a field of the options. */
#define TEXT_OPTION(field, expected)                                                               \
    static const char *read_##field(struct step_options *options, const char *value)               \
    {                                                                                              \
        options->field = value;                                                                    \
        return *value ? NULL : (expected);                                                         \
    }
TEXT_OPTION(stdin_file, "a file of this machine")
TEXT_OPTION(condition, "a command")
TEXT_OPTION(unless, "a command")
TEXT_OPTION(creates, "a path on the host")
TEXT_OPTION(check, "a command")
TEXT_OPTION(on, "@role or host,host")

#define FLAG_OPTION(field)                                                                         \
    static const char *read_##field(struct step_options *options, const char *value)               \
    {                                                                                              \
        (void)value;                                                                               \
        options->field = true;                                                                     \
        return NULL;                                                                               \
    }
FLAG_OPTION(quiet)
FLAG_OPTION(pty)
FLAG_OPTION(sudo)
FLAG_OPTION(unrecorded)
FLAG_OPTION(mirror)
FLAG_OPTION(delete)
FLAG_OPTION(expand)
FLAG_OPTION(unpack)

struct option {
    const char *name;
    unsigned groups; /* enum verb_option */
    bool takes_value;
    bool counts; /* in the fingerprint: it changes what is done */
    option_reader *read;
};

static const struct option table[] = {
    { "timeout", VERB_TAKES_LIMITS | VERB_TAKES_TIMEOUT, true, false, read_timeout },
    { "retries", VERB_TAKES_LIMITS, true, false, read_retries },
    { "retry-delay", VERB_TAKES_LIMITS, true, false, read_retry_delay },
    { "quiet", VERB_TAKES_LIMITS, false, false, read_quiet },
    { "ok", VERB_TAKES_LIMITS, true, true, read_ok },
    { "mode", VERB_TAKES_MODE, true, true, read_mode },
    { "user", VERB_TAKES_USER, true, true, read_user },
    { "stdin", VERB_TAKES_HOST, true, true, read_stdin_file },
    { "input", VERB_TAKES_HOST, true, true, read_input },
    { "if", VERB_TAKES_HOST, true, true, read_condition },
    { "unless", VERB_TAKES_HOST, true, true, read_unless },
    { "creates", VERB_TAKES_HOST, true, true, read_creates },
    { "on", VERB_TAKES_HOST, true, true, read_on },
    { "into", VERB_TAKES_OUTPUT, true, true, read_into },
    { "pty", VERB_TAKES_OUTPUT, false, true, read_pty },
    { "owner", VERB_TAKES_SENT, true, true, read_owner },
    { "group", VERB_TAKES_SENT, true, true, read_group },
    { "sudo", VERB_TAKES_SENT | VERB_TAKES_SUDO, false, true, read_sudo },
    { "check", VERB_TAKES_SENT, true, true, read_check },
    { "unrecorded", VERB_TAKES_SENT, false, true, read_unrecorded },
    { "text", VERB_TAKES_FORMS, true, true, read_text },
    { "expand", VERB_TAKES_FORMS, false, true, read_expand },
    { "unpack", VERB_TAKES_FORMS, false, true, read_unpack },
    { "strip", VERB_TAKES_FORMS, true, true, read_strip },
    { "mirror", VERB_TAKES_MIRROR, false, true, read_mirror },
    { "delete", VERB_TAKES_MIRROR, false, true, read_delete },
    { "exclude", VERB_TAKES_EXCLUDE, true, true, read_exclude },
    { "prefix", VERB_TAKES_PREFIX, true, true, read_prefix },
    { "default", VERB_TAKES_DEFAULT, true, true, read_answer },
    { "repo", VERB_TAKES_REPOSITORY, true, true, read_repository },
    { "subdir", VERB_TAKES_REPOSITORY, true, true, read_below },
};

enum { OPTION_COUNT = sizeof table / sizeof *table };

static const struct option *find(const struct verb *verb, const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((verb->options & table[i].groups) && strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static void report_unknown(struct arena *arena, const struct verb *verb, const char *name,
                           struct location where, struct diags *diags)
{
    const char *message = arena_printf(arena, "%s has no option --%s", verb->name, name);
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (verb->options & table[i].groups)
            nearest_try(&nearest, table[i].name);
    const char *hint = NULL;
    if (nearest.best)
        hint = arena_printf(arena, "did you mean --%s?", nearest.best);
    else if (verb->is_command)
        hint = arena_printf(arena, "write `%s -- --%s …` if it is part of the command", verb->name,
                            name);
    diag_error_hint(diags, where, message, hint);
}

/* The name of `--name=value` or `--name`. */
static const char *name_of(struct arena *arena, const char *word)
{
    return arena_strndup(arena, word + 2, strcspn(word + 2, "="));
}

static void add_value(struct arena *arena, const struct option_value **list, const char *text)
{
    struct option_value *value = arena_alloc(arena, sizeof *value);
    *value = (struct option_value){ text, *list };
    *list = value;
}

/* Takes one, unquoted. */
static bool take(struct arena *arena, const struct verb *verb, const char *word,
                 struct step_options *options, struct location where, struct diags *diags)
{
    const char *equals = strchr(word, '=');
    const char *name = name_of(arena, word);
    const struct option *option = find(verb, name);
    if (!option) {
        report_unknown(arena, verb, name, where, diags);
        return false;
    }
    if (option->takes_value != (equals != NULL)) {
        diag_error(diags, where, "%s: --%s takes %s value", verb->name, name, equals ? "no" : "a");
        return false;
    }
    const char *expected = option->read(options, equals ? equals + 1 : NULL);
    if (expected) {
        diag_error(diags, where, "%s: --%s takes %s, not '%s'", verb->name, name, expected,
                   equals ? equals + 1 : "");
        return false;
    }
    if (option->read == read_exclude)
        add_value(arena, &options->excludes, equals + 1);
    return true;
}

bool options_parse(struct arena *arena, const struct verb *verb, const char **cursor,
                   struct step_options *options, struct location where, struct diags *diags)
{
    for (;;) {
        const char *next = *cursor + strspn(*cursor, " \t");
        if (next[0] != '-' || next[1] != '-') {
            *cursor = next;
            return true;
        }
        struct shell_word word;
        const char *why = NULL;
        if (shell_word_next(arena, &next, &word, &why) < 0) {
            diag_error(diags, where, "%s: %s", verb->name, why);
            return false;
        }
        *cursor = next + strspn(next, " \t");
        if (strcmp(word.text, "--") == 0)
            return true;
        if (!take(arena, verb, word.text, options, where, diags))
            return false;
    }
}

void options_count(struct arena *arena, const struct verb *verb, const char **cursor,
                   struct str *counted)
{
    struct shell_word word;
    const char *why;
    for (const char *next = *cursor; shell_word_next(arena, &next, &word, &why) == 1 &&
                                     word.text[0] == '-' && word.text[1] == '-';) {
        *cursor = next;
        if (!word.text[2])
            return;
        const struct option *option = find(verb, name_of(arena, word.text));
        if (!option || option->counts)
            str_addf(counted, "%s\n", word.text);
    }
}

static const struct {
    const char *variable;
    option_reader *read;
} scope_options[] = {
    { "timeout", read_timeout },
    { "retries", read_retries },
    { "retry_delay", read_retry_delay },
};

static void report_variable(const struct expander *expander, const struct variable *variable,
                            const char *expected, const char *value)
{
    diag_error(lang_diags(expander->lang), variable->where, "'%s' is %s, not '%s'", variable->name,
               expected, value);
}

bool options_from_scope(struct expander *expander, struct step_options *options,
                        struct location where)
{
    bool fine = true;
    for (size_t i = 0; i < sizeof scope_options / sizeof *scope_options; i++) {
        const char *name = scope_options[i].variable;
        const struct variable *variable = scope_find(expander->scope, name);
        if (!variable || variable->origin == ORIGIN_ENVIRONMENT)
            continue;
        struct str value = { 0 };
        if (!expand_variable(expander, name, where, &value)) {
            fine = false;
        } else if (value.len > 0) {
            const char *expected = scope_options[i].read(options, value.data);
            if (expected) {
                report_variable(expander, variable, expected, value.data);
                fine = false;
            }
        }
        str_free(&value);
    }
    return fine;
}

void options_check_scope(const struct expander *expander, struct vec *told)
{
    struct step_options options = { 0 };
    for (size_t i = 0; i < sizeof scope_options / sizeof *scope_options; i++) {
        struct variable *variable = scope_find(expander->scope, scope_options[i].variable);
        if (!variable || variable->origin == ORIGIN_ENVIRONMENT || !*variable->value ||
            variable->append || strchr(variable->value, '$') || vec_holds(told, variable))
            continue;
        const char *expected = scope_options[i].read(&options, variable->value);
        if (!expected)
            continue;
        vec_push(told, variable);
        report_variable(expander, variable, expected, variable->value);
    }
}

bool options_check(const struct step_options *options, const char *verb, struct location where,
                   struct diags *diags)
{
    const char *wrong = NULL;
    int forms = options->mirror + options->expand + options->unpack;
    if (options->stdin_file && options->input)
        wrong = "--stdin and --input are two standard inputs: give one";
    else if (options->variable && forms > 0)
        wrong = "--text sends a variable's value, and not a file: give it alone";
    else if (forms > 1)
        wrong = "--expand, --mirror and --unpack are three ways to send: give one";
    else if (options->strip && !options->unpack)
        wrong = "--strip needs --unpack";
    else if (options->delete &&!options->mirror)
        wrong = "--delete needs --mirror";
    else if (options->excludes && !options->mirror && strcmp(verb, "archive") != 0)
        wrong = "--exclude needs --mirror";
    if (wrong)
        diag_error(diags, where, "%s: %s", verb, wrong);
    return !wrong;
}
