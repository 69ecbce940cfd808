#include "plan_testing.h"

#include <time.h>

#include "run/scheduler.h"

/* Scheduling alone: a plan of 1,000 hosts and 100 targets, whose jobs end as soon as all that could
 * start has started. bench/schedule prints the figure; here it must not be worse by an order. */

enum { HOSTS = 1000, TARGETS = 100, AT_LEAST = 20000 };

struct player {
    struct scheduler *scheduler;
    const struct job **started; /* a ring: what runs */
    size_t first, last, size, ended;
    bool is_over;
};

static void on_start(void *context, const struct job *job)
{
    struct player *player = context;
    player->started[player->last++ % player->size] = job;
}

static void on_resume(void *context, const struct job *job, bool well)
{
    (void)well;
    on_start(context, job);
}

static void on_dropped(void *context, const struct job *job, const struct job *cause)
{
    (void)context, (void)cause;
    ck_abort_msg("%s was dropped", job->target->name);
}

static void on_finished(void *context)
{
    struct player *player = context;
    player->is_over = true;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void write_fakefile(struct str *text)
{
    str_addf(text, "@web: hosts = web[0001-%d]\nall @web:", HOSTS);
    for (int i = 0; i < TARGETS - 1; i++)
        str_addf(text, " t%d", i);
    str_add(text, "\n");
    for (int i = 0; i < TARGETS - 1; i++)
        str_addf(text, "t%d @web:\n\trun x\n", i);
}

START_TEST(jobs_a_second)
{
    struct str text = { 0 };
    write_fakefile(&text);
    struct plan_case test = { .fakefile = str_text(&text) };
    struct plan_world world;
    open_world(&world, &test);
    ck_assert_ptr_nonnull(world.plan);
    struct player player = { .size = world.plan->jobs.len + 1 };
    player.started = mem_array(player.size, sizeof *player.started);
    struct scheduler_options options = { .jobs_here = 1 };
    struct scheduler_calls calls = { .context = &player,
                                     .start = on_start,
                                     .resume = on_resume,
                                     .dropped = on_dropped,
                                     .finished = on_finished };
    double began = now();
    player.scheduler = scheduler_new(world.plan, &options, &calls);
    scheduler_begin(player.scheduler);
    while (player.first < player.last) {
        const struct job *job = player.started[player.first++ % player.size];
        scheduler_end(player.scheduler, job, OUTCOME_RAN);
        player.ended++;
    }
    scheduler_free(player.scheduler);
    double rate = (double)player.ended / (now() - began);
    ck_assert(player.is_over);
    ck_assert_uint_eq(player.ended, HOSTS * TARGETS);
    printf("%.0f jobs a second\n", rate);
    ck_assert_msg(rate > AT_LEAST, "%.0f jobs a second", rate);
    free(player.started);
    close_world(&world, &test);
    str_free(&text);
}
END_TEST

int main(void)
{
    (void)check_case;
    Suite *suite = suite_create("run speed");
    TCase *tests = tcase_create("speed");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, jobs_a_second);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
