#include "ui/graph.h"

#include <string.h>

#include "base/str.h"
#include "ui/safe.h"

const char *graph_kind_name(enum graph_kind kind)
{
    static const char *const names[] = {
        [GRAPH_SOURCE] = "source", [GRAPH_FILE] = "file", [GRAPH_HERE] = "here",
        [GRAPH_HOST] = "host",     [GRAPH_GATE] = "gate",
    };

    return names[kind];
}

const char *graph_tie_name(enum graph_tie tie)
{
    static const char *const names[] = {
        [GRAPH_CONTENT] = "content", [GRAPH_ORDER] = "order", [GRAPH_WAIT] = "wait",
        [GRAPH_BEFORE] = "before",   [GRAPH_AFTER] = "after", [GRAPH_ON_FAILURE] = "on-failure",
    };

    return names[tie];
}

/* As a string of the DOT language, without the quotes. */
static void add_escaped(struct str *out, const char *text)
{
    struct str safe = { 0 };

    safe_add(&safe, text, strlen(text));
    for (const char *s = str_text(&safe); *s; s++) {
        if (*s == '"' || *s == '\\')
            str_addc(out, '\\');
        str_addc(out, *s);
    }
    str_free(&safe);
}

static void add_node(struct str *out, size_t index, const struct graph_node *node)
{
    static const char *const looks[] = {
        [GRAPH_SOURCE] = "shape=note, color=gray50",
        [GRAPH_FILE] = "shape=note",
        [GRAPH_HERE] = "shape=box, style=\"rounded,filled\", fillcolor=\"#fff3d6\"",
        [GRAPH_HOST] = "shape=box, style=\"rounded,filled\", fillcolor=\"#dcebfb\"",
        [GRAPH_GATE] = "shape=point",
    };

    str_addf(out, "  j%zu [label=\"", index + 1);
    add_escaped(out, node->target);
    if (node->host) {
        str_add(out, "\\n");
        add_escaped(out, node->host);
    }
    str_addf(out, "\", %s%s];\n", looks[node->kind], node->is_goal ? ", penwidth=2" : "");
}

static void add_edge(struct str *out, const struct graph_edge *edge)
{
    static const char *const looks[] = {
        [GRAPH_CONTENT] = "",
        [GRAPH_ORDER] = " [style=dashed]",
        [GRAPH_WAIT] = " [style=dotted]",
        [GRAPH_BEFORE] = " [label=before, color=\"#7a4fb5\"]",
        [GRAPH_AFTER] = " [label=after, color=\"#7a4fb5\"]",
        [GRAPH_ON_FAILURE] = " [label=\"on failure\", style=dashed, color=\"#c03030\"]",
    };

    str_addf(out, "  j%zu -> j%zu%s;\n", edge->from + 1, edge->to + 1, looks[edge->tie]);
}

void graph_print_dot(const struct graph *graph, FILE *out)
{
    struct str text = { 0 };

    str_add(&text, "digraph fake {\n"
                   "  rankdir=LR;\n"
                   "  node [fontname=\"sans-serif\", fontsize=11];\n"
                   "  edge [fontname=\"sans-serif\", fontsize=9, color=gray40];\n");
    for (size_t i = 0; i < graph->node_count; i++)
        add_node(&text, i, &graph->nodes[i]);
    for (size_t i = 0; i < graph->edge_count; i++)
        add_edge(&text, &graph->edges[i]);
    str_add(&text, "}\n");
    fwrite(str_text(&text), 1, text.len, out);
    str_free(&text);
}
