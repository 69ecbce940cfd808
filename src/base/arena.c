#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, size)   __asan_poison_memory_region(address, size)
#define UNPOISON(address, size) __asan_unpoison_memory_region(address, size)
#else
#define POISON(address, size)   ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
#endif

enum {
    BLOCK_SIZE_FIRST = 16 * 1024,
    BLOCK_SIZE_MOST = 2 * 1024 * 1024, /* of the pages that the system maps at once if it can */
};

struct block {
    struct block *previous;
    size_t size; /* bytes behind this header */
    size_t used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *last;
    struct block *spare; /* given back by a release, for the next use; or NULL */
    size_t next_size;
};

struct arena *arena_new(void)
{
    struct arena *arena = mem_alloc(sizeof *arena);

    arena->next_size = BLOCK_SIZE_FIRST;
    return arena;
}

static void free_block(struct block *block)
{
    if (block)
        UNPOISON(block->bytes, block->size);
    free(block);
}

static struct block *drop_last(struct arena *arena)
{
    struct block *block = arena->last;

    arena->last = block->previous;
    return block;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->last)
        free_block(drop_last(arena));
    free_block(arena->spare);
    free(arena);
}

/* Its bytes are zeroed as they are taken, so that what is never used is never touched. What has
 * grown large is given large pages: fewer faults, and fewer misses where pointers are followed. */
static struct block *make_block(struct arena *arena, size_t least)
{
    size_t size = sizeof(struct block) + least;
    struct block *block;

    if (size < arena->next_size)
        size = arena->next_size;
    block = size == BLOCK_SIZE_MOST ? mem_large(size) : mem_resize(NULL, size);
    if (arena->next_size < BLOCK_SIZE_MOST)
        arena->next_size *= 2;
    block->size = size - sizeof *block;
    return block;
}

static void add_block(struct arena *arena, size_t least)
{
    struct block *block = arena->spare;

    if (block && block->size >= least)
        arena->spare = NULL;
    else
        block = make_block(arena, least);
    block->used = 0;
    block->previous = arena->last;
    arena->last = block;
    POISON(block->bytes, block->size);
}

static void *take(struct arena *arena, size_t size, size_t alignment)
{
    struct block *block = arena->last;
    size_t at = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;

    if (!block || at > block->size || size > block->size - at) {
        add_block(arena, size);
        block = arena->last;
        at = 0;
    }
    block->used = at + size;
    UNPOISON(block->bytes + at, size);
    return block->bytes + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = take(arena, size, alignof(max_align_t));

    return memset(memory, 0, size);
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
    char *copy = take(arena, n + 1, 1);

    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_strndup(arena, s, strlen(s));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        length = 0;
    text = take(arena, (size_t)length + 1, 1);
    text[0] = '\0';
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

struct arena_mark arena_mark(struct arena *arena)
{
    struct arena_mark mark = { arena->last, arena->last ? arena->last->used : 0 };

    return mark;
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    while (arena->last != mark.block) {
        free_block(arena->spare);
        arena->spare = drop_last(arena);
        POISON(arena->spare->bytes, arena->spare->size);
    }
    if (arena->last) {
        POISON(arena->last->bytes + mark.used, arena->last->used - mark.used);
        arena->last->used = mark.used;
    }
}
