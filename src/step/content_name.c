#include <string.h>

#include "base/arena.h"
#include "step/content_name.h"

/* \1, a letter for the kind, and its parts, a \1 in front of each; the path is the last. */

enum { MARK = '\1' };

const char *content_name_source(struct arena *arena, const char *path, const char *except,
                                const char *excludes)
{
    return arena_printf(arena, "%cs%c%s%c%s%c%s", MARK, MARK, except, MARK,
                        excludes ? excludes : "", MARK, path);
}

const char *content_name_without(struct arena *arena, const char *path, const char *excludes)
{
    return excludes ? arena_printf(arena, "%cw%c%s%c%s", MARK, MARK, excludes, MARK, path) : path;
}

const char *content_name_revision(struct arena *arena, const char *repository, const char *revision,
                                  const char *below)
{
    return arena_printf(arena, "%cr%c%s%c%s%c%s", MARK, MARK, repository, MARK, revision, MARK,
                        below);
}

const char *content_name_archive(struct arena *arena, const char *path, unsigned strip)
{
    return arena_printf(arena, "%ca%c%u%c%s", MARK, MARK, strip, MARK, path);
}

bool content_name_is(const char *name, char kind)
{
    return name[0] == MARK && name[1] == kind;
}

bool content_name_part(const char *name, unsigned index, const char **part, size_t *length)
{
    if (name[0] != MARK)
        return false;
    do {
        name = strchr(name + 1, MARK);
        if (!name)
            return false;
    } while (index-- > 0);
    *part = name + 1;
    *length = strcspn(*part, "\1");
    return true;
}

const char *content_name_path(const char *name)
{
    if (name[0] != MARK)
        return name;
    return content_name_is(name, CONTENT_NAME_REVISION) ? NULL : strrchr(name, MARK) + 1;
}

const char *content_name_shown(struct arena *arena, const char *name)
{
    const char *revision, *below;
    size_t length, below_length;
    if (!content_name_is(name, CONTENT_NAME_REVISION))
        return content_name_path(name);
    if (!content_name_part(name, 1, &revision, &length) ||
        !content_name_part(name, 2, &below, &below_length))
        return name;
    return arena_printf(arena, "revision %.*s%s%.*s", (int)length, revision,
                        below_length ? ":" : "", (int)below_length, below);
}
