#define _DEFAULT_SOURCE /* madvise */

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_PAGE = 2 * 1024 * 1024 };

static void out_of_memory(void)
{
    static const char message[] = "fake: *** out of memory.  Stop.\n";

    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(2);
    _exit(2);
}

void *mem_array(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        out_of_memory();
    return memory;
}

void *mem_alloc(size_t size)
{
    return mem_array(1, size);
}

void *mem_resize(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);

    if (!memory)
        out_of_memory();
    return memory;
}

void *mem_large(size_t size)
{
    void *memory;

    if (posix_memalign(&memory, LARGE_PAGE, size) != 0)
        out_of_memory();
#ifdef MADV_HUGEPAGE
    madvise(memory, size, MADV_HUGEPAGE); /* a wish */
#endif
    return memory;
}

char *mem_strndup(const char *s, size_t n)
{
    char *copy = mem_alloc(n + 1);

    memcpy(copy, s, n);
    return copy;
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, strlen(s));
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        out_of_memory();
    text = mem_alloc((size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}
