#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "step/bundle.h"
#include "step/command.h"
#include "step/exclude.h"
#include "step/source.h"
#include "step/verb.h"

/* archive OUT SRC…: files and trees of this machine as one file, the same bytes from the same tree,
 * always. In it everything keeps the name that it was given by, below --prefix. */

struct archive_step {
    struct arena *arena;
    const char *path; /* OUT */
    const struct bundle_form *form;
    size_t source_count;   /* wildcards expanded: as sources gave them last */
    const char *unmatched; /* a pattern that no file here fits; NULL */
};

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (!command_check_words(step, 2, SIZE_MAX, "archive OUT SOURCE…", diags))
        return false;
    struct archive_step *data = arena_alloc(steps->arena, sizeof *data);
    const struct shell_word *out = &step->arguments[0];
    data->arena = steps->arena;
    data->path = source_path(steps->arena, out);
    data->form = bundle_form_find(out->text);
    step->data = data;
    if (out->pattern) {
        diag_error(diags, step->where, "archive: a wildcard in the name '%s'", out->text);
        return false;
    }
    if (data->form)
        return true;
    diag_error_hint(
        diags, step->where,
        arena_printf(steps->arena, "archive: what '%s' is to be is not known",
                     command_as_written(steps->arena, out)),
        arena_printf(steps->arena, "its name ends in one of %s", bundle_form_list(steps->arena)));
    return false;
}

/* Found out anew each time, as an earlier step may have made some of the files. */
static void sources(const struct step *step, struct arena *arena, struct vec *paths)
{
    struct archive_step *data = step->data;
    size_t before = paths->len;
    data->unmatched = NULL;
    for (size_t i = 1; i < step->argument_count; i++)
        if (!source_add(arena, &step->arguments[i], paths))
            data->unmatched = step->arguments[i].text;
    data->source_count = paths->len - before;
    for (size_t i = before; i < paths->len; i++)
        paths->items[i] = (void *)content_name_source(arena, paths->items[i], data->path,
                                                      exclude_join(arena, step->options.excludes));
}

static void outputs(const struct step *step, struct arena *arena, struct vec *paths)
{
    (void)arena;
    const struct archive_step *data = step->data;
    vec_push(paths, (void *)data->path);
}

/* ---- in the pool ---- */

/* What goes into the archive. */
struct listing {
    struct bundle_entry *entries;
    size_t count, cap;
    struct map seen; /* name ▶ path */
    const char *prefix;
    char *why;
};

/* The name that a path has in an archive: no / or ./ in front, none doubled. NULL: it would lie
 * outside. */
static char *plain_name(const char *prefix, const char *path)
{
    struct str name = { 0 };
    str_add(&name, prefix);
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0) {
            str_free(&name);
            return NULL;
        }
        if (length > 0 && !(length == 1 && *path == '.'))
            str_addf(&name, "%s%.*s", name.len > 0 && !str_ends(name.data, "/") ? "/" : "",
                     (int)length, path);
        path += length + (path[length] == '/');
    }
    return name.data ? str_steal(&name) : mem_strdup("");
}

/* path is the listing's from now on. */
static void add_one(struct listing *listing, char *path, const struct content *content)
{
    char *name = plain_name(listing->prefix, path);
    void **known = name && *name ? map_put(&listing->seen, name) : NULL;
    const char *before = known ? *known : NULL;
    if (!name && !listing->why)
        listing->why = mem_printf("%s lies outside of this folder, where it has no name in an "
                                  "archive",
                                  path);
    /* What has one name is one thing, but for `/a` and `a`; of folders one entry stands for both.
     */
    if (before && (*before == '/') != (*path == '/') && content->kind != CONTENT_FOLDER &&
        !listing->why)
        listing->why = mem_printf("both %s and %s are to be %s", before, path, name);
    if (!known || before || strlen(name) == strlen(listing->prefix)) {
        free(name);
        free(path);
        return;
    }
    *known = path;
    if (listing->count == listing->cap) {
        listing->cap = listing->cap ? 2 * listing->cap : 64;
        listing->entries = mem_resize(listing->entries, listing->cap * sizeof *listing->entries);
    }
    listing->entries[listing->count++] = (struct bundle_entry){ name, path, content };
}

static void add_source(struct listing *listing, const struct content *content)
{
    if (content->why) {
        if (!listing->why)
            listing->why = mem_printf("%s: %s", content->path, content->why);
        return;
    }
    add_one(listing, mem_strdup(content->path), content);
    for (size_t i = 0; i < content->entry_count; i++)
        add_one(listing, mem_printf("%s/%s", content->path, content->entries[i].path),
                &content->entries[i]);
}

static void free_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free((char *)listing->entries[i].name);
        free((char *)listing->entries[i].path);
    }
    free(listing->entries);
    map_free(&listing->seen);
}

static char *make_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder, *why = NULL;
    if (!slash || slash == path)
        return NULL;
    folder = mem_strndup(path, (size_t)(slash - path));
    if (!file_make_folders(folder, 0777))
        why = mem_printf("%s: %s", folder, strerror(errno));
    free(folder);
    return why;
}

static char *work(const struct step *step, const struct content *const *contents)
{
    const struct archive_step *data = step->data;
    struct listing listing = { .prefix = step->options.prefix ? step->options.prefix : "" };
    if (data->unmatched)
        return mem_printf("no file here fits %s", data->unmatched);
    for (size_t i = 0; i < data->source_count; i++)
        add_source(&listing, contents[i]);
    if (!listing.why)
        listing.why = make_folder_of(data->path);
    if (!listing.why)
        listing.why = bundle_write(data->path, data->form, listing.entries, listing.count);
    free_listing(&listing);
    return listing.why;
}

const struct verb verb_archive = {
    .name = "archive",
    .version = 1,
    .place = STEP_HERE,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_PREFIX | VERB_TAKES_EXCLUDE,
    .parse = parse,
    .sources = sources,
    .outputs = outputs,
    .work = work,
};
