#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "run/script.h"
#include "run/state.h"

/* The locks of a run: all of them are there before any host is touched, or none is.
 *
 * All hosts are asked at once, as a part of their first question. Who then lacks one keeps only
 * those that stand before it in an order that all runs share, gives the others back, and asks for
 * it again; so nobody waits for a run that waits for it, and of two that began together one gets
 * all. */

enum {
    TRY_EACH = 250,      /* milliseconds between two tries */
    TRY_AT_LEAST = 2000, /* a session that has just died holds its lock for a moment yet */
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
        host->wants_connection = true;
        if (host->state == HOST_IDLE && prepare_ahead(host))
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

void lock_answered(struct host_run *host, enum host_lock answer, const char *holder)
{
    struct run *run = host->run;
    if (host->lock == LOCK_UNWANTED || run->locks != LOCKS_TAKING)
        return;
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
    if (first_in(run, LOCK_WANTED))
        return;
    ask_released(run);
    if (!first_in(run, LOCK_WANTED)) {
        run->locks = LOCKS_TAKEN;
        wake(run);
    }
}

void lock_end(struct run *run)
{
    timer_cancel(run->lock_timer);
    run->lock_timer = NULL;
}

void lock_interrupt(struct run *run)
{
    if (run->locks != LOCKS_TAKING)
        return;
    run->locks = LOCKS_REFUSED;
    lock_end(run);
    wake(run);
}
