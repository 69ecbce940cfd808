#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/temporary.h"

/* link TARGET NAME: a symbolic link; in place of another it is made under a temporary name and
 * renamed, so that NAME is always the old one or the new one. */

/* What the link says; `readlink` is on every system known, though no standard had it before 2024.
 */
static const char read_text[] = "p_text() { readlink \"$1\" 2>/dev/null || { p_l=$(ls -ld \"$1\"); "
                                "echo \"${p_l#* -> }\"; }; }; ";

static const char switch_text[] =
    "[ -h \"$p_name\" ] && [ \"$(p_text \"$p_name\")\" = \"$p_target\" ] && exit 0\n"
    "[ -h \"$p_name\" ] || [ ! -d \"$p_name\" ] || say \"$p_name is a folder\"\n"
    "[ -f \"$p_name\" ] || [ -h \"$p_name\" ] || [ ! -e \"$p_name\" ] || "
    "say \"$p_name is neither a file nor a link\"\n"
    "[ -d \"$parent\" ] || say \"$parent: no such folder\"\n"
    "[ -w \"$parent\" ] || say \"$parent: no permission to write\"\n"
    "[ -e \"$p_name\" ] || [ -h \"$p_name\" ] || exec ln -s \"$p_target\" \"$p_name\"\n"
    "trap 'rm -f \"$parent/$tmp\"' 0\n"
    "ln -s \"$p_target\" \"$parent/$tmp\" || exit 1\n"
    "set -- \"$parent/$tmp\" \"$p_name\"\n"
    /* GNU and busybox, BSD; where the name is no link to a folder, any mv does it. */
    "mv -fT \"$@\" 2>/dev/null || mv -fh \"$@\" 2>/dev/null && { trap - 0; exit; }\n"
    "[ -d \"$p_name\" ] || exec mv -f \"$@\"\n"
    "perl -e 'rename $ARGV[0], $ARGV[1] or die $!' \"$@\" 2>/dev/null ||\n"
    "python3 -c 'import os, sys; os.rename(*sys.argv[1:])' \"$@\" 2>/dev/null ||\n"
    "say \"$p_name: no program here renames a link (mv -T, mv -h, perl, python3)\"\n";

static const char *name_of(const struct step *step, struct arena *arena)
{
    return command_host_path(arena, step->context, &step->arguments[1]);
}

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (!command_check_words(step, 2, 2, "link TARGET NAME", diags))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (step->arguments[i].pattern) {
            diag_error(diags, step->where, "link: a wildcard in '%s'", step->arguments[i].text);
            return false;
        }
    if (command_is_folder_path(&step->arguments[1])) {
        diag_error(diags, step->where, "link: '%s' is a folder, no name for a link",
                   step->arguments[1].text);
        return false;
    }
    step->data = steps->arena;
    step->text = arena_printf(steps->arena, "%s -> %s",
                              command_as_written(steps->arena, &step->arguments[1]),
                              command_as_written(steps->arena, &step->arguments[0]));
    return true;
}

static void add_variables(struct str *text, const struct step *step)
{
    const struct shell_word *target = &step->arguments[0];
    put_add_variable(text, "p_target", target->text);
    if (target->from_home)
        str_add(text, "p_target=$HOME/$p_target; ");
    put_add_variable(text, "p_name", name_of(step, step->data));
}

/* The answer is "same" when the link is there as wanted. */
static void ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    (void)contents;
    add_variables(query, step);
    str_addf(query,
             "%s[ -h \"$p_name\" ] && [ \"$(p_text \"$p_name\")\" = \"$p_target\" ] && echo same\n",
             read_text);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    (void)contents;
    char name[TEMPORARY_NAME_SIZE];
    struct str text = { 0 };
    if (!temporary_name(name)) {
        *why = "no random bytes from /dev/urandom";
        return false;
    }
    step->changes = !answer || !str_starts(answer, "same");
    add_variables(&text, step);
    put_add_variable(&text, "parent", put_parent(step->data, name_of(step, step->data)));
    str_addf(&text, "tmp=%s; %s%s%s", name, read_text, put_text_say, switch_text);
    if (command_may_be_in_runner(step))
        command_send_in_runner(step, str_text(&text), target, true);
    else
        command_send(step, str_text(&text), target);
    str_free(&text);
    return true;
}

static void places(const struct step *step, struct arena *arena,
                   const struct content *const *contents, const char *answer, struct vec *list)
{
    (void)contents;
    (void)answer;
    struct place *place = arena_alloc(arena, sizeof *place);
    place->path = name_of(step, arena);
    place->link = command_as_written(arena, &step->arguments[0]);
    vec_push(list, place);
}

const struct verb verb_link = {
    .name = "link",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST,
    .parse = parse,
    .places = places,
    .ask = ask,
    .compile = compile,
};
