#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plan/planner.h"

/* What each job waits for. Where N jobs wait for M others, a gate stands between: N + M edges. */

/* The edges of one job while they are collected. */
struct collection {
    struct planner *planner;
    const struct unit *unit;
    const struct job *job;
    uint32_t batch; /* of its roll that the job is in, or waits for */
    struct edge *edges;
    size_t len, cap;
    uint32_t stamp;    /* of this job */
    uint32_t *seen_by; /* job index ▶ stamp of the last job that has an edge to it */
    uint32_t *places;  /* and which edge of it that is */
    size_t seen_count;
};

static void grow_seen(struct collection *collection, size_t index)
{
    size_t old = collection->seen_count, count = 2 * index + 64;

    collection->seen_by = mem_resize(collection->seen_by, count * sizeof *collection->seen_by);
    collection->places = mem_resize(collection->places, count * sizeof *collection->places);
    memset(collection->seen_by + old, 0, (count - old) * sizeof *collection->seen_by);
    collection->seen_count = count;
}

/* The stronger of two edges to the same job counts. */
static void add_edge(struct collection *collection, struct job *before, enum edge_kind kind)
{
    uint32_t index = before->index;

    if (before == collection->job)
        return;
    if (index >= collection->seen_count)
        grow_seen(collection, index);
    if (collection->seen_by[index] == collection->stamp) {
        struct edge *edge = &collection->edges[collection->places[index]];

        if (kind < edge->kind)
            edge->kind = kind;
        return;
    }
    if (collection->len == collection->cap) {
        collection->cap = collection->cap ? 2 * collection->cap : 16;
        collection->edges =
            mem_resize(collection->edges, collection->cap * sizeof *collection->edges);
    }
    collection->seen_by[index] = collection->stamp;
    collection->places[index] = (uint32_t)collection->len;
    collection->edges[collection->len++] = (struct edge){ before, kind };
}

static void settle_edges(struct collection *collection, struct job *job)
{
    if (collection->len) {
        job->needs = arena_alloc(collection->planner->arena, collection->len * sizeof *job->needs);
        memcpy(job->needs, collection->edges, collection->len * sizeof *job->needs);
    }
    job->need_count = collection->len;
    collection->len = 0;
}

static void start(struct collection *collection, const struct unit *unit, const struct job *job)
{
    collection->unit = unit;
    collection->job = job;
    collection->batch = unit->inside ? 1 : job ? roll_batch(unit->roll, job->host) : 0;
    collection->stamp++;
    collection->len = 0;
}

/* A gate's needs, one for each of the unit's jobs. */
struct job *edges_all(struct planner *planner, struct unit *unit)
{
    struct job *gate;

    if (unit->job_count == 1)
        return unit->jobs;
    if (unit->gate)
        return unit->gate;
    gate = unit->gate = jobs_gate(planner, unit);
    gate->need_count = unit->job_count;
    gate->needs = arena_alloc(planner->arena, gate->need_count * sizeof *gate->needs);
    for (size_t i = 0; i < gate->need_count; i++)
        gate->needs[i] = (struct edge){ &unit->jobs[i], EDGE_CONTENT };
    return gate;
}

struct job *edges_on_host(const struct unit *unit, const struct host *host)
{
    uint32_t position;

    if (!host || !unit->bound || host->index >= unit->bound->host_count)
        return NULL;
    position = unit->bound->positions[host->index];
    return position ? &unit->jobs[position - 1] : NULL;
}

/* Within a roll, to all jobs of the batch: those before it have ended. */
static void add_batch(struct collection *collection, struct unit *before, enum edge_kind kind)
{
    for (size_t i = 0; i < before->job_count; i++)
        if (roll_batch(before->roll, before->jobs[i].host) == collection->batch)
            add_edge(collection, &before->jobs[i], kind);
}

