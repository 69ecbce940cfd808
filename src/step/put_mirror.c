#include "step/put_mirror.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "step/command.h"
#include "step/exclude.h"

/* Parts of a path other than "" and "."; SIZE_MAX when one is "..". */
static size_t count_parts(const char *path)
{
    size_t count = 0;
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && path[0] == '.' && path[1] == '.')
            return SIZE_MAX;
        if (length > 0 && !(length == 1 && path[0] == '.'))
            count++;
        path += length + (path[length] == '/');
    }
    return count;
}

bool put_mirror_check(const struct step *step, struct diags *diags)
{
    const struct shell_word *destination = &step->arguments[step->argument_count - 1];
    size_t parts = count_parts(destination->text);
    if (step->argument_count != 2)
        diag_error(diags, step->where,
                   "--mirror copies one folder: write `put --mirror SRC/ DST/`");
    else if (parts == SIZE_MAX)
        diag_error(diags, step->where, "%s --mirror to '%s': write the folder without ..",
                   step->verb->name, command_as_written(step->arena, destination));
    else if (parts == 0)
        diag_error_hint(diags, step->where,
                        arena_printf(step->arena, "%s --mirror to '%s' is refused",
                                     step->verb->name,
                                     command_as_written(step->arena, destination)),
                        "name a folder of its own: is a variable in it empty?");
    return step->argument_count == 2 && parts != 0 && parts != SIZE_MAX;
}

/* What is excluded by its name alone is not even looked at there, nor what is on its way. */
void put_mirror_add_prunes(struct str *text, const struct step *step)
{
    str_add(text, " -name .fake -prune -o -name .git -prune -o -name \".fake-*\" -prune -o ");
    for (const struct option_value *value = step->options.excludes; value; value = value->next) {
        if (strchr(value->text, '/'))
            continue;
        str_add(text, "-name ");
        str_add_quoted(text, value->text);
        str_add(text, " -prune -o ");
    }
}

static void add_find(struct str *text, const struct step *step)
{
    str_add(text, "find .");
    put_mirror_add_prunes(text, step);
}

bool put_mirror_looks_at_paths(const struct step *step)
{
    for (const struct option_value *value = step->options.excludes; value; value = value->next)
        if (strchr(value->text, '/'))
            return true;
    return false;
}

/* The root's own name is pruned, too. */
static bool is_pruned(const struct step *step, const char *name)
{
    return strcmp(name, ".git") == 0 || str_starts(name, ".fake") ||
           exclude_matches(exclude_join(step->arena, step->options.excludes), name);
}

bool put_mirror_add_rest(struct str *text, const struct step *step, const char *root)
{
    const struct step_options *options = &step->options;
    const char *slash = strrchr(root, '/');
    if (!options->mirror || !options->delete || options->unrecorded || options->on ||
        root[0] == '-' || put_mirror_looks_at_paths(step) ||
        is_pruned(step, slash ? slash + 1 : root))
        return false;
    str_add(text, "find -H ");
    str_add_quoted(text, root);
    put_mirror_add_prunes(text, step);
    str_add(text, "! -type d -print; ");
    return true;
}

/* In the root: leaves the shell where that is / or the home folder, whatever led there. */
static const char guard_text[] =
    "set -- \"$PWD\"; cd -P .; set -- \"$1\" \"$PWD\"; cd -P ~ || cd /; "
    "case $2 in / | \"$PWD\") exit 1;; esac; cd \"$1\"; ";

void put_mirror_leave_home(struct str *text)
{
    str_add(text, guard_text);
}

void put_mirror_add_guard(struct str *text, const struct step *step)
{
    if (step->options.mirror && step->options.delete)
        str_addf(text,
                 "(cd \"$root\" 2>/dev/null || exit 0; %s:) || { "
                 "echo \"--mirror --delete to $root is refused: it is / or the home folder\" >&2; "
                 "exit 1; }\n",
                 guard_text);
}

/* One pass over the tree, whatever is asked of it; all else is made of what it prints, kept in s:
 * there may be ten thousand files. */
void put_mirror_add_list(struct str *text, const struct step *step)
{
    if (step->options.delete)
        str_add(text, guard_text);
    str_add(text, "s=$(if [ \"$state\" ]; then ");
    add_find(text, step);
    str_add(text, "! -name . -exec stat $state \"$format\" {} +; else ");
    add_find(text, step);
    str_add(text, "-type d ! -name . -print | sed \"s/^/d /\"; ");
    add_find(text, step);
    str_add(text, "! -type d -print | sed \"s/^/n /\"; fi); ");
}

