#ifndef FAKE_RUN_STORE_VALUE_H
#define FAKE_RUN_STORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

struct store;

/* What store.c does for store_content.c: values of a known size, by keys of one length, of which
 * the first byte is nobody else's. */
enum { STORE_KEY = 24 };

bool store_read_value(struct store *store, const void *key, void *value, size_t size);
/* Pending until store_flush. */
void store_keep_value(struct store *store, const void *key, const void *value, size_t size);

#endif
