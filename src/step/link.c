#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/temporary.h"

/* link TARGET NAME: a symbolic link, made under a temporary name and renamed, so that NAME is
 * always the old link or the new one. */

/* What the link says; `readlink` is on every system known, though no standard had it before 2024.
 */
static const char read_text[] =
    "text_of() { readlink \"$1\" 2>/dev/null || { l=$(ls -ld \"$1\"); echo \"${l#* -> }\"; }; }; ";

static const char switch_text[] =
    "[ -h \"$name\" ] && [ \"$(text_of \"$name\")\" = \"$target\" ] && exit 0\n"
    "[ -h \"$name\" ] || [ ! -d \"$name\" ] || say \"$name is a folder\"\n"
    "[ -f \"$name\" ] || [ -h \"$name\" ] || [ ! -e \"$name\" ] || "
    "say \"$name is neither a file nor a link\"\n"
    "[ -d \"$parent\" ] || say \"$parent: no such folder\"\n"
    "[ -w \"$parent\" ] || say \"$parent: no permission to write\"\n"
    "trap 'rm -f \"$parent/$tmp\"' 0\n"
    "ln -s \"$target\" \"$parent/$tmp\" || exit 1\n"
    "set -- \"$parent/$tmp\" \"$name\"\n"
    /* GNU and busybox, BSD; where the name is no link to a folder, any mv does it. */
    "mv -fT \"$@\" 2>/dev/null || mv -fh \"$@\" 2>/dev/null && exit\n"
    "[ -d \"$name\" ] || exec mv -f \"$@\"\n"
    "perl -e 'rename $ARGV[0], $ARGV[1] or die $!' \"$@\" 2>/dev/null ||\n"
    "python3 -c 'import os, sys; os.rename(*sys.argv[1:])' \"$@\" 2>/dev/null ||\n"
    "say \"$name: no program here renames a link (mv -T, mv -h, perl, python3)\"\n";

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
    struct arena *arena = step->data;
    const struct shell_word *target = &step->arguments[0];
    const char *name = name_of(step, arena);
    put_add_variable(text, "target", target->text);
    if (target->from_home)
        str_add(text, "target=$HOME/$target; ");
    put_add_variable(text, "name", name);
    put_add_variable(text, "parent", put_parent(arena, name));
}

/* The answer is "same" when the link is there as wanted. */
static void ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    (void)contents;
    str_add(query, "(");
    add_variables(query, step);
    str_addf(query,
             "%s[ -h \"$name\" ] && [ \"$(text_of \"$name\")\" = \"$target\" ] && echo same)\n",
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
    str_addf(&text, "tmp=%s; %s%s%s", name, read_text, put_text_say, switch_text);
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
