#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lang/reader.h"

/* Texts within texts: files that include each other, $(eval) in what $(eval) reads. */
enum { DEPTH_MAXIMUM = 1000 };

struct expander lang_expander(struct lang *lang, const struct scope *scope)
{
    const struct expander *around = lang->reader ? lang->reader->around : NULL;
    struct expander expander = { .lang = lang, .scope = scope };

    if (around) {
        expander.calls = around->calls;
        expander.call_arguments = around->call_arguments;
        expander.call_count = around->call_count;
        expander.depth = around->depth;
    }
    if (!scope)
        expander.scope = around ? around->scope : &lang->globals;
    return expander;
}

bool lang_expand(struct lang *lang, const struct scope *scope, struct span s, struct location where,
                 struct str *out)
{
    struct expander expander;
    struct arena_mark mark;
    bool done;

    if (!memchr(s.data, '$', s.len)) {
        str_addn(out, s.data, s.len);
        return true;
    }
    expander = lang_expander(lang, scope);
    mark = arena_mark(lang->scratch);
    done = expand(&expander, text_compile(lang->scratch, s.data, s.len, where), out);
    arena_release(lang->scratch, mark);
    return done;
}

static void eval_endef(struct reader *reader, const struct statement *statement)
{
    diag_error(reader->lang->diags, statement->where, "extraneous 'endef'");
}

/* Nodes come later (LANGUAGE.md §7): one is told of once and passed over as a whole. */
static void eval_node(struct reader *reader, const struct statement *statement)
{
    struct statement inner;
    struct line line;
    unsigned depth = 1;

    draft_close(reader);
    diag_error_hint(reader->lang->diags, statement->where, "nodes are not supported yet",
                    "what stands up to its endnode was not read");
    while (depth && cursor_next(&reader->cursor, &line)) {
        statement_parse(&reader->parser, &line, &inner);
        if (inner.kind == STATEMENT_NODE)
            depth++;
        else if (inner.kind == STATEMENT_ENDNODE)
            depth--;
    }
}

static void eval_endnode(struct reader *reader, const struct statement *statement)
{
    diag_error(reader->lang->diags, statement->where, "extraneous 'endnode'");
}

typedef void evaluator(struct reader *reader, const struct statement *statement);

static evaluator *const evaluators[] = {
    [STATEMENT_ASSIGN] = eval_assignment, [STATEMENT_HOST] = eval_host,
    [STATEMENT_IF] = condition_if,        [STATEMENT_ELSE] = condition_else,
    [STATEMENT_ENDIF] = condition_endif,  [STATEMENT_EXPORT] = eval_export,
    [STATEMENT_UNEXPORT] = eval_export,   [STATEMENT_INCLUDE] = eval_include,
    [STATEMENT_VPATH] = eval_vpath,       [STATEMENT_ENDEF] = eval_endef,
    [STATEMENT_NODE] = eval_node,         [STATEMENT_ENDNODE] = eval_endnode,
    [STATEMENT_RULE] = eval_rule,
};

static bool is_condition(enum statement_kind kind)
{
    return kind == STATEMENT_IF || kind == STATEMENT_ELSE || kind == STATEMENT_ENDIF;
}

/* `##` lines are kept for the rule or variable that follows at once. */
static void keep_documentation(struct reader *reader, const struct statement *statement)
{
    if (!statement->is_documented) {
        reader->documents = false;
        return;
    }
    if (!reader->documents)
        str_clear(&reader->documentation);
    else
        str_addc(&reader->documentation, ' ');
    str_addn(&reader->documentation, statement->documentation.data, statement->documentation.len);
    reader->documents = true;
}

static void read_line(struct reader *reader, const struct line *line)
{
    struct statement statement;

    if (draft_take_line(reader, line))
        return;
    statement_parse(&reader->parser, line, &statement);
    if (statement.kind == STATEMENT_NOTHING) {
        keep_documentation(reader, &statement);
        return;
    }
    reader->where = statement.where;
    if (condition_skips(reader) && !is_condition(statement.kind)) {
        if (statement.kind == STATEMENT_ASSIGN && statement.assignment.kind == ASSIGNMENT_DEFINE)
            define_skip(reader);
    } else if (statement.kind == STATEMENT_RULE && line->text[0] == reader->lang->recipe_prefix) {
        diag_error(reader->lang->diags, statement.where, "recipe commences before first target");
    } else {
        evaluators[statement.kind](reader, &statement);
    }
    reader->documents = false;
}

static void reader_free(struct reader *reader)
{
    parser_free(&reader->parser);
    free(reader->conditions);
    draft_free(&reader->draft);
    str_free(&reader->documentation);
    names_free(&reader->targets);
    free(reader->prerequisites.items);
    str_free(&reader->expanded);
}

/* "a.mk <- b.mk <- a.mk": each is read by the one behind it. */
static void report_depth(struct lang *lang, const struct source *source)
{
    const struct reader *reader = lang->reader;
    struct str chain = { 0 };

    str_add(&chain, source->name);
    do {
        str_addf(&chain, " <- %s", reader->cursor.source->name);
        if (strcmp(reader->cursor.source->name, source->name) == 0)
            break;
    } while ((reader = reader->outer));
    diag_error(lang->diags, lang_where(lang), "texts that include each other %d deep: %s",
               DEPTH_MAXIMUM, str_text(&chain));
    str_free(&chain);
    lang_stop(lang);
}

void eval_source(struct lang *lang, const struct source *source, const struct expander *around)
{
    struct reader reader = { .lang = lang, .outer = lang->reader, .cursor = { source, 0 } };
    struct line line;

    reader.around = around ? around : lang->reader ? lang->reader->around : NULL;
    reader.depth = reader.outer ? reader.outer->depth + 1 : 1;
    if (reader.depth > DEPTH_MAXIMUM) {
        report_depth(lang, source);
        return;
    }
    lang->reader = &reader;
    while (!lang->is_stopped && cursor_next(&reader.cursor, &line))
        read_line(&reader, &line);
    draft_close(&reader);
    if (!lang->is_stopped)
        condition_end(&reader);
    lang->reader = reader.outer;
    reader_free(&reader);
}
