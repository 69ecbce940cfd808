#ifndef FAKE_UI_GRAPH_LAYOUT_H
#define FAKE_UI_GRAPH_LAYOUT_H

#include "ui/graph.h"

/* A layered drawing (after Sugiyama, Tagawa and Toda, 1981): each node in the column behind all
 * that it waits for; edges over several columns pass through empty cells of those between; in each
 * column cells stand in the order in which the fewest edges cross, by barycentres. */
struct layout_cell {
    size_t column;
    double row;    /* while cells are ordered: the mean of its neighbours'; then unused */
    double y;      /* its middle */
    double height; /* with the gap to the next */
};

struct layout {
    struct layout_cell *cells; /* the nodes' first, in their order, then those that edges pass */
    size_t cell_count;
    size_t column_count;
    size_t *first_passed; /* for each edge the first cell that it passes, in the order of columns */
    size_t *passed_count;
    double height; /* of the whole */
};

/* The caller frees it with layout_free. */
struct layout *layout_new(const struct graph *graph, double node_height, double pass_height);
void layout_free(struct layout *layout);

#endif
