#ifndef FAKE_UI_LINES_H
#define FAKE_UI_LINES_H

#include <stddef.h>

#include "base/str.h"

/* More bytes than this of one line are not kept. */
enum { LINE_MAXIMUM = 16384 };

/* Puts the pieces of one stream together to whole lines. `struct lines lines = {0};` is a fresh
 * one. */
struct lines {
    struct str part; /* of the line that is not ended yet */
    size_t dropped;  /* bytes of it beyond LINE_MAXIMUM */
};

/* A line without its newline (nor the carriage return before that); `dropped` bytes of it are
 * missing at the end. */
typedef void line_taker(void *context, const char *line, size_t length, size_t dropped);

/* Hands over each line that ends in the piece. */
void lines_add(struct lines *lines, const char *data, size_t size, line_taker *take, void *context);
/* The stream is at its end: hands over what is left without a newline, and frees. */
void lines_end(struct lines *lines, line_taker *take, void *context);

/* The last lines of an output. */
enum { TAIL_LINES = 10, TAIL_WIDTH = 400 };
struct tail {
    struct str lines[TAIL_LINES]; /* a ring; the oldest is at count % TAIL_LINES */
    size_t count;                 /* lines seen so far */
};
void tail_add(struct tail *tail, const char *line, size_t length);
/* The lines, oldest first, each with a newline; at most TAIL_WIDTH bytes of each. */
void tail_text(const struct tail *tail, struct str *out);
void tail_free(struct tail *tail);

#endif
