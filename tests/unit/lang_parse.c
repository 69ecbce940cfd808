#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lang/source.h"
#include "lang/statement.h"
#include "lang/steps.h"
#include "suite.h"

/* A text's lines as one string, `|` between them. */
static void join_lines(const char *text, struct str *out)
{
    struct source source = { .name = "test", .text = text, .size = strlen(text) };
    struct cursor cursor = { &source, 0 };
    struct str buffer = { 0 };
    struct line line;
    struct span clean, comment;

    while (cursor_next(&cursor, &line)) {
        if (out->len)
            str_addc(out, '|');
        clean = line_clean(&line, &buffer, &comment);
        str_addn(out, clean.data, clean.len);
    }
    str_free(&buffer);
}

static const struct {
    const char *text;
    const char *lines;
} texts[] = {
    { "", "" },
    { "a", "a" },
    { "a\nb\n", "a|b" },
    { "a\n\nb", "a||b" },
    { "a \\\n  b", "a b" },
    { "a\\\nb\\\nc\nd", "a b c|d" },
    { "a\\\\\nb", "a\\\\|b" },
    { "a\\\\\\\nb", "a\\ b" },
    { "a # b", "a " },
    { "a \\# b", "a # b" },
    { "a \\\\# b", "a \\" },
    { "# a \\\nb\nc", "c" },
    { "$(x #) # y", "$(x #) " },
    { "a\\", "a\\" },
    { "a\\\n", "a " },
    { "\\\n\\\n\\\nx", " x" },
};

START_TEST(test_lines)
{
    struct str out = { 0 };

    join_lines(texts[_i].text, &out);
    ck_assert_str_eq(str_text(&out), texts[_i].lines);
    str_free(&out);
}
END_TEST

static const struct {
    const char *text;
    enum statement_kind kind;
    const char *name;  /* of an assignment; else what `rest` is */
    const char *value; /* of an assignment, or a rule's recipe */
    enum assign_action action;
} statements[] = {
    { "", STATEMENT_NOTHING, "", NULL, 0 },
    { "  # a", STATEMENT_NOTHING, "", NULL, 0 },
    { "a = b", STATEMENT_ASSIGN, "a", "b", ASSIGN_RECURSIVE },
    { "a=b", STATEMENT_ASSIGN, "a", "b", ASSIGN_RECURSIVE },
    { "a:=b", STATEMENT_ASSIGN, "a", "b", ASSIGN_SIMPLE },
    { "a ::= b", STATEMENT_ASSIGN, "a", "b", ASSIGN_SIMPLE },
    { "a :::= b", STATEMENT_ASSIGN, "a", "b", ASSIGN_IMMEDIATE },
    { "a ?= b", STATEMENT_ASSIGN, "a", "b", ASSIGN_CONDITIONAL },
    { "a+=b", STATEMENT_ASSIGN, "a", "b", ASSIGN_APPEND },
    { "a != b", STATEMENT_ASSIGN, "a", "b", ASSIGN_SHELL },
    { "a = b = c ", STATEMENT_ASSIGN, "a", "b = c ", ASSIGN_RECURSIVE },
    { "a? = b", STATEMENT_ASSIGN, "a?", "b", ASSIGN_RECURSIVE },
    { "$(x y) = b", STATEMENT_ASSIGN, "$(x y)", "b", ASSIGN_RECURSIVE },
    { "$(x:a=b) = c", STATEMENT_ASSIGN, "$(x:a=b)", "c", ASSIGN_RECURSIVE },
    { "export a = b", STATEMENT_ASSIGN, "a", "b", ASSIGN_RECURSIVE },
    { "override private a = b", STATEMENT_ASSIGN, "a", "b", ASSIGN_RECURSIVE },
    { "define a b", STATEMENT_ASSIGN, "a b", "", ASSIGN_RECURSIVE },
    { "define a :=", STATEMENT_ASSIGN, "a", "", ASSIGN_SIMPLE },
    { "override define a", STATEMENT_ASSIGN, "a", "", ASSIGN_RECURSIVE },
    { "undefine a", STATEMENT_ASSIGN, "a", "", ASSIGN_RECURSIVE },
    { "a b = c", STATEMENT_RULE, "a b = c", NULL, 0 },
    { "a: b", STATEMENT_RULE, "a: b", NULL, 0 },
    { "a: b = c", STATEMENT_RULE, "a: b = c", NULL, 0 },
    { "a: b ; c # d", STATEMENT_RULE, "a: b", " c # d", 0 },
    { "a: b # c ; d", STATEMENT_RULE, "a: b ", NULL, 0 },
    { "a: $(x;y) ; z", STATEMENT_RULE, "a: $(x;y)", " z", 0 },
    { "a: b\\;c ; d", STATEMENT_RULE, "a: b;c", " d", 0 },
    { "include a b", STATEMENT_INCLUDE, "a b", NULL, 0 },
    { "-include a", STATEMENT_INCLUDE, "a", NULL, 0 },
    { "include: a", STATEMENT_RULE, "include: a", NULL, 0 },
    { "ifeq (a,b)", STATEMENT_IF, "(a,b)", NULL, 0 },
    { "ifeq(a,b)", STATEMENT_RULE, "ifeq(a,b)", NULL, 0 },
    { "ifdef = x", STATEMENT_ASSIGN, "ifdef", "x", ASSIGN_RECURSIVE },
    { "else", STATEMENT_ELSE, "", NULL, 0 },
    { "else ifdef x", STATEMENT_ELSE, "ifdef x", NULL, 0 },
    { "endif", STATEMENT_ENDIF, "", NULL, 0 },
    { "export", STATEMENT_EXPORT, "", NULL, 0 },
    { "export a b", STATEMENT_EXPORT, "a b", NULL, 0 },
    { "unexport a", STATEMENT_UNEXPORT, "a", NULL, 0 },
    { "vpath %.c src", STATEMENT_VPATH, "%.c src", NULL, 0 },
    { "node service", STATEMENT_NODE, "service", NULL, 0 },
    { "node production is web_system", STATEMENT_NODE, "production is web_system", NULL, 0 },
    { "node a: b", STATEMENT_RULE, "node a: b", NULL, 0 },
    { "node = 1", STATEMENT_ASSIGN, "node", "1", ASSIGN_RECURSIVE },
    { "endnode", STATEMENT_ENDNODE, "", NULL, 0 },
    { "@web: hosts = a b", STATEMENT_HOST, "web", NULL, 0 },
    { "@web : hosts += a", STATEMENT_HOST, "web", NULL, 0 },
    { "@u@h:22: port = 1", STATEMENT_HOST, "u@h:22", NULL, 0 },
    { "@[::1]: a = 1", STATEMENT_HOST, "[::1]", NULL, 0 },
    { "@[::1]:22: a = 1", STATEMENT_HOST, "[::1]:22", NULL, 0 },
    { "@$(r): a = 1", STATEMENT_HOST, "$(r)", NULL, 0 },
    { "@web: other", STATEMENT_RULE, "@web: other", NULL, 0 },
    { "deploy @web: pack", STATEMENT_RULE, "deploy @web: pack", NULL, 0 },
};

