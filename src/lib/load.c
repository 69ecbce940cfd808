#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/context.h"

static const struct location nowhere = { NULL, 0, 0 };

/* What is looked for (LANGUAGE §1): here, and in the folders above. */
static const char *const names_here[] = { "Fakefile", "fakefile", "GNUmakefile",
                                          "makefile", "Makefile", NULL };
static const char *const names_above[] = { "Fakefile", "fakefile", NULL };

/* The first of the names that is there, below folder ("" or ending in a slash); or NULL. */
static const char *find(struct arena *arena, const char *folder, const char *const *names,
                        struct stat *status)
{
    for (; *names; names++) {
        const char *path = arena_printf(arena, "%s%s", folder, *names);
        if (stat(path, status) == 0 && !S_ISDIR(status->st_mode))
            return path;
    }
    return NULL;
}

/* A file that somebody else has put above this folder (into /tmp, say) would run with our rights.
 */
static bool is_trusted(struct fake *fake, const char *path, const struct stat *status)
{
    if (status->st_uid == geteuid() || status->st_uid == 0)
        return true;
    diag_error_hint(&fake->diags, nowhere,
                    arena_printf(fake->arena, "%s belongs to another user", path),
                    arena_printf(fake->arena, "fake -C %.*s works with it all the same",
                                 (int)(strrchr(path, '/') - path), path));
    return false;
}

/* Goes to the nearest folder above this one that has a Fakefile. False: there is none, or it was
 * refused (reported). */
static bool go_upwards(struct fake *fake, const char **name)
{
    char *here = realpath(".", NULL);
    struct stat status;
    char *slash;
    bool found = false;

    while (here && !found && (slash = strrchr(here, '/')) && here[1]) {
        const char *path;

        *slash = '\0'; /* "/a/b" ▶ "/a", "/a" ▶ "" */
        path = find(fake->arena, arena_printf(fake->arena, "%s/", here), names_above, &status);
        if (path) {
            *name = strrchr(path, '/') + 1;
            found = is_trusted(fake, path, &status) && fake_enter(fake, *here ? here : "/");
            break;
        }
    }
    free(here);
    return found;
}

/* NULL: there is none. */
static const char *look_for(struct fake *fake)
{
    struct stat status;
    const char *name = find(fake->arena, "", names_here, &status);

    if (!name && fake->settings.search_upwards && !go_upwards(fake, &name))
        name = NULL;
    return name;
}

/* MAKECMDGOALS, without arguments. */
static void define_goals(struct fake *fake)
{
    struct str names = { 0 };

    for (size_t i = 0; i < fake->goals.len; i++) {
        const struct goal *goal = fake->goals.items[i];
        str_addf(&names, "%s%s", i > 0 ? " " : "", goal->target);
    }
    if (names.len > 0)
        lang_define(fake->lang, &fake->model.globals, "MAKECMDGOALS",
                    arena_strdup(fake->arena, str_text(&names)), ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    str_free(&names);
}

bool fake_load(struct fake *fake, const char *path)
{
    unsigned errors = fake->diags.errors;

    if (!fake->has_loaded)
        define_goals(fake);
    fake->has_loaded = true;
    if (!path)
        path = look_for(fake);
    if (path)
        return lang_read(fake->lang, path) && fake->diags.errors == errors;
    if (fake->settings.command) /* `-H host -- command` needs none */
        return true;
    if (fake->diags.errors == errors)
        diag_error_hint(&fake->diags, nowhere,
                        fake->goals.len > 0 ? "No Fakefile found"
                                            : "No targets specified and no Fakefile found",
                        fake->settings.search_upwards
                            ? "looked for Fakefile, fakefile, GNUmakefile, makefile and "
                              "Makefile here, and for a Fakefile above"
                            : "looked for Fakefile, fakefile, GNUmakefile, makefile and "
                              "Makefile here");
    return false;
}
