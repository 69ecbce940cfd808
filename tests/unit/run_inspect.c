#include "run_testing.h"

#include "run/inspect.h"
#include "suite.h"

/* status, history, unlock: what is found on hosts. */

static const char FAKEFILE[] = "project = p\nuser = me\nssh_transport = local\nhosts = h1 h2\n"
                               "deploy @: app\n\tput app ~/app.$(host)\n"
                               "after deploy: restart\n"
                               "restart @:\n\trun [ ! -e ~/broken ]\n"
                               "other @: app\n\tput app ~/other.$(host)\n\trun sleep $(nap)\n"
                               "nap = 0\n";

static void hear_holder(void *context, const struct host *host, const char *holder)
{
    struct run_world *world = context;
    if (holder)
        str_addf(&world->said, "%s: %s\n", host->spec, holder);
}

static void hear_target(void *context, const struct host *host,
                        const struct inspected_target *target)
{
    struct run_world *world = context;
    str_addf(&world->said, "%s@%s%s%s", target->name, host->spec, target->time ? " done" : "",
             target->has_drifted ? " drifted" : "");
    for (size_t i = 0; i < target->owed.len; i++)
        str_addf(&world->said, " owes %s", (const char *)target->owed.items[i]);
    str_addc(&world->said, '\n');
}

static void hear_run(void *context, const struct inspected_run *run)
{
    struct run_world *world = context;
    str_addf(&world->said, "%s:", run->goals);
    for (size_t i = 0; i < run->hosts.len; i++)
        str_addf(&world->said, " %s", (const char *)run->hosts.items[i]);
    for (size_t i = 0; i < run->unfinished.len; i++)
        str_addf(&world->said, "; %s", (const char *)run->unfinished.items[i]);
    str_addc(&world->said, '\n');
}

static int inspect(struct run_world *world, const struct plan *plan,
                   const struct run_options *options, struct events *events, enum inspection which)
{
    struct inspect_calls calls = {
        .context = world, .holder = hear_holder, .target = hear_target, .run = hear_run
    };
    return run_inspect(plan, options, which, &calls, events);
}

static int work_status(struct run_world *world, const struct plan *plan,
                       const struct run_options *options, struct events *events)
{
    return inspect(world, plan, options, events, INSPECT_STATUS);
}

static int work_history(struct run_world *world, const struct plan *plan,
                        const struct run_options *options, struct events *events)
{
    return inspect(world, plan, options, events, INSPECT_HISTORY);
}

static int work_unlock(struct run_world *world, const struct plan *plan,
                       const struct run_options *options, struct events *events)
{
    return inspect(world, plan, options, events, INSPECT_UNLOCK);
}

static int look(struct run_world *world, run_work *work)
{
    struct run_options options = { .question = true };
    return with_plan(world, "", "status", &options, work);
}

static bool says(const struct run_world *world, const char *text)
{
    return strstr(str_text(&world->said), text) != NULL;
}

START_TEST(status)
{
    struct run_world world;
    world_begin(&world);
    write_file("Fakefile", FAKEFILE);
    write_file("app", "one\n");
    ck_assert_int_eq(look(&world, work_status), 0);
    ck_assert_str_eq(str_text(&world.said), "");
    ck_assert_int_eq(run_goals(&world, "deploy", NULL), 0);
    ck_assert_int_eq(look(&world, work_status), 0);
    ck_assert_msg(says(&world, "deploy@h1 done\n") && says(&world, "deploy@h2 done\n"), "%s",
                  str_text(&world.said));
    write_file("../app.h2", "by hand\n");
    ck_assert_int_eq(look(&world, work_status), FAKE_TO_DO);
    ck_assert_msg(says(&world, "deploy@h1 done\n") && says(&world, "deploy@h2 done drifted\n"),
                  "%s", str_text(&world.said));
    write_file("../broken", "");
    ck_assert_int_eq(run_goals(&world, "deploy", NULL), FAKE_FAILED);
    ck_assert_int_eq(look(&world, work_status), FAKE_TO_DO);
    ck_assert_msg(says(&world, "deploy@h2 done owes restart\n"), "%s", str_text(&world.said));
    world_end(&world);
}
END_TEST

START_TEST(history)
{
    struct run_world world;
    world_begin(&world);
    write_file("Fakefile", FAKEFILE);
    write_file("app", "one\n");
    ck_assert_int_eq(look(&world, work_history), 0);
    ck_assert_str_eq(str_text(&world.said), "");
    ck_assert_int_eq(run_goals(&world, "deploy", NULL), 0);
    ck_assert_int_eq(run_goals(&world, "deploy", NULL), 0); /* nothing to do: no line */
    ck_assert_int_eq(look(&world, work_history), 0);
    ck_assert_str_eq(str_text(&world.said), "deploy: h1 h2\n");
    write_file("../broken", "");
    write_file("app", "two\n");
    ck_assert_int_eq(sleep(1), 0); /* stamps are whole seconds */
    ck_assert_int_eq(run_goals(&world, "deploy other", NULL), FAKE_FAILED);
    ck_assert_int_eq(look(&world, work_history), 0);
    ck_assert_msg(says(&world, "deploy other: h1 h2; restart on h1"), "%s", str_text(&world.said));
    world_end(&world);
}
END_TEST

START_TEST(unlock)
{
    struct run_world world;
    world_begin(&world);
    write_file("Fakefile", FAKEFILE);
    write_file("app", "one\n");
    ck_assert_int_eq(look(&world, work_unlock), 0);
    ck_assert_str_eq(str_text(&world.said), "");
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run inspect");
    TCase *tests = tcase_create("inspect");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, status);
    tcase_add_test(tests, history);
    tcase_add_test(tests, unlock);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
