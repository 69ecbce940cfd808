#include "plan_testing.h"

#include "io/transport.h"

/* In whose scope a job's texts are expanded, and how its host is reached. */

#define ROLES                                                                                      \
    "@web: hosts = web1 web2\n"                                                                    \
    "@edge: hosts = web1\n"                                                                        \
    "@web: port = 80\n"                                                                            \
    "@edge: port = 443\n"                                                                          \
    "@web2: port = 8080\n"                                                                         \
    "@web: name += -$(host)\n"                                                                     \
    "name = site\n"                                                                                \
    "port = 1\n"                                                                                   \
    "user = appuser\n"

/* The first line of the recipe of `target`, on `host` (NULL: here). */
static const struct {
    const char *fakefile, *goal, *hosts, *roles, *target, *host, *expected;
} values[] = {
    /* the file's, the role's, the host's */
    { ROLES "t @web:\n\trun $(port)\n", "t", NULL, NULL, "t", "web2", "run 8080" },
    { ROLES "t @web:\n\trun $(port)\n", "t", NULL, NULL, "t", "web1", "run 80" },
    { ROLES "t @web:\n\trun $(port)\n", "t", NULL, "edge", "t", "web1", "run 443" },
    { ROLES "t @local:\n\tlocal $(port)\n", "t", NULL, NULL, "t", NULL, "local 1" },
    { ROLES "t @local:\n\tlocal $(port)\n", "t", NULL, "edge", "t", NULL, "local 443" },
    { ROLES "t @web:\n\trun $(name)\n", "t", NULL, NULL, "t", "web1", "run site -web1" },
    /* the target's, inherited; the goal's arguments before all */
    { ROLES "t: port = 7\nt @web: u\nu @web:\n\trun $(port)\n", "t", NULL, NULL, "u", "web2",
      "run 7" },
    { ROLES "t: port = 7\nt: u\nu @local:\n\tlocal $(port)\n", "t", NULL, NULL, "u", NULL,
      "local 7" },
    { ROLES "t: port = 7\nt: u\nu @local:\n\tlocal $(port)\n", "t:port=9", NULL, NULL, "u", NULL,
      "local 9" },
    { ROLES "t: private port = 7\nt: u\nu @local:\n\tlocal $(port)\n", "t", NULL, NULL, "u", NULL,
      "local 1" },
    { ROLES "t%: port = 5\nta%: port = 6\nta:\n\t$(port)\ntab:\n\t$(port)\n", "tab", NULL, NULL,
      "tab", NULL, "6" },
    /* what is a target's alone is not inherited, and not a role's */
    { ROLES "timeout = 1\nt: timeout = 7\nt: u\nu @local:\n\tlocal $(timeout)\n", "t", NULL, NULL,
      "u", NULL, "local 1" },
    { ROLES "timeout = 1\n@web: timeout = 7\nu @web:\n\trun $(timeout)\n", "u", NULL, NULL, "u",
      "web1", "run 1" },
    /* of the host */
    { ROLES "t @web:\n\trun $(host) $(host.name) $(host.user) $(host.port) $(host.roles); "
            "$(roles)\n",
      "t", NULL, NULL, "t", "web1", "run web1 web1 appuser 22 web edge; web" },
    { ROLES "t @:\n\trun $(host) $(host.name) $(host.user) $(host.port)\n", "t", "me@h:7", NULL,
      "t", "me@h:7", "run me@h:7 h me 7" },
    { ROLES "t @local:\n\tlocal $(each $(@web),$(port))\n", "t", NULL, NULL, "t", NULL,
      "local 80 8080" },
    /* a Makefile's own variable of that name */
    { "host = mine\nt:\n\techo $(host) $(roles)\nroles = r\n", "t", NULL, NULL, "t", NULL,
      "echo mine r" },
};

static const struct job *find_job(const struct plan *plan, const char *target, const char *host)
{
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];

        if (strcmp(job->target->name, target) == 0 &&
            (host ? job->host && strcmp(job->host->spec, host) == 0 : !job->host))
            return job;
    }
    return NULL;
}

START_TEST(scope)
{
    struct plan_case test = {
        .fakefile = values[_i].fakefile,
        .goals = values[_i].goal,
        .hosts = values[_i].hosts,
        .roles = values[_i].roles,
    };
    struct plan_world world;
    struct expander expander;
    struct str out = { 0 };
    const struct job *job;

    open_world(&world, &test);
    ck_assert_msg(world.plan != NULL, "%s", str_text(&world.said));
    job = find_job(world.plan, values[_i].target, values[_i].host);
    ck_assert_ptr_nonnull(job);
    plan_expander(world.plan, job, &expander);
    ck_assert_msg(expand(&expander, job->recipe->lines[0].text, &out), "%s", str_text(&world.said));
    ck_assert_str_eq(str_text(&out), values[_i].expected);
    str_free(&out);
    close_world(&world, &test);
}
END_TEST

