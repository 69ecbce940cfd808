#include "ui/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/range.h"
#include "base/str.h"
#include "base/vec.h"
#include "ui/color.h"
#include "ui/safe.h"

enum { SIGNAL_MAXIMUM = 64 };

/* A row of the table. */
struct row {
    const char *name;
    unsigned index; /* 1-based; 0: this machine */
    unsigned ran, skipped, failed;
    double seconds;
    const char *why; /* the host could not be reached, or was lost; NULL: fine */
    bool is_told;    /* as the reason of a job's failure */
    const char *hint;
};

/* One thing that went wrong, on one host or in the same way on many. */
struct failure {
    const char *target;
    unsigned step;
    const char *what; /* "run pip install …"; NULL: no step */
    const char *reason;
    const char *hint;
    const char *tail;
    struct vec hosts; /* const char *; none: on this machine */
};

/* Jobs of one target that were not run. */
struct dropped {
    const char *target;
    struct vec hosts;
};

struct summary {
    struct arena *arena; /* all strings and structs */
    const char *program;
    const char *goals;
    struct map rows;  /* host ▶ struct row; "" is this machine */
    struct vec order; /* its keys, by name */
    struct vec failures;
    struct map dropped; /* target ▶ struct dropped */
    bool *is_told;      /* by number of job: its failure is among `failures` */
    size_t is_told_size;
    unsigned hosts;
    unsigned ran, skipped, would_run;
    bool said_nothing_to_do; /* of a make rule's goal, in make's words */
};

struct summary *summary_new(const char *program)
{
    struct summary *summary = mem_alloc(sizeof *summary);

    summary->arena = arena_new();
    summary->program = program;
    return summary;
}

void summary_free(struct summary *summary)
{
    if (!summary)
        return;
    for (size_t i = 0; i < summary->failures.len; i++)
        vec_free(&((struct failure *)summary->failures.items[i])->hosts);
    for (size_t i = 0; i < summary->dropped.len; i++)
        vec_free(&((struct dropped *)summary->dropped.entries[i].value)->hosts);
    vec_free(&summary->failures);
    map_free(&summary->dropped);
    map_free(&summary->rows);
    vec_free(&summary->order);
    free(summary->is_told);
    arena_free(summary->arena);
    free(summary);
}

static const char *copy(struct summary *summary, const char *s)
{
    return s ? arena_strdup(summary->arena, s) : NULL;
}

/* Hosts come as they are done; people look for them by name. */
static void add_name(struct vec *names, const char *name)
{
    size_t at = names->len;

    vec_push(names, NULL);
    for (; at > 0 && range_compare(names->items[at - 1], name) > 0; at--)
        names->items[at] = names->items[at - 1];
    names->items[at] = (void *)name;
}

/* Made when absent. */
static struct row *row_of(struct summary *summary, const char *host)
{
    struct row *row = map_get(&summary->rows, host ? host : "");

    if (!row) {
        const char *key = copy(summary, host ? host : "");
        row = arena_alloc(summary->arena, sizeof *row);
        row->name = host ? key : "local";
        row->index = host ? ++summary->hosts : 0;
        *map_put(&summary->rows, key) = row;
        add_name(&summary->order, key);
    }
    return row;
}

void summary_reason(const struct event *event, struct str *out)
{
    if (event->text && *event->text)
        str_add(out, event->text);
    else
        str_addf(out, "exit code %d", event->status);
    if (event->status > 128 && event->status <= 128 + SIGNAL_MAXIMUM && !event->text)
        str_addf(out, " (signal %d)", event->status - 128);
}

static bool is_told(const struct summary *summary, unsigned job)
{
    return job < summary->is_told_size && summary->is_told[job];
}

