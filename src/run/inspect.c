#include "run/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "io/loop.h"
#include "run/host.h"
#include "run/script.h"
#include "run/state.h"

struct inspector {
    struct run run;
    enum inspection inspection;
    const struct inspect_calls *calls;
    struct map runs; /* id ▶ struct inspected_run */
    size_t run_count;
};

static void write_question(const struct inspector *inspector, struct host_run *host,
                           struct str *text)
{
    static void (*const scripts[])(struct str * out) = {
        [INSPECT_STATUS] = script_look,
        [INSPECT_HISTORY] = script_history,
        [INSPECT_UNLOCK] = script_break,
    };
    script_library(text, host->folder, host->shares_folder);
    scripts[inspector->inspection](text);
}

/* ---- status ---- */

static bool same_host(struct arena *arena, const char *file, const char *name,
                      const struct host *host)
{
    struct str own = { 0 };
    record_file_name(record_unescaped(arena, name), host->spec, &own);
    bool same = strcmp(str_text(&own), file) == 0;
    str_free(&own);
    return same;
}

/* The records' file names on this host that belong to the host's name: each gets its place before
 * the answer is read. */
static void list_files(struct host_run *host, const char *text)
{
    struct arena *arena = host->run->arena;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (!str_starts(line, "+ "))
            continue;
        const char *file = arena_strndup(arena, line + 2, strcspn(line, "\n") - 2);
        const char *at = strchr(file, '@');
        const char *name = at ? arena_strndup(arena, file, (size_t)(at - file)) : file;
        if (!same_host(arena, file, name, host->host))
            continue;
        struct host_record *record = arena_alloc(arena, sizeof *record);
        record->target = record_unescaped(arena, name);
        record->file = file;
        *map_put(&host->records, record->target) = record;
    }
}

static void tell_target(struct inspector *inspector, const struct host_run *host,
                        const struct host_record *record)
{
    struct run *run = &inspector->run;
    const struct record *known = &record->record;
    struct inspected_target target = { .name = record->target, .void_name = record->newer };
    for (size_t i = 0; i < record->owed.len; i++) {
        const char *plus = strrchr(record->owed.items[i], '+');
        vec_push(&target.owed, (void *)record_unescaped(run->arena, plus ? plus + 1 : ""));
    }
    if (record->is_present) {
        target.time = known->time;
        target.by = known->by;
        target.from = known->from;
        target.revision = known->revision;
        target.has_drifted = !record->is_same;
        target.differing = record->differing;
    }
    if (target.has_drifted || target.owed.len > 0)
        run->to_do = true;
    if (inspector->calls->target)
        inspector->calls->target(inspector->calls->context, host->host, &target);
    vec_free(&target.owed);
}

static void take_status(struct inspector *inspector, struct host_run *host, const char *text)
{
    list_files(host, text);
    answer_read_records(host, text);
    for (size_t i = 0; i < host->records.len; i++)
        tell_target(inspector, host, host->records.entries[i].value);
}

/* ---- history ---- */

static bool take_word(const char **at, struct arena *arena, const char *ends, const char **word)
{
    size_t length = strcspn(*at, ends);
    *word = record_unescaped(arena, arena_strndup(arena, *at, length));
    *at += length + ((*at)[length] != '\0');
    return length > 0;
}

static void remove_unfinished(struct inspected_run *run, const char *what)
{
    size_t kept = 0;
    for (size_t i = 0; i < run->unfinished.len; i++)
        if (strcmp(run->unfinished.items[i], what) != 0)
            run->unfinished.items[kept++] = run->unfinished.items[i];
    run->unfinished.len = kept;
}

static void add_host(struct inspected_run *run, const char *spec)
{
    for (size_t i = 0; i < run->hosts.len; i++)
        if (strcmp(run->hosts.items[i], spec) == 0)
            return;
    vec_push(&run->hosts, (void *)spec);
}

