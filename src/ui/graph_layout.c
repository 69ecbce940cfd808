#include "ui/graph_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

/* How often columns are sorted, and cells are drawn to their neighbours. */
enum { SWEEPS = 8 };

/* Two cells of neighbouring columns. */
struct link {
    size_t left, right;
};

/* Cells that touch each other, from the top one to before the next block's. */
struct block {
    double mean; /* of their rows, each less what stands above it in its column */
    size_t count;
};

struct work {
    struct layout *layout;
    struct vec *columns; /* struct layout_cell, from the top */
    struct link *links;
    size_t link_count;
    double *sums; /* by cell: of its neighbours */
    unsigned *counts;
    struct block *blocks; /* as many as cells */
};

/* ---- columns ---- */

/* What waits for nothing stands just before the first that waits for it. */
static void draw_near(const struct graph *graph, struct layout *layout)
{
    size_t *nearest = mem_array(graph->node_count + 1, sizeof *nearest);

    for (size_t i = 0; i < graph->edge_count; i++) {
        size_t column = layout->cells[graph->edges[i].to].column;
        size_t *from = &nearest[graph->edges[i].from];

        *from = *from == 0 || column < *from ? column : *from;
    }
    for (size_t i = 0; i < graph->node_count; i++) {
        if (layout->cells[i].column == 0 && nearest[i] > 0)
            layout->cells[i].column = nearest[i] - 1;
    }
    free(nearest);
}

/* Each node one column behind the last of those before it. Edges mostly lead from lower nodes to
 * higher ones, so few rounds do; a cycle would never end, and is cut by their number. */
static void find_columns(const struct graph *graph, struct layout *layout)
{
    enum { ROUNDS = 64 };
    bool changes = true;

    for (unsigned round = 0; changes && round < ROUNDS; round++) {
        changes = false;
        for (size_t i = 0; i < graph->edge_count; i++) {
            const struct layout_cell *from = &layout->cells[graph->edges[i].from];
            struct layout_cell *to = &layout->cells[graph->edges[i].to];

            if (to->column > from->column || from->column + 1 >= graph->node_count)
                continue;
            to->column = from->column + 1;
            changes = true;
        }
    }
    draw_near(graph, layout);
    for (size_t i = 0; i < graph->node_count; i++) {
        if (layout->cells[i].column >= layout->column_count)
            layout->column_count = layout->cells[i].column + 1;
    }
}

static size_t span(const struct layout *layout, const struct graph_edge *edge)
{
    size_t from = layout->cells[edge->from].column, to = layout->cells[edge->to].column;

    return to > from ? to - from : 0;
}

/* Cells for the edges to pass, and all links between neighbouring columns. */
static void add_passes(const struct graph *graph, struct work *work, double height)
{
    struct layout *layout = work->layout;
    size_t links = 0, next = graph->node_count;

    for (size_t i = 0; i < graph->edge_count; i++)
        links += span(layout, &graph->edges[i]);
    layout->cells =
        mem_resize(layout->cells, (graph->node_count + links + 1) * sizeof *layout->cells);
    work->links = mem_array(links + 1, sizeof *work->links);
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        size_t steps = span(layout, edge), left = edge->from;

        layout->first_passed[i] = next;
        layout->passed_count[i] = steps > 0 ? steps - 1 : 0;
        for (size_t k = 1; k <= steps; k++) {
            size_t right = k < steps ? next++ : edge->to;

            if (k < steps)
                layout->cells[right] =
                    (struct layout_cell){ .column = layout->cells[edge->from].column + k,
                                          .height = height };
            work->links[work->link_count++] = (struct link){ left, right };
            left = right;
        }
    }
    layout->cell_count = next;
}

static void fill_columns(struct work *work)
{
    struct layout *layout = work->layout;

    work->columns = mem_array(layout->column_count + 1, sizeof *work->columns);
    for (size_t i = 0; i < layout->cell_count; i++)
        vec_push(&work->columns[layout->cells[i].column], &layout->cells[i]);
}

/* ---- order and place ---- */

