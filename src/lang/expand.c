#include "lang/expand.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/context.h"
#include "lang/piece.h"
#include "lang/reference.h"

bool expand_fail(struct expander *expander, struct location where, const char *format, ...)
{
    struct str message = { 0 };
    va_list args;

    va_start(args, format);
    str_addv(&message, format, args);
    va_end(args);
    if (expander->mode == EXPAND_VALUE || expander->mode == EXPAND_FINGERPRINT)
        diag_error(lang_diags(expander->lang), where, "%s", str_text(&message));
    str_free(&message);
    expander->failed = true;
    return false;
}

/* name:from=to on the value of name. */
static bool substitute(struct expander *expander, const char *name, struct span from,
                       struct span to, struct location where, struct str *out)
{
    struct str value = { 0 }, from_memory = { 0 }, to_memory = { 0 };
    struct pattern_text pattern = pattern_parse(from.data, from.len, &from_memory);
    struct pattern_text replacement = { { to.data, 0 }, to, true };
    bool ok = reference_expand(expander, name, where, &value);

    if (pattern.has_percent)
        replacement = pattern_parse(to.data, to.len, &to_memory);
    else /* x:.c=.o is x:%.c=%.o */
        pattern = (struct pattern_text){ { from.data, 0 }, pattern.prefix, true };
    if (ok)
        pattern_replace(&pattern, &replacement, str_text(&value), out);
    str_free(&value);
    str_free(&from_memory);
    str_free(&to_memory);
    return ok;
}

/* Expands the arguments one behind the other, each with a NUL at its end, and points to them. */
static bool expand_values(struct expander *expander, const struct piece *piece, struct str *memory,
                          const char **values)
{
    const char *value;
    unsigned i;

    for (i = 0; i < piece->call->count; i++) {
        if (!expand(expander, &piece->call->arguments[i], memory))
            return false;
        str_addc(memory, '\0');
    }
    value = memory->data;
    for (i = 0; i < piece->call->count; i++) {
        values[i] = value;
        value += strlen(value) + 1;
    }
    return true;
}

enum { VALUES_USUAL = 4 };

static bool call_with_values(struct expander *expander, const struct text *text,
                             const struct piece *piece, struct str *out)
{
    const char *usual[VALUES_USUAL];
    const char **values =
        piece->call->count > VALUES_USUAL ? mem_array(piece->call->count, sizeof *values) : usual;
    struct call call = { .function = piece->call->function,
                         .values = values,
                         .count = piece->call->count,
                         .where = piece_location(text, piece) };
    struct str memory = { 0 };
    unsigned passed_over = expander->passed_over;
    bool ok = expand_values(expander, piece, &memory, values);

    /* A question of which a part was passed over is not the one that will be asked. */
    if (ok && (!(call.function->flags & FUNCTION_ASKS) || passed_over == expander->passed_over))
        ok = function_call(expander, &call, out);

    if (values != usual)
        free(values);
    str_free(&memory);
    return ok;
}

static bool call_with_texts(struct expander *expander, const struct text *text,
                            const struct piece *piece, struct str *out)
{
    struct call call = { .function = piece->call->function,
                         .texts = piece->call->arguments,
                         .count = piece->call->count,
                         .where = piece_location(text, piece) };

    return function_call(expander, &call, out);
}

/* True for $(now) where a Makefile has a variable of that name, which means what it means in make.
 */
static bool is_variable(struct expander *expander, const struct piece *piece)
{
    return piece->call->count == 0 && (piece->call->function->flags & FUNCTION_BARE) &&
           scope_find(expander->scope, piece->call->function->name);
}

/* --- one kind of piece each --- */

static bool expand_literal(struct expander *expander, const struct text *text,
                           const struct piece *piece, struct str *out)
{
    (void)expander;
    (void)text;
    str_addn(out, piece->source.data, piece->source.len);
    return true;
}

static bool expand_reference(struct expander *expander, const struct text *text,
                             const struct piece *piece, struct str *out)
{
    return reference_expand(expander, piece->name, piece_location(text, piece), out);
}

static bool expand_substitution(struct expander *expander, const struct text *text,
                                const struct piece *piece, struct str *out)
{
    return substitute(expander, piece->substitution->name, piece->substitution->from,
                      piece->substitution->to, piece_location(text, piece), out);
}

/* $($(a)_b), $($(a):.c=.o): a name or a substitution reference, known only now. */
static bool expand_computed(struct expander *expander, const struct text *text,
                            const struct piece *piece, struct str *out)
{
    struct str inside = { 0 };
    struct span name, from, to;
    bool ok = expand(expander, piece->inside, &inside);

    if (ok && reference_parse((struct span){ str_text(&inside), inside.len }, &name, &from, &to)) {
        inside.data[name.len] = '\0'; /* where the colon was */
        ok = substitute(expander, inside.data, from, to, piece_location(text, piece), out);
    } else if (ok) {
        ok = reference_expand(expander, str_text(&inside), piece_location(text, piece), out);
    }
    str_free(&inside);
    return ok;
}

