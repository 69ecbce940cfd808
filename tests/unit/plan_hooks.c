#include "plan_testing.h"

/* before, after, on-failure. */

#define WEB "@web: hosts = web1 web2\n@db: hosts = db1 db2\n"

static const struct plan_case cases[] = {
    { .fakefile = WEB "deploy @web:\n\trun x\ncheck @web:\n\trun x\nrestart @web:\n\trun x\n"
                      "before deploy: check\nafter deploy: restart\n",
      .expected = "deploy@web1:; before check@web1; after restart@web1\n"
                  "check@web1:; hook\n"
                  "deploy@web2:; before check@web2; after restart@web2\n"
                  "check@web2:; hook\n"
                  "restart@web1:; hook\n"
                  "restart@web2:; hook\n" },
    /* in the order written */
    { .fakefile = "deploy @local:\n\tlocal x\nb @local:\n\tlocal x\na @local:\n\tlocal x\n"
                  "after deploy: b a\n",
      .expected = "deploy:; after b a\n"
                  "b:; hook\n"
                  "a: b~; hook\n" },
    /* dependents wait for after-hooks */
    { .fakefile = WEB "smoke @web: deploy\n\trun x\ndeploy @web:\n\trun x\n"
                      "restart @web:\n\trun x\nafter deploy: restart\n",
      .expected = "deploy@web1:; after restart@web1\n"
                  "deploy@web2:; after restart@web2\n"
                  "restart@web1:; hook\n"
                  "smoke@web1: deploy@web1 restart@web1!\n"
                  "restart@web2:; hook\n"
                  "smoke@web2: deploy@web2 restart@web2!\n" },
    /* … and what stands behind in a list */
    { .fakefile = "deploy @local:\n\tlocal x\nsmoke @local:\n\tlocal x\nrestart @local:\n"
                  "\tlocal x\nafter deploy: restart\n",
      .goals = "deploy smoke",
      .expected = "deploy:; after restart\n"
                  "restart:; hook\n"
                  "*smoke: deploy~ restart~\n"
                  "smoke: *smoke~\n" },
    /* but not where the hook waits for the dependent */
    { .fakefile = "smoke @local: deploy\n\tlocal x\ndeploy @local:\n\tlocal x\n"
                  "report @local: smoke\n\tlocal x\nafter deploy: report\n",
      .expected = "deploy:; after report\n"
                  "smoke: deploy\n"
                  "report: smoke; hook\n" },
    /* of several triggers: after the last; the dependent that leads to the last does not wait */
    { .fakefile = "deploy @local: config\n\tlocal x\nconfig @local:\n\tlocal x\n"
                  "restart @local:\n\tlocal x\nafter deploy: restart\nafter config: restart\n",
      .expected = "config:; after restart\n"
                  "deploy: config; after restart\n"
                  "restart:; hook\n" },
    /* a hook that is also a goal runs anyway */
    { .fakefile = "deploy @local:\n\tlocal x\nrestart @local:\n\tlocal x\nafter deploy: restart\n",
      .goals = "deploy restart",
      .expected = "deploy:; after restart\n"
                  "restart: deploy~\n" },
    /* what only a hook needs */
    { .fakefile = "deploy @local:\n\tlocal x\nrestart @local: conf\n\tlocal x\n"
                  "conf @local:\n\tlocal x\nafter deploy: restart\n",
      .expected = "deploy:; after restart\n"
                  "conf:; on demand\n"
                  "restart: conf; hook\n" },
    /* hooks of hooks */
    { .fakefile = "deploy @local:\n\tlocal x\nrestart @local:\n\tlocal x\nnotify @local:\n"
                  "\tlocal x\nafter deploy: restart\nafter restart: notify\n",
      .expected = "deploy:; after restart\n"
                  "restart:; after notify; hook\n"
                  "notify:; hook\n" },
    /* … for which waits what waits for the hook */
    { .fakefile =
          "smoke @local: deploy\n\tlocal x\ndeploy @local:\n\tlocal x\nrestart @local:\n\tlocal x\n"
          "tell @local:\n\tlocal x\nnotify @local:\n\tlocal x\n"
          "after deploy: restart tell\nafter restart: notify\n",
      .expected = "deploy:; after restart tell\n"
                  "restart:; after notify; hook\n"
                  "notify:; hook\n"
                  "tell: notify~ restart~; hook\n"
                  "smoke: deploy notify! tell! restart!\n" },
    /* other bindings: one asks all */
    { .fakefile = WEB "deploy @web:\n\trun x\nflush @db:\n\trun x\nafter deploy: flush\n",
      .expected = "deploy@web1:; after *flush\n"
                  "deploy@web2:; after *flush\n"
                  "*flush:; after flush@db1 flush@db2; hook\n"
                  "flush@db1:; hook\n"
                  "flush@db2:; hook\n" },
    /* a hook with a recipe of its own is bound as its trigger */
    { .fakefile = WEB "deploy @web:\n\trun x\nafter deploy:\n\trun y\n",
      .expected = "deploy@web1:; after after deploy@web1\n"
                  "deploy@web2:; after after deploy@web2\n"
                  "after deploy@web1:; hook\n"
                  "after deploy@web2:; hook\n" },
    /* an unbound hook runs once, here */
    { .fakefile = WEB "deploy @web:\n\trun x\nlog:\n\techo done\nafter deploy: log\n",
      .expected = "deploy@web1:; after log\n"
                  "deploy@web2:; after log\n"
                  "log:; hook\n" },
    { .fakefile = WEB "deploy @web:\n\trun x\nundo @web:\n\trun x\ntell @local:\n\tlocal x\n"
                      "on-failure deploy: undo tell\n",
      .expected = "deploy@web1:; on-failure undo@web1 tell\n"
                  "deploy@web2:; on-failure undo@web2 tell\n"
                  "undo@web1:; hook\n"
                  "undo@web2:; hook\n"
                  "*undo: undo@web1 undo@web2; on demand\n"
                  "tell: *undo~; hook\n" },
    /* hooks without end */
    { .fakefile = "a @local:\n\tlocal x\nb @local:\n\tlocal x\nafter a: b\nafter b: a\n",
      .expected = "1: error: 'a' is to run after itself\n"
                  "3: error: 'b' is to run after itself\n" },
    /* but one that is a prerequisite too has an end */
    { .fakefile = "a @local: b\n\tlocal x\nb @local:\n\tlocal x\nafter a: b\n",
      .expected = "b:\na: b; after b\n" },
    /* a before-hook that needs its trigger */
    { .fakefile = "deploy @local:\n\tlocal x\ncheck @local: deploy\n\tlocal x\n"
                  "before deploy: check\n",
      .expected = "1: error: Circular deploy <- check <- deploy\n" },
};

START_TEST(hooks)
{
    check_case(&cases[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan hooks");
    TCase *tests = tcase_create("hooks");

    tcase_add_loop_test(tests, hooks, 0, sizeof cases / sizeof *cases);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
