#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "run/scheduler.h"
#include "suite.h"

/* The scheduler by itself: plans made by hand, jobs that end when the test says. */

enum { JOBS = 16, HOSTS = 4 };

struct bench {
    struct arena *arena;
    struct plan plan;
    struct job jobs[JOBS];
    struct target targets[JOBS];
    struct host hosts[HOSTS];
    struct edge edges[JOBS][JOBS];
    void *after[JOBS][JOBS], *before[JOBS][JOBS], *failure[JOBS][JOBS], *triggers[JOBS][JOBS];
    struct scheduler *scheduler;
    struct str said; /* "+a" started, "-a" dropped, "~a" resumed, "." finished */
};

static struct bench bench;

/* "+a", and "+a1" when the target has several jobs. */
static void say(char mark, const struct job *job)
{
    unsigned same = 0;
    for (size_t i = 0; i < bench.plan.jobs.len; i++)
        same += bench.jobs[i].target == job->target;
    str_addf(&bench.said, "%s%c%s", bench.said.len ? " " : "", mark, job->target->name);
    if (same > 1)
        str_addf(&bench.said, "%u", job->host->index);
}

static void on_start(void *context, const struct job *job)
{
    (void)context;
    say('+', job);
}

static void on_resume(void *context, const struct job *job, bool well)
{
    (void)context;
    say(well ? '~' : '!', job);
}

static void on_dropped(void *context, const struct job *job, const struct job *cause)
{
    (void)context, (void)cause;
    say('-', job);
}

static void on_finished(void *context)
{
    (void)context;
    str_add(&bench.said, bench.said.len ? " ." : ".");
}

static void begin(void)
{
    memset(&bench, 0, sizeof bench);
    for (unsigned i = 0; i < HOSTS; i++)
        bench.hosts[i].index = i;
}

static void end(void)
{
    scheduler_free(bench.scheduler);
    str_free(&bench.said);
    vec_free(&bench.plan.jobs);
}

/* A job; host < 0: here. */
static struct job *add(const char *name, int host)
{
    static const struct recipe recipe;
    uint32_t index = (uint32_t)bench.plan.jobs.len;
    struct job *job = &bench.jobs[index];
    bench.targets[index].name = name;
    job->index = index;
    job->target = &bench.targets[index];
    for (uint32_t i = 0; i < index; i++)
        if (strcmp(bench.targets[i].name, name) == 0)
            job->target = bench.jobs[i].target;
    job->kind = host < 0 ? JOB_HERE : JOB_HOST;
    job->host = host < 0 ? NULL : &bench.hosts[host];
    job->recipe = &recipe;
    job->needs = bench.edges[index];
    job->after.items = bench.after[index];
    job->before.items = bench.before[index];
    job->on_failure.items = bench.failure[index];
    job->triggers.items = bench.triggers[index];
    vec_push(&bench.plan.jobs, job);
    return job;
}

static struct job *goal(const char *name, int host)
{
    struct job *job = add(name, host);
    job->is_goal = true;
    return job;
}

static void need(struct job *job, struct job *before, enum edge_kind kind)
{
    job->needs[job->need_count++] = (struct edge){ before, kind };
}

static void hook(struct job *trigger, struct job *task, enum hook_kind kind)
{
    struct vec *list = kind == HOOK_AFTER    ? &trigger->after
                       : kind == HOOK_BEFORE ? &trigger->before
                                             : &trigger->on_failure;
    list->items[list->len++] = task;
    task->triggers.items[task->triggers.len++] = trigger;
    task->hook = kind;
    task->is_hook = task->is_on_demand = true;
}

static void said(const char *what)
{
    ck_assert_str_eq(str_text(&bench.said), what);
    str_clear(&bench.said);
}

/* The plan, begun: `what` follows at once. */
static void start(struct scheduler_options options, const char *what)
{
    struct scheduler_calls calls = {
        .start = on_start, .resume = on_resume, .dropped = on_dropped, .finished = on_finished
    };
    bench.scheduler = scheduler_new(&bench.plan, &options, &calls);
    scheduler_begin(bench.scheduler);
    said(what);
}

static void ends(struct job *job, enum outcome outcome, const char *then)
{
    str_clear(&bench.said);
    scheduler_end(bench.scheduler, job, outcome);
    ck_assert_str_eq(str_text(&bench.said), then);
}

