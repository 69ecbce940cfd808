#include "step/put.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/exclude.h"
#include "step/put_memory.h"
#include "step/put_mirror.h"
#include "step/source.h"

/* put SRC… DST: files and trees to the host, each by a temporary name and a rename; what the host
 * has already is not sent. --text and --expand send what is made here in place of a file, --unpack
 * what is in an archive. */

bool put_fills(const struct step *step)
{
    return step->options.mirror || step->options.unpack;
}

static bool check_unpack(const struct step *step, struct diags *diags)
{
    if (step->argument_count == 2)
        return true;
    diag_error(diags, step->where,
               "put --unpack takes one archive: write `put --unpack ARCHIVE DIR/`");
    return false;
}

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (step->options.variable)
        return put_value_parse(steps, step, diags);
    if (!command_check_words(step, 2, SIZE_MAX, "put SOURCE… DESTINATION", diags))
        return false;
    const struct shell_word *destination = &step->arguments[step->argument_count - 1];
    if (destination->pattern) {
        diag_error(diags, step->where, "put: a wildcard in the destination '%s'",
                   destination->text);
        return false;
    }
    struct put *put = arena_alloc(steps->arena, sizeof *put);
    put->arena = steps->arena;
    put->is_folder = command_is_folder_path(destination);
    step->data = put;
    step->text = command_arrow(steps->arena, step);
    if (step->options.mirror && !put_mirror_check(step, diags))
        return false;
    if (step->options.unpack && !check_unpack(step, diags))
        return false;
    return !step->options.expand || put_expand_parse(steps, step, diags);
}

/* Found out anew each time, as an earlier step may have made some of the files. */
static void sources(const struct step *step, struct arena *arena, struct vec *paths)
{
    struct put *put = step->data;
    size_t before = paths->len;
    if (put->made)
        return;
    put->unmatched = NULL;
    for (size_t i = 0; i + 1 < step->argument_count; i++)
        if (!source_add(arena, &step->arguments[i], paths))
            put->unmatched = step->arguments[i].text;
    put->source_count = paths->len - before;
    const char *excludes = exclude_join(arena, step->options.excludes);
    for (size_t i = before; i < paths->len; i++)
        paths->items[i] =
            (void *)(step->options.unpack
                         ? content_name_archive(arena, paths->items[i], step->options.strip)
                         : content_name_without(arena, paths->items[i], excludes));
}

bool put_keeps_names(const struct put *put)
{
    return put->is_folder || put->source_count > 1;
}

const char *put_destination(const struct step *step)
{
    const struct put *put = step->data;
    return command_host_path(put->arena, step->context, &step->arguments[step->argument_count - 1]);
}

const char *put_name(struct arena *arena, const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    return arena_strndup(arena, path + begin, end - begin);
}

const char *put_parent(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/* Trees have thousands of names. */
const char *put_path(struct arena *arena, const char *folder, const char *name)
{
    size_t before = strlen(folder), after = strlen(name);
    char *path = arena_alloc(arena, before + after + 2);
    memcpy(path, folder, before);
    path[before] = '/';
    memcpy(path + before + 1, name, after + 1);
    return path;
}

const char *put_join(struct arena *arena, const char *folder, const char *name)
{
    if (strcmp(folder, ".") == 0)
        return name[0] == '-' ? put_path(arena, folder, name) : name;
    return put_path(arena, strcmp(folder, "/") == 0 ? "" : folder, name);
}

unsigned put_mode(const struct step *step, const struct content *content)
{
    if (step->options.mode)
        return (unsigned)strtoul(step->options.mode, NULL, 8);
    return content->mode & 0777;
}

/* The first source that cannot be sent. */
static const char *complaint(const struct put *put, const struct content *const *contents)
{
    if (put->unmatched)
        return arena_printf(put->arena, "no file here fits %s", put->unmatched);
    for (size_t i = 0; i < put->source_count; i++)
        if (contents[i]->why)
            return arena_printf(put->arena, "%s: %s", contents[i]->path, contents[i]->why);
    return NULL;
}

static bool is_one_file(const struct step *step, const struct content *const *contents)
{
    const struct put *put = step->data;
    return !put_fills(step) && put->source_count == 1 && contents[0]->kind == CONTENT_FILE;
}

static const struct content *const *all(const struct put *put,
                                        const struct content *const *contents)
{
    return put->made ? put->made : contents;
}

static void ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    const struct put *put = step->data;
    contents = all(put, contents);
    if (complaint(put, contents))
        return;
    if (is_one_file(step, contents))
        put_file_ask(step, contents[0], query);
    else
        put_tree_ask(step, contents, query);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    const struct put *put = step->data;
    contents = all(put, contents);
    *why = complaint(put, contents);
    if (*why)
        return false;
    if (is_one_file(step, contents))
        return put_file_compile(step, contents[0], answer, target, why);
    return put_tree_compile(step, contents, answer, target, why);
}

static void places(const struct step *step, struct arena *arena,
                   const struct content *const *contents, const char *answer, struct vec *list)
{
    const struct put *put = step->data;
    contents = all(put, contents);
    if (complaint(put, contents))
        return;
    if (is_one_file(step, contents))
        put_file_places(step, arena, contents[0], answer, list);
    else
        put_tree_places(step, arena, contents, list);
}

static bool find_memory(const struct step *step, const struct content *const *contents,
                        struct step_memory *memory)
{
    const struct put *put = step->data;
    return !put->made && !complaint(put, contents) && put_memory_find(step, contents, memory);
}

const struct verb verb_put = {
    .name = "put",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_MODE | VERB_TAKES_SENT |
               VERB_TAKES_MIRROR | VERB_TAKES_EXCLUDE | VERB_TAKES_FORMS,
    .parse = parse,
    .sources = sources,
    .places = places,
    .ask = ask,
    .recall = put_tree_recall,
    .find_memory = find_memory,
    .rest = put_tree_rest,
    .compile = compile,
};
