#ifndef FAKE_BASE_ARENA_H
#define FAKE_BASE_ARENA_H

#include <stddef.h>

/* Memory that is freed all at once. Nothing taken from an arena is freed alone. Out of memory is
 * fatal. */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any object */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t n);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A scratch use: what was taken after the mark goes back (and is poisoned under the address
 * sanitizer). Marks nest. */
struct arena_mark {
    void *block;
    size_t used;
};
struct arena_mark arena_mark(struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

#endif
