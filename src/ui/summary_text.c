#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/color.h"
#include "ui/hosts.h"
#include "ui/safe.h"
#include "ui/summary.h"
#include "ui/summary_state.h"

static const struct row *row_at(const struct summary *summary, size_t index)
{
    return map_get(&summary->rows, summary->order.items[index]);
}

/* ---- the table ---- */

/* Up to ROWS_ALONE hosts have a row each; NAME_COLUMNS is how much of many hosts stands in a row.
 */
enum { ROWS_ALONE = 8, NAME_COLUMNS = 40 };

/* Hosts with the same numbers. */
struct line {
    const struct row *first;
    struct vec hosts;
    double least, most; /* seconds */
    struct str seconds;
    struct str name;   /* "web[01-20] (20)", or "412 hosts" */
    struct str folded; /* what these are: on a line below; "": the name says it */
};

static bool is_failed(const struct row *row)
{
    return row->failed > 0 || row->why;
}

static bool same_numbers(const struct row *a, const struct row *b)
{
    return (a->index > 0) == (b->index > 0) && a->ran == b->ran && a->skipped == b->skipped &&
           a->failed == b->failed && is_failed(a) == is_failed(b);
}

static struct line *line_for(struct vec *lines, const struct row *row, bool alone)
{
    struct line *line;

    for (size_t i = 0; !alone && i < lines->len; i++) {
        line = lines->items[i];
        if (same_numbers(line->first, row))
            return line;
    }
    line = mem_alloc(sizeof *line);
    line->first = row;
    line->least = line->most = row->seconds;
    vec_push(lines, line);
    return line;
}

static void name_line(struct line *line)
{
    struct str folded = { 0 };

    hosts_add(&line->hosts, &folded);
    if (line->hosts.len == 1) {
        line->name = folded;
    } else if (columns_of(str_text(&folded)) > NAME_COLUMNS) {
        str_addf(&line->name, "%zu hosts", line->hosts.len);
        line->folded = folded;
    } else {
        str_addf(&line->name, "%s (%zu)", str_text(&folded), line->hosts.len);
        str_free(&folded);
    }
}

/* "0.8-31.2", or one number where that says the same. */
static void time_line(struct line *line)
{
    struct str most = { 0 };

    str_addf(&line->seconds, "%.1f", line->least);
    str_addf(&most, "%.1f", line->most);
    if (strcmp(str_text(&line->seconds), str_text(&most)) != 0)
        str_addf(&line->seconds, "-%s", str_text(&most));
    str_free(&most);
}

/* Those that failed stand last, where they are seen. */
static struct vec lines_of(const struct summary *summary)
{
    struct vec lines = { 0 };

    for (int failed = 0; failed <= 1; failed++) {
        for (size_t i = 0; i < summary->order.len; i++) {
            const struct row *row = row_at(summary, i);
            struct line *line;
            if (is_failed(row) != failed)
                continue;
            line = line_for(&lines, row, summary->hosts <= ROWS_ALONE);
            vec_push(&line->hosts, (void *)row->name);
            line->least = row->seconds < line->least ? row->seconds : line->least;
            line->most = row->seconds > line->most ? row->seconds : line->most;
        }
    }
    for (size_t i = 0; i < lines.len; i++)
        name_line(lines.items[i]);
    for (size_t i = 0; i < lines.len; i++)
        time_line(lines.items[i]);
    return lines;
}

/* Of the columns whose width depends on what stands in them. */
struct widths {
    int name, seconds;
};

static void add_line(const struct line *line, struct widths widths, bool color, struct str *out)
{
    const struct row *row = line->first;
    unsigned ink = is_failed(row) ? INK_ERROR : INK_PLAIN;

    ink_begin(out, color, ink);
    str_addf(out, "%s%*s%6u%9u%8u%*s", str_text(&line->name),
             widths.name - columns_of(str_text(&line->name)), "", row->ran, row->skipped,
             row->failed, widths.seconds + 2, str_text(&line->seconds));
    ink_end(out, color, ink);
    str_addc(out, '\n');
    if (line->folded.len > 0)
        str_addf(out, "    %s\n", str_text(&line->folded));
}

static void free_lines(struct vec *lines)
{
    for (size_t i = 0; i < lines->len; i++) {
        struct line *line = lines->items[i];
        vec_free(&line->hosts);
        str_free(&line->name);
        str_free(&line->seconds);
        str_free(&line->folded);
        free(line);
    }
    vec_free(lines);
}

static bool has_acted(const struct summary *summary)
{
    for (size_t i = 0; i < summary->order.len; i++) {
        const struct row *row = row_at(summary, i);
        if (row->index > 0 && (row->ran > 0 || row->failed > 0))
            return true;
    }
    return false;
}

static int wider(int width, const struct str *text)
{
    int columns = columns_of(str_text(text));

    return columns > width ? columns : width;
}

