#ifndef FAKE_UI_COLOR_H
#define FAKE_UI_COLOR_H

#include <stdbool.h>

struct str;

/* What a piece of text is; each has its colour. */
enum ink {
    INK_PLAIN,
    INK_ERROR,
    INK_WARNING,
    INK_FAINT,
    INK_HOST, /* the first of some that tell hosts apart; INK_HOST + any number is one of them */
};

/* Begin and end of text in that colour; nothing without `color`. */
void ink_begin(struct str *out, bool color, unsigned ink);
void ink_end(struct str *out, bool color, unsigned ink);

#endif
