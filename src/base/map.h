#ifndef FAKE_BASE_MAP_H
#define FAKE_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* From a string to a pointer, in the order of insertion: walk entries[0 … len). Keys are not
 * copied and must outlive the map. `struct map m = {0};` is an empty one. A removed entry stays in
 * the walk with value NULL. */
struct map_entry {
    const char *key;
    void *value;
    uint64_t hash;
};

/* Most of a search ends here, without a look at entry and key. */
struct map_slot {
    uint32_t entry; /* 1 + its index; 0: free */
    uint32_t tag;   /* of its hash */
};

struct map {
    struct map_entry *entries;
    size_t len;
    size_t cap;
    struct map_slot *slots;
    size_t slot_count;
};

void *map_get(const struct map *map, const char *key); /* NULL when absent */
void *map_getn(const struct map *map, const char *key, size_t n);
/* Where the value of the key is kept, made (as NULL) when absent; valid until the next map_put. */
void **map_put(struct map *map, const char *key);
/* The entry of n bytes, made when absent: then its value is NULL, and the caller gives it a key
 * that lasts before the map is asked again. */
struct map_entry *map_add(struct map *map, const char *key, size_t n);
void map_remove(struct map *map, const char *key);
void map_free(struct map *map);

#endif