void summary_table(const struct summary *summary, bool color, struct str *out)
{
    struct widths widths = { columns_of("host"), columns_of("seconds") };
    struct vec lines;

    if (!has_acted(summary))
        return;
    lines = lines_of(summary);
    for (size_t i = 0; i < lines.len; i++) {
        const struct line *line = lines.items[i];
        widths.name = wider(widths.name, &line->name);
        widths.seconds = wider(widths.seconds, &line->seconds);
    }
    str_addf(out, "\n%-*s   ran  skipped  failed  %*s\n", widths.name, "host", widths.seconds,
             "seconds");
    for (size_t i = 0; i < lines.len; i++)
        add_line(lines.items[i], widths, color, out);
    free_lines(&lines);
}

/* ---- nothing to do ---- */

void summary_nothing_to_do(const struct summary *summary, struct str *out)
{
    const char *goals = summary->goals ? summary->goals : "";
    const struct row *one = NULL;
    unsigned hosts = 0;

    if (summary->ran > 0 || summary->would_run > 0 || summary->said_nothing_to_do ||
        summary->skipped == 0)
        return;
    for (size_t i = 0; i < summary->order.len; i++) {
        if (row_at(summary, i)->index > 0 && row_at(summary, i)->skipped > 0) {
            one = row_at(summary, i);
            hosts++;
        }
    }
    str_addf(out, "%s: ", summary->program);
    if (*goals && !strchr(goals, ' '))
        str_addf(out, "'%s' is up to date", goals);
    else
        str_addf(out, "%s%sup to date", goals, *goals ? ": " : "");
    if (hosts == 1)
        str_addf(out, " on %s", one->name);
    else if (hosts > 1)
        str_addf(out, " on %u hosts", hosts);
    str_add(out, ".\n");
}

/* ---- failures ---- */

/* Each line of text behind `margin`. */
static void add_block(const char *margin, const char *text, struct str *out)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        str_add(out, margin);
        safe_add(out, text, length);
        str_addc(out, '\n');
        text += length + (text[length] == '\n');
    }
}

enum { SCRIPT_LINES = 4, SCRIPT_BEGIN = 2 };

/* The command: of a long script its beginning, all of it stands above. */
static void add_command(const char *text, struct str *out)
{
    size_t lines = 1, length = 0;
    struct str begin = { 0 };

    for (const char *at = text; (at = strchr(at, '\n')) && at[1]; at++)
        length = ++lines == SCRIPT_BEGIN + 1 ? (size_t)(at - text) : length;
    str_addn(&begin, text, lines > SCRIPT_LINES ? length : strlen(text));
    add_block("    ", str_text(&begin), out);
    if (lines > SCRIPT_LINES)
        str_addf(out, "    … (%zu more lines)\n", lines - SCRIPT_BEGIN);
    str_free(&begin);
}

/* "deploy failed on web[1-3], step 2 (Fakefile:14):" */
static void add_failure_head(const struct failure *failure, struct str *out)
{
    if (!failure->is_host)
        str_addf(out, "%s failed on ", failure->target ? failure->target : "the command");
    if (failure->hosts.len == 0)
        str_add(out, "this machine");
    else
        hosts_add(&failure->hosts, out);
    if (failure->is_host)
        str_add(out, " failed");
    if (failure->step > 0)
        str_addf(out, ", step %u", failure->step);
    if (*failure->place)
        str_addf(out, " (%s)", failure->place);
    str_addc(out, ':');
}

/* Commands in it are there to be copied: it holds the name of one host. */
static void add_hint(const struct failure *failure, struct str *out)
{
    struct str hint = { 0 };

    if (failure->hint_host)
        str_addf(&hint, "for %s: ", failure->hint_host);
    str_add(&hint, failure->words.hint);
    add_block("    ", str_text(&hint), out);
    str_free(&hint);
}

static void add_failure_text(const struct failure *failure, bool color, struct str *out)
{
    const struct failure_words *words = &failure->words;

    str_addc(out, '\n');
    ink_begin(out, color, INK_ERROR);
    add_failure_head(failure, out);
    ink_end(out, color, INK_ERROR);
    str_addc(out, '\n');
    if (words->what)
        add_command(words->what, out);
    add_block("    ", words->reason, out);
    if (words->hint)
        add_hint(failure, out);
    if (words->tail)
        add_block("    | ", words->tail, out);
}

void summary_failures(const struct summary *summary, bool color, struct str *out)
{
    for (size_t i = 0; i < summary->failures.len; i++)
        add_failure_text(summary->failures.items[i], color, out);
    if (summary->failures.len == 0 || summary->dropped.len == 0)
        return;
    str_add(out, "\nNot run because of that: ");
    for (size_t i = 0; i < summary->dropped.len; i++) {
        const struct dropped *dropped = summary->dropped.entries[i].value;
        str_addf(out, "%s%s%s", i > 0 ? "; " : "", dropped->target,
                 dropped->hosts.len > 0 ? " on " : "");
        hosts_add(&dropped->hosts, out);
    }
    str_add(out, ".\n");
}
