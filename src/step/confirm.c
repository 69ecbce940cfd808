#include "step/confirm.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "step/command.h"
#include "step/verb.h"

/* confirm QUESTION: "no" ends the run. It is asked before the run (ask.c) wherever its text is
 * known then; at its turn the answer is there. */

bool confirm_ask(struct lang *lang, const struct confirm *confirm, const char **why)
{
    const struct lang_options *options = lang_options(lang);
    const char *arguments[] = { confirm->question, confirm->answer };
    struct str value = { 0 };
    bool is_answered;
    *why = "nobody can be asked";
    is_answered =
        options->function && options->function(options->function_context, "confirm", arguments,
                                               confirm->answer ? 2 : 1, &value, why);
    bool yes = is_answered && value.len > 0;
    if (is_answered && !yes)
        *why = "the answer was no";
    str_free(&value);
    return yes;
}

/* The words as sh reads them, or all as it is written, when that is no text for sh. */
const char *confirm_question(struct arena *arena, const char *text)
{
    struct shell_word *words;
    size_t count;
    const char *why, *question = "";
    if (!shell_words_split(arena, text, &words, &count, &why))
        return text;
    for (size_t i = 0; i < count; i++)
        question = arena_printf(arena, "%s%s%s", question, i ? " " : "",
                                command_as_written(arena, &words[i]));
    return question;
}

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    struct confirm *confirm = arena_alloc(steps->arena, sizeof *confirm);
    confirm->lang = steps->lang;
    confirm->question = confirm_question(steps->arena, step->text);
    confirm->answer = step->options.answer;
    step->data = confirm;
    step->text = confirm->question;
    if (*confirm->question)
        return true;
    diag_error(diags, step->where, "too few arguments: write `confirm QUESTION`");
    return false;
}

static char *work(const struct step *step, const struct content *const *contents)
{
    const struct confirm *confirm = step->data;
    const char *why;
    (void)contents;
    return confirm_ask(confirm->lang, confirm, &why) ? NULL : mem_strdup(why);
}

const struct verb verb_confirm = {
    .name = "confirm",
    .version = 1,
    .place = STEP_HERE,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_DEFAULT,
    .is_prose = true,
    .parse = parse,
    .work = work,
};
