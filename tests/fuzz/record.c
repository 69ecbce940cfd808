// links: base run/record.c run/fingerprint.c

/* A record as a host or this machine's store gave it, of target "t" on host "h": what is taken from
 * it is whole, and its names come back from the forms in which they are kept. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "run/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_names(struct arena *arena, const char *text)
{
    struct str escaped = { 0 };
    struct str name = { 0 };
    record_add_escaped(&escaped, text);
    if (strpbrk(str_text(&escaped), "\n\t") ||
        strcmp(record_unescaped(arena, str_text(&escaped)), text) != 0)
        abort();
    record_file_name(text, text, &name);
    if (name.len == 0 || strchr(str_text(&name), '/') || str_text(&name)[0] == '.')
        abort();
    str_free(&escaped);
    str_free(&name);
}

static void check_record(struct arena *arena, const struct record *record)
{
    if (strcmp(record->target, "t") != 0 || strcmp(record->host, "h") != 0)
        abort();
    for (size_t i = 0; i < record->states.len; i++) {
        const char *line = record->states.items[i];
        const char *path = record_state_path(line);
        if (path && (path < line || path > line + strlen(line)))
            abort();
        check_names(arena, line);
    }
    if (record->by)
        check_names(arena, record->by);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct record record;
    if (record_parse(&record, arena, (const char *)bytes, size, "t", "h")) {
        check_record(arena, &record);
        record_free(&record);
    }
    check_names(arena, arena_strndup(arena, (const char *)bytes, size));
    arena_free(arena);
    return 0;
}
