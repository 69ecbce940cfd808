#include "run/scheduler_state.h"

#include <stdlib.h>

#include "base/mem.h"

static void count_followers(struct scheduler *scheduler)
{
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        const struct job *job = scheduler->plan->jobs.items[i];
        struct node *node = node_of(scheduler, job);
        node->job = job;
        node->needs_left = (unsigned)job->need_count;
        node->triggers_left = (unsigned)job->triggers.len;
        for (size_t k = 0; k < job->need_count; k++)
            node_of(scheduler, job->needs[k].job)->follower_count++;
    }
}

/* Followers of all jobs in one array, so that telling them is a walk over neighbours in memory. */
static void link_followers(struct scheduler *scheduler)
{
    const struct plan *plan = scheduler->plan;
    uint32_t total = 0;
    for (size_t i = 0; i < plan->jobs.len; i++) {
        scheduler->nodes[i].first_follower = total;
        total += scheduler->nodes[i].follower_count;
        scheduler->nodes[i].follower_count = 0;
    }
    scheduler->followers = mem_array(total ? total : 1, sizeof *scheduler->followers);
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        for (size_t k = 0; k < job->need_count; k++) {
            struct node *before = node_of(scheduler, job->needs[k].job);
            struct follower *follower =
                &scheduler->followers[before->first_follower + before->follower_count++];
            follower->node = job->index;
            follower->depends = job->needs[k].kind != EDGE_WAIT;
        }
    }
}

struct scheduler *scheduler_new(const struct plan *plan, const struct scheduler_options *options,
                                const struct scheduler_calls *calls)
{
    struct scheduler *scheduler = mem_alloc(sizeof *scheduler);
    scheduler->plan = plan;
    scheduler->options = *options;
    scheduler->calls = *calls;
    scheduler->nodes = mem_array(plan->jobs.len ? plan->jobs.len : 1, sizeof *scheduler->nodes);
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        if (job->host && job->host->index >= scheduler->seat_count)
            scheduler->seat_count = job->host->index + 1;
    }
    scheduler->seats =
        mem_array(scheduler->seat_count ? scheduler->seat_count : 1, sizeof *scheduler->seats);
    scheduler->failures = mem_array(plan->roll_count + 1, sizeof *scheduler->failures);
    count_followers(scheduler);
    link_followers(scheduler);
    return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
    if (!scheduler)
        return;
    free(scheduler->nodes);
    free(scheduler->followers);
    free(scheduler->seats);
    free(scheduler->failures);
    free(scheduler->here.items);
    free(scheduler);
}

static void drop(struct scheduler *scheduler, struct node *node, const struct job *cause)
{
    if (node->job->kind != JOB_GATE)
        scheduler->calls.dropped(scheduler->calls.context, node->job, cause);
    node_end(scheduler, node, OUTCOME_DROPPED);
}

static void start(struct scheduler *scheduler, struct node *node)
{
    node->phase = PHASE_ACTIVE;
    if (node->resumes)
        scheduler->calls.resume(scheduler->calls.context, node->job, !node->hook_failed);
    else
        scheduler->calls.start(scheduler->calls.context, node->job);
}

/* A job whose need failed is dropped when its turn comes; one that has begun goes on to its
 * resume, so that it ends by itself. */
static bool drop_instead(struct scheduler *scheduler, struct node *node, const struct seat *seat)
{
    bool forbidden = seat && (seat->is_forbidden || (seat->is_forgiven && !scheduler->cleaning));
    if (node->resumes) {
        if (forbidden || scheduler->stopping)
            node->hook_failed = true;
        return false;
    }
    if (node->cause && !scheduler->cleaning)
        drop(scheduler, node, node->cause);
    else if (forbidden)
        drop(scheduler, node, seat->forbidden);
    else if (scheduler->stopping)
        drop(scheduler, node, NULL);
    else
        return false;
    return true;
}

/* Asks for the before-hooks that have not ended. False when there is nothing to wait for and none
 * failed. */
