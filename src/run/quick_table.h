#ifndef FAKE_RUN_QUICK_TABLE_H
#define FAKE_RUN_QUICK_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* From a hash to a hash, neither 0, in one piece of memory that can be kept as it is. At most three
 * quarters are taken; what is sought begins at a place in proportion to it and is at most a few
 * entries further. */
struct quick_entry {
    uint64_t key; /* 0: free */
    uint64_t value;
};

struct quick_table {
    struct quick_entry *entries; /* the heap's */
    size_t count;                /* with the free ones */
};

struct quick_table quick_table_new(size_t entries); /* room for so many */
void quick_table_free(struct quick_table *table);
void quick_table_add(struct quick_table *table, uint64_t key, uint64_t value);
uint64_t quick_table_find(const struct quick_table *table, uint64_t key); /* 0: it is not there */

#endif