static void check_span(struct span span, const char *expected)
{
    char *text = strndup(span.data ? span.data : "", span.len);

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(test_statement)
{
    const char *text = statements[_i].text;
    struct source source = { .name = "test", .text = text, .size = strlen(text) };
    struct line line = { text, strlen(text), { &source, 0, 0 }, false };
    struct parser parser = { 0 };
    struct statement statement;

    statement_parse(&parser, &line, &statement);
    ck_assert_msg(statement.kind == statements[_i].kind, "%s: kind %d", text, statement.kind);
    if (statement.kind == STATEMENT_ASSIGN) {
        check_span(statement.assignment.name, statements[_i].name);
        check_span(statement.assignment.value, statements[_i].value);
        ck_assert_int_eq(statement.assignment.action, statements[_i].action);
    } else {
        check_span(statement.rest, statements[_i].name);
        ck_assert(statement.has_recipe == (statements[_i].value != NULL));
        if (statement.has_recipe)
            check_span(statement.recipe, statements[_i].value);
    }
    parser_free(&parser);
}
END_TEST

static struct span span_of(const char *s)
{
    return (struct span){ s, strlen(s) };
}

START_TEST(test_steps)
{
    size_t column = 0;

    ck_assert(step_line_is_step(span_of("    run echo")));
    ck_assert(step_line_is_step(span_of("  @-put a b")));
    ck_assert(step_line_is_step(span_of(" run")));
    ck_assert(!step_line_is_step(span_of("    run: a")));
    ck_assert(!step_line_is_step(span_of("    run : a")));
    ck_assert(!step_line_is_step(span_of("    run = a")));
    ck_assert(!step_line_is_step(span_of("    run @web: a")));
    ck_assert(!step_line_is_step(span_of("    echo run")));
    ck_assert(step_line_opens_block(span_of("  run {"), &column));
    ck_assert_uint_eq(column, 2);
    ck_assert(step_line_opens_block(span_of("sudo --user=x --timeout=3 {  "), &column));
    ck_assert_uint_eq(column, 0);
    ck_assert(!step_line_opens_block(span_of("run { a"), &column));
    ck_assert(!step_line_opens_block(span_of("put {"), &column));
    ck_assert(!step_line_opens_block(span_of("run a {"), &column));
    ck_assert(step_line_closes_block(span_of("  } "), 2));
    ck_assert(!step_line_closes_block(span_of("    }"), 2));
    ck_assert(!step_line_closes_block(span_of("  };"), 2));
    ck_assert_str_eq(step_line_betrays_task(span_of("@put a b")), "put");
    ck_assert_ptr_null(step_line_betrays_task(span_of("cd x && y")));
    ck_assert_ptr_null(step_line_betrays_task(span_of("sudo x")));
}
END_TEST

START_TEST(test_normalize)
{
    struct str text = { 0 };

    ck_assert_ptr_null(source_normalize(&text));
    str_add(&text, "\xEF\xBB\xBF"
                   "a\r\nb\rc\r\n");
    ck_assert_ptr_null(source_normalize(&text));
    ck_assert_str_eq(str_text(&text), "a\nb\rc\n");
    str_addc(&text, '\0');
    ck_assert_ptr_nonnull(source_normalize(&text));
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lang_parse");
    TCase *cases = tcase_create("parse");

    tcase_add_loop_test(cases, test_lines, 0, sizeof texts / sizeof *texts);
    tcase_add_loop_test(cases, test_statement, 0, sizeof statements / sizeof *statements);
    tcase_add_test(cases, test_steps);
    tcase_add_test(cases, test_normalize);
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
