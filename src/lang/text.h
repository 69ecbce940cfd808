#ifndef FAKE_LANG_TEXT_H
#define FAKE_LANG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct arena;

/* A text with `$(…)` in it, compiled once, when it is first used, into pieces: literal, reference
 * (its name may be computed), substitution reference, call of a function of the table. Nothing is
 * expanded here. Malformed text ("unterminated variable reference") compiles to a piece that
 * reports itself when expanded, as make does. */
struct text;

/* s is not copied and must live as long as the arena, which must not be released to a mark before
 * the text is out of use. */
struct text *text_compile(struct arena *arena, const char *s, size_t length, struct location where);
const char *text_source(const struct text *text, size_t *length); /* as written */
bool text_is_literal(const struct text *text);                    /* no $ that means something */
struct location text_location(const struct text *text);

/* What a text refers to, found without expanding it, for the check of undefined variables. */
enum text_use {
    TEXT_USES_VARIABLE, /* name is a variable that must be defined */
    TEXT_MAY_USE, /* condition of $(if), argument of $(or), TEXT of $(each): may be undefined */
    TEXT_CALLS,   /* name is a function that is asked on a host or at run time: run, now … */
};
typedef void text_visitor(void *context, enum text_use use, const char *name,
                          struct location where);
/* Names that a foreach, let or call binds inside the text ($1 …) are not told. Computed names
 * are not told; they are checked when expanded (expander.undefined_is_error). */
void text_visit(const struct text *text, text_visitor *visit, void *context);
/* True when it holds a call that waits for its step's turn: run, sudo, exists. */
bool text_waits(const struct text *text);

#endif