/* transform AWK SED: awk is some times as fast, and not everywhere. */
static const char transform_text[] = "transform() { if command -v awk >/dev/null; then LC_ALL=C "
                                     "awk \"$1\"; else sed -n \"$2\"; fi; }; ";

/* The list's own hash, by which the step's turn sees that it is still so, and the list without what
 * only the hash needs. */
void put_mirror_add_states(struct str *text, const struct step *step)
{
    put_mirror_add_list(text, step);
    str_addf(text, "%s%s", put_text_hash, transform_text);
    str_add(text, "x=$(digest <<f_end\n$s\nf_end\n); echo \"= ${x%% *}\"\n"
                  "transform '{print $1 substr($0, index($0, \" ./\"))}' "
                  "'s,^\\([^ ]*\\) [^/]*\\./,\\1 ./,;p' <<f_end\n$s\nf_end\n");
}

/* What the host's records know of a file that is as it was then is not read again. */
static const char known_text[] =
    "command -v r_known >/dev/null || "
    "r_known() { sed 's/^state [0-9]* [0-9]* [0-9]* [0-9]* /miss /'; }\n"
    "x=$(transform '/^8/{print \"state \" $2 \" \" $3 \" \" $4 \" \" $5 \" \" "
    "substr($0, index($0, \" ./\") + 3)}' "
    "'s,^8[^ ]* \\([0-9]* [0-9]* [0-9]* [0-9]*\\) [^/]*\\./,state \\1 ,p' <<f_end | "
    "r_known \"$prefix\"\n$s\nf_end\n)\n"
    "sed '/^miss /d' <<f_end\n$x\nf_end\n"
    "sed -n '/^miss /{s,,./,;s,[^A-Za-z0-9_./-],\\\\&,g;p;}' <<f_end | xargs $program\n$x\nf_end\n";

void put_mirror_add_hashes(struct str *text, const struct step *step, const struct put_tree *tree)
{
    put_add_variable(text, "prefix", put_join(step->arena, tree->root, ""));
    str_add(text, "if [ -z \"$program\" ]; then :; elif [ \"$state\" ]; then ");
    str_add(text, known_text);
    str_add(text, "else ");
    add_find(text, step);
    str_add(text, "-type f -exec $program {} +; fi; ");
}

/* ---- what is there and not here ---- */

struct removals {
    const struct step *step;
    const char *excludes;
    struct map ours;        /* name ▶ struct put_item */
    struct vec files;       /* const char * */
    struct vec folders;     /* const char *: those above come first */
    struct vec conflicting; /* const char *: in the place of ours, and of another kind */
    struct map broken;      /* of our names that hold a newline, what is before it */
    size_t rests;           /* lines that such names leave: what is behind a newline */
};

static void take_name(struct removals *removals, bool is_folder, const char *name)
{
    const struct put_item *item = map_get(&removals->ours, name);
    if (exclude_matches(removals->excludes, name))
        return;
    if (item && is_folder == (item->content->kind == CONTENT_FOLDER))
        return;
    if (item)
        vec_push(&removals->conflicting, (void *)name);
    else
        vec_push(is_folder ? &removals->folders : &removals->files, (void *)name);
}

/* "MODE ./NAME", "d ./NAME", "n ./NAME" */
static bool is_folder_line(const char *line)
{
    return line[1] == ' ' ? line[0] == 'd' : S_ISDIR((mode_t)strtoul(line, NULL, 16));
}

static void take_answer(struct removals *removals, const char *answer)
{
    char *line = arena_strdup(removals->step->arena, answer ? answer : "");
    while (*line && strncmp(line, "#\n", 2) != 0) {
        char *end = line + strcspn(line, "\n");
        bool more = *end != '\0';
        *end = '\0';
        char *name = strstr(line, " ./");
        if (name && name[3] && !map_get(&removals->broken, name + 3))
            take_name(removals, is_folder_line(line), name + 3);
        else if (!name && line[0] != '=')
            removals->rests++;
        line = end + more;
    }
}

enum { BATCH = 256 };

