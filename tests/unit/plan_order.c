#include "plan_testing.h"

/* Edges: host by host, through gates, by the order of lists. */

#define ROLES                                                                                      \
    "@web: hosts = web1 web2\n"                                                                    \
    "@db: hosts = db1 db2\n"

static const struct plan_case cases[] = {
    /* make's: no order but that of prerequisites */
    { .fakefile = "prog: a.o b.o\n\tcc\na.o: a.c\n\tcc\nb.o: b.c\n\tcc\n",
      .files = "a.c b.c",
      .expected = "a.c:\n"
                  "a.o: a.c\n"
                  "b.c:\n"
                  "b.o: b.c\n"
                  "prog: a.o b.o\n" },
    /* --shuffle: another one, where there is none */
    { .fakefile = "prog: a.o b.o\n\tcc\na.o: a.c\n\tcc\nb.o: b.c\n\tcc\n",
      .files = "a.c b.c",
      .shuffle = "reverse",
      .expected = "b.c:\n"
                  "b.o: b.c\n"
                  "a.c:\n"
                  "a.o: a.c\n"
                  "prog: a.o b.o\n" },
    { .fakefile = "all: a b c d e\n\tx\na b c d e:\n\tx\n",
      .shuffle = "7",
      .expected = "a:\nd:\nb:\ne:\nc:\nall: a b c d e\n" },
    { .fakefile = "a b c:\n\tx\n",
      .goals = "a b c",
      .shuffle = "reverse",
      .expected = "c:\nb:\na:\n" },
    { .fakefile = "all: a .WAIT b\na:\n\tx\nb: c\n\tx\nc:\n\tx\n",
      .shuffle = "reverse",
      .expected = "a:\n"
                  "c: a~\n"
                  "b: c a~\n"
                  "all: a b\n" },
    { .fakefile = ROLES "site @web: one two\none @web:\n\trun x\ntwo @web:\n\trun x\n",
      .limit = "web1",
      .shuffle = "reverse",
      .expected = "one@web1:\n"
                  "two@web1: one@web1~\n"
                  "site@web1: one@web1 two@web1\n" },
    { .fakefile = "all: a b\na b:\n\tx\n.NOTPARALLEL:\n",
      .shuffle = "reverse",
      .expected = "a:\nb:\nall: a b\n" },
    /* order-only */
    { .fakefile = "prog: a.c | out\n\tcc\nout:\n\tmkdir out\n",
      .files = "a.c",
      .expected = "a.c:\n"
                  "out:\n"
                  "prog: a.c out!\n" },
    /* .WAIT */
    { .fakefile = "all: a .WAIT b\na:\n\tx\nb: c\n\tx\nc:\n\tx\n",
      .expected = "a:\n"
                  "c: a~\n"
                  "b: c a~\n"
                  "all: a b\n" },
    /* the same binding: host by host; here: for all */
    { .fakefile = ROLES "deploy @web: pack upload\n\trun x\nupload @web:\n\trun y\n"
                        "pack @local:\n\tlocal z\n",
      .expected = "pack:\n"
                  "upload@web1: pack~\n"
                  "upload@web2: pack~\n"
                  "deploy@web1: pack upload@web1\n"
                  "deploy@web2: pack upload@web2\n" },
    /* another binding: for all, through a gate */
    { .fakefile = ROLES "deploy @web: migrate\n\trun x\nmigrate @db:\n\trun y\n",
      .expected = "migrate@db1:\n"
                  "migrate@db2:\n"
                  "*migrate: migrate@db1 migrate@db2\n"
                  "deploy@web1: *migrate\n"
                  "deploy@web2: *migrate\n" },
    /* `@:` on one side: host by host where both are, for all where not */
    { .fakefile = ROLES "deploy @web @db: check\n\trun x\ncheck @:\n\trun y\n"
                        "hosts = web1 db1\n",
      .expected = "check@web1:\n"
                  "check@db1:\n"
                  "deploy@web1: check@web1\n"
                  "*check: check@web1 check@db1\n"
                  "deploy@web2: *check\n"
                  "deploy@db1: check@db1\n"
                  "deploy@db2: *check\n" },
    /* goals of the command line, and what the later needs */
    { .fakefile = ROLES "a @local:\n\tlocal x\nb @web: c\n\trun x\nc @local:\n\tlocal x\n",
      .goals = "a b",
      .expected = "a:\n"
                  "c: a~\n"
                  "b@web1: c a~\n"
                  "b@web2: c a~\n" },
    /* host by host along lists, whatever stands between */
    { .fakefile = ROLES "site @web: one two three\none @web:\n\trun x\ntwo @db:\n\trun x\n"
                        "three @web:\n\trun x\n",
      .expected = "one@web1:\n"
                  "one@web2:\n"
                  "*one: one@web1 one@web2\n"
                  "two@db1: *one~\n"
                  "two@db2: *one~\n"
                  "*two: two@db1 two@db2\n"
                  "three@web1: *two~ one@web1~\n"
                  "three@web2: *two~ one@web2~\n"
                  "site@web1: one@web1 *two three@web1\n"
                  "site@web2: one@web2 *two three@web2\n" },
    /* .PARALLEL */
    { .fakefile = "site: one two\none @local:\n\tlocal x\ntwo @local:\n\tlocal x\n"
                  ".PARALLEL: site\n",
      .expected = "one:\n"
                  "two:\n"
                  "site: one two\n" },
    /* what an earlier member needs does not wait for it */
    { .fakefile = "a @local: b\n\tlocal x\nb @local:\n\tlocal x\n",
      .goals = "b a b",
      .expected = "b:\n"
                  "a: b\n" },
    /* .BARRIER */
    { .fakefile = ROLES "publish @web: upload\n\trun x\nupload @web:\n\trun x\n"
                        ".BARRIER: publish\n",
      .expected = "upload@web1:\n"
                  "upload@web2:\n"
                  "*upload: upload@web1 upload@web2\n"
                  "*publish: *upload!\n"
                  "publish@web1: upload@web1 *publish!\n"
                  "publish@web2: upload@web2 *publish!\n" },
    { .fakefile = ROLES "publish @web: upload\n\trun x\nupload @web:\n\trun x\n"
                        "reload @web:\n\trun x\nafter upload: reload\n"
                        ".BARRIER: publish\n.PRIMARY: publish\n",
      .expected = "upload@web1:; after reload@web1\n"
                  "upload@web2:; after reload@web2\n"
                  "*upload: upload@web1 upload@web2\n"
                  "reload@web1:; hook\n"
                  "reload@web2:; hook\n"
                  "*reload: reload@web1 reload@web2; on demand\n"
                  "*publish: *upload! *reload!\n"
                  "publish@web1: upload@web1 *publish! reload@web1!\n" },
    /* .PRIMARY */
    { .fakefile = ROLES "deploy @web: migrate\n\trun x\nmigrate @web:\n\trun x\n"
                        ".PRIMARY: migrate\n",
      .expected = "migrate@web1:\n"
                  "deploy@web1: migrate@web1\n"
                  "deploy@web2: migrate@web1\n" },
    /* a file that something before it may make by the way waits for that */
    { .fakefile = "prog: parse.c parse.h\n\tcc\nparse.c:\n\tyacc\n",
      .expected = "parse.c:\n"
                  "parse.h: parse.c~\n"
                  "prog: parse.c parse.h\n" },
    { .fakefile = "prog: parse.h\n\tcc\n",
      .expected = "error: No rule to make target 'parse.h', needed by 'prog'\n" },
    { .fakefile = "deploy @local:\n\tlocal x\n",
      .goals = "deplyo",
      .expected = "error: No rule to make target 'deplyo'\n"
                  "  did you mean 'deploy'?\n" },
    /* cycles */
    { .fakefile = "a: b\n\tx\nb: c\n\tx\nc: a\n\tx\n",
      .expected = "warning: Circular c <- a dependency dropped.\n"
                  "c:\n"
                  "b: c\n"
                  "a: b\n" },
    { .fakefile = "a @local: b\n\tlocal x\nb @local: c\n\tlocal x\nc @local: a\n\tlocal x\n",
      .expected = "1: error: Circular a <- b <- c <- a\n" },
    /* double-colon rules, one after the other */
    { .fakefile = "all: log\nlog:: a\n\tx\nlog:: b\n\ty\n",
      .files = "a b",
      .expected = "a:\n"
                  "log: a\n"
                  "b:\n"
                  "log: b log!\n"
                  "all: log\n" },
    /* one recipe for a group */
    { .fakefile = "all: p.c p.h\np.c p.h &: p.y\n\tyacc\n",
      .files = "p.y",
      .expected = "p.y:\n"
                  "p.c: p.y\n"
                  "p.h: p.y p.c\n"
                  "all: p.c p.h\n" },
    { .fakefile = "p.c p.h &: p.y\n\tyacc\np.h: p.x\n",
      .files = "p.y p.x",
      .expected = "p.y:\n"
                  "p.x:\n"
                  "p.c: p.y p.x\n" },
    /* arguments */
    { .fakefile = "a @local: c\n\tlocal x\nb @local: c\n\tlocal x\nc @local:\n\tlocal x\n",
      .goals = "a:tag=v1 b:tag=v2",
      .expected = "error: 'c' is reached with two different arguments: by a:tag=v1 and by "
                  "b:tag=v2\n" },
    /* no goal, and none to be had */
    { .fakefile = "x = 1\n", .expected = "error: No targets\n" },
};

