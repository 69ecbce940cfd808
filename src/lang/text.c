#include "lang/text.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "lang/piece.h"

/* text      = { literal | "$$" | reference }
 * reference = "$" character | "$(" inside ")" | "${" inside "}"
 * inside    = function blank arguments | name | name ":" text "=" text
 *
 * Where parentheses end and which text is a name follows GNU make to the letter: only parentheses
 * of the kind that opened the reference count, and a name without $ ends at the first that closes.
 */

enum {
    NESTING_MAXIMUM = 1000,
    PLACE_FAR = 200, /* bytes after which a diagnostic no longer shows the exact place */
};

struct compiler {
    struct arena *arena;
    struct text *root;   /* for the location and `waits` */
    struct piece **next; /* where its next piece goes */
    unsigned depth;
};

static void compile(struct compiler *compiler, struct text *text, const char *s, const char *end);

static struct piece *add_piece(struct compiler *compiler, enum piece_kind kind, const char *s,
                               const char *end)
{
    struct piece *piece = arena_alloc(compiler->arena, sizeof *piece);

    piece->kind = kind;
    piece->source = (struct span){ s, (size_t)(end - s) };
    *compiler->next = piece;
    compiler->next = &piece->next;
    return piece;
}

/* Nothing after a malformed reference is looked at, as nothing after it would be expanded. */
static const char *add_error(struct compiler *compiler, const char *s, const char *end,
                             const char *message)
{
    add_piece(compiler, PIECE_ERROR, s, end)->message = message;
    return end;
}

/* A text inside the one being compiled. */
static void compile_inner(struct compiler *outer, struct text *text, const char *s, const char *end)
{
    struct compiler inner = { .arena = outer->arena,
                              .root = outer->root,
                              .depth = outer->depth + 1 };

    compile(&inner, text, s, end);
}

/* The closing parenthesis that matches the one before s, or NULL. */
static const char *find_close(const char *s, const char *end, char open, char close)
{
    unsigned depth = 0;

    for (; s < end; s++) {
        if (*s == open)
            depth++;
        else if (*s == close && depth-- == 0)
            return s;
    }
    return NULL;
}

/* The comma that ends the argument at s, or end. */
static const char *find_comma(const char *s, const char *end, char open, char close)
{
    int depth = 0;

    for (; s < end; s++) {
        if (*s == open)
            depth++;
        else if (*s == close)
            depth--;
        else if (*s == ',' && depth == 0)
            return s;
    }
    return end;
}

static unsigned count_arguments(const struct function *function, const char *s, const char *end,
                                char open, char close)
{
    unsigned count = 1;

    for (s = find_comma(s, end, open, close); s < end && count != function->maximum; count++)
        s = find_comma(s + 1, end, open, close);
    return count;
}

static struct text *compile_arguments(struct compiler *compiler, const struct function *function,
                                      unsigned count, const char *s, const char *end, char open,
                                      char close)
{
    struct text *arguments = arena_alloc(compiler->arena, count * sizeof *arguments);
    const char *comma;
    unsigned i;

    for (i = 0; i < count; i++) {
        struct span argument;

        comma = i + 1 == count ? end : find_comma(s, end, open, close);
        argument = (struct span){ s, (size_t)(comma - s) };
        if (function_trims(function, i))
            argument = span_trim(argument.data, argument.len);
        compile_inner(compiler, &arguments[i], argument.data, argument.data + argument.len);
        s = comma + 1;
    }
    return arguments;
}

/* The function that `inside` of a reference begins with, its arguments at *arguments; or NULL. */
static const struct function *find_function(const char *inside, const char *end, char close,
                                            const char **arguments)
{
    const struct function *function;
    const char *s = inside;

    while (s < end && ((*s >= 'a' && *s <= 'z') || *s == '-'))
        s++;
    if (s == inside || (s < end && !is_blank(*s) && *s != close))
        return NULL;
    function = function_find(inside, (size_t)(s - inside));
    if (!function || (s < end && *s == close && !(function->flags & FUNCTION_BARE)))
        return NULL;
    while (s < end && is_blank(*s))
        s++;
    *arguments = s;
    return function;
}

static const char *compile_call(struct compiler *compiler, const struct function *function,
                                const char *dollar, const char *arguments, const char *end)
{
    char open = dollar[1], close = open == '(' ? ')' : '}';
    const char *closing = find_close(arguments, end, open, close);
    struct written_call *call;

    if (!closing)
        return add_error(compiler, dollar, end,
                         arena_printf(compiler->arena,
                                      "unterminated call to function '%s': missing '%c'",
                                      function->name, close));
    call = arena_alloc(compiler->arena, sizeof *call);
    call->function = function;
    add_piece(compiler, PIECE_CALL, dollar, closing + 1)->call = call;
    if (function->flags & FUNCTION_WAITS)
        compiler->root->waits = true;
    if (closing > arguments || !(function->flags & FUNCTION_BARE)) {
        call->count = count_arguments(function, arguments, closing, open, close);
        call->arguments =
            compile_arguments(compiler, function, call->count, arguments, closing, open, close);
    }
    return closing + 1;
}