/* Edges from the job to another unit: host by host, or to all of its jobs. */
static void add_unit(struct collection *collection, struct unit *before, enum edge_kind kind)
{
    const struct unit *unit = collection->unit;
    struct job *there;

    if (!before || !before->job_count || roll_skips(unit, before))
        return;
    there = before->bound && unit->bound && bound_is_per_host(unit->bound, before->bound)
                ? edges_on_host(before, collection->job->host)
                : NULL;
    if (!there && collection->batch && before->roll &&
        before->roll == (unit->roll ? unit->roll : unit->inside))
        add_batch(collection, before, kind);
    else
        add_edge(collection, there ? there : edges_all(collection->planner, before), kind);
}

static void add_after_hooks(struct collection *collection, const struct unit *member)
{
    for (size_t i = 0; member->woven && i < member->woven->hook_count; i++) {
        const struct hooking *hooking = &member->woven->hooks[i];

        if (hooking->hook->kind == HOOK_AFTER && hooking->unit &&
            weave_may_wait(collection->unit, hooking->unit))
            add_unit(collection, hooking->unit, EDGE_WAIT);
    }
}

/* What is wanted in any case does not wait for what only a hook may ask for. */
static void add_members(struct collection *collection, const struct turn *turn, enum edge_kind kind)
{
    for (size_t i = turn->from; i < turn->to; i++) {
        struct unit *member = turn->links[i].unit;

        if (!member || (collection->unit->is_wanted && !member->is_wanted))
            continue;
        add_unit(collection, member, kind);
        add_after_hooks(collection, member);
    }
}

/* True when the only member of the turn waits itself for all that stands before it, on each host
 * of the unit. */
static bool covers(const struct turn *turn, const struct unit *unit)
{
    const struct unit *member = turn->links[turn->from].unit;

    return turn->to - turn->from == 1 && member && member->job_count &&
           member->turn == turn->previous && (member->is_wanted || !unit->is_wanted) &&
           !member->inside && (!member->bound || member->bound == unit->bound);
}

/* True when the after-hook of some member waits for the unit: then a gate for all will not do. */
static bool is_waited_for(const struct unit *unit, const struct turn *turn)
{
    for (; turn && turn->is_hooked; turn = turn->previous)
        for (size_t i = turn->from; i < turn->to; i++) {
            const struct unit *member = turn->links[i].unit;

            for (size_t k = 0; member && member->woven && k < member->woven->hook_count; k++) {
                const struct hooking *hooking = &member->woven->hooks[k];

                if (hooking->hook->kind == HOOK_AFTER && hooking->unit &&
                    !weave_may_wait(unit, hooking->unit))
                    return true;
            }
        }
    return false;
}

/* One job that waits for all that stands before the turn's end. NULL: nothing does. */
static struct job *turn_gate(struct collection *collection, struct turn *turn,
                             const struct unit *unit)
{
    struct vec turns = { 0 };
    struct job *gate;

    for (; turn && !turn->is_gated; turn = turn->previous)
        vec_push(&turns, turn);
    gate = turn ? turn->gate : NULL;
    while ((turn = vec_pop(&turns))) {
        start(collection, unit, NULL);
        add_members(collection, turn, EDGE_WAIT);
        if (gate && collection->len)
            add_edge(collection, gate, EDGE_WAIT);
        if (collection->len == 1) {
            gate = collection->edges[0].job;
        } else if (collection->len) {
            gate = jobs_gate(collection->planner, unit);
            settle_edges(collection, gate);
        }
        turn->gate = gate;
        turn->is_gated = true;
    }
    vec_free(&turns);
    return gate;
}

/* True when one gate serves for all that the unit waits for by its place in lists. */
static bool waits_by_gate(const struct unit *unit)
{
    return !unit->bound && unit->is_wanted && !unit->inside && !is_waited_for(unit, unit->turn);
}

static void add_turns(struct collection *collection)
{
    for (struct turn *turn = collection->unit->turn; turn; turn = turn->previous) {
        add_members(collection, turn, EDGE_WAIT);
        if (covers(turn, collection->unit))
            break;
    }
}

/* All that comes before the unit on any host, of the batch if it rolls, which must go well
 * everywhere. A gate has no host: its edges lead to all jobs. */
static struct job *barrier(struct collection *collection, struct unit *unit, uint32_t batch)
{
    struct job *gate = jobs_gate(collection->planner, unit);

