#ifndef FAKE_STEP_PACK_H
#define FAKE_STEP_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Trees as one stream of tar (the form of GNU tar, which every tar in use reads), made while it is
 * sent and never held in memory; small ones may be pressed, whole, before. pack.c and unpack.c are
 * the only users of libarchive. */

struct content;

/* One thing of the stream. */
struct pack_entry {
    const char *name;              /* in the stream */
    const char *path;              /* of a file: where it is read from, here */
    const struct content *content; /* its kind, size, link */
    unsigned mode;
};

/* Copies the entries; what they point to must live as long as the pack. NULL when libarchive fails.
 */
struct pack *pack_new(const struct pack_entry *entries, size_t count);
/* Makes it a stream of gzip, if it is small enough to be held. False: it stays as it is. */
bool pack_press(struct pack *pack);
void pack_free(struct pack *pack);
uint64_t pack_size(const struct pack *pack); /* of the whole stream */
/* The next piece: its size, 0 at the end, SIZE_MAX when a file cannot be read or is shorter than
 * its content says. */
size_t pack_read(struct pack *pack, char *buffer, size_t size);

#endif
