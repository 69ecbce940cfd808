#include "base/map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* Open addressing with linear steps over indices into the list of entries, which keeps the order.
 * At most two thirds of the slots are taken. */

static size_t find_slot(const struct map *map, const char *key, size_t n, uint64_t hash)
{
    size_t slot = (size_t)hash & (map->slot_count - 1);

    while (map->slots[slot]) {
        const struct map_entry *entry = &map->entries[map->slots[slot] - 1];

        if (entry->hash == hash && strncmp(entry->key, key, n) == 0 && entry->key[n] == '\0')
            break;
        slot = (slot + 1) & (map->slot_count - 1);
    }
    return slot;
}

static void grow_slots(struct map *map)
{
    size_t i, slot;

    free(map->slots);
    map->slot_count = map->slot_count ? 2 * map->slot_count : 8;
    map->slots = mem_array(map->slot_count, sizeof *map->slots);
    for (i = 0; i < map->len; i++) {
        slot = (size_t)map->entries[i].hash & (map->slot_count - 1);
        while (map->slots[slot])
            slot = (slot + 1) & (map->slot_count - 1);
        map->slots[slot] = (uint32_t)i + 1;
    }
}

void *map_getn(const struct map *map, const char *key, size_t n)
{
    uint32_t found;

    if (!map->slot_count)
        return NULL;
    found = map->slots[find_slot(map, key, n, hash_bytes64(key, n))];
    return found ? map->entries[found - 1].value : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    return map_getn(map, key, strlen(key));
}

void **map_put(struct map *map, const char *key)
{
    size_t n = strlen(key), slot;
    uint64_t hash = hash_bytes64(key, n);

    if (3 * (map->len + 1) > 2 * map->slot_count)
        grow_slots(map);
    slot = find_slot(map, key, n, hash);
    if (!map->slots[slot]) {
        if (map->len == map->cap) {
            map->cap = map->cap ? 2 * map->cap : 4;
            map->entries = mem_resize(map->entries, map->cap * sizeof *map->entries);
        }
        map->entries[map->len] = (struct map_entry){ key, NULL, hash };
        map->slots[slot] = (uint32_t)++map->len;
    }
    return &map->entries[map->slots[slot] - 1].value;
}

void map_remove(struct map *map, const char *key)
{
    size_t n = strlen(key);
    uint32_t found;

    if (!map->slot_count)
        return;
    found = map->slots[find_slot(map, key, n, hash_bytes64(key, n))];
    if (found)
        map->entries[found - 1].value = NULL;
}

void map_free(struct map *map)
{
    free(map->entries);
    free(map->slots);
    *map = (struct map){ 0 };
}
