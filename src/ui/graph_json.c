#include "ui/graph.h"
#include "ui/json_value.h"

/* Raised when a member changes its meaning or goes away. */
enum { JSON_GRAPH_VERSION = 1 };

static json_t *node_json(const struct graph_node *node, size_t index)
{
    json_t *object = json_object();

    json_object_set_new(object, "job", json_integer((json_int_t)index + 1));
    json_object_set_new(object, "kind", json_string(graph_kind_name(node->kind)));
    json_object_set_new(object, "target", json_text(node->target));
    if (node->host)
        json_object_set_new(object, "host", json_text(node->host));
    if (node->is_goal)
        json_object_set_new(object, "goal", json_true());
    if (node->is_hook)
        json_object_set_new(object, "hook", json_true());
    return object;
}

static json_t *edge_json(const struct graph_edge *edge)
{
    json_t *object = json_object();

    json_object_set_new(object, "from", json_integer((json_int_t)edge->from + 1));
    json_object_set_new(object, "to", json_integer((json_int_t)edge->to + 1));
    json_object_set_new(object, "kind", json_string(graph_tie_name(edge->tie)));
    return object;
}

void graph_print_json(const struct graph *graph, FILE *out)
{
    json_t *object = json_object(), *jobs = json_array(), *edges = json_array();

    for (size_t i = 0; i < graph->node_count; i++)
        json_array_append_new(jobs, node_json(&graph->nodes[i], i));
    for (size_t i = 0; i < graph->edge_count; i++)
        json_array_append_new(edges, edge_json(&graph->edges[i]));
    json_object_set_new(object, "version", json_integer(JSON_GRAPH_VERSION));
    json_object_set_new(object, "jobs", jobs);
    json_object_set_new(object, "edges", edges);
    json_dumpf(object, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(object);
}
