#include "run/scheduler_state.h"

#include "base/mem.h"

/* Counters and demand. */

static void queue_push(struct queue *queue, struct node *node)
{
    node->next = NULL;
    if (queue->last)
        queue->last->next = node;
    else
        queue->first = node;
    queue->last = node;
}

struct node *queue_pop(struct queue *queue)
{
    struct node *node = queue->first;
    if (node) {
        queue->first = node->next;
        if (!queue->first)
            queue->last = NULL;
    }
    return node;
}

/* ---- the heap of what can start here ---- */

static bool is_before(const struct node *a, const struct node *b)
{
    return a->job->index < b->job->index;
}

static void heap_push(struct heap *heap, struct node *node)
{
    size_t at = heap->len++;
    if (heap->len > heap->cap) {
        heap->cap = heap->cap ? 2 * heap->cap : 64;
        heap->items = mem_resize(heap->items, heap->cap * sizeof *heap->items);
    }
    for (; at > 0 && is_before(node, heap->items[(at - 1) / 2]); at = (at - 1) / 2)
        heap->items[at] = heap->items[(at - 1) / 2];
    heap->items[at] = node;
}

struct node *heap_pop(struct heap *heap)
{
    if (heap->len == 0)
        return NULL;
    struct node *first = heap->items[0];
    struct node *last = heap->items[--heap->len];
    size_t at = 0;
    for (size_t child = 1; child < heap->len; child = 2 * at + 1) {
        if (child + 1 < heap->len && is_before(heap->items[child + 1], heap->items[child]))
            child++;
        if (!is_before(heap->items[child], last))
            break;
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = last;
    return first;
}

/* ---- counters ---- */

static bool waits_for_triggers(const struct job *job)
{
    return job->triggers.len > 0 && job->hook == HOOK_AFTER;
}

void seat_list(struct scheduler *scheduler, struct seat *seat)
{
    if (seat->is_listed || seat->active || !seat->ready.first)
        return;
    seat->is_listed = true;
    seat->next = NULL;
    if (scheduler->last_open_seat)
        scheduler->last_open_seat->next = seat;
    else
        scheduler->open_seats = seat;
    scheduler->last_open_seat = seat;
}

void node_make_ready(struct scheduler *scheduler, struct node *node)
{
    node->phase = PHASE_READY;
    struct seat *seat = seat_of(scheduler, node->job);
    if (seat) {
        queue_push(&seat->ready, node);
        seat_list(scheduler, seat);
    } else if (node->job->kind == JOB_GATE) {
        queue_push(&scheduler->gates, node);
    } else {
        heap_push(&scheduler->here, node);
    }
}

static void check_ready(struct scheduler *scheduler, struct node *node)
{
    bool triggers_ended = node->triggers_left == 0 || !waits_for_triggers(node->job);
    if (node->phase == PHASE_WAITING && node->needs_left == 0 && triggers_ended)
        node_make_ready(scheduler, node);
}

/* Hooks among the needs are waited for, and asked for by their triggers alone; what only hooks need
 * is asked for by hooks. */
static bool asks_for(const struct job *job, const struct job *need)
{
    return !need->is_on_demand || (job->is_on_demand && !need->is_hook);
}

/* Asks for a job and all it needs. A stack of our own: chains can be longer than the C stack is
 * deep. */
void node_ask(struct scheduler *scheduler, const struct job *job)
{
    struct vec stack = { 0 };
    vec_push(&stack, node_of(scheduler, job));
    while (stack.len > 0) {
        struct node *node = vec_pop(&stack);
        if (node->phase != PHASE_IDLE)
            continue;
        node->phase = PHASE_WAITING;
        scheduler->asked_left++;
        for (size_t i = node->job->need_count; i-- > 0;) /* the first is popped first */
            if (asks_for(node->job, node->job->needs[i].job))
                vec_push(&stack, node_of(scheduler, node->job->needs[i].job));
        check_ready(scheduler, node);
    }
    vec_free(&stack);
}

/* One of the hook's triggers has ended. When none of them asked for it, the hook has ended
 * too. */
static void tell_hook(struct scheduler *scheduler, struct node *hook)
{
    if (hook->triggers_left > 0)
        hook->triggers_left--;
    if (hook->triggers_left > 0 || hook->phase == PHASE_ENDED)
        return;
    if (hook->phase == PHASE_IDLE && hook->job->is_hook && hook->job->hook != HOOK_ON_FAILURE)
        node_end(scheduler, hook, OUTCOME_UNASKED);
    else
        check_ready(scheduler, hook);
}

static void tell_trigger(struct scheduler *scheduler, struct node *trigger, bool well)
{
    if (trigger->phase != PHASE_HOOKS)
        return;
    if (!well)
        trigger->hook_failed = true;
    if (--trigger->hooks_left == 0) {
        trigger->resumes = true;
        node_make_ready(scheduler, trigger);
    }
}

static void tell_followers(struct scheduler *scheduler, struct node *node)
{
    const struct seat *seat = seat_of(scheduler, node->job);
    bool is_bad_there = seat && seat->is_forgiven; /* and on no other host */
    for (uint32_t i = 0; i < node->follower_count; i++) {
        struct follower *link = &scheduler->followers[node->first_follower + i];
        struct node *follower = &scheduler->nodes[link->node];
        follower->needs_left--;
        bool concerns = !is_bad_there || follower->job->host == node->job->host;
        if (link->depends && concerns && is_bad(node->outcome) && !follower->cause)
            follower->cause = node->cause ? node->cause : node->job;
        check_ready(scheduler, follower);
    }
}

void node_end(struct scheduler *scheduler, struct node *node, enum outcome outcome)
{
    const struct job *job = node->job;
    if (node->phase != PHASE_IDLE)
        scheduler->asked_left--;
    node->phase = PHASE_ENDED;
    node->outcome = outcome;
    for (size_t i = 0; i < job->after.len; i++) {
        if (outcome == OUTCOME_RAN && !scheduler->stopping)
            node_ask(scheduler, job->after.items[i]);
        tell_hook(scheduler, node_of(scheduler, job->after.items[i]));
    }
    for (size_t i = 0; i < job->before.len; i++)
        tell_hook(scheduler, node_of(scheduler, job->before.items[i]));
    if (job->hook == HOOK_BEFORE)
        for (size_t i = 0; i < job->triggers.len; i++)
            tell_trigger(scheduler, node_of(scheduler, job->triggers.items[i]), !is_bad(outcome));
    tell_followers(scheduler, node);
}

static bool may_still_run(const struct scheduler *scheduler, const struct job *job);

static bool any_may_run(const struct scheduler *scheduler, const struct vec *jobs, bool on_demand)
{
    for (size_t i = 0; i < jobs->len; i++) {
        const struct job *job = jobs->items[i];
        if ((job->is_on_demand || !on_demand) && may_still_run(scheduler, job))
            return true;
    }
    return false;
}

/* One that nobody has asked for may yet be: a hook by a trigger that may run, what only hooks need
 * by one of those. */
static bool may_be_asked(const struct scheduler *scheduler, const struct job *job)
{
    if (job->is_hook && job->hook == HOOK_ON_FAILURE)
        return !scheduler->cleaning;
    if (job->is_hook)
        return any_may_run(scheduler, &job->triggers, false);
    return job->is_on_demand && any_may_run(scheduler, &job->dependents, true);
}

static bool may_still_run(const struct scheduler *scheduler, const struct job *job)
{
    struct node *node = node_of(scheduler, job);
    if (node->phase != PHASE_IDLE || node->is_visited)
        return node->phase != PHASE_IDLE && node->phase != PHASE_ENDED;
    node->is_visited = true;
    bool may = may_be_asked(scheduler, job);
    node->is_visited = false;
    return may;
}

/* Nobody asks any more for what only hooks need; a gate stands for those that it waits for. */
static bool is_in_vain(const struct scheduler *scheduler, const struct job *job)
{
    if (job->kind != JOB_GATE)
        return !may_still_run(scheduler, job);
    for (size_t i = 0; i < job->need_count; i++)
        if (may_still_run(scheduler, job->needs[i].job))
            return false;
    return true;
}

/* Triggers that nobody asked for (prerequisites of a hook that does not run) will never end: a hook
 * need not wait for them. `ever`: nor will anybody, as far as can be seen. */
static bool only_idle_triggers(const struct scheduler *scheduler, const struct node *hook,
                               bool ever)
{
    for (size_t i = 0; i < hook->job->triggers.len; i++) {
        const struct node *trigger = node_of(scheduler, hook->job->triggers.items[i]);
        if (trigger->phase != PHASE_IDLE && trigger->phase != PHASE_ENDED)
            return false;
        if (ever && may_still_run(scheduler, trigger->job))
            return false;
    }
    return true;
}

static bool has_waiting_follower(const struct scheduler *scheduler, const struct node *node)
{
    for (uint32_t i = 0; i < node->follower_count; i++) {
        const struct follower *follower = &scheduler->followers[node->first_follower + i];
        if (scheduler->nodes[follower->node].phase == PHASE_WAITING)
            return true;
    }
    return false;
}

static bool release_hooks(struct scheduler *scheduler, bool ever)
{
    bool any = false;
    for (size_t i = 0; i < scheduler->plan->jobs.len; i++) {
        struct node *node = &scheduler->nodes[i];
        if (node->triggers_left > 0 && only_idle_triggers(scheduler, node, ever)) {
            any = any || node->phase != PHASE_ENDED;
            node->triggers_left = 1;
            tell_hook(scheduler, node);
        } else if (node->phase == PHASE_IDLE && node->job->is_on_demand && !node->job->is_hook &&
                   has_waiting_follower(scheduler, node) &&
                   (!ever || is_in_vain(scheduler, node->job))) {
            any = true;
            node_end(scheduler, node, OUTCOME_UNASKED);
        }
    }
    return any;
}

/* Nothing can start and nothing runs: hooks and what only they need, not asked for until now, hold
 * nothing up any longer. Those that a hook may still ask for, when it runs, are the last to go. */
bool node_release_hooks(struct scheduler *scheduler)
{
    return release_hooks(scheduler, true) ||
           (scheduler->asked_left > 0 && release_hooks(scheduler, false));
}