static void take_log_line(struct inspector *inspector, const struct host *host, const char *line)
{
    struct arena *arena = inspector->run.arena;
    const char *time, *id, *what, *target;
    if (!take_word(&line, arena, " ", &time) || !take_word(&line, arena, " ", &id) ||
        !take_word(&line, arena, " ", &what) || !take_word(&line, arena, "\t", &target))
        return;
    void **slot = map_put(&inspector->runs, id);
    struct inspected_run *run = *slot;
    if (!run) {
        run = *slot = arena_alloc(arena, sizeof *run);
        *run = (struct inspected_run){ .id = id,
                                       .time = time,
                                       .by = "",
                                       .from = "",
                                       .goals = "",
                                       .number = inspector->run_count++ };
    }
    const char *place = arena_printf(arena, "%s on %s", target, host->spec);
    add_host(run, host->spec);
    remove_unfinished(run, place);
    if (strcmp(what, "began") != 0)
        return;
    vec_push(&run->unfinished, (void *)place);
    take_word(&line, arena, "\t", &run->by);
    take_word(&line, arena, "\t", &run->from);
    take_word(&line, arena, "\t", &run->goals);
}

static void take_history(struct inspector *inspector, struct host_run *host, const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        take_log_line(inspector, host->host,
                      arena_strndup(inspector->run.arena, line, strcspn(line, "\n")));
}

static int latest_first(const void *a, const void *b)
{
    const struct inspected_run *one = *(struct inspected_run *const *)a;
    const struct inspected_run *other = *(struct inspected_run *const *)b;
    int order = strcmp(other->time, one->time);
    return order ? order : (other->number > one->number) - (other->number < one->number);
}

static int by_name(const void *a, const void *b)
{
    return range_compare(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(struct vec *names)
{
    if (names->len > 1)
        qsort(names->items, names->len, sizeof *names->items, by_name);
}

static void tell_runs(struct inspector *inspector)
{
    struct vec list = { 0 };
    for (size_t i = 0; i < inspector->runs.len; i++)
        vec_push(&list, inspector->runs.entries[i].value);
    if (list.len > 0)
        qsort(list.items, list.len, sizeof *list.items, latest_first);
    for (size_t i = 0; i < list.len; i++) {
        struct inspected_run *run = list.items[i];
        sort_names(&run->hosts);
        sort_names(&run->unfinished);
        if (inspector->calls->run)
            inspector->calls->run(inspector->calls->context, run);
        vec_free(&run->hosts);
        vec_free(&run->unfinished);
    }
    vec_free(&list);
    map_free(&inspector->runs);
}

/* ---- the hosts ---- */

static void take_answer(void *context, struct host_run *host, const char *data, size_t size)
{
    struct inspector *inspector = context;
    const char *text = arena_strndup(inspector->run.arena, data, size);
    const char *holder = NULL;
    if (str_starts(text, "held ")) {
        holder = arena_strndup(inspector->run.arena, text + 5, strcspn(text + 5, "\n"));
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    if (inspector->inspection == INSPECT_HISTORY)
        take_history(inspector, host, text);
    else if (inspector->calls->holder)
        inspector->calls->holder(inspector->calls->context, host->host, holder);
    if (inspector->inspection == INSPECT_STATUS)
        take_status(inspector, host, text);
    host_close(host, false);
}

static void ask(void *context, struct host_run *host, struct str *text)
{
    write_question(context, host, text);
}

int run_inspect(const struct plan *plan, const struct run_options *options,
                enum inspection inspection, const struct inspect_calls *calls,
                struct events *events)
{
    struct inspector inspector = { .inspection = inspection, .calls = calls };
    struct run *run = &inspector.run;
    struct run_options own = *options;
    own.dry_run = true;
    if (run_set_up(run, plan, &own, events)) {
        run->inspect = (struct inspect_hooks){ &inspector, ask, take_answer };
        for (size_t i = 0; i < run->host_count; i++)
            if (run->hosts[i].host)
                host_connect(&run->hosts[i]);
        loop_run(run->loop);
        for (size_t i = 0; i < run->host_count; i++)
            run->unreachable = run->unreachable || run->hosts[i].state == HOST_FAILED;
    } else {
        run->failed = true;
    }
    tell_runs(&inspector);
    int status = run_exit_code(run);
    run_tear_down(run);
    return status;
}
