#ifndef FAKE_UI_GRAPH_H
#define FAKE_UI_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Jobs and what each waits for, for `fake --graph`. */

enum graph_kind {
    GRAPH_SOURCE, /* a file that no rule makes */
    GRAPH_FILE,   /* a make rule's */
    GRAPH_HERE,   /* a task on this machine */
    GRAPH_HOST,   /* a task on a host */
    GRAPH_GATE,   /* waits only */
};

struct graph_node {
    enum graph_kind kind;
    const char *target;
    const char *host; /* NULL: this machine */
    bool is_goal;
    bool is_hook;
};

enum graph_tie {
    GRAPH_CONTENT,    /* a prerequisite whose content counts */
    GRAPH_ORDER,      /* it must succeed first */
    GRAPH_WAIT,       /* it must have ended first */
    GRAPH_BEFORE,     /* a before-hook and its target */
    GRAPH_AFTER,      /* a target and its after-hook */
    GRAPH_ON_FAILURE, /* a target and what runs when it fails */
};

struct graph_edge {
    size_t from, to; /* nodes: what comes first, what comes later */
    enum graph_tie tie;
};

struct graph {
    struct graph_node *nodes;
    size_t node_count;
    struct graph_edge *edges;
    size_t edge_count;
};

const char *graph_kind_name(enum graph_kind kind);
const char *graph_tie_name(enum graph_tie tie);

void graph_print_dot(const struct graph *graph, FILE *out);  /* for Graphviz */
void graph_print_json(const struct graph *graph, FILE *out); /* described in docs/events.md */
void graph_print_svg(const struct graph *graph, FILE *out);  /* drawn by ourselves */

#endif
