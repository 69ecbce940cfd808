#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/range.h"
#include "base/str.h"
#include "io/loop.h"
#include "run/host.h"
#include "run/job.h"
#include "run/script.h"
#include "run/state.h"
#include "run/tell.h"

/* The locks of a run: all of them are there before any host is touched, or none is.
 *
 * All hosts are asked at once, as a part of their first question. Who then lacks one keeps only
 * those that stand before it in an order that all runs share, gives the others back, and asks for
 * it again; so nobody waits for a run that waits for it, and of two that began together one gets
 * all.
 *
 * A host that is down would hold up all others until its time is out: who connects for long while
 * all others have their locks is left behind, and takes its own when it comes after all. */

enum {
    TRY_EACH = 250,      /* milliseconds between two tries */
    TRY_AT_LEAST = 2000, /* a session that has just died holds its lock for a moment yet */
    LATE_AFTER = 5000,   /* milliseconds of connecting */
};

bool lock_is_wanted(struct job_run *job)
{
    const struct target *target = job->job->target;
    if (!variables_get(target->variables, "lock"))
        return true;
    const char *value = job_value(job, "lock", job->run->arena);
    return !value || strcmp(value, "no") != 0;
}

/* By the name of the machine first: another user of it is in the same order there. */
static int compare_hosts(const void *a, const void *b)
{
    const struct host *one = (*(struct host_run *const *)a)->host;
    const struct host *other = (*(struct host_run *const *)b)->host;
    int order = strcmp(one->name, other->name);
    return order ? order : strcmp(one->spec, other->spec);
}

void lock_set_up(struct run *run)
{
    const struct run_options *options = run->options;
    if (options->dry_run || options->question || run->plan->options->command)
        return;
    for (size_t i = 0; i < run->host_count; i++) {
        struct host_run *host = &run->hosts[i];
        bool wanted = host->is_visited;
        for (size_t k = 0; k < host->jobs.len && !wanted; k++)
            wanted = lock_is_wanted(host->jobs.items[k]);
        if (!wanted)
            continue;
        host->lock = LOCK_WANTED;
        vec_push(&run->lock_hosts, host);
    }
    if (run->lock_hosts.len > 0)
        qsort(run->lock_hosts.items, run->lock_hosts.len, sizeof *run->lock_hosts.items,
              compare_hosts);
}

void lock_begin(struct run *run)
{
    if (run->locks != LOCKS_UNASKED)
        return;
    run->locks = LOCKS_TAKING;
    for (size_t i = 0; i < run->lock_hosts.len; i++) {
        struct host_run *host = run->lock_hosts.items[i];
        host->waits_for_contents = true;
        host_connect(host);
    }
}

/* Whoever waited looks again. */
static void wake(struct run *run)
{
    for (size_t i = 0; i < run->host_count; i++)
        if (run->hosts[i].active)
            job_advance(run->hosts[i].active);
}

static void refuse(struct run *run)
{
    run->locks = LOCKS_REFUSED;
    run->locked = true;
    tell_text(run, EVENT_ERROR, run->refusal,
              run->options->lock_timeout ? NULL : "--lock-timeout=SECONDS waits for it");
    scheduler_stop(run->scheduler);
    wake(run);
}

static struct host_run *first_in(const struct run *run, enum host_lock lock)
{
    for (size_t i = 0; i < run->lock_hosts.len; i++) {
        struct host_run *host = run->lock_hosts.items[i];
        if (host->lock == lock)
            return host;
    }
    return NULL;
}

/* A shared one is held by a session that may be among those that give back. */
static void give_back_behind(struct run *run, const struct host_run *refused)
{
    bool is_behind = false;
    for (size_t i = 0; i < run->lock_hosts.len; i++) {
        struct host_run *host = run->lock_hosts.items[i];
        bool gives = is_behind && host->lock == LOCK_HELD;
        is_behind = is_behind || host == refused;
        if (gives) {
            struct str text = { 0 };
            script_unlock(&text);
            host_query(host, str_text(&text));
            str_free(&text);
        }
        if (gives || host->lock == LOCK_SHARED)
            host->lock = LOCK_RELEASED;
    }
}

static void try_again(void *context)
{
    struct run *run = context;
    struct host_run *refused = first_in(run, LOCK_REFUSED);
    timer_cancel(run->lock_timer);
    run->lock_timer = NULL;
    if (!refused || run->locks != LOCKS_TAKING)
        return;
    refused->lock = LOCK_WANTED;
    host_ask_lock(refused);
}

