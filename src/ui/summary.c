#include "ui/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/hosts.h"
#include "ui/summary_state.h"

enum { SIGNAL_MAXIMUM = 64 };

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
    map_free(&summary->by_words);
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
        vec_push(&summary->order, (void *)key);
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

/* ---- failures ---- */

static const char *generalize(struct summary *summary, const char *host, const char *text)
{
    struct str general = { 0 };
    const char *kept;

    if (!host || !text)
        return text;
    host_generalize(host, text, &general);
    kept = copy(summary, str_text(&general));
    str_free(&general);
    return kept;
}

static struct failure_words general_words(struct summary *summary, const char *host,
                                          const struct failure_words *words)
{
    return (struct failure_words){
        generalize(summary, host, words->what),
        generalize(summary, host, words->reason),
        generalize(summary, host, words->hint),
        generalize(summary, host, words->tail),
    };
}

static const char *text_or_none(const char *text)
{
    return text ? text : "";
}

static const char *key_of(struct summary *summary, const struct failure *failure,
                          const struct failure_words *words)
{
    return arena_printf(summary->arena, "%d %u %s\1%s\1%s\1%s\1%s\1%s", failure->is_host,
                        failure->step, failure->place, text_or_none(failure->target),
                        text_or_none(words->what), words->reason, text_or_none(words->hint),
                        text_or_none(words->tail));
}

/* The failure that is the same, or is but for the host's name; the one given when there is none. */
static struct failure *find_same(struct summary *summary, struct failure *failure)
{
    const char *key = key_of(summary, failure, &failure->words);
    const char *general = key_of(summary, failure, &failure->general);
    struct failure *same = map_get(&summary->by_words, key);

    same = same ? same : map_get(&summary->by_words, general);
    same = same ? same : failure;
    *map_put(&summary->by_words, key) = same;
    *map_put(&summary->by_words, general) = same;
    return same;
}

static const char *same_or(const char *a, const char *b, const char *general)
{
    return a && b && strcmp(a, b) == 0 ? a : general;
}

static void put_failure(struct summary *summary, struct failure *failure, const char *host)
{
    struct failure *same;

    if (!host) {
        vec_push(&summary->failures, failure);
        return;
    }
    failure->general = general_words(summary, host, &failure->words);
    same = find_same(summary, failure);
    if (same == failure) {
        vec_push(&summary->failures, failure);
    } else {
        same->words.what = same_or(same->words.what, failure->words.what, same->general.what);
        same->words.reason =
            same_or(same->words.reason, failure->words.reason, same->general.reason);
        if (strcmp(text_or_none(same->words.hint), text_or_none(failure->words.hint)) != 0)
            same->hint_host = same->hosts.items[0];
        same->words.tail = same_or(same->words.tail, failure->words.tail, same->general.tail);
    }
    vec_push(&same->hosts, (void *)row_of(summary, host)->name);
}

static void add_failure(struct summary *summary, const struct event *event, const char *what,
                        const char *tail)
{
    struct row *row = row_of(summary, event->host);
    struct failure *failure = arena_alloc(summary->arena, sizeof *failure);
    struct str reason = { 0 };

    summary_reason(event, &reason);
    failure->target = copy(summary, event->target);
    failure->step = event->step;
    failure->place = location_text(summary->arena, event->where);
    failure->words = (struct failure_words){
        copy(summary, what),
        copy(summary, str_text(&reason)),
        copy(summary, event->hint),
        copy(summary, tail),
    };
    str_free(&reason);
    if (row->why && strcmp(failure->words.reason, row->why) == 0) {
        failure->words.hint = failure->words.hint ? failure->words.hint : row->hint;
        row->is_told = true;
    }
    put_failure(summary, failure, event->host);
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
        vec_push(&dropped->hosts, (void *)row_of(summary, event->host)->name);
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

bool summary_is_interruption(const struct event *event)
{
    return event->status != 0 && !event->is_file && event->text &&
           strcmp(event->text, "interrupted") == 0;
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
        if (news && !summary_is_interruption(event))
            add_failure(summary, event, NULL, NULL);
    }
    return !failed || news;
}

bool summary_is_host_failure(const struct summary *summary, const struct event *event)
{
    const struct row *row = event->host ? map_get(&summary->rows, event->host) : NULL;

    return row && row->why && event->text && strcmp(row->why, event->text) == 0;
}

/* What no job has told is a failure of its own; and people look for hosts by name. */
static void close_books(struct summary *summary)
{
    hosts_sort(&summary->order);
    for (size_t i = 0; i < summary->order.len; i++) {
        const struct row *row = map_get(&summary->rows, summary->order.items[i]);
        struct failure *failure;
        if (!row->why || row->is_told)
            continue;
        failure = arena_alloc(summary->arena, sizeof *failure);
        failure->is_host = true;
        failure->place = "";
        failure->words = (struct failure_words){ .reason = row->why, .hint = row->hint };
        put_failure(summary, failure, row->name);
    }
    for (size_t i = 0; i < summary->failures.len; i++)
        hosts_sort(&((struct failure *)summary->failures.items[i])->hosts);
    for (size_t i = 0; i < summary->dropped.len; i++)
        hosts_sort(&((struct dropped *)summary->dropped.entries[i].value)->hosts);
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
            if (!event->is_file && !summary_is_interruption(event))
                add_failure(summary, event, what, tail);
        }
        break;
    case EVENT_JOB_ENDED:
        return add_job_end(summary, event);
    case EVENT_RUN_ENDED:
        close_books(summary);
        break;
    default:
        break;
    }
    return true;
}