bool reference_parse(struct span inside, struct span *name, struct span *from, struct span *to)
{
    const char *end = inside.data + inside.len;
    const char *colon = memchr(inside.data, ':', inside.len);
    const char *equal = colon ? memchr(colon, '=', (size_t)(end - colon)) : NULL;

    *name = inside;
    if (!equal)
        return false;
    name->len = (size_t)(colon - inside.data);
    *from = (struct span){ colon + 1, (size_t)(equal - colon - 1) };
    *to = (struct span){ equal + 1, (size_t)(end - equal - 1) };
    return true;
}

static void add_reference(struct compiler *compiler, const char *dollar, const char *end,
                          struct span inside)
{
    struct substitution *substitution;
    struct span name, from, to;

    if (reference_parse(inside, &name, &from, &to)) {
        substitution = arena_alloc(compiler->arena, sizeof *substitution);
        substitution->name = arena_strndup(compiler->arena, name.data, name.len);
        substitution->from = from;
        substitution->to = to;
        add_piece(compiler, PIECE_SUBSTITUTION, dollar, end)->substitution = substitution;
    } else {
        add_piece(compiler, PIECE_REFERENCE, dollar, end)->name =
            arena_strndup(compiler->arena, name.data, name.len);
    }
}

static const char *compile_parenthesis(struct compiler *compiler, const char *dollar,
                                       const char *end)
{
    char open = dollar[1], close = open == '(' ? ')' : '}';
    const char *inside = dollar + 2, *arguments = NULL, *closing;
    const struct function *function = find_function(inside, end, close, &arguments);
    struct text *text;

    if (function)
        return compile_call(compiler, function, dollar, arguments, end);
    closing = memchr(inside, close, (size_t)(end - inside));
    if (!closing)
        return add_error(compiler, dollar, end, "unterminated variable reference");
    if (!memchr(inside, '$', (size_t)(closing - inside))) {
        add_reference(compiler, dollar, closing + 1,
                      (struct span){ inside, (size_t)(closing - inside) });
        return closing + 1;
    }
    if (find_close(inside, end, open, close)) {
        closing = find_close(inside, end, open, close);
        text = arena_alloc(compiler->arena, sizeof *text);
        add_piece(compiler, PIECE_COMPUTED, dollar, closing + 1)->inside = text;
        compile_inner(compiler, text, inside, closing);
        return closing + 1;
    }
    /* "$($(a) …": make takes "$(a" for the name and drops what follows */
    add_reference(compiler, dollar, end, (struct span){ inside, (size_t)(closing - inside) });
    return end;
}

/* Compiles what the $ at `dollar` begins; returns what stands behind it. */
static const char *compile_dollar(struct compiler *compiler, const char *dollar, const char *end)
{
    const char *s = dollar + 1;

    if (s == end || *s == '$') {
        add_piece(compiler, PIECE_LITERAL, dollar, dollar + 1);
        return s == end ? end : s + 1;
    }
    if (*s == '(' || *s == '{')
        return compile_parenthesis(compiler, dollar, end);
    add_piece(compiler, PIECE_REFERENCE, dollar, s + 1)->name =
        arena_strndup(compiler->arena, s, 1);
    return s + 1;
}

static void compile(struct compiler *compiler, struct text *text, const char *s, const char *end)
{
    const char *dollar;

    *text = (struct text){ .source = s, .length = (size_t)(end - s) };
    text->where = compiler->root->where;
    compiler->next = &text->pieces;
    while ((dollar = memchr(s, '$', (size_t)(end - s)))) {
        if (compiler->depth > NESTING_MAXIMUM) {
            add_error(compiler, dollar, end, "references are nested too deeply");
            return;
        }
        if (dollar > s)
            add_piece(compiler, PIECE_LITERAL, s, dollar);
        s = compile_dollar(compiler, dollar, end);
    }
    if (s < end && text->pieces)
        add_piece(compiler, PIECE_LITERAL, s, end);
}

struct text *text_compile(struct arena *arena, const char *s, size_t length, struct location where)
{
    struct text *text = arena_alloc(arena, sizeof *text);

    *text = (struct text){ .source = s, .length = length, .where = where, .arena = arena };
    return text;
}

const struct piece *text_pieces(const struct text *text)
{
    struct text root = { .where = text->where };
    struct compiler compiler = { .arena = text->arena, .root = &root };
    struct text compiled;

    if (text->arena) {
        compile(&compiler, &compiled, text->source, text->source + text->length);
        compiled.waits = root.waits;
        *(struct text *)text = compiled; /* a cache: nobody can tell */
    }
    return text->pieces;
}

const char *text_source(const struct text *text, size_t *length)
{
    *length = text->length;
    return text->source;
}

bool text_is_literal(const struct text *text)
{
    return text_pieces(text) == NULL;
}

struct location text_location(const struct text *text)
{
    return text->where;
}

bool text_waits(const struct text *text)
{
    text_pieces(text);
    return text->waits;
}

struct location piece_location(const struct text *text, const struct piece *piece)
{
    const struct source *source = text->where.source;
    struct location where = text->where;
    uintptr_t at, from;

    if (!source)
        return where;
    at = (uintptr_t)piece->source.data;
    from = (uintptr_t)source->text;
    if (where.offset > source->size || at < from + where.offset ||
        at - from - where.offset > PLACE_FAR || at + piece->source.len > from + source->size)
        return where;
    if (memchr(source->text + where.offset, '\n', at - from - where.offset))
        return where;
    where.offset = (uint32_t)(at - from);
    where.length = (uint32_t)piece->source.len;
    return where;
}
