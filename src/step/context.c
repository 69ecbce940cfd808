#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/verb.h"

/* cd, env, prefix: what they say holds for all steps after them. */

/* cd DIR nests; `cd -` goes back to before the last one. */
static bool parse_cd(struct steps *steps, struct step *step, struct diags *diags)
{
    (void)steps;
    return command_check_words(step, 1, 1, "cd FOLDER", diags);
}

static const struct step_context *apply_cd(const struct step *step,
                                           const struct step_context *context, struct arena *arena)
{
    struct step_context *next = arena_alloc(arena, sizeof *next);
    *next = *context;
    if (strcmp(step->arguments[0].text, "-") == 0) {
        next->folder = context->outer ? context->outer->folder : NULL;
        next->outer = context->outer ? context->outer->outer : NULL;
    } else {
        next->folder = command_host_path(arena, context, &step->arguments[0]);
        next->outer = context;
    }
    return next;
}

const struct verb verb_cd = {
    .name = "cd",
    .version = 1,
    .place = STEP_CONTEXT,
    .parse = parse_cd,
    .apply = apply_cd,
};

static const struct step_context *with_preamble(const struct step_context *context,
                                                const struct str *more, struct arena *arena)
{
    struct step_context *next = arena_alloc(arena, sizeof *next);
    *next = *context;
    next->preamble =
        arena_printf(arena, "%s%s", context->preamble ? context->preamble : "", str_text(more));
    return next;
}

/* env NAME=VALUE…: the words are the host's shell's to read, so that PATH=$$HOME/bin:$$PATH means
 * what it says. */
static bool parse_env(struct steps *steps, struct step *step, struct diags *diags)
{
    (void)steps;
    if (step->argument_count == 0) {
        diag_error(diags, step->where, "too few arguments: write `env NAME=VALUE…`");
        return false;
    }
    for (size_t i = 0; i < step->argument_count; i++) {
        const char *s = step->arguments[i].source;
        size_t name = 0;
        while (isalnum((unsigned char)s[name]) || s[name] == '_')
            name++;
        if (name == 0 || isdigit((unsigned char)s[0]) || s[name] != '=') {
            diag_error(diags, step->where, "env: '%.*s' is no NAME=VALUE",
                       (int)step->arguments[i].source_length, s);
            return false;
        }
    }
    return true;
}

static const struct step_context *apply_env(const struct step *step,
                                            const struct step_context *context, struct arena *arena)
{
    struct str text = { 0 };
    for (size_t i = 0; i < step->argument_count; i++) {
        const struct shell_word *word = &step->arguments[i];
        str_addn(&text, word->source, word->source_length);
        str_addf(&text, "; export %.*s\n", (int)strcspn(word->source, "="), word->source);
    }
    const struct step_context *next = with_preamble(context, &text, arena);
    str_free(&text);
    return next;
}

const struct verb verb_env = {
    .name = "env",
    .version = 1,
    .place = STEP_CONTEXT,
    .parse = parse_env,
    .apply = apply_env,
};

/* prefix CMD: `CMD &&` before each command, whatever operators are in either. */
static const struct step_context *
apply_prefix(const struct step *step, const struct step_context *context, struct arena *arena)
{
    struct str text = { 0 };
    str_addf(&text, "{ %s\n} || exit\n", step->command);
    const struct step_context *next = with_preamble(context, &text, arena);
    str_free(&text);
    return next;
}

const struct verb verb_prefix = {
    .name = "prefix",
    .version = 1,
    .place = STEP_CONTEXT,
    .is_command = true,
    .apply = apply_prefix,
};
