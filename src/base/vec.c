#include "base/vec.h"

#include <stdlib.h>

#include "base/mem.h"

void vec_push(struct vec *vec, void *item)
{
    if (vec->len == vec->cap) {
        vec->cap = vec->cap ? 2 * vec->cap : 4;
        vec->items = mem_resize(vec->items, vec->cap * sizeof *vec->items);
    }
    vec->items[vec->len++] = item;
}

void *vec_pop(struct vec *vec)
{
    return vec->len ? vec->items[--vec->len] : NULL;
}

void vec_free(struct vec *vec)
{
    free(vec->items);
    *vec = (struct vec){ 0 };
}

bool vec_holds(const struct vec *vec, const void *item)
{
    for (size_t i = 0; i < vec->len; i++)
        if (vec->items[i] == item)
            return true;
    return false;
}