static bool is_passed_over(const struct expander *expander, const struct function *function)
{
    if (function->flags & FUNCTION_ASKS)
        return expander->mode == EXPAND_AHEAD;
    return (expander->mode == EXPAND_QUESTIONS || expander->mode == EXPAND_AHEAD) &&
           (function->flags & (FUNCTION_VOLATILE | FUNCTION_OUTSIDE));
}

static bool expand_call(struct expander *expander, const struct text *text,
                        const struct piece *piece, struct str *out)
{
    const struct function *function = piece->call->function;
    unsigned as_written = expander->as_written;

    if (is_variable(expander, piece))
        return reference_expand(expander, function->name, piece_location(text, piece), out);
    if (expander->mode == EXPAND_FINGERPRINT && (function->flags & FUNCTION_VOLATILE)) {
        expander->as_written++;
        return expand_literal(expander, text, piece, out);
    }
    if (is_passed_over(expander, function)) {
        expander->passed_over++;
        return true;
    }
    if (!(function->flags & FUNCTION_TEXTS ? call_with_texts : call_with_values)(expander, text,
                                                                                 piece, out))
        return false;
    /* What it made of a call that stands as written says little: it counts as written, too. */
    return as_written == expander->as_written || expand_literal(expander, text, piece, out);
}

static bool expand_error(struct expander *expander, const struct text *text,
                         const struct piece *piece, struct str *out)
{
    (void)out;
    return expand_fail(expander, piece_location(text, piece), "%s", piece->message);
}

/* A table and no switch, also to keep the frames small that nest with the text. */
static bool (*const expand_piece[])(struct expander *, const struct text *, const struct piece *,
                                    struct str *) = {
    [PIECE_LITERAL] = expand_literal,
    [PIECE_REFERENCE] = expand_reference,
    [PIECE_SUBSTITUTION] = expand_substitution,
    [PIECE_COMPUTED] = expand_computed,
    [PIECE_CALL] = expand_call,
    [PIECE_ERROR] = expand_error,
};

static bool is_too_deep(const struct expander *expander)
{
    const struct lang *lang = expander->lang;
    char local;
    uintptr_t here = (uintptr_t)&local, begin = lang->stack_begin;

    return expander->depth >= EXPAND_DEPTH_MAXIMUM ||
           (here < begin ? begin - here : here - begin) > lang->stack_room;
}

/* Told once: a $(eval) between makes its own of a failure inside. */
static bool fail_endless(struct expander *expander, struct location where)
{
    struct lang *lang = expander->lang;
    struct str message = { 0 };

    expander->failed = true;
    if (lang->is_endless)
        return false;
    lang->is_endless = true;
    str_addf(&message, "the expansion has no end: stopped after %" PRIu64 " steps",
             lang->options.expansions_maximum);
    reference_fail_chain(expander, where, str_text(&message));
    str_free(&message);
    return false;
}

/* Counts what a piece took. False: it is too much. */
static bool may_go_on(struct expander *expander, const struct text *text, size_t grown)
{
    struct lang *lang = expander->lang;

    lang->expansions += 1 + grown / EXPANSION_BYTES + expander->depth / EXPANSION_LEVELS;
    return lang->expansions <= lang->options.expansions_maximum ||
           fail_endless(expander, text->where);
}

bool expand(struct expander *expander, const struct text *text, struct str *out)
{
    const struct piece *piece = text_pieces(text);
    bool ok = true;

    if (!piece) {
        str_addn(out, text->source, text->length);
        return true;
    }
    if (is_too_deep(expander))
        return reference_fail_chain(expander, text->where, "the expansion is nested too deeply");
    if (expander->depth++ == 0)
        expander->place = text->where;
    if (expander->lang->expanding++ == 0) {
        expander->lang->expansions = 0;
        expander->lang->is_endless = false;
    }
    for (; piece && ok; piece = piece->next) {
        size_t before = out->len;

        ok = expand_piece[piece->kind](expander, text, piece, out) &&
             may_go_on(expander, text, out->len - before);
    }
    expander->lang->expanding--;
    expander->depth--;
    return ok;
}

bool expand_variable(struct expander *expander, const char *name, struct location where,
                     struct str *out)
{
    if (expander->depth == 0)
        expander->place = where;
    return reference_expand(expander, name, where, out);
}

bool expand_string(struct expander *expander, const char *s, struct location where, struct str *out)
{
    struct arena *scratch = lang_scratch(expander->lang);
    struct arena_mark mark;
    bool ok;

    if (!strchr(s, '$')) {
        str_add(out, s);
        return true;
    }
    mark = arena_mark(scratch);
    ok = expand(expander, text_compile(scratch, s, strlen(s), where), out);
    arena_release(scratch, mark);
    return ok;
}
