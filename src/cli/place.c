#include "cli/place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The program that a shell finds by this name, as it looks for it; NULL: none. */
static char *find_in_path(const char *name)
{
    const char *path = getenv("PATH");

    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *file = mem_printf("%.*s/%s", (int)length, length ? path : ".", name);
        if (access(file, X_OK) == 0 && !is_folder(file))
            return file;
        free(file);
        path += length + (path[length] == ':');
    }
    return NULL;
}

/* Where this program lies, links followed; NULL: it cannot be told. */
static char *program_file(const char *program)
{
    char *file = realpath("/proc/self/exe", NULL);
    char *found;

    if (file)
        return file;
    if (strchr(program, '/'))
        return realpath(program, NULL);
    found = find_in_path(program);
    file = found ? realpath(found, NULL) : NULL;
    free(found);
    return file;
}

char *place_rules(const char *program)
{
    static const char *const places[] = { "../share/fake/rules", "rules", "../rules" };
    const char *set = getenv("FAKE_RULES");
    char *file, *slash, *found = NULL;

    if (set && *set)
        return mem_strdup(set);
    file = program_file(program);
    slash = file ? strrchr(file, '/') : NULL;
    for (size_t i = 0; slash && !found && i < sizeof places / sizeof *places; i++) {
        char *folder = mem_printf("%.*s/%s", (int)(slash - file), file, places[i]);
        if (is_folder(folder))
            found = realpath(folder, NULL);
        free(folder);
    }
    free(file);
    return found;
}

char *place_command(const char *program)
{
    char *folder = NULL, *command = NULL, *found;

    if (!strchr(program, '/')) {
        found = find_in_path(program);
        command = found ? mem_strdup(program) : program_file(program);
        free(found);
    } else if (*program != '/' && (folder = realpath(".", NULL))) {
        command = mem_printf("%s/%s", folder, program);
        free(folder);
    }
    return command ? command : mem_strdup(program);
}