static bool await_hooks(struct scheduler *scheduler, struct node *node)
{
    const struct job *job = node->job;
    for (size_t i = 0; i < job->before.len; i++) {
        const struct node *hook = node_of(scheduler, job->before.items[i]);
        if (is_bad(hook->outcome))
            node->hook_failed = true;
        if (hook->phase != PHASE_ENDED)
            node->hooks_left++;
    }
    if (node->hooks_left == 0 && !node->hook_failed)
        return false;
    node->phase = PHASE_HOOKS;
    for (size_t i = 0; i < job->before.len; i++)
        node_ask(scheduler, job->before.items[i]);
    if (node->hooks_left == 0) {
        node->resumes = true;
        node_make_ready(scheduler, node);
    }
    return true;
}

/* A gate that is a hook has hooks in its turn, and stands for them; another one counts as skipped
 * when all before it was. */
static enum outcome gate_outcome(const struct scheduler *scheduler, const struct node *node)
{
    if (node->hook_failed)
        return OUTCOME_FAILED;
    if (node->job->is_hook || node->job->need_count == 0)
        return OUTCOME_RAN;
    for (size_t i = 0; i < node->job->need_count; i++)
        if (node_of(scheduler, node->job->needs[i].job)->outcome == OUTCOME_RAN)
            return OUTCOME_RAN;
    return OUTCOME_SKIPPED;
}

/* True: the gate is told about, and ends later. */
static bool pause_at(struct scheduler *scheduler, struct node *node)
{
    unsigned batch;
    bool is_counted;
    const struct roll *roll =
        node->job->is_batch_end ? plan_roll(node->job, &batch, &is_counted) : NULL;
    if (!roll || roll->pause == 0 || !scheduler->calls.pause || scheduler->stopping ||
        gate_outcome(scheduler, node) != OUTCOME_RAN)
        return false;
    node->phase = PHASE_PAUSED;
    scheduler->paused++;
    scheduler->calls.pause(scheduler->calls.context, node->job, roll->pause);
    return true;
}

static bool turn_gates(struct scheduler *scheduler)
{
    struct node *node = queue_pop(&scheduler->gates);
    if (!node)
        return false;
    if (drop_instead(scheduler, node, NULL))
        return true;
    if (node->resumes || (!await_hooks(scheduler, node) && !pause_at(scheduler, node)))
        node_end(scheduler, node, gate_outcome(scheduler, node));
    return true;
}

/* What is to be dropped takes no place. */
static bool has_place_here(const struct scheduler *scheduler)
{
    const struct scheduler_calls *calls = &scheduler->calls;
    unsigned limit = scheduler->options.jobs_here;
    if (scheduler->stopping)
        return true;
    return !(limit && scheduler->active_here >= limit) &&
           (!calls->may_start || calls->may_start(calls->context, scheduler->active_here));
}

static bool turn_here(struct scheduler *scheduler)
{
    if (scheduler->here.len == 0 || !has_place_here(scheduler))
        return false;
    struct node *node = heap_pop(&scheduler->here);
    if (!drop_instead(scheduler, node, NULL)) {
        scheduler->active_here++;
        start(scheduler, node);
    }
    return true;
}

static bool turn_others(struct scheduler *scheduler)
{
    const struct scheduler_calls *calls = &scheduler->calls;
    if (!calls->wants_place || !calls->wants_place(calls->context) || !has_place_here(scheduler))
        return false;
    scheduler->active_here++;
    calls->place_is_free(calls->context);
    return true;
}

static bool turn_hosts(struct scheduler *scheduler)
{
    struct seat *seat = scheduler->open_seats;
    unsigned limit = scheduler->options.hosts_at_once;
    if (!seat || (limit && scheduler->active_hosts >= limit && !scheduler->stopping))
        return false;
    scheduler->open_seats = seat->next;
    if (!scheduler->open_seats)
        scheduler->last_open_seat = NULL;
    seat->is_listed = false;
    struct node *node = queue_pop(&seat->ready);
    if (!drop_instead(scheduler, node, seat)) {
        seat->active = node;
        scheduler->active_hosts++;
        start(scheduler, node);
    }
    seat_list(scheduler, seat);
    return true;
}

