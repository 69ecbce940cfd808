#include "step/source.h"

#include <glob.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"

static const char *from_home(struct arena *arena, const struct shell_word *word, const char *path)
{
    const char *home = word->from_home ? getenv("HOME") : NULL;
    return home ? arena_printf(arena, "%s/%s", home, path) : path;
}

const char *source_path(struct arena *arena, const struct shell_word *word)
{
    return from_home(arena, word, word->text);
}

bool source_add(struct arena *arena, const struct shell_word *word, struct vec *paths)
{
    if (!word->pattern) {
        vec_push(paths, (void *)source_path(arena, word));
        return true;
    }
    glob_t found;
    if (glob(from_home(arena, word, word->pattern), 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++)
        vec_push(paths, arena_strdup(arena, found.gl_pathv[i]));
    globfree(&found);
    return true;
}
