#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "plan/planner.h"

/* Where a file is: here, or in a folder of vpath or VPATH (GNU make manual, "Searching Directories
 * for Prerequisites"). */

static bool file_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

/* There, or a target that a rule puts there. */
static bool is_at(struct planner *planner, const char *path)
{
    const struct target *target = model_find_target(planner->model, path);

    return (target && target->rules.len) || file_exists(path);
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

bool find_file(struct planner *planner, const char *name, const char **path)
{
    static const char separators[] = ": \t\n";
    const char *folders;

    *path = NULL;
    if (file_exists(name))
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
