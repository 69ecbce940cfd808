#include <string.h>

#include "base/str.h"
#include "plan/planner.h"

/* `-lNAME` as a prerequisite: the library's file (GNU make manual, "Directory Search for Link
 * Libraries"). */

static bool try_name(struct planner *planner, const char *name, const char **path)
{
    static const char *const folders[] = { "/lib", "/usr/lib", "/usr/local/lib" };

    if (find_file(planner, name, path)) {
        if (!*path)
            *path = name;
        return true;
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        *path = arena_printf(planner->arena, "%s/%s", folders[i], name);
        if (find_file(planner, *path, &name))
            return true;
    }
    *path = NULL;
    return false;
}

bool find_library(struct planner *planner, const char *name, const char **path)
{
    struct expander expander = { .lang = planner->lang, .scope = planner->file };
    const struct variable *variable = scope_find(planner->file, ".LIBPATTERNS");
    struct str value = { 0 }, file = { 0 };
    bool is_found = false;

    *path = NULL;
    if (strncmp(name, "-l", 2) != 0 || !variable ||
        !expand_variable(&expander, ".LIBPATTERNS", variable->where, &value))
        return false;
    for (const char *p = str_text(&value); !is_found && *(p += strspn(p, " \t\n"));
         p += strcspn(p, " \t\n")) {
        size_t length = strcspn(p, " \t\n");
        const char *percent = memchr(p, '%', length);

        if (!percent)
            continue;
        str_clear(&file);
        str_addn(&file, p, (size_t)(percent - p));
        str_add(&file, name + 2);
        str_addn(&file, percent + 1, length - (size_t)(percent + 1 - p));
        is_found = try_name(planner, arena_strdup(planner->arena, str_text(&file)), path);
    }
    str_free(&file);
    str_free(&value);
    return is_found;
}
