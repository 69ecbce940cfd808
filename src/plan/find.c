#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "plan/planner.h"

/* Where a file is: here, or in a folder of vpath or VPATH (GNU make manual, "Searching Directories
 * for Prerequisites"). */

/* The names in a folder, read once: a search asks for many files that are not there. */
struct folder {
    struct map names;
};

static bool stat_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

static struct folder *read_folder(struct planner *planner, const char *path)
{
    struct folder *folder = map_get(&planner->folders, path);
    struct dirent *entry;
    DIR *stream;

    if (folder)
        return folder;
    folder = arena_alloc(planner->arena, sizeof *folder);
    *map_put(&planner->folders, arena_strdup(planner->arena, path)) = folder;
    stream = opendir(path);
    while (stream && (entry = readdir(stream)))
        *map_put(&folder->names, arena_strdup(planner->arena, entry->d_name)) = folder;
    if (stream)
        closedir(stream);
    return folder;
}

/* A link that leads nowhere is no file: what the folder lists is asked for. */
static bool file_exists(struct planner *planner, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct str parent = { 0 };
    bool is_listed;

    if (!*name)
        return stat_exists(path);
    if (slash)
        str_addn(&parent, path, slash == path ? 1 : (size_t)(slash - path));
    else
        str_addc(&parent, '.');
    is_listed = map_get(&read_folder(planner, str_text(&parent))->names, name);
    str_free(&parent);
    return is_listed && stat_exists(path);
}

void find_free(struct planner *planner)
{
    for (size_t i = 0; i < planner->folders.len; i++)
        map_free(&((struct folder *)planner->folders.entries[i].value)->names);
    map_free(&planner->folders);
}

/* There, or a target that a rule puts there. */
static bool is_at(struct planner *planner, const char *path)
{
    const struct target *target = model_find_target(planner->model, path);

    return (target && target->rules.len) || file_exists(planner, path);
}

/* Tries folder/name. */
static bool try_folder(struct planner *planner, const char *folder, size_t length, const char *name,
                       const char **path)
{
    struct str joined = { 0 };
    bool is_found;

    while (length > 1 && folder[length - 1] == '/')
        length--;
    str_addn(&joined, folder, length);
    if (length && folder[length - 1] != '/')
        str_addc(&joined, '/');
    str_add(&joined, name);
    is_found = is_at(planner, str_text(&joined));
    if (is_found)
        *path = arena_strdup(planner->arena, str_text(&joined));
    str_free(&joined);
    return is_found;
}

static bool try_vpath(struct planner *planner, const struct vpath *vpath, const char *name,
                      const char **path)
{
    const char *stem;
    size_t length;

    if (strcmp(vpath->pattern, "%") != 0 && strcmp(vpath->pattern, name) != 0 &&
        !implicit_match(vpath->pattern, name, &stem, &length))
        return false;
    for (size_t i = 0; i < vpath->folders.len; i++) {
        const char *folder = vpath->folders.items[i];

        if (try_folder(planner, folder, strlen(folder), name, path))
            return true;
    }
    return false;
}

/* The value of VPATH, expanded once. */
static const char *general_folders(struct planner *planner)
{
    struct expander expander = { .lang = planner->lang, .scope = planner->file };
    struct variable *variable;
    struct str value = { 0 };

    if (planner->vpath)
        return planner->vpath;
    variable = scope_find(planner->file, "VPATH");
    if (variable)
        expand_variable(&expander, "VPATH", variable->where, &value);
    planner->vpath = arena_strdup(planner->arena, str_text(&value));
    str_free(&value);
    return planner->vpath;
}

bool find_has_folders(struct planner *planner)
{
    return planner->model->vpaths.len > 0 || *general_folders(planner);
}

bool find_file(struct planner *planner, const char *name, const char **path)
{
    static const char separators[] = ": \t\n";
    const char *folders;

    *path = NULL;
    if (file_exists(planner, name))
        return true;
    if (name[0] == '/')
        return false;
    for (size_t i = 0; i < planner->model->vpaths.len; i++)
        if (try_vpath(planner, planner->model->vpaths.items[i], name, path))
            return true;
    folders = general_folders(planner);
    while (*(folders += strspn(folders, separators))) {
        size_t length = strcspn(folders, separators);

        if (try_folder(planner, folders, length, name, path))
            return true;
        folders += length;
    }
    return false;
}