START_TEST(needs_come_first)
{
    struct job *a = add("a", -1), *b = add("b", -1), *c = goal("c", -1);
    add("unasked", -1);
    need(c, a, EDGE_CONTENT);
    need(c, b, EDGE_CONTENT);
    start((struct scheduler_options){ 0 }, "+a +b");
    ends(a, OUTCOME_RAN, "");
    ends(b, OUTCOME_SKIPPED, "+c");
    ends(c, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(limits)
{
    struct job *a = goal("a", -1), *b = goal("b", -1), *x = goal("x", 0), *y = goal("y", 0);
    struct job *z = goal("z", 1);
    start((struct scheduler_options){ .jobs_here = 1, .hosts_at_once = 1 }, "+x +a");
    ends(a, OUTCOME_RAN, "+b");
    ends(x, OUTCOME_RAN, "+z");
    ends(z, OUTCOME_RAN, "+y");
    ends(b, OUTCOME_RAN, "");
    ends(y, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(one_job_a_host)
{
    struct job *x = goal("x", 0), *y = goal("y", 0), *z = goal("z", 1);
    start((struct scheduler_options){ 0 }, "+x +z");
    ends(x, OUTCOME_RAN, "+y");
    ends(y, OUTCOME_RAN, "");
    ends(z, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(failure_stops_all)
{
    struct job *a = goal("a", 0), *b = goal("b", 1), *c = goal("c", 0);
    start((struct scheduler_options){ 0 }, "+a +b");
    ends(a, OUTCOME_FAILED, "-c");
    ends(b, OUTCOME_RAN, ".");
    ck_assert_int_eq(scheduler_outcome(bench.scheduler, c), OUTCOME_DROPPED);
}
END_TEST

START_TEST(keep_going)
{
    struct job *a = goal("a", -1), *b = goal("b", -1), *c = goal("c", -1), *d = goal("d", -1);
    need(b, a, EDGE_CONTENT);
    need(c, a, EDGE_WAIT);
    need(d, b, EDGE_ORDER);
    start((struct scheduler_options){ .keep_going = true }, "+a");
    ends(a, OUTCOME_FAILED, "-b +c -d");
    ends(c, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(a_barrier_fails_with_any)
{
    struct job *a = goal("a", 0), *b = goal("b", 1), *gate = add("gate", -1);
    struct job *c = goal("c", 1);
    gate->kind = JOB_GATE;
    need(gate, a, EDGE_ORDER);
    need(gate, b, EDGE_ORDER);
    need(c, gate, EDGE_ORDER);
    start((struct scheduler_options){ .keep_going = true }, "+a +b");
    ends(a, OUTCOME_FAILED, "");
    ends(b, OUTCOME_RAN, "-c .");
}
END_TEST

START_TEST(after_hooks)
{
    struct job *t = goal("t", 0), *u = goal("u", 0), *h = add("h", 0), *after = goal("after", 0);
    hook(t, h, HOOK_AFTER);
    hook(u, h, HOOK_AFTER);
    need(after, h, EDGE_ORDER);
    start((struct scheduler_options){ 0 }, "+t");
    ends(t, OUTCOME_RAN, "+u"); /* after the last */
    ends(u, OUTCOME_SKIPPED, "+h");
    ends(h, OUTCOME_RAN, "+after");
    ends(after, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(hooks_of_skipped_are_skipped)
{
    struct job *t = goal("t", -1), *h = add("h", -1), *x = add("x", -1), *d = goal("d", -1);
    hook(t, h, HOOK_AFTER);
    need(h, x, EDGE_CONTENT);
    x->is_on_demand = true;
    need(d, h, EDGE_ORDER);
    start((struct scheduler_options){ 0 }, "+t");
    ends(t, OUTCOME_SKIPPED, "+d");
    ends(d, OUTCOME_RAN, ".");
    ck_assert_int_eq(scheduler_outcome(bench.scheduler, h), OUTCOME_UNASKED);
}
END_TEST

START_TEST(owed_hooks)
{
    struct job *t = goal("t", -1), *h = add("h", -1);
    hook(t, h, HOOK_AFTER);
    start((struct scheduler_options){ 0 }, "+t");
    scheduler_ask_hook(bench.scheduler, h);
    ends(t, OUTCOME_SKIPPED, "+h");
    ends(h, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(before_hooks)
{
    struct job *t = goal("t", 0), *h = add("h", 0), *x = add("x", -1);
    hook(t, h, HOOK_BEFORE);
    need(h, x, EDGE_CONTENT);
    x->is_on_demand = true;
    start((struct scheduler_options){ 0 }, "+t");
    ck_assert(scheduler_await_hooks(bench.scheduler, t));
    said("+x");
    ends(x, OUTCOME_RAN, "+h");
    ends(h, OUTCOME_RAN, "~t");
    ends(t, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(failed_before_hook)
{
    struct job *t = goal("t", 0), *h = add("h", 0);
    hook(t, h, HOOK_BEFORE);
    start((struct scheduler_options){ 0 }, "+t");
    ck_assert(scheduler_await_hooks(bench.scheduler, t));
    said("+h");
    ends(h, OUTCOME_FAILED, "!t");
    ends(t, OUTCOME_FAILED, ".");
}
END_TEST

START_TEST(hooks_behind_a_gate)
{
    struct job *t = goal("t", 0), *u = goal("u", 1), *gate = add("gate", -1), *h = add("h", 2);
    gate->kind = JOB_GATE;
    hook(t, gate, HOOK_AFTER);
    hook(u, gate, HOOK_AFTER);
    hook(gate, h, HOOK_AFTER);
    start((struct scheduler_options){ 0 }, "+t +u");
    ends(t, OUTCOME_SKIPPED, "");
    ends(u, OUTCOME_RAN, "+h");
    ends(h, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(before_hooks_behind_a_gate)
{
    struct job *t = goal("t", 0), *gate = add("gate", -1), *h = add("h", 2);
    gate->kind = JOB_GATE;
    hook(t, gate, HOOK_BEFORE);
    hook(gate, h, HOOK_BEFORE);
    start((struct scheduler_options){ 0 }, "+t");
    ck_assert(scheduler_await_hooks(bench.scheduler, t));
    said("+h");
    ends(h, OUTCOME_RAN, "~t");
    ends(t, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(on_failure)
{
    struct job *t = goal("t", 0), *u = goal("t", 1), *v = goal("t", 2);
    struct job *undo0 = add("undo", 0), *undo1 = add("undo", 1), *undo2 = add("undo", 2);
    struct job *gate = add("gate", -1), *tell = add("tell", -1);
    struct job *later = goal("later", 2);
    need(v, later, EDGE_CONTENT);
    gate->kind = JOB_GATE;
    gate->is_on_demand = true;
    hook(t, undo0, HOOK_ON_FAILURE);
    hook(u, undo1, HOOK_ON_FAILURE);
    hook(v, undo2, HOOK_ON_FAILURE);
    hook(t, tell, HOOK_ON_FAILURE);
    need(gate, undo0, EDGE_CONTENT);
    need(gate, undo1, EDGE_CONTENT);
    need(gate, undo2, EDGE_CONTENT);
    need(tell, gate, EDGE_WAIT);
    start((struct scheduler_options){ 0 }, "+t0 +t1 +later");
    ends(t, OUTCOME_FAILED, "");
    ends(later, OUTCOME_RAN, "-t2");
    ends(u, OUTCOME_RAN, "+undo0 +undo1"); /* not where its body never began */
    ends(undo0, OUTCOME_RAN, "");
    ends(undo1, OUTCOME_RAN, "+tell");
    ends(tell, OUTCOME_RAN, ".");
}
END_TEST

START_TEST(a_host_out_of_reach)
{
    struct job *a = goal("a", 0), *b = goal("b", 0), *c = goal("c", 1), *d = goal("d", 1);
    start((struct scheduler_options){ .keep_going = true }, "+a +c");
    scheduler_forbid_host(bench.scheduler, a->host, a);
    ends(a, OUTCOME_FAILED, "-b");
    ends(c, OUTCOME_RAN, "+d");
    ends(d, OUTCOME_RAN, ".");
    ck_assert_int_eq(scheduler_outcome(bench.scheduler, b), OUTCOME_DROPPED);
}
END_TEST

START_TEST(stop)
{
    struct job *a = goal("a", 0), *b = goal("b", 0);
    need(b, a, EDGE_CONTENT);
    start((struct scheduler_options){ 0 }, "+a");
    scheduler_stop(bench.scheduler);
    ends(a, OUTCOME_FAILED, "-b .");
}
END_TEST

/* Triggers that nobody asked for hold no hook up. */
START_TEST(idle_triggers)
{
    struct job *t = goal("t", -1), *idle = add("idle", -1), *h = add("h", -1);
    idle->is_on_demand = true;
    hook(t, h, HOOK_AFTER);
    hook(idle, h, HOOK_AFTER);
    start((struct scheduler_options){ 0 }, "+t");
    ends(t, OUTCOME_RAN, "+h");
    ends(h, OUTCOME_RAN, ".");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run scheduler");
    TCase *tests = tcase_create("scheduler");
    const TTest *const all[] = {
        needs_come_first,
        limits,
        one_job_a_host,
        failure_stops_all,
        keep_going,
        a_barrier_fails_with_any,
        after_hooks,
        hooks_of_skipped_are_skipped,
        owed_hooks,
        before_hooks,
        failed_before_hook,
        hooks_behind_a_gate,
        before_hooks_behind_a_gate,
        on_failure,
        a_host_out_of_reach,
        stop,
        idle_triggers,
    };
    tcase_add_checked_fixture(tests, begin, end);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tcase_add_test(tests, all[i]);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