static bool is_active(const struct scheduler *scheduler)
{
    return scheduler->active_here > 0 || scheduler->active_hosts > 0 || scheduler->paused > 0;
}

/* Nothing can start and nothing runs, but something is asked for: it waits for what was never
 * started. */
static bool drop_rest(struct scheduler *scheduler)
{
    bool any = false;
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        struct node *node = &scheduler->nodes[i];
        if (node->phase == PHASE_WAITING) {
            drop(scheduler, node, node->cause);
            any = true;
        }
    }
    return any;
}

/* In the body of a job, which is its own recipe, or what it stands for with the hooks of that. A
 * body has begun on a host when something of it has begun on this host. */
static bool body_has(const struct scheduler *scheduler, const struct job *job,
                     bool (*is)(enum outcome outcome), bool on_its_host)
{
    if (is(node_of(scheduler, job)->outcome))
        return true;
    for (size_t i = 0; !job->recipe && i < job->need_count; i++) {
        const struct job *need = job->needs[i].job;
        enum edge_kind kind = job->needs[i].kind;
        bool is_part = kind == EDGE_CONTENT || (kind == EDGE_ORDER && need->is_hook);
        if (is_part && need->kind != JOB_FILE && (need->host == job->host || !on_its_host) &&
            body_has(scheduler, need, is, on_its_host))
            return true;
    }
    return false;
}

static bool is_failed(enum outcome outcome)
{
    return outcome == OUTCOME_FAILED;
}

static bool has_begun(enum outcome outcome)
{
    return outcome == OUTCOME_RAN || outcome == OUTCOME_FAILED;
}

static bool target_failed(const struct scheduler *scheduler, const struct target *target)
{
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        const struct job *job = scheduler->plan->jobs.items[i];
        if (job->target == target && job->kind != JOB_GATE &&
            body_has(scheduler, job, is_failed, false))
            return true;
    }
    return false;
}

/* Those of hosts where nothing had begun hold up none of the others. */
static void end_unasked_cleaning(struct scheduler *scheduler)
{
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        struct node *node = &scheduler->nodes[i];
        if (node->phase == PHASE_IDLE && node->job->is_hook && node->job->triggers.len > 0 &&
            node->job->hook == HOOK_ON_FAILURE)
            node_end(scheduler, node, OUTCOME_UNASKED);
    }
}

/* Asks for the on-failure tasks, once, when all else has ended. */
static bool ask_cleaning(struct scheduler *scheduler)
{
    if (scheduler->cleaning || !scheduler->failed)
        return false;
    scheduler->cleaning = true;
    scheduler->stopping = false;
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        const struct node *node = &scheduler->nodes[i];
        if (node->job->on_failure.len == 0 ||
            !body_has(scheduler, node->job, has_begun, node->job->host != NULL) ||
            !target_failed(scheduler, node->job->target))
            continue;
        for (size_t k = 0; k < node->job->on_failure.len; k++)
            node_ask(scheduler, node->job->on_failure.items[k]);
    }
    end_unasked_cleaning(scheduler);
    return scheduler->asked_left > 0;
}

/* Starts what can be started. Called again from within (a job that ends at once), it leaves the
 * work to the outer call. */
static void turn(struct scheduler *scheduler)
{
    if (scheduler->turning || scheduler->finished)
        return;
    scheduler->turning = true;
    do {
        while (turn_gates(scheduler) || turn_hosts(scheduler) || turn_others(scheduler) ||
               turn_here(scheduler))
            ;
    } while (!is_active(scheduler) &&
             (node_release_hooks(scheduler) || drop_rest(scheduler) || ask_cleaning(scheduler)));
    scheduler->turning = false;
    if (!is_active(scheduler)) {
        scheduler->finished = true;
        scheduler->calls.finished(scheduler->calls.context);
    }
}