static void set_told(struct summary *summary, unsigned job)
{
    if (job >= summary->is_told_size) {
        size_t size = (size_t)job + 64;
        bool *table = mem_array(size, sizeof *table);
        if (summary->is_told)
            memcpy(table, summary->is_told, summary->is_told_size * sizeof *table);
        free(summary->is_told);
        summary->is_told = table;
        summary->is_told_size = size;
    }
    summary->is_told[job] = true;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_failure(const struct failure *a, const struct failure *b)
{
    return a->hosts.len > 0 && same(a->target, b->target) && a->step == b->step &&
           same(a->what, b->what) && same(a->reason, b->reason) && same(a->hint, b->hint) &&
           same(a->tail, b->tail);
}

static void add_failure(struct summary *summary, const struct event *event, const char *what,
                        const char *tail)
{
    struct row *row = row_of(summary, event->host);
    struct failure *failure = arena_alloc(summary->arena, sizeof *failure);
    struct str reason = { 0 };

    summary_reason(event, &reason);
    failure->reason = copy(summary, str_text(&reason));
    str_free(&reason);
    failure->target = copy(summary, event->target);
    failure->step = event->step;
    failure->what = copy(summary, what);
    failure->hint = copy(summary, event->hint);
    if (same(failure->reason, row->why)) {
        failure->hint = failure->hint ? failure->hint : row->hint;
        row->is_told = true;
    }
    failure->tail = copy(summary, tail);

    for (size_t i = 0; event->host && i < summary->failures.len; i++) {
        struct failure *other = summary->failures.items[i];
        if (same_failure(other, failure)) {
            add_name(&other->hosts, row->name);
            return;
        }
    }
    if (event->host)
        add_name(&failure->hosts, row->name);
    vec_push(&summary->failures, failure);
}

static void add_dropped(struct summary *summary, const struct event *event)
{
    const char *target = event->target ? event->target : "";
    struct dropped *dropped = map_get(&summary->dropped, target);

    if (!dropped) {
        dropped = arena_alloc(summary->arena, sizeof *dropped);
        dropped->target = copy(summary, target);
        *map_put(&summary->dropped, dropped->target) = dropped;
    }
    if (event->host)
        add_name(&dropped->hosts, row_of(summary, event->host)->name);
}

static void add_host_failure(struct summary *summary, const struct event *event)
{
    struct row *row = row_of(summary, event->host);
    struct str why = { 0 };

    summary_reason(event, &why);
    row->why = copy(summary, str_text(&why));
    row->hint = copy(summary, event->hint);
    str_free(&why);
}

static bool add_job_end(struct summary *summary, const struct event *event)
{
    bool failed = event->status != 0 && !event->ignored;
    bool news = failed && !is_told(summary, event->job);

    if (!event->is_file) {
        struct row *row = row_of(summary, event->host);
        row->seconds += event->seconds;
        row->ran += !failed;
        row->failed += failed;
        if (news)
            add_failure(summary, event, NULL, NULL);
        /* What was said when the host failed need not be said again. */
        if (row->why && event->text && strcmp(row->why, event->text) == 0)
            news = false;
    }
    return !failed || news;
}

static void add_skipped(struct summary *summary, const struct event *event)
{
    summary->skipped++;
    if (!event->is_file)
        row_of(summary, event->host)->skipped++;
    else if (event->text)
        summary->said_nothing_to_do = true;
}

bool summary_add(struct summary *summary, const struct event *event, const char *what,
                 const char *tail)
{
    switch (event->kind) {
    case EVENT_RUN_BEGAN:
        summary->goals = copy(summary, event->text);
        break;
    case EVENT_HOST_FAILED:
        add_host_failure(summary, event);
        break;
    case EVENT_JOB_BEGAN:
        summary->ran++;
        break;
    case EVENT_JOB_SKIPPED:
        add_skipped(summary, event);
        break;
    case EVENT_JOB_WOULD_RUN:
        summary->would_run++;
        break;
    case EVENT_JOB_DROPPED:
        add_dropped(summary, event);
        break;
    case EVENT_STEP_ENDED:
        if (event->status != 0 && !event->ignored) {
            set_told(summary, event->job);
            if (!event->is_file)
                add_failure(summary, event, what, tail);
        }
        break;
    case EVENT_JOB_ENDED:
        return add_job_end(summary, event);
    default:
        break;
    }
    return true;
}

/* Characters, which are near enough to columns. */
static int width_of(const char *text)
{
    int width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static const struct row *row_at(const struct summary *summary, size_t index)
{
    return map_get(&summary->rows, summary->order.items[index]);
}

static void add_row(const struct row *row, int width, bool color, struct str *out)
{
    unsigned ink = row->failed || row->why ? INK_ERROR : INK_PLAIN;

    ink_begin(out, color, ink);
    safe_add(out, row->name, strlen(row->name));
    str_addf(out, "%*s%6u%9u%8u%9.1f", width - width_of(row->name), "", row->ran, row->skipped,
             row->failed, row->seconds);
    ink_end(out, color, ink);
    str_addc(out, '\n');
}

void summary_table(const struct summary *summary, bool color, struct str *out)
{
    int width = width_of("host");
    bool acted = false;

    for (size_t i = 0; i < summary->order.len; i++) {
        const struct row *row = row_at(summary, i);
        acted = acted || (row->index > 0 && (row->ran > 0 || row->failed > 0));
        if (width_of(row->name) > width)
            width = width_of(row->name);
    }
    if (!acted)
        return;
    str_addf(out, "\n%-*s   ran  skipped  failed  seconds\n", width, "host");
    for (size_t i = 0; i < summary->order.len; i++)
        add_row(row_at(summary, i), width, color, out);
}

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

enum { HOSTS_SHOWN = 8 };

/* "web1 web2 web3", or the first of many and how many more. */
static void add_hosts(const struct vec *hosts, struct str *out)
{
    for (size_t i = 0; i < hosts->len && i < HOSTS_SHOWN; i++) {
        const char *name = hosts->items[i];
        str_add(out, i > 0 ? " " : "");
        safe_add(out, name, strlen(name));
    }
    if (hosts->len > HOSTS_SHOWN)
        str_addf(out, " and %zu more", hosts->len - HOSTS_SHOWN);
}

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

static void add_failure_text(const struct failure *failure, bool color, struct str *out)
{
    str_addc(out, '\n');
    ink_begin(out, color, INK_ERROR);
    str_addf(out, "%s failed on ", failure->target ? failure->target : "the command");
    if (failure->hosts.len == 0)
        str_add(out, "this machine");
    else
        add_hosts(&failure->hosts, out);
    if (failure->step > 0)
        str_addf(out, ", step %u", failure->step);
    str_addc(out, ':');
    ink_end(out, color, INK_ERROR);
    str_addc(out, '\n');
    if (failure->what)
        add_block("    ", failure->what, out);
    add_block("    ", failure->reason, out);
    if (failure->hint)
        add_block("    ", failure->hint, out);
    if (failure->tail)
        add_block("    | ", failure->tail, out);
}

/* A host that failed beside its jobs. */
static void add_host_failure_text(const struct row *row, bool color, struct str *out)
{
    str_addc(out, '\n');
    ink_begin(out, color, INK_ERROR);
    safe_add(out, row->name, strlen(row->name));
    str_add(out, " failed:");
    ink_end(out, color, INK_ERROR);
    str_addc(out, '\n');
    add_block("    ", row->why, out);
    if (row->hint)
        add_block("    ", row->hint, out);
}

void summary_failures(const struct summary *summary, bool color, struct str *out)
{
    for (size_t i = 0; i < summary->failures.len; i++)
        add_failure_text(summary->failures.items[i], color, out);
    for (size_t i = 0; i < summary->order.len; i++) {
        if (row_at(summary, i)->why && !row_at(summary, i)->is_told)
            add_host_failure_text(row_at(summary, i), color, out);
    }
    if (summary->failures.len == 0 || summary->dropped.len == 0)
        return;
    str_add(out, "\nNot run because of that: ");
    for (size_t i = 0; i < summary->dropped.len; i++) {
        const struct dropped *dropped = summary->dropped.entries[i].value;
        str_addf(out, "%s%s%s", i > 0 ? "; " : "", dropped->target,
                 dropped->hosts.len > 0 ? " on " : "");
        add_hosts(&dropped->hosts, out);
    }
    str_add(out, ".\n");
}
