#include "step/git.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "step/git_library.h"

struct git *git_open(const char *folder, char **why)
{
    struct git_library *library = git_library_open(why);
    struct git *git;
    int result;
    if (!library)
        return NULL;
    git = mem_alloc(sizeof *git);
    git->library = library;
    result = library->git_repository_open_ext(&git->repository, folder, 0, NULL);
    if (result == 0)
        return git;
    *why = result == GIT_ENOTFOUND
               ? mem_printf("there is no git repository in '%s' or above it", folder)
               : git_why(git);
    git_close(git);
    return NULL;
}

void git_close(struct git *git)
{
    if (!git)
        return;
    if (git->repository)
        git->library->git_repository_free(git->repository);
    git_library_close(git->library);
    free(git);
}

char *git_why(const struct git *git)
{
    const git_error *error = git->library->git_error_last();
    return mem_strdup(error && error->message ? error->message : "git failed");
}

git_object *git_find(const struct git *git, const char *revision, git_object_t type, char **why)
{
    const struct git_library *library = git->library;
    git_object *found = NULL, *peeled = NULL;
    if (library->git_revparse_single(&found, git->repository, revision) != 0) {
        *why = mem_printf("there is no revision '%s'", revision);
        return NULL;
    }
    if (library->git_object_peel(&peeled, found, type) != 0)
        *why = git_why(git);
    library->git_object_free(found);
    return peeled;
}

bool git_revision(struct git *git, const char *revision, struct str *value, char **why)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_object *commit = git_find(git, revision, GIT_OBJECT_COMMIT, why);
    if (!commit)
        return false;
    str_add(value,
            git->library->git_oid_tostr(hex, sizeof hex, git->library->git_object_id(commit)));
    git->library->git_object_free(commit);
    return true;
}

static bool format_description(struct git *git, const git_describe_result *result, bool is_workdir,
                               struct str *value)
{
    git_describe_format_options options = {
        .version = GIT_DESCRIBE_FORMAT_OPTIONS_VERSION,
        .abbreviated_size = GIT_DESCRIBE_DEFAULT_ABBREVIATED_SIZE,
        .dirty_suffix = is_workdir ? "-dirty" : NULL,
    };
    git_buf text = { 0 };
    if (git->library->git_describe_format(&text, result, &options) != 0)
        return false;
    str_add(value, text.ptr);
    git->library->git_buf_dispose(&text);
    return true;
}

bool git_describe(struct git *git, const char *revision, struct str *value, char **why)
{
    const struct git_library *library = git->library;
    git_describe_options options = {
        .version = GIT_DESCRIBE_OPTIONS_VERSION,
        .max_candidates_tags = GIT_DESCRIBE_DEFAULT_MAX_CANDIDATES_TAGS,
        .describe_strategy = GIT_DESCRIBE_TAGS,
        .show_commit_oid_as_fallback = 1,
    };
    git_describe_result *result = NULL;
    git_object *commit = NULL;
    bool fine;
    if (*revision) {
        commit = git_find(git, revision, GIT_OBJECT_COMMIT, why);
        if (!commit)
            return false;
        fine = library->git_describe_commit(&result, commit, &options) == 0;
    } else {
        fine = library->git_describe_workdir(&result, git->repository, &options) == 0;
    }
    fine = fine && format_description(git, result, !*revision, value);
    if (!fine)
        *why = git_why(git);
    if (result)
        library->git_describe_result_free(result);
    if (commit)
        library->git_object_free(commit);
    return fine;
}

/* ---- files ---- */

/* One of the paths is the name, a folder above it, or a pattern for one of these. */
static bool is_below(const char *name, const char *paths)
{
    bool any = false;
    while (*(paths += strspn(paths, " \t\n"))) {
        size_t length = strcspn(paths, " \t\n");
        char *path = mem_strndup(paths, length), *plain = path;
        while (str_starts(plain, "./"))
            plain += 2;
        size_t end = strlen(plain);
        while (end > 1 && plain[end - 1] == '/')
            plain[--end] = '\0';
        bool found = strcmp(plain, ".") == 0 || fnmatch(plain, name, 0) == 0 ||
                     (strncmp(plain, name, end) == 0 && name[end] == '/');
        free(path);
        if (found)
            return true;
        any = true;
        paths += length;
    }
    return !any;
}

/* This folder in the work tree: "" for its top, "src/" …; NULL: it is outside. From the heap. */
static char *folder_in(const char *top)
{
    char *here = realpath(".", NULL), *root = realpath(top, NULL), *folder = NULL;
    size_t length = root ? strlen(root) : 0;
    if (here && root && strcmp(here, root) == 0)
        folder = mem_strdup("");
    else if (here && root && strncmp(here, root, length) == 0 && here[length] == '/')
        folder = mem_printf("%s/", here + length + 1);
    free(here);
    free(root);
    return folder;
}

static void add_files(const struct git *git, git_index *index, const char *folder,
                      const char *paths, struct str *value)
{
    size_t start = value->len, count = git->library->git_index_entrycount(index);
    const char *last = "";
    for (size_t i = 0; i < count; i++) {
        const git_index_entry *entry = git->library->git_index_get_byindex(index, i);
        const char *name = entry->path;
        /* One that is being merged is there several times. */
        if (!str_starts(name, folder) || strcmp(name, last) == 0)
            continue;
        last = name;
        name += strlen(folder);
        if (!is_below(name, paths))
            continue;
        if (value->len > start)
            str_addc(value, ' ');
        str_add(value, name);
    }
}

bool git_files(struct git *git, const char *paths, struct str *value, char **why)
{
    const char *top = git->library->git_repository_workdir(git->repository);
    char *folder = top ? folder_in(top) : NULL;
    git_index *index;
    if (!folder) {
        *why = mem_strdup("this folder is in no work tree");
        return false;
    }
    bool fine = git->library->git_repository_index(&index, git->repository) == 0;
    if (fine) {
        add_files(git, index, folder, paths, value);
        git->library->git_index_free(index);
    } else {
        *why = git_why(git);
    }
    free(folder);
    return fine;
}
