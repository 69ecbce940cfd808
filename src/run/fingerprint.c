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

void fingerprint_compare(const struct fingerprint *now, const struct vec *before,
                         void (*tell)(void *context, const char *reason), void *context)
{
    struct map old = { 0 };
    struct str text = { 0 };
    for (size_t i = 0; i < before->len; i++) {
        const struct part *part = before->items[i];
        *map_put(&old, part->name) = (void *)part;
    }
    for (size_t i = 0; i < now->parts.len; i++) {
        const struct part *part = now->parts.items[i];
        const struct part *was = map_get(&old, part->name);
        if (was && hash_equal(was->hash, part->hash)) {
            map_remove(&old, part->name);
            continue;
        }
        word_change(&text, part->name, was ? CHANGED : ADDED);
        tell(context, str_text(&text));
        if (was)
            map_remove(&old, part->name);
    }
    for (size_t i = 0; i < old.len; i++) {
        if (!old.entries[i].value)
            continue;
        word_change(&text, old.entries[i].key, REMOVED);
        tell(context, str_text(&text));
    }
    str_free(&text);
    map_free(&old);
}