/* Where each cell would stand if it stood amid its neighbours on one side, into `row`. */
static void find_means(struct work *work, bool from_left)
{
    struct layout *layout = work->layout;

    memset(work->sums, 0, layout->cell_count * sizeof *work->sums);
    memset(work->counts, 0, layout->cell_count * sizeof *work->counts);
    for (size_t i = 0; i < work->link_count; i++) {
        const struct link *link = &work->links[i];
        size_t cell = from_left ? link->right : link->left;
        size_t other = from_left ? link->left : link->right;

        work->sums[cell] += layout->cells[other].y;
        work->counts[cell]++;
    }
    for (size_t i = 0; i < layout->cell_count; i++) {
        struct layout_cell *cell = &layout->cells[i];
        cell->row = work->counts[i] ? work->sums[i] / work->counts[i] : cell->y;
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct layout_cell *first = *(void *const *)a, *second = *(void *const *)b;

    if (first->row != second->row)
        return first->row < second->row ? -1 : 1;
    return first < second ? -1 : first > second; /* equal ones as they were written */
}

static void stack(const struct vec *column)
{
    double y = 0;

    for (size_t i = 0; i < column->len; i++) {
        struct layout_cell *cell = column->items[i];
        cell->y = y + cell->height / 2;
        y += cell->height;
    }
}

static void sort_columns(struct work *work)
{
    size_t count = work->layout->column_count;

    for (size_t i = 0; i < count; i++)
        stack(&work->columns[i]);
    for (unsigned sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t i = 0; i < count; i++) {
            const struct vec *column = &work->columns[sweep % 2 == 0 ? i : count - 1 - i];

            /* All means anew for each column would be slow: those of a sweep's start will do. */
            if (i == 0)
                find_means(work, sweep % 2 == 0);
            qsort(column->items, column->len, sizeof *column->items, compare_rows);
            stack(column);
        }
    }
}

/* Cells as near to their rows as they can be, by the least squares, none over another: neighbours
 * that would overlap become one block, which stands at the mean of what its cells want (the "pool
 * adjacent violators" algorithm of isotonic regression). */
static void settle(struct work *work, const struct vec *column)
{
    struct block *blocks = work->blocks;
    size_t count = 0, next = 0;
    double above = 0;

    for (size_t i = 0; i < column->len; i++) {
        const struct layout_cell *cell = column->items[i];

        blocks[count++] = (struct block){ cell->row - above - cell->height / 2, 1 };
        above += cell->height;
        for (; count > 1 && blocks[count - 2].mean > blocks[count - 1].mean; count--) {
            struct block *last = &blocks[count - 1], *into = &blocks[count - 2];
            size_t both = into->count + last->count;

            into->mean = (into->mean * (double)into->count + last->mean * (double)last->count) /
                         (double)both;
            into->count = both;
        }
    }
    above = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < blocks[i].count; k++) {
            struct layout_cell *cell = column->items[next++];

            cell->y = blocks[i].mean + above + cell->height / 2;
            above += cell->height;
        }
    }
}

static void place(struct work *work)
{
    struct layout *layout = work->layout;
    double top = 0, bottom = 0;

    for (unsigned sweep = 0; sweep < SWEEPS; sweep++) {
        find_means(work, sweep % 2 == 0);
        for (size_t i = 0; i < layout->column_count; i++)
            settle(work, &work->columns[i]);
    }
    for (size_t i = 0; i < layout->cell_count; i++) {
        const struct layout_cell *cell = &layout->cells[i];
        top = i == 0 || cell->y - cell->height / 2 < top ? cell->y - cell->height / 2 : top;
        bottom =
            i == 0 || cell->y + cell->height / 2 > bottom ? cell->y + cell->height / 2 : bottom;
    }
    for (size_t i = 0; i < layout->cell_count; i++)
        layout->cells[i].y -= top;
    layout->height = bottom - top;
}

struct layout *layout_new(const struct graph *graph, double node_height, double pass_height)
{
    struct layout *layout = mem_alloc(sizeof *layout);
    struct work work = { .layout = layout };

    layout->cells = mem_array(graph->node_count + 1, sizeof *layout->cells);
    layout->first_passed = mem_array(graph->edge_count + 1, sizeof *layout->first_passed);
    layout->passed_count = mem_array(graph->edge_count + 1, sizeof *layout->passed_count);
    for (size_t i = 0; i < graph->node_count; i++)
        layout->cells[i].height = node_height;
    find_columns(graph, layout);
    add_passes(graph, &work, pass_height);
    fill_columns(&work);
    work.sums = mem_array(layout->cell_count + 1, sizeof *work.sums);
    work.counts = mem_array(layout->cell_count + 1, sizeof *work.counts);
    work.blocks = mem_array(layout->cell_count + 1, sizeof *work.blocks);
    sort_columns(&work);
    place(&work);
    for (size_t i = 0; i < layout->column_count; i++)
        vec_free(&work.columns[i]);
    free(work.columns);
    free(work.links);
    free(work.sums);
    free(work.counts);
    free(work.blocks);
    return layout;
}

void layout_free(struct layout *layout)
{
    free(layout->cells);
    free(layout->first_passed);
    free(layout->passed_count);
    free(layout);
}
