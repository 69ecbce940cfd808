#include "step/exclude.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "step/step.h"

enum { BETWEEN = '\n' }; /* no pattern has one */

const char *exclude_join(struct arena *arena, const struct option_value *values)
{
    const char *joined = NULL;
    for (; values; values = values->next)
        joined =
            joined ? arena_printf(arena, "%s%c%s", joined, BETWEEN, values->text) : values->text;
    return joined;
}

static bool matches(const char *pattern, const char *path)
{
    if (!strchr(pattern, '/')) {
        const char *slash = strrchr(path, '/');
        return fnmatch(pattern, slash ? slash + 1 : path, 0) == 0;
    }
    return fnmatch(pattern + (pattern[0] == '/'), path, FNM_PATHNAME) == 0;
}

/* The path itself and each folder on its way; `path` is cut and mended. */
static bool matches_somewhere(const char *pattern, char *path)
{
    for (char *end = path + strcspn(path, "/");; end += 1 + strcspn(end + 1, "/")) {
        char next = *end;
        *end = '\0';
        bool found = matches(pattern, path);
        *end = next;
        if (found || !next)
            return found;
    }
}

bool exclude_matches(const char *patterns, const char *path)
{
    if (!patterns || !*patterns)
        return false;
    char *list = mem_strdup(patterns), *copy = mem_strdup(path), *rest = list;
    bool found = false;
    while (rest && !found) {
        char *pattern = rest;
        rest = strchr(rest, BETWEEN);
        if (rest)
            *rest++ = '\0';
        found = matches_somewhere(pattern, copy);
    }
    free(copy);
    free(list);
    return found;
}
