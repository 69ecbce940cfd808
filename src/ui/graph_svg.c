#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/graph_layout.h"
#include "ui/safe.h"

/* Sizes in pixels. */
enum {
    BOX_HEIGHT = 40,
    ROW_HEIGHT = 56,
    PASS_HEIGHT = 20,
    COLUMN_GAP = 72,
    MARGIN = 24,
    PADDING = 14,
    GATE_RADIUS = 5,
    LETTER_WIDTH = 8, /* of the widest letters in use: text never leaves its box */
};

struct drawing {
    const struct graph *graph;
    const struct layout *layout;
    double *left; /* of each column, and of what would be the next */
    struct str text;
};

static const char style[] =
    "<style>\n"
    "svg { background: #fff; font: 13px system-ui, sans-serif; }\n"
    "rect { fill: #f4f4f2; stroke: #8b8b85; rx: 6px; }\n"
    ".source rect { fill: #fff; stroke: #bdbdb7; }\n"
    ".here rect { fill: #fff3d6; stroke: #b8892b; }\n"
    ".host rect { fill: #dcebfb; stroke: #3f7cbf; }\n"
    ".goal rect { stroke-width: 2.5px; }\n"
    ".hook rect { stroke-dasharray: 5 3; }\n"
    "circle { fill: #8b8b85; }\n"
    "text { text-anchor: middle; fill: #222; }\n"
    "text.host-name { font-size: 11px; fill: #456; }\n"
    "path { fill: none; stroke: #8b8b85; stroke-width: 1.3px; marker-end: url(#tip); }\n"
    "path.order { stroke-dasharray: 6 3; }\n"
    "path.wait { stroke-dasharray: 2 3; }\n"
    "path.before, path.after { stroke: #7a4fb5; }\n"
    "path.on-failure { stroke: #c03030; stroke-dasharray: 6 3; }\n"
    "marker path { fill: context-stroke; stroke: none; marker-end: none; }\n"
    "</style>\n"
    "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
    "markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0.5 L8,4 L0,7.5 z\"/></marker></defs>\n";

/* Text of an element: what XML cannot hold stands as \xNN. */
static void add_escaped(struct str *out, const char *text)
{
    struct str safe = { 0 };

    safe_add(&safe, text, strlen(text));
    for (const char *s = str_text(&safe); *s; s++) {
        if (*s == '<')
            str_add(out, "&lt;");
        else if (*s == '&')
            str_add(out, "&amp;");
        else if (*s == '>')
            str_add(out, "&gt;");
        else
            str_addc(out, *s == '\t' ? ' ' : *s);
    }
    str_free(&safe);
}

