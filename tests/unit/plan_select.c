#include "plan_testing.h"

/* The selection: -H -R -x --limit, the variable hosts, roles that are asked for. */

#define ROLES                                                                                      \
    "@web: hosts = web1 web2\n"                                                                    \
    "@db: hosts = db1 admin@db2:2222\n"                                                            \
    "@empty: hosts =\n"                                                                            \
    "w @web:\n\trun x\n"                                                                           \
    "d @db:\n\trun x\n"                                                                            \
    "wd @web @db:\n\trun x\n"                                                                      \
    "s @:\n\trun x\n"                                                                              \
    "both @local: w d\n\tlocal x\n"                                                                \
    "e @empty:\n\trun x\n"                                                                         \
    "one @db1:\n\trun x\n"

static const struct plan_case cases[] = {
    /* a role's task: on all, or on those selected */
    { .goals = "w", .expected = "w@web1:\nw@web2:\n" },
    { .goals = "w", .hosts = "web2", .expected = "w@web2:\n" },
    { .goals = "w", .roles = "web", .exclude = "web1", .expected = "w@web2:\n" },
    { .goals = "w", .limit = "*1", .expected = "w@web1:\n" },
    { .goals = "w", .limit = "*1,web2", .expected = "w@web1:\nw@web2:\n" },
    { .goals = "wd",
      .roles = "db,web",
      .limit = "db*",
      .expected = "wd@db1:\nwd@admin@db2:2222:\n" },
    { .goals = "one", .expected = "one@db1:\n" },
    /* the selection */
    { .goals = "s", .hosts = "web[1-2],x", .expected = "s@web1:\ns@web2:\ns@x:\n" },
    { .goals = "s", .roles = "db", .expected = "s@db1:\ns@admin@db2:2222:\n" },
    { .goals = "s", .roles = "all", .limit = "*1", .expected = "s@web1:\ns@db1:\n" },
    /* a bare name is the host that the file lists, whatever its user and port */
    { .goals = "d", .hosts = "db2", .expected = "d@admin@db2:2222:\n" },
    { .goals = "s",
      .expected = "10: error: no host is selected for 's'\n"
                  "  select with -H or -R, or set hosts; the roles are web, db, empty\n" },
    /* goals with no host; tasks passed over */
    { .goals = "d",
      .hosts = "web1",
      .expected = "error: 'd' has no host to run on: @db is db1 admin@db2:2222, the selection is "
                  "web1 (-H web1)\n" },
    { .goals = "both",
      .hosts = "web1",
      .expected = "notice: d: passed over: @db is db1 admin@db2:2222, the selection is web1 "
                  "(-H web1)\n"
                  "w@web1:\n"
                  "both: w@web1\n" },
    { .goals = "e", .expected = "error: 'e' has no host to run on: @empty has no hosts\n" },
    /* hosts in no role */
    { .goals = "w", .hosts = "new", .expected = "w@new:\n" },
    { .goals = "both",
      .hosts = "new",
      .expected = "error: 'new' is in no role, and the plan asks for several\n"
                  "  write -H web=new, or another of: web, db, empty\n" },
    { .goals = "both",
      .hosts = "web=new",
      .expected = "notice: d: passed over: @db is db1 admin@db2:2222, the selection is new "
                  "(-H web=new)\n"
                  "w@new:\n"
                  "both: w@new\n" },
    { .goals = "s", .hosts = "new", .expected = "s@new:\n" },
    /* names that are wrong */
    { .goals = "w",
      .roles = "wbe",
      .expected = "error: -R: there is no role 'wbe'\n"
                  "  did you mean 'web'?\n" },
    { .goals = "w",
      .roles = "nothing-near",
      .expected = "error: -R: there is no role 'nothing-near'\n"
                  "  the roles are web, db, empty\n" },
    { .goals = "w",
      .hosts = "web",
      .expected = "error: -H: 'web' is a role, not a host\n"
                  "  write -R web\n" },
    { .goals = "w",
      .exclude = "wbe1",
      .expected = "error: -x: no host matches 'wbe1'\n"
                  "  did you mean 'web1'?\n" },
    { .goals = "w",
      .hosts = "a:b:c",
      .expected =
          "error: malformed host 'a:b:c': an IPv6 address is written in brackets: [::1]\n" },
    /* a command */
    { .command = "uptime -p", .hosts = "web1,y", .expected = "uptime@web1:\nuptime@y:\n" },
};

START_TEST(selection)
{
    struct plan_case test = cases[_i];

    test.fakefile = ROLES;
    check_case(&test);
}
END_TEST

static const struct plan_case own[] = {
    { .fakefile = "hosts = a b[1-2]\ns @:\n\trun x\n", .expected = "s@a:\ns@b1:\ns@b2:\n" },
    { .fakefile = "hosts = a\ns @:\n\trun x\n", .hosts = "b", .expected = "s@b:\n" },
    { .fakefile = "s @:\n\trun x\n",
      .expected = "1: error: no host is selected for 's'\n"
                  "  select with -H HOST, or set hosts\n" },
    /* .PRIMARY is taken before -x and --limit */
    { .fakefile = "@web: hosts = web2 web1\nt: m\nm @web:\n\trun x\n.PRIMARY: m\n",
      .exclude = "web2",
      .expected = "notice: m: passed over: the first of @web is web2, left out by -x web2\n"
                  "t:\n" },
    /* a host that the file knows but in no role */
    { .fakefile = "hosts = h\n@web: hosts = w\nm @web:\n\trun x\n",
      .hosts = "h",
      .expected = "m@h:\n" },
    { .fakefile = "t: batch = 2\nt @local:\n\tlocal x\n",
      .expected = "1: error: 'batch' of 't': it does not run on hosts\n" },
    { .fakefile = "@web: hosts = web2 web1\nm @:\n\trun x\n.PRIMARY: m\n",
      .hosts = "web1,web2",
      .expected = "m@web1:\n" },
    { .fakefile = "@a: hosts = a1 a2\n@b: hosts = b1 b2\nm @:\n\trun x\n.PRIMARY: m\n",
      .roles = "b,a",
      .expected = "m@b1:\nm@a1:\n" },
};

START_TEST(own_files)
{
    check_case(&own[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan select");
    TCase *tests = tcase_create("select");

    tcase_add_loop_test(tests, selection, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, own_files, 0, sizeof own / sizeof *own);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
