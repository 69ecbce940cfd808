#ifndef FAKE_RUN_SCHEDULER_H
#define FAKE_RUN_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"

/* Which job may go on now: counters over the plan's edges, and demand. It starts nothing itself,
 * knows neither host nor process, and can be tried with a hand-made plan. */
struct scheduler;

enum outcome {
    OUTCOME_NONE,    /* not ended */
    OUTCOME_RAN,     /* its body ran, or would under -n */
    OUTCOME_SKIPPED, /* nothing to do */
    OUTCOME_UNASKED, /* a hook that no trigger asked for */
    OUTCOME_FAILED,
    OUTCOME_DROPPED, /* not run, for the failure of another */
};

struct scheduler_calls {
    void *context;
    /* The job's turn has come. Its end is told with scheduler_end, now or later. */
    void (*start)(void *context, const struct job *job);
    /* Its before-hooks have ended; `well` is false when one of them failed. */
    void (*resume)(void *context, const struct job *job, bool well);
    /* A batch has ended in which something ran: the next may begin after so many seconds, with
     * scheduler_pause_over. NULL: at once. */
    void (*pause)(void *context, const struct job *gate, unsigned seconds);
    /* It will not run, because of `cause` (NULL: because the run is stopping). */
    void (*dropped)(void *context, const struct job *job, const struct job *cause);
    /* Everything has ended. Told once. */
    void (*finished)(void *context);
    /* May one more job start here, where `active` are at work? When not, scheduler_go_on is to be
     * called later. NULL: always. */
    bool (*may_start)(void *context, unsigned active);
    /* Something beside the plan's jobs wants a place here, which it gives back by
     * scheduler_give_place. NULL: never. */
    bool (*wants_place)(void *context);
    void (*place_is_free)(void *context);
    /* Of the jobs here `active` are left. NULL: nobody counts. */
    void (*place_given_up)(void *context, unsigned active);
};

struct scheduler_options {
    unsigned jobs_here;     /* 0: no limit */
    unsigned hosts_at_once; /* 0: no limit */
    bool keep_going;
};

/* The plan outlives it. */
struct scheduler *scheduler_new(const struct plan *plan, const struct scheduler_options *options,
                                const struct scheduler_calls *calls);
void scheduler_free(struct scheduler *scheduler);

/* Goals and what they need are asked for; starts what can be. */
void scheduler_begin(struct scheduler *scheduler);

/* The job has decided to run and wants its before-hooks: false when there is none to wait for. Else
 * its place is given up until `resume`. */
bool scheduler_await_hooks(struct scheduler *scheduler, const struct job *job);

/* The end of a job that was started. OUTCOME_RAN asks for its after-hooks. */
void scheduler_end(struct scheduler *scheduler, const struct job *job, enum outcome outcome);

/* An after-hook is owed by an earlier run: it runs although its trigger is skipped. Before
 * scheduler_end of the trigger. */
void scheduler_ask_hook(struct scheduler *scheduler, const struct job *hook);

/* No job of the host can run any more: the next ones are dropped for this cause, with or without
 * -k. */
void scheduler_forbid_host(struct scheduler *scheduler, const struct host *host,
                           const struct job *cause);

void scheduler_pause_over(struct scheduler *scheduler, const struct job *gate);

void scheduler_give_place(struct scheduler *scheduler);

/* There may be a place again, for which may_start made it wait. */
void scheduler_go_on(struct scheduler *scheduler);

/* Nothing new starts; what runs is finished. */
void scheduler_stop(struct scheduler *scheduler);

enum outcome scheduler_outcome(const struct scheduler *scheduler, const struct job *job);
/* True when its turn will or may still come, or is now. */
bool scheduler_is_asked(const struct scheduler *scheduler, const struct job *job);

#endif
