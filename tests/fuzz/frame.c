/* links: base io/frame.c
 *
 * The frame reader, fed in pieces as the input says: what it tells must not depend on how the bytes
 * were cut, and every byte must be told once, as data or in a frame. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/frame.h"

#define NONCE "0123456789abcdef01234567"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct told {
    struct frame_reader reader;
    struct str text;
    bool pauses;
};

static void data(void *context, const char *bytes, size_t size)
{
    struct told *told = context;
    if (size == 0)
        abort();
    str_addn(&told->text, bytes, size);
}

static void frame(void *context, char *words)
{
    struct told *told = context;
    str_addf(&told->text, "\036" NONCE " %s\n", words);
    if (told->pauses && strchr(words, 'p'))
        frame_reader_pause(&told->reader);
}

static const struct frame_events EVENTS = { data, frame };

/* "N" in the input stands for the mark: the fuzzer need not guess it. */
static struct str expand(const uint8_t *bytes, size_t size)
{
    struct str text = { 0 };
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == 'N')
            str_add(&text, "\036" NONCE " ");
        else if (bytes[i])
            str_addc(&text, (char)bytes[i]);
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    size_t piece = bytes[0] ? bytes[0] : 1;
    struct told told = { .pauses = bytes[1] & 1 };
    struct str text = expand(bytes + 2, size - 2);
    frame_reader_set_nonce(&told.reader, NONCE);
    for (size_t at = 0; at < text.len; at += piece) {
        size_t length = text.len - at < piece ? text.len - at : piece;
        frame_reader_feed(&told.reader, text.data + at, length, &EVENTS, &told);
        if (told.reader.is_paused && at % 3 == 0)
            frame_reader_resume(&told.reader, &EVENTS, &told);
    }
    frame_reader_end(&told.reader, &EVENTS, &told);
    if (told.text.len != text.len || (text.len && memcmp(told.text.data, text.data, text.len) != 0))
        abort();
    frame_reader_free(&told.reader);
    str_free(&told.text);
    str_free(&text);
    return 0;
}