START_TEST(order)
{
    check_case(&cases[_i]);
}
END_TEST

/* Chains as deep as a generated Makefile may have them. */
START_TEST(deep_chain)
{
    struct str text = { 0 };
    struct plan_case test = { .files = "f0" };
    struct plan_world world;

    for (int i = 100000; i > 0; i--)
        str_addf(&text, "f%d: f%d\n\tx\n", i, i - 1);
    test.fakefile = str_text(&text);
    open_world(&world, &test);
    ck_assert_ptr_nonnull(world.plan);
    ck_assert_uint_eq(world.plan->jobs.len, 100001);
    close_world(&world, &test);
    str_free(&text);
}
END_TEST

/* 1,000 hosts × 100 tasks: edges grow as the jobs, not as their square. */
START_TEST(many_hosts)
{
    struct str text = { 0 };
    struct plan_case test = { .goals = "all" };
    struct plan_world world;
    size_t edges = 0;

    str_add(&text, "@web: hosts = web[0001-1000]\n@db: hosts = db[0001-1000]\nall:");
    for (int i = 0; i < 100; i++)
        str_addf(&text, " t%d", i);
    str_add(&text, "\n");
    for (int i = 0; i < 100; i++)
        str_addf(&text, "t%d @%s:\n\trun x\n", i, i % 2 ? "db" : "web");
    test.fakefile = str_text(&text);
    open_world(&world, &test);
    ck_assert_ptr_nonnull(world.plan);
    for (size_t i = 0; i < world.plan->jobs.len; i++)
        edges += ((const struct job *)world.plan->jobs.items[i])->need_count;
    ck_assert_uint_lt(edges, 4 * world.plan->jobs.len);
    close_world(&world, &test);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan order");
    TCase *tests = tcase_create("order");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, order, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, deep_chain);
    tcase_add_test(tests, many_hosts);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
