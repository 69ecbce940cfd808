#include "base/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { CONTEXT = 3 };

struct line {
    const char *text;
    size_t size; /* with its newline */
};

struct side {
    struct line *lines;
    int count;
    bool *changed; /* by line: it is taken away, or came */
};

struct comparison {
    struct side from, to;
    int begin; /* lines that both begin with */
};

bool difference_is_text(const char *data, size_t size)
{
    return size == 0 || !memchr(data, '\0', size);
}

static void split(const char *text, size_t size, struct side *side)
{
    size_t room = 1;

    for (size_t i = 0; i < size; i++)
        room += text[i] == '\n';
    side->lines = mem_array(room, sizeof *side->lines);
    while (size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) + 1 : size;
        side->lines[side->count++] = (struct line){ text, length };
        text += length;
        size -= length;
    }
    side->changed = mem_array((size_t)side->count + 1, sizeof *side->changed);
}

static bool same(const struct comparison *c, int x, int y)
{
    const struct line *a = &c->from.lines[x], *b = &c->to.lines[y];

    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* ---- which lines ---- */

/* Follows the furthest paths back, from the end of both sides: rows[d] has the furthest x on each
 * diagonal -d … d after d changes. */
static void mark(struct comparison *c, int **rows, int d, int x, int y)
{
    for (; d > 0; d--) {
        const int *row = rows[d - 1] + (d - 1);
        int k = x - y;
        bool down = k == -d || (k != d && row[k - 1] < row[k + 1]);
        int before = down ? k + 1 : k - 1;
        x = row[before];
        y = x - before;
        if (down)
            c->to.changed[c->begin + y] = true;
        else
            c->from.changed[c->begin + x] = true;
    }
}

static int furthest(const int *before, int d, int k)
{
    if (d == 0)
        return 0;
    return k == -d || (k != d && before[k - 1] < before[k + 1]) ? before[k + 1] : before[k - 1] + 1;
}

/* False: they differ in more than is looked for. `n` and `m` lines are compared. */
static bool compare(struct comparison *c, int n, int m)
{
    int *rows[DIFFERENCE_MAXIMUM + 1] = { NULL };
    bool found = false;
    int d = 0;

    for (; d <= DIFFERENCE_MAXIMUM && !found; d++) {
        const int *before = d > 0 ? rows[d - 1] + (d - 1) : NULL;
        rows[d] = mem_array(2 * (size_t)d + 1, sizeof **rows);
        for (int k = -d; k <= d && !found; k += 2) {
            int x = furthest(before, d, k), y = x - k;
            while (x < n && y < m && x >= 0 && y >= 0 && same(c, c->begin + x, c->begin + y))
                x++, y++;
            rows[d][d + k] = x;
            found = x >= n && y >= m;
        }
    }
    if (found)
        mark(c, rows, d - 1, n, m);
    while (d > 0)
        free(rows[--d]);
    return found;
}

static void mark_changes(struct comparison *c)
{
    int n = c->from.count, m = c->to.count;

    while (c->begin < n && c->begin < m && same(c, c->begin, c->begin))
        c->begin++;
    while (n > c->begin && m > c->begin && same(c, n - 1, m - 1))
        n--, m--;
    if (compare(c, n - c->begin, m - c->begin))
        return;
    for (int i = c->begin; i < n; i++)
        c->from.changed[i] = true;
    for (int i = c->begin; i < m; i++)
        c->to.changed[i] = true;
}

/* ---- hunks ---- */

static void add_line(struct str *out, char mark, const struct line *line)
{
    str_addc(out, mark);
    str_addn(out, line->text, line->size);
    if (line->text[line->size - 1] != '\n')
        str_add(out, "\n\\ No newline at end of file\n");
}

/* Behind how many of the next lines another change comes; -1: none does. */
static int to_next_change(const struct comparison *c, int x, int y)
{
    for (int i = 0; x + i < c->from.count || y + i < c->to.count; i++) {
        if ((x + i < c->from.count && c->from.changed[x + i]) ||
            (y + i < c->to.count && c->to.changed[y + i]))
            return i;
    }
    return -1;
}

static void add_same(const struct comparison *c, int count, int *x, int *y, struct str *lines)
{
    for (; count > 0 && *x < c->from.count; count--) {
        add_line(lines, ' ', &c->from.lines[(*x)++]);
        ++*y;
    }
}

/* A change, all that are near to it, and the lines around; *x and *y move behind it. `context`
 * lines stand before the first change. */
static void add_hunk(const struct comparison *c, int context, int *x, int *y, struct str *out)
{
    int from = *x, to = *y, next = context;
    struct str lines = { 0 };

    while (next >= 0 && next <= 2 * CONTEXT) {
        add_same(c, next, x, y, &lines);
        while (*x < c->from.count && c->from.changed[*x])
            add_line(&lines, '-', &c->from.lines[(*x)++]);
        while (*y < c->to.count && c->to.changed[*y])
            add_line(&lines, '+', &c->to.lines[(*y)++]);
        next = to_next_change(c, *x, *y);
    }
    add_same(c, CONTEXT, x, y, &lines);
    str_addf(out, "@@ -%d,%d +%d,%d @@\n", *x > from ? from + 1 : from, *x - from,
             *y > to ? to + 1 : to, *y - to);
    str_addn(out, str_text(&lines), lines.len);
    str_free(&lines);
}

static void add_hunks(const struct comparison *c, struct str *out)
{
    int x = 0, y = 0, next;

    while ((next = to_next_change(c, x, y)) >= 0) {
        int context = next < CONTEXT ? next : CONTEXT;
        x += next - context;
        y += next - context;
        add_hunk(c, context, &x, &y, out);
    }
}

void difference_add(const char *from, size_t from_size, const char *to, size_t to_size,
                    struct str *out)
{
    struct comparison c = { 0 };

    split(from, from_size, &c.from);
    split(to, to_size, &c.to);
    mark_changes(&c);
    add_hunks(&c, out);
    free(c.from.lines);
    free(c.from.changed);
    free(c.to.lines);
    free(c.to.changed);
}
