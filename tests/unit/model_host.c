#include "model/host.h"

#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "model/rule.h"
#include "suite.h"

static struct model model;
static struct diags diags;

static void setup(void)
{
    model = (struct model){ .arena = arena_new() };
    model.inventory.arena = model.arena;
    diags = (struct diags){ 0 };
}

static void teardown(void)
{
    model_free(&model);
    arena_free(model.arena);
}

static struct host *add_one(const char *spec)
{
    struct vec hosts = { 0 };
    struct host *host = NULL;

    if (inventory_add_hosts(&model.inventory, spec, false, (struct location){ 0 }, &diags, &hosts))
        host = hosts.items[0];
    vec_free(&hosts);
    return host;
}

static const struct {
    const char *spec;
    const char *user;
    const char *name;
    unsigned port;
} good[] = {
    { "web1", NULL, "web1", 0 },
    { "admin@web1", "admin", "web1", 0 },
    { "admin@web1.example.com:2222", "admin", "web1.example.com", 2222 },
    { "[::1]", NULL, "::1", 0 },
    { "u@[fe80::1%eth0]:22", "u", "fe80::1%eth0", 22 },
    { "DOMAIN\\user@host", "DOMAIN\\user", "host", 0 },
    { "web1:65535", NULL, "web1", 65535 },
};

START_TEST(test_good)
{
    struct host *host = add_one(good[_i].spec);

    ck_assert_ptr_nonnull(host);
    ck_assert_str_eq(host->spec, good[_i].spec);
    ck_assert_pstr_eq(host->user, good[_i].user);
    ck_assert_str_eq(host->name, good[_i].name);
    ck_assert_uint_eq(host->port, good[_i].port);
}
END_TEST

static const char *const bad[] = {
    "web1:",
    "web1:0",
    "web1:65536",
    "web1:22x",
    "@web1",
    "user@",
    "::1",
    "[::1",
    "[::1]x",
    "-oProxyCommand=x",
    "u@-oX",
    "we;b",
    "a'b",
    "a$(b)",
    "-u@web1",
    "web[1",
    "[]",
    "a\001b",
    "web1:99999999999",
    "a/b",
};

START_TEST(test_bad)
{
    ck_assert_msg(!add_one(bad[_i]), "%s", bad[_i]);
    ck_assert_uint_eq(diags.errors, 1);
}
END_TEST

START_TEST(test_list)
{
    struct vec hosts = { 0 }, again = { 0 };

    ck_assert(inventory_add_hosts(&model.inventory, "a, b[1-2],a c[1,3]", true,
                                  (struct location){ 0 }, &diags, &hosts));
    ck_assert_uint_eq(hosts.len, 5);
    ck_assert_str_eq(((struct host *)hosts.items[2])->spec, "b2");
    ck_assert_str_eq(((struct host *)hosts.items[4])->spec, "c3");
    inventory_add_hosts(&model.inventory, "c3", false, (struct location){ 0 }, &diags, &again);
    ck_assert_ptr_eq(again.items[0], hosts.items[4]);
    ck_assert_uint_eq(model.inventory.hosts.len, 5);
    vec_free(&hosts);
    vec_free(&again);
}
END_TEST

static const struct {
    const char *spec;
    const char *pattern;
    bool matches;
} matches[] = {
    { "web1", "web1", true },
    { "web1", "web2", false },
    { "web1", "web*", true },
    { "web1", "web[1-3]", true },
    { "web12", "web[01-20]", true },
    { "web12", "web[1-3]", false },
    { "u@web1:22", "web1", true },
    { "u@web1:22", "u@web1:22", true },
    { "u@web1:22", "v@web1:22", false },
    { "[::1]", "[::1]", true },
    { "[::1]", "::1", true },
    { "webx", "web[a-z]", true },
    { "web1", "", false },
    { "web1", "*", true },
};

START_TEST(test_match)
{
    struct host *host = add_one(matches[_i].spec);

    ck_assert_msg(host_matches(host, matches[_i].pattern) == matches[_i].matches, "%s %s",
                  matches[_i].spec, matches[_i].pattern);
}
END_TEST

/* Origins that beat others across levels. */
static const struct {
    enum origin inner;
    enum origin outer;
    bool inner_wins;
} origins[] = {
    { ORIGIN_FILE, ORIGIN_FILE, true },
    { ORIGIN_FILE, ORIGIN_ENVIRONMENT, true },
    { ORIGIN_FILE, ORIGIN_COMMAND_LINE, false },
    { ORIGIN_FILE, ORIGIN_ENVIRONMENT_OVERRIDE, false },
    { ORIGIN_FILE, ORIGIN_OVERRIDE, true },
    { ORIGIN_COMMAND_LINE, ORIGIN_OVERRIDE, false },
    { ORIGIN_COMMAND_LINE, ORIGIN_COMMAND_LINE, true },
    { ORIGIN_OVERRIDE, ORIGIN_COMMAND_LINE, true },
    { ORIGIN_AUTOMATIC, ORIGIN_COMMAND_LINE, true },
    { ORIGIN_AUTOMATIC, ORIGIN_OVERRIDE, true },
};

START_TEST(test_scope)
{
    struct variable inner = { .name = "v", .origin = origins[_i].inner };
    struct variable outer = { .name = "v", .origin = origins[_i].outer };
    struct variables inner_set = { 0 }, outer_set = { 0 };
    struct scope outer_scope = { NULL, &outer_set, false };
    struct scope scope = { &outer_scope, &inner_set, false };

    *map_put(&inner_set.map, "v") = &inner;
    *map_put(&outer_set.map, "v") = &outer;
    ck_assert_ptr_eq(scope_find(&scope, "v"), origins[_i].inner_wins ? &inner : &outer);
    ck_assert_ptr_null(scope_find(&scope, "w"));
    outer.is_private = true;
    outer_scope.inherited = true;
    ck_assert_ptr_eq(scope_find(&scope, "v"), &inner);
    ck_assert_ptr_null(scope_find(&outer_scope, "v"));
    map_free(&inner_set.map);
    map_free(&outer_set.map);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_host");
    TCase *cases = tcase_create("hosts");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, test_good, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(cases, test_bad, 0, sizeof bad / sizeof *bad);
    tcase_add_test(cases, test_list);
    tcase_add_loop_test(cases, test_match, 0, sizeof matches / sizeof *matches);
    tcase_add_loop_test(cases, test_scope, 0, sizeof origins / sizeof *origins);
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
