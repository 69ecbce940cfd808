#ifndef FAKE_BASE_DIAG_H
#define FAKE_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct arena;
struct str;

/* How far the lines of a text have been counted: whoever asks for many places of a long text, one
 * behind the other, would else count from its start each time. */
struct line_count {
    uint32_t offset;
    unsigned newlines; /* before it */
};

/* A text that was read: a Fakefile, an option of the command line, an environment. Its line
 * numbers are computed only when one is shown. */
struct source {
    const char *name; /* as the user wrote it; "command line" and the like for what is no file */
    const char *text;
    size_t size;
    uint32_t first_line;        /* number of its first line; 0 means 1 */
    struct line_count *counted; /* NULL: not kept */
};

struct location {
    const struct source *source; /* NULL: nowhere in particular */
    uint32_t offset;             /* first byte */
    uint32_t length;             /* bytes to underline; 0: the place alone */
};

enum severity {
    DIAG_ERROR, /* counted: nothing runs when there is one after loading and checking */
    DIAG_WARNING,
    DIAG_MESSAGE, /* what $(warning) prints: the place and the text, counted as neither */
};

struct diag {
    enum severity severity;
    struct location where;
    const char *message; /* make's words where make has the diagnostic */
    const char *hint;    /* what to do, or NULL */
};

/* Where diagnostics go: each is handed to `report` at once. */
struct diags {
    void (*report)(void *context, const struct diag *diag); /* NULL: counted only */
    void *context;
    unsigned errors;
    unsigned warnings;
    struct hash last; /* the error told last, which is not told again at once */
};

void diag_error(struct diags *diags, struct location where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_warning(struct diags *diags, struct location where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_message(struct diags *diags, struct location where, const char *text);
/* With a hint; both are whole texts. */
void diag_error_hint(struct diags *diags, struct location where, const char *message,
                     const char *hint);

/* Whatever was told, is told again: for a caller that asks for something else. */
void diag_begin(struct diags *diags);

unsigned location_line(struct location where); /* 1-based; 0 when there is no source */
/* "Fakefile:3", or "" when there is no source; from the arena. */
const char *location_text(struct arena *arena, struct location where);
void location_add(struct location where, struct str *out); /* what location_text makes */

/* "Fakefile:3: *** missing separator.  Stop." in make's form ("fake: *** … " without a place), then
 * the line with a caret and the hint, each on a line of its own. */
void diag_render(const struct diag *diag, const char *program, struct str *out);

/* The name of the list nearest to `name` by edit distance, or NULL when none is near enough to be
 * meant. Feed candidates one by one. */
struct nearest {
    const char *name;
    const char *best;
    unsigned distance;
};
struct nearest nearest_to(const char *name);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
