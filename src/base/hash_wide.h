#ifndef FAKE_BASE_HASH_WIDE_H
#define FAKE_BASE_HASH_WIDE_H

#include <stdbool.h>
#include <stddef.h>

/* XXH3_128bits_update by registers of 256 bits, for hash.c: what xxHash's archive has is made for
 * the smallest processor. The state and the hash are the same. */
bool hash_wide_is_possible(void);
void hash_wide_update(void *state, const void *data, size_t size);

#endif
