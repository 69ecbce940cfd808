#include "run/fingerprint.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

struct fingerprint fingerprint_new(struct arena *arena)
{
    return (struct fingerprint){ .arena = arena };
}

void fingerprint_free(struct fingerprint *fingerprint)
{
    vec_free(&fingerprint->parts);
}

void fingerprint_add(struct fingerprint *fingerprint, const char *kind, const char *name,
                     struct hash hash)
{
    struct part *part = arena_alloc(fingerprint->arena, sizeof *part);
    part->name = *name ? arena_printf(fingerprint->arena, "%s %s", kind, name)
                       : arena_strdup(fingerprint->arena, kind);
    part->hash = hash;
    vec_push(&fingerprint->parts, part);
}

void fingerprint_add_text(struct fingerprint *fingerprint, const char *kind, const char *name,
                          const char *text)
{
    fingerprint_add(fingerprint, kind, name, hash_bytes(text, strlen(text)));
}

void fingerprint_end(struct fingerprint *fingerprint)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < fingerprint->parts.len; i++) {
        const struct part *part = fingerprint->parts.items[i];
        char hex[HASH_HEX_SIZE];
        hash_hex(part->hash, hex);
        hasher_add_string(hasher, part->name);
        hasher_add_string(hasher, hex);
    }
    fingerprint->whole = hasher_end(hasher);
}

/* How a difference in a part of each kind is said; %s is the name behind the kind. */
static const struct wording {
    const char *kind;
    const char *changed;
    const char *added;
    const char *removed;
} wordings[] = {
    { "file ", "%s changed", "%s is new among the inputs", "%s is no input any more" },
    { "prerequisite ", "%s differs", "%s is a new prerequisite", "%s is no prerequisite any more" },
    { "step ", "step %s differs", "step %s is new", "step %s is gone" },
    { "variable ", "variable %s differs", "variable %s is new", "variable %s is gone" },
    { "", "%s differs", "%s is new", "%s is gone" },
};

enum change { CHANGED, ADDED, REMOVED };

static void word_change(struct str *text, const char *name, enum change change)
{
    const struct wording *wording = wordings;
    while (!str_starts(name, wording->kind))
        wording++;
    const char *form = change == CHANGED ? wording->changed
                       : change == ADDED ? wording->added
                                         : wording->removed;
    const char *mark = strstr(form, "%s");
    str_clear(text);
    str_addn(text, form, (size_t)(mark - form));
    str_add(text, name + strlen(wording->kind));
    str_add(text, mark + 2);
}

/* Every part, under its name and hash: a file that is read in two ways has two parts of one name.
 */
static struct map by_content(struct arena *arena, const struct vec *parts)
{
    struct map set = { 0 };
    for (size_t i = 0; i < parts->len; i++) {
        struct part *part = parts->items[i];
        char hex[HASH_HEX_SIZE];
        hash_hex(part->hash, hex);
        *map_put(&set, arena_printf(arena, "%s %s", hex, part->name)) = part;
    }
    return set;
}

/* The names of those in `parts` that are not in `others`, in their order. */
static struct map names_missing(const struct map *parts, const struct map *others)
{
    struct map names = { 0 };
    for (size_t i = 0; i < parts->len; i++) {
        struct part *part = parts->entries[i].value;
        if (!map_get(others, parts->entries[i].key))
            *map_put(&names, part->name) = part;
    }
    return names;
}

void fingerprint_compare(const struct fingerprint *now, const struct vec *before,
                         void (*tell)(void *context, const char *reason), void *context)
{
    struct map is = by_content(now->arena, &now->parts), was = by_content(now->arena, before);
    struct map added = names_missing(&is, &was), removed = names_missing(&was, &is);
    struct str text = { 0 };
    for (size_t i = 0; i < added.len; i++) {
        const char *name = added.entries[i].key;
        word_change(&text, name, map_get(&removed, name) ? CHANGED : ADDED);
        tell(context, str_text(&text));
    }
    for (size_t i = 0; i < removed.len; i++) {
        if (map_get(&added, removed.entries[i].key))
            continue;
        word_change(&text, removed.entries[i].key, REMOVED);
        tell(context, str_text(&text));
    }
    str_free(&text);
    map_free(&is);
    map_free(&was);
    map_free(&added);
    map_free(&removed);
}

/* The n-th of that file, from 0; NULL: there is none. */
static struct part *file_part(const struct vec *parts, const char *file, size_t n)
{
    for (size_t i = 0; i < parts->len; i++) {
        struct part *part = parts->items[i];
        if (str_starts(part->name, "file ") && strcmp(part->name + strlen("file "), file) == 0 &&
            n-- == 0)
            return part;
    }
    return NULL;
}

bool fingerprint_has_file(const struct fingerprint *fingerprint, const char *file)
{
    return file_part(&fingerprint->parts, file, 0) != NULL;
}

void fingerprint_keep_files(struct fingerprint *fingerprint, const struct vec *before,
                            const char *const *files)
{
    for (; files && *files; files++) {
        struct part *part, *was;
        for (size_t n = 0; (part = file_part(&fingerprint->parts, *files, n)) &&
                           (was = file_part(before, *files, n));
             n++)
            part->hash = was->hash;
    }
}
