#include "plan_testing.h"

/* batch, pause, max_failures: which jobs wait for which batch. */

#define WEB "@web: hosts = w1 w2 w3\n"

static const struct plan_case cases[] = {
    /* one at a time; a target with a recipe rolls alone */
    { .fakefile = WEB "t @web: u\n\trun x\nu @web:\n\trun y\nt: batch = 1\n",
      .expected = "u@w1:\n"
                  "u@w2:\n"
                  "u@w3:\n"
                  "t@w1: u@w1\n"
                  "*t: t@w1!\n"
                  "t@w2: u@w2 *t!\n"
                  "*t: t@w2! *t!\n"
                  "t@w3: u@w3 *t!\n" },
    /* a chain rolls with what it stands for; the last size goes on */
    { .fakefile = WEB "t @web: u v\nu @web:\n\trun x\nv @web:\n\trun y\nt: batch = 1,2\n",
      .expected = "u@w1:\n"
                  "v@w1: u@w1~\n"
                  "t@w1: u@w1 v@w1\n"
                  "*t: u@w1! v@w1! t@w1!\n"
                  "u@w2: *t!\n"
                  "u@w3: *t!\n"
                  "v@w2: *t! u@w2~\n"
                  "v@w3: *t! u@w3~\n"
                  "t@w2: u@w2 v@w2 *t!\n"
                  "t@w3: u@w3 v@w3 *t!\n" },
    /* a barrier counts the batch's hosts */
    { .fakefile = WEB "t @web: u v\nu @web:\n\trun x\nv @web:\n\trun y\nt: batch = 1,100%\n"
                      ".BARRIER: v\n",
      .expected = "u@w1:\n"
                  "*v: u@w1!\n"
                  "v@w1: *v! u@w1~\n"
                  "t@w1: u@w1 v@w1\n"
                  "*t: u@w1! v@w1! t@w1!\n"
                  "u@w2: *t!\n"
                  "u@w3: *t!\n"
                  "*v: u@w2! u@w3!\n"
                  "v@w2: *v! *t! u@w2~\n"
                  "v@w3: *v! *t! u@w3~\n"
                  "t@w2: u@w2 v@w2 *t!\n"
                  "t@w3: u@w3 v@w3 *t!\n" },
    /* what is in the middle and runs once has its turn in the first batch */
    { .fakefile = WEB "t @web: u m v\nu @web:\n\trun x\nm @local:\n\tlocal x\nv @web:\n\trun y\n"
                      "t: batch = 2\n",
      .expected = "u@w1:\n"
                  "u@w2:\n"
                  "m: u@w1~ u@w2~\n"
                  "v@w1: m~ u@w1~\n"
                  "v@w2: m~ u@w2~\n"
                  "t@w1: u@w1 m v@w1\n"
                  "t@w2: u@w2 m v@w2\n"
                  "*t: u@w1! u@w2! v@w1! v@w2! t@w1! t@w2!\n"
                  "u@w3: *t!\n"
                  "v@w3: *t! m~ u@w3~\n"
                  "t@w3: u@w3 m v@w3 *t!\n" },
    { .fakefile = WEB "t @web:\n\trun x\nt: batch = some\n",
      .expected = "4: error: batch of 't' is 'some', not numbers or percentages of hosts: 2, 25% "
                  "or 1,10%,100%\n" },
    { .fakefile = WEB "t @web:\n\trun x\nt: batch = 1\nt: max_failures = 1x\n",
      .expected = "5: error: max_failures of 't' is '1x', not a number or percentage of hosts\n" },
    { .fakefile = WEB "t @web:\n\trun x\nt: batch = 1\nt: pause = 5%\n",
      .expected = "5: error: pause of 't' is '5%', not a number of seconds\n" },
};

START_TEST(plans)
{
    check_case(&cases[_i]);
}
END_TEST

/* Sizes of batches of ten hosts. */
static const struct {
    const char *batch, *sizes;
} batches[] = {
    { "1", "1 1 1 1 1 1 1 1 1 1" },
    { "3", "3 3 3 1" },
    { "25%", "2 2 2 2 2" },
    { "1,10%,100%", "1 1 8" },
    { "1%", "1 1 1 1 1 1 1 1 1 1" },
    { "0", "1 1 1 1 1 1 1 1 1 1" },
    { "2 100% 1", "2 8" },
    { "100%", "10" },
    { "50", "10" },
};

START_TEST(sizes)
{
    char *fakefile = mem_printf("@web: hosts = w[01-10]\nt @web:\n\trun x\nt: batch = %s\n"
                                "t: max_failures = 25%%\nt: pause = 7\n",
                                batches[_i].batch);
    struct plan_case test = { .fakefile = fakefile };
    struct plan_world world;
    struct str text = { 0 };
    unsigned count[16] = { 0 }, batch;
    bool is_counted;

    open_world(&world, &test);
    ck_assert_ptr_nonnull(world.plan);
    for (size_t i = 0; i < world.plan->jobs.len; i++) {
        const struct job *job = world.plan->jobs.items[i];
        const struct roll *roll = plan_roll(job, &batch, &is_counted);

        ck_assert_ptr_nonnull(roll);
        ck_assert_uint_eq(roll->max_failures, 2);
        ck_assert_uint_eq(roll->pause, 7);
        ck_assert(is_counted);
        count[batch]++;
    }
    for (unsigned i = 1; count[i] > 0; i++)
        str_addf(&text, "%s%u", i > 1 ? " " : "", count[i]);
    ck_assert_str_eq(str_text(&text), batches[_i].sizes);
    str_free(&text);
    close_world(&world, &test);
    free(fakefile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan roll");
    TCase *tests = tcase_create("roll");

    tcase_add_loop_test(tests, plans, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, sizes, 0, sizeof batches / sizeof *batches);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
