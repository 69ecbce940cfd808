#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "lang/reader.h"

/* How often one file may stand in the chain of includes above itself: once or twice can be meant
 * (a guard ends it), this often it cannot. */
enum { NESTED_MAXIMUM = 100 };

/* Reads a file into a new source. False with errno set, or with *why. */
static bool load(struct lang *lang, const char *path, const char *name,
                 const struct source **source, const char **why)
{
    struct str text = { 0 };

    *why = NULL;
    if (!file_read(path, &text)) {
        int error = errno;

        str_free(&text);
        errno = error;
        return false;
    }
    *why = source_normalize(&text);
    if (*why) {
        str_free(&text);
        return false;
    }
    str_reserve(&text, 0);
    text.data[text.len] = '\0';
    *source = lang_add_source(lang, name, text.data, text.len, 0);
    return true;
}

/* True when `name` is read too deep within itself; told of with the chain. */
static bool is_loop(struct lang *lang, const char *name, struct location where)
{
    const struct reader *reader;
    struct str chain = { 0 };
    unsigned times = 0;

    for (reader = lang->reader; reader; reader = reader->outer)
        times += strcmp(reader->cursor.source->name, name) == 0;
    if (times < NESTED_MAXIMUM)
        return false;
    str_add(&chain, name);
    for (reader = lang->reader; reader; reader = reader->outer) {
        str_addf(&chain, " <- %s", reader->cursor.source->name);
        if (strcmp(reader->cursor.source->name, name) == 0)
            break;
    }
    diag_error(lang->diags, where, "include loop: %s", str_text(&chain));
    str_free(&chain);
    lang_stop(lang);
    return true;
}

static void add_to_makefile_list(struct lang *lang, const char *name)
{
    static const char list[] = "MAKEFILE_LIST";
    char *value = mem_printf(" %s", name);
    struct assignment assignment = {
        .action = ASSIGN_APPEND,
        .name = { list, sizeof list - 1 },
        .value = { value + 1, strlen(value + 1) },
    };

    if (variables_get(&lang->model->globals, list))
        variable_assign(lang, &lang->model->globals, &lang->globals, &assignment, ORIGIN_FILE,
                        (struct location){ 0 });
    else
        variable_set(lang, &lang->model->globals, assignment.name,
                     (struct span){ value, strlen(value) }, ORIGIN_FILE, FLAVOR_SIMPLE,
                     (struct location){ 0 });
    free(value);
}

/* Tries one place. *why is set when it is there but is no text. */
static bool read_at(struct lang *lang, const char *path, struct location where, const char **why)
{
    const char *name = arena_strdup(lang->model->arena, path);
    const struct source *source;

    if (is_loop(lang, path, where)) {
        *why = "";
        return false;
    }
    if (!load(lang, path, name, &source, why))
        return false;
    add_to_makefile_list(lang, name);
    eval_source(lang, source, NULL);
    return true;
}

/* Tries a name in a folder; *found is the path when it is read there. */
static bool read_in_folder(struct lang *lang, const char *folder, const char *name,
                           struct location where, const char **found, const char **why)
{
    char *path = mem_printf("%s/%s", folder, name);
    bool done = read_at(lang, path, where, why);

    if (done || *why)
        *found = arena_strdup(lang->model->arena, path);
    free(path);
    return done;
}

/* An included file is looked for as it stands, in the folders of -I, and among the stock files:
 * those are complete, nothing makes them anew, and they are not noted. */
bool include_read(struct lang *lang, const char *name, struct location where, bool is_optional)
{
    const char *const *folder = lang->options.include_folders;
    const char *path = arena_strdup(lang->model->arena, name), *why = NULL;
    bool found = read_at(lang, name, where, &why);
    int error = found || why ? 0 : errno;
    struct include *include;

    if (error == ENOENT && name[0] != '/') {
        for (; folder && *folder && !found && !why; folder++)
            found = read_in_folder(lang, *folder, name, where, &path, &why);
        if (!found && !why && lang->options.rules_folder &&
            read_in_folder(lang, lang->options.rules_folder, name, where, &path, &why))
            return true;
    }
    if (why && *why)
        diag_error(lang->diags, where, "%s: %s", path, why);
    include = arena_alloc(lang->model->arena, sizeof *include);
    *include = (struct include){ path, where, is_optional, found || why ? 0 : error };
    vec_push(&lang->includes, include);
    return found;
}

bool lang_read(struct lang *lang, const char *path)
{
    const char *why = NULL;
    unsigned errors = lang->diags->errors;

    if (read_at(lang, path, (struct location){ 0 }, &why))
        return true;
    if (lang->diags->errors == errors)
        diag_error(lang->diags, (struct location){ 0 }, "%s: %s", path,
                   why ? why : strerror(errno));
    return false;
}

const struct vec *lang_includes(const struct lang *lang)
{
    return &lang->includes;
}

/* One include line's names, while they are found. */
struct inclusion {
    struct lang *lang;
    const struct statement *statement;
};

static void include_one(void *context, struct span name)
{
    struct inclusion *inclusion = context;
    char *path = mem_strndup(name.data, name.len);

    if (!inclusion->lang->is_stopped)
        include_read(inclusion->lang, path, inclusion->statement->where,
                     inclusion->statement->is_optional);
    free(path);
}

/* ("include" | "-include" | "sinclude") {name} */
void eval_include(struct reader *reader, const struct statement *statement)
{
    struct lang *lang = reader->lang;
    struct inclusion inclusion = { lang, statement };
    struct str names = { 0 };
    struct span list, name;

    draft_close(reader);
    if (lang_expand(lang, NULL, statement->rest, statement->where, &names)) {
        list = (struct span){ str_text(&names), names.len };
        while (file_name_next(&list, '\0', &name))
            file_name_expand(lang, name, true, include_one, &inclusion);
    }
    str_free(&names);
}

/* Drops the folders of one pattern, or of all. */
static void forget_vpaths(struct model *model, const char *pattern)
{
    size_t i, kept = 0;

    for (i = 0; i < model->vpaths.len; i++) {
        struct vpath *vpath = model->vpaths.items[i];

        if (pattern && strcmp(vpath->pattern, pattern) != 0)
            model->vpaths.items[kept++] = vpath;
        else
            vec_free(&vpath->folders);
    }
    model->vpaths.len = kept;
}

/* "vpath" [pattern [folder {(":" | blank) folder}]] */
void eval_vpath(struct reader *reader, const struct statement *statement)
{
    struct lang *lang = reader->lang;
    struct arena *arena = lang->model->arena;
    struct str text = { 0 };
    struct span list, word;
    struct vpath *vpath;

    if (!lang_expand(lang, NULL, statement->rest, statement->where, &text)) {
        str_free(&text);
        return;
    }
    list = (struct span){ str_text(&text), text.len };
    if (!file_name_next(&list, '\0', &word)) {
        forget_vpaths(lang->model, NULL);
    } else {
        vpath = arena_alloc(arena, sizeof *vpath);
        vpath->pattern = arena_strndup(arena, word.data, word.len);
        while (file_name_next(&list, ':', &word))
            if (word.len != 1 || word.data[0] != ':')
                vec_push(&vpath->folders, arena_strndup(arena, word.data, word.len));
        if (vpath->folders.len)
            vec_push(&lang->model->vpaths, vpath);
        else
            forget_vpaths(lang->model, vpath->pattern);
    }
    str_free(&text);
}