static void add_batches(struct str *text, const char *command, const struct vec *names,
                        bool backwards)
{
    for (size_t i = 0; i < names->len; i++) {
        if (i % BATCH == 0)
            str_addf(text, "%s%s", i ? "\n" : "", command);
        str_add(text, " ./");
        str_add_quoted(text, names->items[backwards ? names->len - 1 - i : i]);
    }
    if (names->len)
        str_addc(text, '\n');
}

/* ---- names with a newline in them: a list that has a name a line only shows that there are ----
 */

/* -path's pattern for the name alone. */
static void add_pattern(struct str *text, const char *name)
{
    struct str pattern = { 0 };
    str_add(&pattern, "./");
    for (; *name; name++)
        str_addf(&pattern, "%s%c", strchr("*?[\\", *name) ? "\\" : "", *name);
    str_add(text, "! -path ");
    str_add_quoted(text, str_text(&pattern));
    str_add(text, " ");
    str_free(&pattern);
}

/* Those that are not ours go. A folder that holds something excluded stays. */
static void add_broken(struct str *text, const struct step *step, const struct put_tree *tree)
{
    static const char *const ends[] = {
        "! -type d -exec rm -f -- {} +\n",
        "-type d -exec sh -c 'i=$#; while [ $i -gt 0 ]; do eval \"rmdir -- \\\"\\${$i}\\\"\"; "
        "i=$((i-1)); done' sh {} + 2>/dev/null\n",
    };
    if (put_mirror_looks_at_paths(step)) {
        str_add(text, "echo \"a name with a newline in it stays in $root, as --exclude looks at "
                      "paths\" >&2\n");
        return;
    }
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        add_find(text, step);
        str_add(text, "-path \"*\n*\" ");
        for (size_t i = 0; i < tree->count; i++)
            if (strchr(tree->items[i].name, '\n'))
                add_pattern(text, tree->items[i].name);
        str_add(text, ends[k]);
    }
}

/* How many lines our own such names leave. */
static size_t list_broken(struct removals *removals, const struct put_tree *tree)
{
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const char *name = tree->items[i].name, *newline = strchr(name, '\n');
        if (!newline)
            continue;
        char *before = arena_strndup(removals->step->arena, name, (size_t)(newline - name));
        if (!map_get(&removals->ours, before))
            *map_put(&removals->broken, before) = before;
        for (; newline; newline = strchr(newline + 1, '\n'))
            count++;
    }
    return count;
}

size_t put_mirror_add_removals(struct str *before, struct str *after, const struct step *step,
                               const struct put_tree *tree, const char *answer)
{
    struct removals removals = { .step = step,
                                 .excludes = exclude_join(step->arena, step->options.excludes) };
    if (!step->options.delete)
        return 0;
    for (size_t i = 0; i < tree->count; i++)
        *map_put(&removals.ours, tree->items[i].name) = &tree->items[i];
    size_t own_rests = list_broken(&removals, tree);
    take_answer(&removals, answer);
    add_batches(before, "rm -rf --", &removals.conflicting, false);
    add_batches(after, "rm -f --", &removals.files, false);
    /* One that holds something excluded stays. */
    add_batches(after, "rmdir -- 2>/dev/null", &removals.folders, true);
    size_t count = removals.conflicting.len + removals.files.len + removals.folders.len;
    if (removals.rests > own_rests) {
        add_broken(after, step, tree);
        count++;
    }
    map_free(&removals.ours);
    map_free(&removals.broken);
    vec_free(&removals.files);
    vec_free(&removals.folders);
    vec_free(&removals.conflicting);
    return count;
}

const char put_mirror_root_text[] =
    "if [ ! -d \"$parent\" ]; then\n"
    "case $parent in */*) up=${parent%/*}; up=${up:-/};; *) up=.;; esac\n"
    "[ -d \"$up\" ] || say \"$up: no such folder\"\n"
    "[ ! -e \"$parent\" ] && [ ! -h \"$parent\" ] || say \"$parent is no folder\"\n"
    "if [ \"$at\" != \"$up\" ]; then old=$at; at=$up; "
    "mv \"$old/$tmp\" \"$at/$tmp\" || { rm -rf \"$old/$tmp\"; exit 1; }; fi\n"
    "[ -z \"$owner$group\" ] || own \"$at/$tmp\"\n"
    "chmod $mode \"$at/$tmp\" && mv \"$at/$tmp\" \"$parent\" && remember; exit\n"
    "fi\n";
