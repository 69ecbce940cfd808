#include "lang/text.h"

#include <string.h>

#include "base/str.h"
#include "lang/piece.h"

/* A name that $(foreach) or $(let) binds in what is visited. */
struct bound_name {
    struct span name;
    const struct bound_name *outer;
};

struct visit {
    text_visitor *visit;
    void *context;
    const struct bound_name *bound;
    bool may_be_undefined;
};

static void visit_text(const struct visit *visit, const struct text *text);

static bool is_bound(const struct visit *visit, const char *name)
{
    const struct bound_name *bound = visit->bound;

    for (; bound; bound = bound->outer)
        if (strlen(name) == bound->name.len && memcmp(name, bound->name.data, bound->name.len) == 0)
            return true;
    return name[0] && name[strspn(name, "0123456789")] == '\0'; /* of $(call) */
}

static void visit_name(const struct visit *visit, const char *name, const struct text *text,
                       const struct piece *piece)
{
    if (!is_bound(visit, name))
        visit->visit(visit->context, visit->may_be_undefined ? TEXT_MAY_USE : TEXT_USES_VARIABLE,
                     name, piece_location(text, piece));
}

/* Visits the body of a $(foreach) or $(let) with the names of a literal list bound. */
static void visit_bound(const struct visit *visit, const char *names, const struct text *body)
{
    struct bound_name bound = { .outer = visit->bound };
    struct visit inner = *visit;

    if (!word_next(&names, &bound.name)) {
        visit_text(visit, body);
        return;
    }
    inner.bound = &bound;
    visit_bound(&inner, names, body);
}

static void visit_binding(const struct visit *visit, const struct piece *piece)
{
    const struct text *arguments = piece->call->arguments;
    struct str names = { 0 };

    if (piece->call->count < 3)
        return;
    visit_text(visit, &arguments[0]);
    visit_text(visit, &arguments[1]);
    if (text_is_literal(&arguments[0]))
        str_addn(&names, arguments[0].source, arguments[0].length);
    visit_bound(visit, str_text(&names), &arguments[2]);
    str_free(&names);
}

/* The variable that a $(call) with a literal name uses. */
static void visit_called(const struct visit *visit, const struct text *text,
                         const struct piece *piece)
{
    const struct text *first = &piece->call->arguments[0];
    struct span name = span_trim(first->source, first->length);
    struct str copy = { 0 };

    if (!text_is_literal(first) || name.len == 0 || function_find(name.data, name.len))
        return;
    str_addn(&copy, name.data, name.len);
    visit_name(visit, copy.data, text, piece);
    str_free(&copy);
}

static void visit_call(const struct visit *visit, const struct text *text,
                       const struct piece *piece)
{
    const struct function *function = piece->call->function;
    struct visit doubtful = *visit;
    bool all = function->body == function_or, first = function->body == function_if;
    bool second = function->body == function_each; /* it is seen in the scopes of other hosts */
    unsigned i;

    doubtful.may_be_undefined = true;
    if (function->flags & FUNCTION_RUN_TIME)
        visit->visit(visit->context, TEXT_CALLS, function->name, piece_location(text, piece));
    if (function->body == function_foreach || function->body == function_let) {
        visit_binding(visit, piece);
        return;
    }
    if (function->body == function_call_variable)
        visit_called(visit, text, piece);
    for (i = 0; i < piece->call->count; i++)
        visit_text(all || (first && i == 0) || (second && i == 1) ? &doubtful : visit,
                   &piece->call->arguments[i]);
}

static void visit_text(const struct visit *visit, const struct text *text)
{
    const struct piece *piece;

    for (piece = text_pieces(text); piece; piece = piece->next) {
        switch (piece->kind) {
        case PIECE_LITERAL:
        case PIECE_ERROR:
            break;
        case PIECE_REFERENCE:
            visit_name(visit, piece->name, text, piece);
            break;
        case PIECE_SUBSTITUTION:
            visit_name(visit, piece->substitution->name, text, piece);
            break;
        case PIECE_COMPUTED:
            visit_text(visit, piece->inside);
            break;
        case PIECE_CALL:
            visit_call(visit, text, piece);
            break;
        }
    }
}

void text_visit(const struct text *text, text_visitor *visit, void *context)
{
    struct visit start = { .visit = visit, .context = context };

    visit_text(&start, text);
}