static void note_refusal(struct run *run, struct host_run *host, const char *holder)
{
    unsigned seconds = run->options->lock_timeout;
    run->refusal = arena_printf(run->arena, "%s is locked by %s", host->connection.label,
                                *holder ? holder : "another run");
    if (run->locks_until)
        return;
    uint64_t patience = (uint64_t)seconds * 1000;
    run->locks_until = loop_now(run->loop) + (patience > TRY_AT_LEAST ? patience : TRY_AT_LEAST);
    if (seconds)
        tell_text(run, EVENT_NOTICE,
                  arena_printf(run->arena, "%s; waiting for up to %u s", run->refusal, seconds),
                  NULL);
}

static void ask_released(struct run *run)
{
    struct host_run *host;
    while ((host = first_in(run, LOCK_RELEASED))) {
        host->lock = LOCK_WANTED;
        host_ask_lock(host);
    }
}

/* All that answer are asked: those that have to ask again do, else the run begins. */
static void go_on(struct run *run)
{
    ask_released(run);
    if (first_in(run, LOCK_WANTED))
        return;
    run->locks = LOCKS_TAKEN;
    wake(run);
}

/* ---- who is late ---- */

/* Who is not even connecting waits for those that are. */
static bool is_late(const struct host_run *host)
{
    return host->state == HOST_WAITING || (host->state == HOST_CONNECTING && host->has_booted &&
                                           loop_now(host->run->loop) >= host->began + LATE_AFTER);
}

/* All that have not answered. */
static bool all_are_late(const struct run *run, struct vec *names)
{
    for (size_t i = 0; i < run->lock_hosts.len; i++) {
        const struct host_run *host = run->lock_hosts.items[i];
        if (host->lock != LOCK_WANTED)
            continue;
        if (!is_late(host))
            return false;
        vec_push(names, (void *)host->connection.label);
    }
    return names->len > 0;
}

static void leave_behind(struct run *run, const struct vec *names)
{
    struct host_run *host;
    struct str text = { 0 };
    range_fold((const char *const *)names->items, names->len, &text);
    str_add(&text, names->len > 1 ? " have not answered yet" : " has not answered yet");
    str_add(&text, ": the others begin");
    tell_text(run, EVENT_NOTICE, str_text(&text), NULL);
    str_free(&text);
    while ((host = first_in(run, LOCK_WANTED)))
        host->lock = LOCK_LATE;
    go_on(run);
}

static void look_who_is_late(void *context)
{
    struct run *run = context;
    struct vec names = { 0 };
    timer_cancel(run->late_timer);
    run->late_timer = NULL;
    if (run->locks != LOCKS_TAKING || first_in(run, LOCK_REFUSED) || !first_in(run, LOCK_WANTED))
        return;
    if (all_are_late(run, &names))
        leave_behind(run, &names);
    else
        run->late_timer = loop_after(run->loop, TRY_EACH, look_who_is_late, run);
    vec_free(&names);
}

/* Another run may have the host of one who comes late: then it is lost, and it alone. */
static void late_answered(struct host_run *host, enum host_lock answer, const char *holder)
{
    struct run *run = host->run;
    host->lock = answer == LOCK_REFUSED ? LOCK_HOPELESS : answer;
    if (answer != LOCK_REFUSED)
        return;
    run->locked = true;
    host->was_unreachable = true; /* its jobs have not failed: they have not begun */
    host_give_up(host, arena_printf(run->arena, "it is locked by %s", holder),
                 "it answered when the others had begun");
}

static void take_answer(struct host_run *host, enum host_lock answer, const char *holder)
{
    struct run *run = host->run;
    host->lock = answer;
    if (answer == LOCK_REFUSED)
        note_refusal(run, host, holder);
    struct host_run *refused = first_in(run, LOCK_REFUSED);
    if (refused) {
        give_back_behind(run, refused);
        if (loop_now(run->loop) >= run->locks_until)
            refuse(run);
        else if (!run->lock_timer && !run->is_over)
            run->lock_timer = loop_after(run->loop, TRY_EACH, try_again, run);
        return;
    }
    if (!first_in(run, LOCK_WANTED))
        go_on(run);
    else if (!run->late_timer && !run->is_over && first_in(run, LOCK_HELD))
        run->late_timer = loop_after(run->loop, TRY_EACH, look_who_is_late, run);
}

void lock_answered(struct host_run *host, enum host_lock answer, const char *holder)
{
    const struct run *run = host->run;
    if (host->lock == LOCK_LATE)
        late_answered(host, answer, holder);
    else if (host->lock != LOCK_UNWANTED && run->locks == LOCKS_TAKING)
        take_answer(host, answer, holder);
}

void lock_end(struct run *run)
{
    timer_cancel(run->lock_timer);
    timer_cancel(run->late_timer);
    run->lock_timer = run->late_timer = NULL;
}

void lock_interrupt(struct run *run)
{
    if (run->locks != LOCKS_TAKING)
        return;
    run->locks = LOCKS_REFUSED;
    lock_end(run);
    wake(run);
}
