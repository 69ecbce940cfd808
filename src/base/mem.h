#ifndef FAKE_BASE_MEM_H
#define FAKE_BASE_MEM_H

#include <stddef.h>

/* The heap with "out of memory" handled in one place: a line on standard error and exit 2. What
 * these return is never NULL, and is freed with free(). */

void *mem_alloc(size_t size);               /* zeroed */
void *mem_array(size_t count, size_t size); /* zeroed; an overflow of the product is fatal */
void *mem_resize(void *old, size_t size);   /* new bytes are not zeroed */
void *
mem_large(size_t size); /* a multiple of 2 MB, in large pages where there are such; not zeroed */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