    start(collection, unit, gate);
    if (batch)
        collection->batch = batch;
    for (size_t i = 0; i < unit->link_count; i++)
        add_unit(collection, unit->links[i].unit, EDGE_ORDER);
    for (const struct wait *wait = unit->waits; wait; wait = wait->next)
        add_unit(collection, wait->unit, EDGE_ORDER);
    for (const struct turn *turn = unit->turn; turn; turn = turn->previous)
        add_members(collection, turn, EDGE_ORDER);
    settle_edges(collection, gate);
    return gate;
}

static void collect(struct collection *collection, struct unit *unit, struct job *job,
                    struct job *gate)
{
    bool by_gate = waits_by_gate(unit);
    struct job *before = by_gate ? turn_gate(collection, unit->turn, unit) : NULL;

    start(collection, unit, job);
    for (size_t i = 0; i < unit->link_count; i++)
        add_unit(collection, unit->links[i].unit, unit->links[i].kind);
    add_unit(collection, unit->made_by, EDGE_CONTENT);
    add_unit(collection, unit->earlier, EDGE_ORDER);
    if (gate)
        add_edge(collection, gate, EDGE_ORDER);
    if (unit->roll && collection->batch > 1)
        add_edge(collection, unit->roll->gates[collection->batch - 2], EDGE_ORDER);
    for (const struct wait *wait = unit->waits; wait; wait = wait->next)
        add_unit(collection, wait->unit, wait->kind);
    if (before)
        add_edge(collection, before, EDGE_WAIT);
    else if (!by_gate)
        add_turns(collection);
    settle_edges(collection, job);
}

/* Between two batches: all that rolls has ended on the hosts of the one. */
static struct job *batch_end(struct collection *collection, struct roll *roll, uint32_t batch)
{
    struct planner *planner = collection->planner;
    struct job *gate = jobs_gate(planner, roll->unit);

    gate->is_batch_end = true;
    start(collection, roll->unit, gate);
    collection->batch = batch;
    for (size_t i = 0; i < planner->units.len; i++) {
        struct unit *unit = planner->units.items[i];

        if (unit->roll == roll)
            add_batch(collection, unit, EDGE_ORDER);
    }
    if (batch > 1)
        add_edge(collection, roll->gates[batch - 2], EDGE_ORDER);
    settle_edges(collection, gate);
    return gate;
}

static void build_batches(struct collection *collection, struct unit *unit)
{
    struct roll *roll = unit->roll;

    if (!roll || roll->gates)
        return;
    roll->gates = arena_alloc(collection->planner->arena, roll->batches * sizeof *roll->gates);
    for (uint32_t batch = 1; batch < roll->batches; batch++)
        roll->gates[batch - 1] = batch_end(collection, roll, batch);
}

/* The gates of a .BARRIER, by batch; one when the unit does not roll. The caller frees the list. */
static struct job **barriers(struct collection *collection, struct unit *unit)
{
    size_t count = unit->roll ? unit->roll->batches : 0;
    struct job **gates = mem_array(count + 1, sizeof *gates);

    for (uint32_t batch = count ? 1 : 0; batch <= count; batch++)
        gates[batch] = barrier(collection, unit, batch);
    return gates;
}

static void collect_jobs(struct collection *collection, struct unit *unit)
{
    bool is_barrier = unit->job_count && (unit->target->flags & TARGET_BARRIER);
    struct job **gates = is_barrier ? barriers(collection, unit) : NULL;

    for (size_t i = 0; i < unit->job_count; i++) {
        struct job *job = &unit->jobs[i];
        uint32_t batch = roll_batch(unit->roll, job->host);

        collect(collection, unit, job, gates ? gates[batch] : NULL);
        job->made_by = unit->made_by ? unit->made_by->jobs : NULL;
    }
    free(gates);
}

void edges_build(struct planner *planner)
{
    struct collection collection = { .planner = planner };

    for (size_t i = 0; i < planner->units.len; i++)
        build_batches(&collection, planner->units.items[i]);
    for (size_t i = 0; i < planner->units.len; i++)
        collect_jobs(&collection, planner->units.items[i]);
    free(collection.edges);
    free(collection.seen_by);
    free(collection.places);
}
