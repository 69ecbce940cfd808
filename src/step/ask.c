#include <string.h>

#include "base/arena.h"
#include "lang/lang.h"
#include "step/confirm.h"
#include "step/draft.h"
#include "step/options.h"
#include "step/step.h"
#include "step/verb.h"

/* Questions before the run: nobody is to wait at the terminal until one comes up, half-way. */

/* A line that is a confirm, as far as can be seen without the values of its variables. */
static bool is_confirm(const struct recipe_line *line)
{
    bool unused = false;
    const char *text = draft_skip_prefix(line->source, &unused, &unused);
    return strncmp(text, "confirm", strlen("confirm")) == 0 &&
           strchr(" \t", text[strlen("confirm")]);
}

static bool confirm(const struct recipe_line *line, const char *text, struct expander *expander)
{
    struct arena *arena = arena_new();
    struct diags *diags = lang_diags(expander->lang);
    struct step_options options = { 0 };
    struct confirm confirm = { 0 };
    bool unused = false, fine;
    const char *why, *cursor = draft_skip_prefix(text, &unused, &unused) + strlen("confirm");
    fine = options_parse(arena, &verb_confirm, &cursor, &options, line->where, diags);
    if (fine) {
        confirm.question = confirm_question(arena, cursor + strspn(cursor, " \t"));
        confirm.answer = options.answer;
        fine = !*confirm.question || confirm_ask(expander->lang, &confirm, &why);
        if (!fine)
            diag_error(diags, line->where, "confirm: %s: %s", confirm.question, why);
    }
    arena_free(arena);
    return fine;
}

bool steps_ask(const struct recipe *recipe, struct expander *expander)
{
    bool fine = true;
    expander->mode = EXPAND_QUESTIONS;
    expander->undefined_is_error = false;
    expander->shell_failure_is_error = false;
    expander->may_be_undefined = true;
    for (size_t i = 0; i < recipe->count && fine; i++) {
        const struct recipe_line *line = &recipe->lines[i];
        unsigned errors = lang_diags(expander->lang)->errors;
        struct str text = { 0 };
        expander->passed_over = 0;
        expander->failed = false;
        bool is_known = expand(expander, line->text, &text) && !expander->passed_over;
        fine = lang_diags(expander->lang)->errors == errors;
        if (fine && is_known && is_confirm(line))
            fine = confirm(line, str_text(&text), expander);
        str_free(&text);
    }
    expander->mode = EXPAND_VALUE;
    return fine;
}

bool steps_may_ask(const struct target *target, const struct recipe *recipe)
{
    if (target->flags & TARGET_ASKS)
        return true;
    for (size_t i = 0; i < recipe->count; i++)
        if (is_confirm(&recipe->lines[i]))
            return true;
    return false;
}
