#include "run/quick_table.h"

#include <stdlib.h>

#include "base/mem.h"

struct quick_table quick_table_new(size_t entries)
{
    size_t count = entries + entries / 3 + 1;
    return (struct quick_table){ mem_array(count, sizeof(struct quick_entry)), count };
}

void quick_table_free(struct quick_table *table)
{
    free(table->entries);
    *table = (struct quick_table){ 0 };
}

static size_t first_place(const struct quick_table *table, uint64_t key)
{
    return (size_t)((key >> 32) * table->count >> 32);
}

void quick_table_add(struct quick_table *table, uint64_t key, uint64_t value)
{
    size_t place = first_place(table, key);
    while (table->entries[place].key && table->entries[place].key != key)
        place = place + 1 < table->count ? place + 1 : 0;
    table->entries[place] = (struct quick_entry){ key, value };
}

/* One that was damaged may have no free place. */
uint64_t quick_table_find(const struct quick_table *table, uint64_t key)
{
    size_t place = table->count ? first_place(table, key) : 0;
    for (size_t tried = 0; tried < table->count; tried++) {
        const struct quick_entry *entry = &table->entries[place];
        if (entry->key == key)
            return entry->value;
        if (!entry->key)
            break;
        place = place + 1 < table->count ? place + 1 : 0;
    }
    return 0;
}