/* In letters, whatever their bytes. */
static size_t text_length(const char *text)
{
    size_t length = 0;

    for (; text && *text; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

static double node_width(const struct graph_node *node)
{
    size_t target = text_length(node->target), host = text_length(node->host);

    if (node->kind == GRAPH_GATE)
        return 2 * GATE_RADIUS;
    return (double)(LETTER_WIDTH * (target > host ? target : host) + 2 * PADDING);
}

static void find_columns(struct drawing *drawing)
{
    const struct graph *graph = drawing->graph;
    const struct layout *layout = drawing->layout;
    double *width = mem_array(layout->column_count + 1, sizeof *width), left = MARGIN;

    drawing->left = mem_array(layout->column_count + 1, sizeof *drawing->left);
    for (size_t i = 0; i < graph->node_count; i++) {
        double *column = &width[layout->cells[i].column];
        if (node_width(&graph->nodes[i]) > *column)
            *column = node_width(&graph->nodes[i]);
    }
    for (size_t i = 0; i <= layout->column_count; i++) {
        drawing->left[i] = left;
        left += width[i] + COLUMN_GAP;
    }
    free(width);
}

static double right_of(const struct drawing *drawing, size_t column)
{
    return drawing->left[column + 1] - COLUMN_GAP;
}

static double middle_of(const struct drawing *drawing, size_t column)
{
    return (drawing->left[column] + right_of(drawing, column)) / 2;
}

/* ---- nodes ---- */

static void add_title(struct str *out, const struct graph_node *node)
{
    str_add(out, "<title>");
    add_escaped(out, node->target);
    if (node->host) {
        str_add(out, " on ");
        add_escaped(out, node->host);
    }
    str_add(out, "</title>");
}

static void add_label(struct str *out, const struct graph_node *node, double x, double y)
{
    str_addf(out, "<text x=\"%.1f\" y=\"%.1f\">", x, node->host ? y - 2 : y + 4);
    add_escaped(out, node->target);
    str_add(out, "</text>");
    if (!node->host)
        return;
    str_addf(out, "<text class=\"host-name\" x=\"%.1f\" y=\"%.1f\">", x, y + 13);
    add_escaped(out, node->host);
    str_add(out, "</text>");
}

static void add_node(struct drawing *drawing, size_t index)
{
    const struct graph_node *node = &drawing->graph->nodes[index];
    const struct layout_cell *cell = &drawing->layout->cells[index];
    double x = middle_of(drawing, cell->column), y = cell->y + MARGIN, width = node_width(node);

    str_addf(&drawing->text, "<g class=\"%s%s%s\">", graph_kind_name(node->kind),
             node->is_goal ? " goal" : "", node->is_hook ? " hook" : "");
    add_title(&drawing->text, node);
    if (node->kind == GRAPH_GATE) {
        str_addf(&drawing->text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y, GATE_RADIUS);
    } else {
        str_addf(&drawing->text, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>",
                 x - width / 2, y - BOX_HEIGHT / 2.0, width, BOX_HEIGHT);
        add_label(&drawing->text, node, x, y);
    }
    str_add(&drawing->text, "</g>\n");
}

/* ---- edges ---- */

/* From x, y on to the next point, level at both ends. */
static void add_curve(struct str *out, double x, double y, double next_x, double next_y)
{
    double bend = (next_x - x) / 2;

    str_addf(out, " C%.1f,%.1f %.1f,%.1f %.1f,%.1f", x + bend, y, next_x - bend, next_y, next_x,
             next_y);
}

static void add_edge(struct drawing *drawing, size_t index)
{
    const struct graph_edge *edge = &drawing->graph->edges[index];
    const struct layout *layout = drawing->layout;
    const struct layout_cell *from = &layout->cells[edge->from], *to = &layout->cells[edge->to];
    double x =
        middle_of(drawing, from->column) + node_width(&drawing->graph->nodes[edge->from]) / 2;
    double end = middle_of(drawing, to->column) - node_width(&drawing->graph->nodes[edge->to]) / 2;
    double y = from->y + MARGIN;
    struct str *out = &drawing->text;

    str_addf(out, "<path class=\"%s\" d=\"M%.1f,%.1f", graph_tie_name(edge->tie), x, y);
    for (size_t i = 0; i < layout->passed_count[index]; i++) {
        const struct layout_cell *cell = &layout->cells[layout->first_passed[index] + i];
        double next_y = cell->y + MARGIN;

        add_curve(out, x, y, drawing->left[cell->column], next_y);
        x = right_of(drawing, cell->column);
        y = next_y;
        str_addf(out, " L%.1f,%.1f", x, y);
    }
    add_curve(out, x, y, end, to->y + MARGIN);
    str_add(out, "\"/>\n");
}

void graph_print_svg(const struct graph *graph, FILE *out)
{
    struct layout *layout = layout_new(graph, ROW_HEIGHT, PASS_HEIGHT);
    struct drawing drawing = { .graph = graph, .layout = layout };
    double width, height = layout->height + 2 * MARGIN;

    find_columns(&drawing);
    width = drawing.left[layout->column_count] - (layout->column_count ? COLUMN_GAP : 0) + MARGIN;
    str_addf(&drawing.text,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
             "height=\"%.0f\">\n%s",
             width, height, width, height, style);
    for (size_t i = 0; i < graph->edge_count; i++)
        add_edge(&drawing, i);
    for (size_t i = 0; i < graph->node_count; i++)
        add_node(&drawing, i);
    str_add(&drawing.text, "</svg>\n");
    fwrite(str_text(&drawing.text), 1, drawing.text.len, out);
    str_free(&drawing.text);
    free(drawing.left);
    layout_free(layout);
}
