#ifndef FAKE_IO_BOOT_H
#define FAKE_IO_BOOT_H

#include <stddef.h>

#include "base/str.h"
#include "io/frame.h"

struct session_query;

/* A nonce from the system's random numbers, hexadecimal, NUL-terminated. */
void boot_make_nonce(char nonce[FRAME_NONCE_LENGTH + 1]);

/* The text of `sh -c 'text'`: what a session's far shell does from its first to its last moment.
 * The first queries, as many as fit into an exec request, are run before `ready`; returns how many.
 */
size_t boot_add_text(struct str *text, const char *nonce, const struct session_query *queries,
                     size_t query_count);

/* Text as a word in single quotes for a line of a request: a newline stays within the line. */
void boot_add_quoted(struct str *line, const char *text);

#endif