void scheduler_begin(struct scheduler *scheduler)
{
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        const struct job *job = scheduler->plan->jobs.items[i];
        if (job->is_goal)
            node_ask(scheduler, job);
    }
    turn(scheduler);
}

static void give_up_place_here(struct scheduler *scheduler)
{
    scheduler->active_here--;
    if (scheduler->calls.place_given_up)
        scheduler->calls.place_given_up(scheduler->calls.context, scheduler->active_here);
}

static void give_up_place(struct scheduler *scheduler, struct node *node)
{
    struct seat *seat = seat_of(scheduler, node->job);
    if (seat) {
        seat->active = NULL;
        scheduler->active_hosts--;
        seat_list(scheduler, seat);
        return;
    }
    give_up_place_here(scheduler);
}

bool scheduler_await_hooks(struct scheduler *scheduler, const struct job *job)
{
    struct node *node = node_of(scheduler, job);
    if (!await_hooks(scheduler, node))
        return false;
    give_up_place(scheduler, node);
    turn(scheduler);
    return true;
}

/* A host's first failure in a roll is one of those that it bears: the host is out of what follows,
 * and nobody waits for it. */
static bool forgive(struct scheduler *scheduler, const struct job *job)
{
    unsigned batch;
    bool is_counted;
    const struct roll *roll = plan_roll(job, &batch, &is_counted);
    struct seat *seat = seat_of(scheduler, job);
    if (!roll || !is_counted || !seat || scheduler->cleaning)
        return false;
    if (seat->is_forgiven)
        return true;
    if (++scheduler->failures[roll->index] > roll->max_failures)
        return false;
    seat->is_forgiven = true;
    if (!seat->forbidden)
        seat->forbidden = job;
    return true;
}

void scheduler_end(struct scheduler *scheduler, const struct job *job, enum outcome outcome)
{
    struct node *node = node_of(scheduler, job);
    give_up_place(scheduler, node);
    if (outcome == OUTCOME_FAILED) {
        bool is_forgiven = forgive(scheduler, job);
        scheduler->failed = true;
        if (!is_forgiven && !scheduler->options.keep_going && !scheduler->cleaning)
            scheduler->stopping = true;
    }
    node_end(scheduler, node, outcome);
    turn(scheduler);
}

void scheduler_ask_hook(struct scheduler *scheduler, const struct job *hook)
{
    node_ask(scheduler, hook);
}

void scheduler_forbid_host(struct scheduler *scheduler, const struct host *host,
                           const struct job *cause)
{
    struct seat *seat = &scheduler->seats[host->index];
    if (seat->is_forbidden)
        return;
    seat->is_forbidden = true;
    seat->forbidden = cause;
}

void scheduler_pause_over(struct scheduler *scheduler, const struct job *gate)
{
    struct node *node = node_of(scheduler, gate);
    scheduler->paused--;
    node_end(scheduler, node, OUTCOME_RAN);
    turn(scheduler);
}

void scheduler_give_place(struct scheduler *scheduler)
{
    give_up_place_here(scheduler);
    turn(scheduler);
}

void scheduler_go_on(struct scheduler *scheduler)
{
    turn(scheduler);
}

void scheduler_stop(struct scheduler *scheduler)
{
    scheduler->stopping = true;
    scheduler->cleaning = true; /* on-failure tasks do not start either */
    turn(scheduler);
}

enum outcome scheduler_outcome(const struct scheduler *scheduler, const struct job *job)
{
    return node_of(scheduler, job)->outcome;
}

bool scheduler_is_asked(const struct scheduler *scheduler, const struct job *job)
{
    enum phase phase = node_of(scheduler, job)->phase;
    return phase != PHASE_IDLE && phase != PHASE_ENDED;
}
