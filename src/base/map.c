#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* Open addressing with linear steps over indices into the list of entries, which keeps the order.
 * At most two thirds of the slots are taken. */

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static size_t find_slot(const struct map *map, const char *key, size_t n, uint64_t hash)
{
    size_t slot = (size_t)hash & (map->slot_count - 1);

    while (map->slots[slot].entry) {
        if (map->slots[slot].tag == tag_of(hash)) {
            const char *other = map->entries[map->slots[slot].entry - 1].key;

            if (strncmp(other, key, n) == 0 && other[n] == '\0')
                break;
        }
        slot = (slot + 1) & (map->slot_count - 1);
    }
    return slot;
}

static void grow_slots(struct map *map)
{
    free(map->slots);
    map->slot_count = map->slot_count ? 2 * map->slot_count : 8;
    map->slots = mem_array(map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->len; i++) {
        uint64_t hash = map->entries[i].hash;
        size_t slot = (size_t)hash & (map->slot_count - 1);

        while (map->slots[slot].entry)
            slot = (slot + 1) & (map->slot_count - 1);
        map->slots[slot] = (struct map_slot){ (uint32_t)i + 1, tag_of(hash) };
    }
}

void *map_getn(const struct map *map, const char *key, size_t n)
{
    uint32_t found;

    if (!map->slot_count)
        return NULL;
    found = map->slots[find_slot(map, key, n, hash_bytes64(key, n))].entry;
    return found ? map->entries[found - 1].value : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    return map_getn(map, key, strlen(key));
}

struct map_entry *map_add(struct map *map, const char *key, size_t n)
{
    uint64_t hash = hash_bytes64(key, n);
    struct map_slot *slot;

    if (3 * (map->len + 1) > 2 * map->slot_count)
        grow_slots(map);
    slot = &map->slots[find_slot(map, key, n, hash)];
    if (!slot->entry) {
        if (map->len == map->cap) {
            map->cap = map->cap ? 2 * map->cap : 4;
            map->entries = mem_resize(map->entries, map->cap * sizeof *map->entries);
        }
        map->entries[map->len] = (struct map_entry){ key, NULL, hash };
        *slot = (struct map_slot){ (uint32_t)++map->len, tag_of(hash) };
    }
    return &map->entries[slot->entry - 1];
}

void **map_put(struct map *map, const char *key)
{
    return &map_add(map, key, strlen(key))->value;
}

void map_remove(struct map *map, const char *key)
{
    size_t n = strlen(key);
    uint32_t found;

    if (!map->slot_count)
        return;
    found = map->slots[find_slot(map, key, n, hash_bytes64(key, n))].entry;
    if (found)
        map->entries[found - 1].value = NULL;
}

void map_free(struct map *map)
{
    free(map->entries);
    free(map->slots);
    *map = (struct map){ 0 };
}
