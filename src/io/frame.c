#include "io/frame.h"

#include <string.h>

enum { RECORD_SEPARATOR = 036 };

void frame_reader_set_nonce(struct frame_reader *reader, const char *nonce)
{
    reader->mark[0] = RECORD_SEPARATOR;
    memcpy(reader->mark + 1, nonce, FRAME_NONCE_LENGTH);
    reader->mark[FRAME_MARK_LENGTH - 1] = ' ';
}

void frame_reader_free(struct frame_reader *reader)
{
    str_free(&reader->held);
}

/* The first place from which a frame may begin: a whole mark, or the start of one cut by the end of
 * the bytes. `size` when there is none. */
static size_t find_mark(const struct frame_reader *reader, const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        const char *found = memchr(bytes + at, RECORD_SEPARATOR, size - at);
        if (!found)
            return size;
        at = (size_t)(found - bytes);
        size_t length = size - at < FRAME_MARK_LENGTH ? size - at : FRAME_MARK_LENGTH;
        if (memcmp(found, reader->mark, length) == 0)
            return at;
        at++;
    }
    return size;
}

/* Takes a frame off the front of the bytes, which begin with (a prefix of) the mark. Returns the
 * number of bytes used; 0: it is not complete; FRAME_LENGTH_LIMIT + 1: it is none. */
static size_t take_frame(const char *bytes, size_t size, char words[FRAME_LENGTH_LIMIT])
{
    if (size <= FRAME_MARK_LENGTH)
        return 0;
    size_t limit = size < FRAME_LENGTH_LIMIT ? size : FRAME_LENGTH_LIMIT;
    const char *end = memchr(bytes + FRAME_MARK_LENGTH, '\n', limit - FRAME_MARK_LENGTH);
    if (!end)
        return size < FRAME_LENGTH_LIMIT ? 0 : FRAME_LENGTH_LIMIT + 1;
    size_t length = (size_t)(end - bytes) - FRAME_MARK_LENGTH;
    memcpy(words, bytes + FRAME_MARK_LENGTH, length);
    words[length] = '\0';
    return FRAME_MARK_LENGTH + length + 1;
}

/* Hands out what can be told already. Returns how many bytes were used up; the rest is a proper
 * prefix of a frame. */
static size_t consume(struct frame_reader *reader, const char *bytes, size_t size,
                      const struct frame_events *events, void *context)
{
    size_t used = 0;
    char words[FRAME_LENGTH_LIMIT];
    while (used < size && !reader->is_paused) {
        size_t at = used + find_mark(reader, bytes + used, size - used);
        size_t length = at < size ? take_frame(bytes + at, size - at, words) : 0;
        if (length > FRAME_LENGTH_LIMIT) { /* the mark's first byte is data, look on behind it */
            events->data(context, bytes + used, at + 1 - used);
            used = at + 1;
            continue;
        }
        if (at > used)
            events->data(context, bytes + used, at - used);
        used = at;
        if (length == 0)
            break;
        used += length;
        events->frame(context, words);
    }
    return used;
}

/* Walks what was held back. */
static void consume_held(struct frame_reader *reader, const struct frame_events *events,
                         void *context)
{
    struct str bytes = reader->held;
    reader->held = (struct str){ 0 };
    size_t used = consume(reader, bytes.data, bytes.len, events, context);
    if (used < bytes.len)
        str_addn(&reader->held, bytes.data + used, bytes.len - used);
    str_free(&bytes);
}

void frame_reader_feed(struct frame_reader *reader, const char *data, size_t size,
                       const struct frame_events *events, void *context)
{
    if (reader->held.len == 0 && !reader->is_paused) {
        size_t used = consume(reader, data, size, events, context);
        if (used < size)
            str_addn(&reader->held, data + used, size - used);
        return;
    }
    str_addn(&reader->held, data, size);
    if (!reader->is_paused)
        consume_held(reader, events, context);
}

void frame_reader_pause(struct frame_reader *reader)
{
    reader->is_paused = true;
}

void frame_reader_resume(struct frame_reader *reader, const struct frame_events *events,
                         void *context)
{
    reader->is_paused = false;
    if (reader->held.len)
        consume_held(reader, events, context);
}

void frame_reader_end(struct frame_reader *reader, const struct frame_events *events, void *context)
{
    if (reader->is_paused)
        frame_reader_resume(reader, events, context);
    struct str rest = reader->held;
    reader->held = (struct str){ 0 };
    if (rest.len)
        events->data(context, rest.data, rest.len);
    str_free(&rest);
}
