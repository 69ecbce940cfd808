#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "ui/graph_layout.h"

enum { NODE = 50, PASS = 20 };

/* a ▶ b ▶ d, a ▶ c ▶ d, a ▶ d (over one column), e ▶ d */
static struct graph_node nodes[] = {
    { GRAPH_SOURCE, "a", NULL, false, false },  { GRAPH_FILE, "b", NULL, false, false },
    { GRAPH_HERE, "c <&>", NULL, false, true }, { GRAPH_HOST, "d \"x\"", "web1", true, false },
    { GRAPH_GATE, "e", NULL, false, false },
};
static struct graph_edge edges[] = {
    { 0, 1, GRAPH_CONTENT }, { 1, 3, GRAPH_ORDER },   { 0, 2, GRAPH_WAIT },
    { 2, 3, GRAPH_BEFORE },  { 0, 3, GRAPH_CONTENT }, { 4, 3, GRAPH_ON_FAILURE },
};
static const struct graph graph = { nodes, sizeof nodes / sizeof *nodes, edges,
                                    sizeof edges / sizeof *edges };

static char *print(void (*printer)(const struct graph *, FILE *), const struct graph *drawn)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    printer(drawn, out);
    fclose(out);
    return text;
}

START_TEST(what_waits_stands_behind)
{
    struct layout *layout = layout_new(&graph, NODE, PASS);

    ck_assert_uint_eq(layout->column_count, 3);
    ck_assert_uint_eq(layout->cells[0].column, 0);
    ck_assert_uint_eq(layout->cells[1].column, 1);
    ck_assert_uint_eq(layout->cells[2].column, 1);
    ck_assert_uint_eq(layout->cells[3].column, 2);
    ck_assert_uint_eq(layout->cells[4].column, 1); /* near what waits for it */
    ck_assert_uint_eq(layout->passed_count[4], 1);
    ck_assert_uint_eq(layout->passed_count[0], 0);
    ck_assert_uint_eq(layout->cells[layout->first_passed[4]].column, 1);
    layout_free(layout);
}
END_TEST

/* Whatever the edges, no cell lies over another, and none outside. */
START_TEST(no_cell_lies_over_another)
{
    enum { NODES = 60, EDGES = 150 };
    struct graph_node many[NODES] = { { GRAPH_FILE, "x", NULL, false, false } };
    struct graph_edge ties[EDGES];
    struct graph random = { many, NODES, ties, EDGES };
    struct layout *layout;
    unsigned seed = (unsigned)_i * 7919 + 1;

    for (size_t i = 0; i < EDGES; i++) {
        seed = seed * 1103515245 + 12345;
        ties[i].to = 1 + (seed >> 8) % (NODES - 1);
        seed = seed * 1103515245 + 12345;
        ties[i].from = (seed >> 8) % ties[i].to;
        ties[i].tie = GRAPH_CONTENT;
    }
    layout = layout_new(&random, NODE, PASS);
    for (size_t i = 0; i < layout->cell_count; i++) {
        const struct layout_cell *one = &layout->cells[i];
        ck_assert(one->y - one->height / 2 > -0.01);
        ck_assert(one->y + one->height / 2 < layout->height + 0.01);
        for (size_t k = 0; k < i; k++) {
            const struct layout_cell *other = &layout->cells[k];
            double apart = one->y > other->y ? one->y - other->y : other->y - one->y;
            ck_assert(one->column != other->column ||
                      apart > (one->height + other->height) / 2 - 0.01);
        }
    }
    for (size_t i = 0; i < EDGES; i++)
        ck_assert_uint_gt(layout->cells[ties[i].to].column, layout->cells[ties[i].from].column);
    layout_free(layout);
}
END_TEST

START_TEST(a_cycle_is_drawn_all_the_same)
{
    struct graph_edge round[] = { { 0, 1, GRAPH_ORDER },
                                  { 1, 2, GRAPH_ORDER },
                                  { 2, 0, GRAPH_AFTER } };
    const struct graph cycle = { nodes, 3, round, 3 };
    char *text = print(graph_print_svg, &cycle);

    ck_assert_ptr_nonnull(strstr(text, "</svg>"));
    free(text);
}
END_TEST

START_TEST(nothing_is_a_drawing_too)
{
    const struct graph empty = { NULL, 0, NULL, 0 };
    static void (*const printers[])(
        const struct graph *, FILE *) = { graph_print_dot, graph_print_svg, graph_print_json };

    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
        char *text = print(printers[i], &empty);
        ck_assert_uint_gt(strlen(text), 0);
        free(text);
    }
}
END_TEST

START_TEST(dot_is_quoted)
{
    char *text = print(graph_print_dot, &graph);

    ck_assert_ptr_nonnull(strstr(text, "j4 [label=\"d \\\"x\\\"\\nweb1\", "));
    ck_assert_ptr_nonnull(strstr(text, "  j1 -> j2;\n"));
    ck_assert_ptr_nonnull(strstr(text, "  j3 -> j4 [label=before"));
    free(text);
}
END_TEST

START_TEST(svg_is_quoted)
{
    char *text = print(graph_print_svg, &graph);

    ck_assert_ptr_nonnull(strstr(text, ">c &lt;&amp;&gt;</text>"));
    ck_assert_ptr_null(strstr(text, "<&>"));
    ck_assert_ptr_nonnull(strstr(text, "<title>d \"x\" on web1</title>"));
    free(text);
}
END_TEST

START_TEST(json_tells_jobs_and_edges)
{
    char *text = print(graph_print_json, &graph);
    json_t *json = json_loads(text, 0, NULL), *job, *edge;

    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "jobs")), 5);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "edges")), 6);
    job = json_array_get(json_object_get(json, "jobs"), 3);
    ck_assert_str_eq(json_string_value(json_object_get(job, "host")), "web1");
    ck_assert_str_eq(json_string_value(json_object_get(job, "kind")), "host");
    ck_assert(json_is_true(json_object_get(job, "goal")));
    edge = json_array_get(json_object_get(json, "edges"), 5);
    ck_assert_int_eq(json_integer_value(json_object_get(edge, "from")), 5);
    ck_assert_str_eq(json_string_value(json_object_get(edge, "kind")), "on-failure");
    json_decref(json);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui_graph");
    TCase *tests = tcase_create("graph");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, what_waits_stands_behind);
    tcase_add_loop_test(tests, no_cell_lies_over_another, 0, 20);
    tcase_add_test(tests, a_cycle_is_drawn_all_the_same);
    tcase_add_test(tests, nothing_is_a_drawing_too);
    tcase_add_test(tests, dot_is_quoted);
    tcase_add_test(tests, svg_is_quoted);
    tcase_add_test(tests, json_tells_jobs_and_edges);
    return suite_run(suite);
}
