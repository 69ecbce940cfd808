#include "ui/graph.h"

#include <stdlib.h>

#include "base/mem.h"
#include "lib/context.h"

/* The plan as a drawing has it. */

static enum graph_kind kind_of(const struct job *job)
{
    static const enum graph_kind kinds[] = {
        [JOB_SOURCE] = GRAPH_SOURCE, [JOB_FILE] = GRAPH_FILE, [JOB_HERE] = GRAPH_HERE,
        [JOB_HOST] = GRAPH_HOST,     [JOB_GATE] = GRAPH_GATE,
    };

    return kinds[job->kind];
}

static size_t count_edges(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        count += job->need_count + job->before.len + job->after.len + job->on_failure.len;
    }
    return count;
}

static void add_edge(struct graph *graph, const struct job *from, const struct job *to,
                     enum graph_tie tie)
{
    graph->edges[graph->edge_count++] = (struct graph_edge){ from->index, to->index, tie };
}

static void add_edges(struct graph *graph, const struct job *job)
{
    static const enum graph_tie ties[] = {
        [EDGE_CONTENT] = GRAPH_CONTENT, [EDGE_ORDER] = GRAPH_ORDER, [EDGE_WAIT] = GRAPH_WAIT
    };

    for (size_t i = 0; i < job->need_count; i++)
        add_edge(graph, job->needs[i].job, job, ties[job->needs[i].kind]);
    for (size_t i = 0; i < job->before.len; i++)
        add_edge(graph, job->before.items[i], job, GRAPH_BEFORE);
    for (size_t i = 0; i < job->after.len; i++)
        add_edge(graph, job, job->after.items[i], GRAPH_AFTER);
    for (size_t i = 0; i < job->on_failure.len; i++)
        add_edge(graph, job, job->on_failure.items[i], GRAPH_ON_FAILURE);
}

bool fake_graph(struct fake *fake, FILE *out, enum fake_graph_format format)
{
    static void (*const printers[])(const struct graph *, FILE *) = {
        [FAKE_GRAPH_DOT] = graph_print_dot,
        [FAKE_GRAPH_SVG] = graph_print_svg,
        [FAKE_GRAPH_JSON] = graph_print_json,
    };
    const struct plan *plan = fake_read(fake, false) ? fake_plan(fake) : NULL;
    struct graph graph = { 0 };

    if (!plan)
        return false;
    graph.nodes = mem_array(plan->jobs.len + 1, sizeof *graph.nodes);
    graph.edges = mem_array(count_edges(plan) + 1, sizeof *graph.edges);
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        graph.nodes[graph.node_count++] = (struct graph_node){
            .kind = kind_of(job),
            .target = job->target->name,
            .host = job->host ? job->host->spec : NULL,
            .is_goal = job->is_goal,
            .is_hook = job->is_hook,
        };
        add_edges(&graph, job);
    }
    printers[format](&graph, out);
    free(graph.nodes);
    free(graph.edges);
    return true;
}
