#include "base/hash_wide.h"

#include <stdlib.h>

#ifdef __AVX2__ /* this file alone is compiled for it */

#define XXH_INLINE_ALL
#include <xxhash.h>

bool hash_wide_is_possible(void)
{
    return __builtin_cpu_supports("avx2");
}

void hash_wide_update(void *state, const void *data, size_t size)
{
    XXH3_128bits_update(state, data, size);
}

#else

bool hash_wide_is_possible(void)
{
    return false;
}

void hash_wide_update(void *state, const void *data, size_t size)
{
    (void)state;
    (void)data;
    (void)size;
    abort();
}

#endif
