#ifndef FAKE_UI_SAFE_H
#define FAKE_UI_SAFE_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/* Bytes of the character that the text begins with, 1 to 4; 0 when they are no UTF-8 (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF). */
size_t utf8_length(const char *text, size_t size);
bool utf8_is_valid(const char *text, size_t size);
/* The most bytes, up to maximum, that do not end inside a character. */
size_t utf8_cut(const char *text, size_t size, size_t maximum);

/* Appends text so that a terminal only shows it, whatever is in it: control characters (C0 but the
 * tab, DEL, C1) and those that turn the writing direction around stand as \xNN byte by byte, and so
 * do bytes that are no UTF-8. All other UTF-8 is kept. A newline is a control character here. */
void safe_add(struct str *out, const char *text, size_t size);

/* Appends text with the bytes that are no UTF-8 as \xNN, everything else as it is. */
void utf8_add(struct str *out, const char *text, size_t size);

#endif
