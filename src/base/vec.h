#ifndef FAKE_BASE_VEC_H
#define FAKE_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

/* A growing list of pointers on the heap; it does not own what they point to. `struct vec v = {0};`
 * is an empty one. */
struct vec {
    void **items;
    size_t len;
    size_t cap;
};

void vec_push(struct vec *vec, void *item);
void *vec_pop(struct vec *vec); /* NULL when empty */
void vec_free(struct vec *vec); /* the list, not its items */
bool vec_holds(const struct vec *vec, const void *item);

#endif
