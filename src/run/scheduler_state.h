#ifndef FAKE_RUN_SCHEDULER_STATE_H
#define FAKE_RUN_SCHEDULER_STATE_H

#include <stdint.h>

#include "run/scheduler.h"

/* The inside of the scheduler: scheduler.c starts jobs, scheduler_node.c counts and asks. */

enum phase {
    PHASE_IDLE,    /* nobody has asked for it */
    PHASE_WAITING, /* asked for; something before it has not ended */
    PHASE_READY,   /* in a queue, waiting for a place */
    PHASE_ACTIVE,  /* started, has a place */
    PHASE_PAUSED,  /* a gate between two batches */
    PHASE_HOOKS,   /* started, without a place, until its before-hooks have ended */
    PHASE_ENDED,
};

struct node {
    const struct job *job;
    enum phase phase;
    enum outcome outcome;
    unsigned needs_left;    /* edges to jobs that have not ended */
    unsigned triggers_left; /* of an after-hook: triggers that have not ended; else of any hook */
    unsigned hooks_left;    /* in PHASE_HOOKS */
    bool hook_failed;
    bool resumes;            /* in a queue a second time, for its body */
    bool is_visited;         /* on the way of a search */
    const struct job *cause; /* a need of it failed: why it is to be dropped */
    uint32_t first_follower; /* into followers */
    uint32_t follower_count;
    struct node *next; /* in a queue */
};

struct queue {
    struct node *first;
    struct node *last;
};

/* Those of this machine, in the plan's order, which is make's: a heap, the first on top. */
struct heap {
    struct node **items;
    size_t len, cap;
};

/* A host's place: one job at a time. */
struct seat {
    struct queue ready;
    struct node *active;
    const struct job *forbidden; /* why nothing runs here any more */
    bool is_forbidden;           /* it cannot be reached */
    bool is_forgiven;  /* it failed in a roll that bears it: the others go on without it */
    struct seat *next; /* among those that have something ready and no job */
    bool is_listed;
};

/* Who waits for a job, and through what. */
struct follower {
    uint32_t node;
    bool depends; /* its failure is the other's */
};

struct scheduler {
    const struct plan *plan;
    struct scheduler_options options;
    struct scheduler_calls calls;
    struct node *nodes;
    struct follower *followers;
    struct seat *seats; /* by host index */
    size_t seat_count;
    struct heap here;
    struct queue gates; /* take no place */
    struct seat *open_seats, *last_open_seat;
    unsigned active_here;
    unsigned active_hosts;
    unsigned paused;     /* gates */
    unsigned *failures;  /* hosts, by roll.index */
    unsigned asked_left; /* asked for and not ended */
    bool turning;
    bool stopping;
    bool failed;
    bool cleaning; /* on-failure tasks */
    bool finished;
};

static inline struct node *node_of(const struct scheduler *scheduler, const struct job *job)
{
    return &scheduler->nodes[job->index];
}

static inline struct seat *seat_of(struct scheduler *scheduler, const struct job *job)
{
    return job->kind == JOB_HOST ? &scheduler->seats[job->host->index] : NULL;
}

static inline bool is_bad(enum outcome outcome)
{
    return outcome == OUTCOME_FAILED || outcome == OUTCOME_DROPPED;
}

/* scheduler_node.c */

struct node *queue_pop(struct queue *queue); /* NULL: empty */
struct node *heap_pop(struct heap *heap);    /* NULL: empty */
/* The host's next job may start, when it has one and a place. */
void seat_list(struct scheduler *scheduler, struct seat *seat);
/* Into the queue of what can start. */
void node_make_ready(struct scheduler *scheduler, struct node *node);
/* Asks for a job and all it needs. */
void node_ask(struct scheduler *scheduler, const struct job *job);
/* It has ended: tells hooks, triggers and followers. */
void node_end(struct scheduler *scheduler, struct node *node, enum outcome outcome);
/* Nothing can start and nothing runs: hooks and what only they need, not asked for until now, hold
 * nothing up any longer. False: nothing changed. */
bool node_release_hooks(struct scheduler *scheduler);

#endif