/* Found before anything connects. */
static const struct plan_case checks[] = {
    { .fakefile = "app_path = /srv\nt @local:\n\tlocal rm -rf $(app_pth)/\n",
      .expected = "3: error: undefined variable 'app_pth'\n"
                  "  did you mean 'app_path'?\n" },
    /* defined on one host only */
    { .fakefile = "@a: hosts = a1\n@b: hosts = b1\n@a: x = 1\nt @a @b:\n\trun $(x)\n",
      .expected = "5: error: undefined variable 'x'\n"
                  "  where it may be empty, say so: x ?=\n" },
    { .fakefile = "@a: hosts = a1\n@a: x = 1\nt @a:\n\trun $(x) $(host) $@\n",
      .expected = "t@a1:\n" },
    { .fakefile = "on-failure t: f\nt @local:\n\tlocal x\nf @local:\n\tlocal $(failed)\n",
      .expected = "t:; on-failure f\nf:; hook\n" },
};

START_TEST(check)
{
    check_case(&checks[_i]);
}
END_TEST

static const struct {
    const char *fakefile, *host, *user_option, *port_option;
    const char *user, *transport;
    unsigned port;
    bool user_is_open;
    const char *wrong;
} reached[] = {
    { .fakefile = "", .host = "h", .transport = "auto", .user_is_open = true },
    { .fakefile = "user = app  \n", .host = "h", .user = "app", .transport = "auto" },
    { .fakefile = "user = \n", .host = "h", .transport = "auto", .user_is_open = true },
    { .fakefile = "user = app\n", .host = "me@h:7", .user = "me", .port = 7, .transport = "auto" },
    { .fakefile = "user = app\n",
      .host = "me@h:7",
      .user_option = "you",
      .port_option = "8",
      .user = "you",
      .port = 8,
      .transport = "auto" },
    { .fakefile = "@r: hosts = h\n@h: ssh_port = 2222\n",
      .host = "h",
      .port = 2222,
      .transport = "auto",
      .user_is_open = true },
    { .fakefile = "", .host = "localhost", .transport = "local", .user_is_open = true },
    { .fakefile = "ssh_transport = ssh\n",
      .host = "localhost",
      .transport = "ssh",
      .user_is_open = true },
    { .fakefile = "ssh_transport = command docker exec -i x sh\n",
      .host = "h",
      .transport = "command docker exec -i x sh",
      .user_is_open = true },
    { .fakefile = "ssh_port = many\n",
      .host = "h",
      .wrong = "1: error: ssh_port of h is 'many', not a number from 1 to 65535\n" },
    { .fakefile = "\nssh_host_keys = none\n",
      .host = "h",
      .wrong = "2: error: ssh_host_keys of h is 'none', not strict or accept-new\n" },
};

START_TEST(connecting)
{
    struct str text = { 0 };
    struct plan_case test = {
        .hosts = reached[_i].host,
        .user = reached[_i].user_option,
        .port = reached[_i].port_option,
    };
    struct plan_world world;
    struct connection connection;
    struct map misfits = { 0 };
    const struct host *host;
    bool is_good;

    str_addf(&text, "%st @:\n\trun x\n", reached[_i].fakefile);
    test.fakefile = str_text(&text);
    open_world(&world, &test);
    ck_assert_msg(world.plan != NULL, "%s", str_text(&world.said));
    host = world.plan->hosts.items[0];
    is_good = plan_connection(world.plan, host, &connection, &misfits);
    plan_tell_misfits(world.plan, &misfits);
    ck_assert_str_eq(str_text(&world.said), reached[_i].wrong ? reached[_i].wrong : "");
    ck_assert(is_good == !reached[_i].wrong);
    if (is_good) {
        ck_assert_pstr_eq(connection.user, reached[_i].user);
        ck_assert_str_eq(connection.transport, reached[_i].transport);
        ck_assert_uint_eq(connection.port, reached[_i].port);
        ck_assert(plan_user_is_open(world.plan, host) == reached[_i].user_is_open);
    }
    close_world(&world, &test);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan scope");
    TCase *tests = tcase_create("scope");

    tcase_add_loop_test(tests, scope, 0, sizeof values / sizeof *values);
    tcase_add_loop_test(tests, check, 0, sizeof checks / sizeof *checks);
    tcase_add_loop_test(tests, connecting, 0, sizeof reached / sizeof *reached);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
