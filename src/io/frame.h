#ifndef FAKE_IO_FRAME_H
#define FAKE_IO_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* A frame is one line among the raw bytes of a stream: \036, the session's nonce, a blank, words, a
 * newline. It is written by one write(2) and shorter than PIPE_BUF, so it arrives whole wherever it
 * falls, even in the middle of a step's output; all that is not a frame is data. */
enum {
    FRAME_NONCE_LENGTH = 24,
    FRAME_MARK_LENGTH = 1 + FRAME_NONCE_LENGTH + 1,
    FRAME_LENGTH_LIMIT = 4096, /* a mark without a newline within so many bytes is data */
};

struct frame_events {
    void (*data)(void *context, const char *data, size_t size);
    /* words is NUL-terminated, without mark and newline, and may be written to. */
    void (*frame)(void *context, char *words);
};

/* Takes the frames out of one stream. It holds back only what may still become a frame. */
struct frame_reader {
    char mark[FRAME_MARK_LENGTH];
    struct str held; /* a proper prefix of a frame; while paused, all that came */
    bool is_paused;
};

/* nonce has FRAME_NONCE_LENGTH characters. May be called again, also from a frame's callback:
 * what follows then is read with the new nonce. */
void frame_reader_set_nonce(struct frame_reader *reader, const char *nonce);
void frame_reader_free(struct frame_reader *reader);

void frame_reader_feed(struct frame_reader *reader, const char *data, size_t size,
                       const struct frame_events *events, void *context);
/* From a frame's callback: nothing more is told until the stream is resumed. */
void frame_reader_pause(struct frame_reader *reader);
void frame_reader_resume(struct frame_reader *reader, const struct frame_events *events,
                         void *context);
/* At the end of the stream: what was held back is data. */
void frame_reader_end(struct frame_reader *reader, const struct frame_events *events,
                      void *context);

#endif
