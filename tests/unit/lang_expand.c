#include "lang_testing.h"

/* --- what the layers above answer --- */

static bool automatic(void *context, const char *name, struct str *value)
{
    (void)context;
    if (strcmp(name, "@") != 0 && strcmp(name, "@D") != 0 && strcmp(name, "host") != 0)
        return false;
    str_addf(value, "<%s>", name);
    return true;
}

static const char *const answers[] = { "one", "two" };

static bool ask_host(void *context, const char *function, unsigned ordinal, const char *argument,
                     struct str *value)
{
    const unsigned *known = context;

    if (ordinal >= *known)
        return false;
    str_addf(value, "%s(%s)=%s", function, argument, answers[ordinal]);
    return true;
}

static bool above(void *context, const char *name, const char *const *arguments, unsigned count,
                  struct str *value, const char **error)
{
    unsigned i;

    (void)context;
    if (strcmp(name, "secret") == 0) {
        *error = "no such key";
        return false;
    }
    str_add(value, name);
    for (i = 0; i < count; i++)
        str_addf(value, ":%s", arguments[i]);
    return true;
}

static bool each_host(void *context, const char *hosts,
                      void (*one)(void *state, const struct scope *scope,
                                  const struct expand_calls *calls),
                      void *state)
{
    struct lang_world *world = context;
    struct expand_calls none = { 0 };
    struct variables set = { 0 };
    struct scope scope = { .outer = &world->scope, .set = &set };

    if (strcmp(hosts, "nowhere") == 0)
        return false;
    lang_define(world->lang, &set, "port", "1", ORIGIN_FILE, FLAVOR_SIMPLE);
    one(state, &scope, &none);
    lang_define(world->lang, &set, "port", "2", ORIGIN_FILE, FLAVOR_SIMPLE);
    lang_define(world->lang, &set, "stepped", "s", ORIGIN_FILE, FLAVOR_SIMPLE);
    one(state, &scope, &none);
    map_free(&set.map);
    return true;
}

START_TEST(automatic_goes_before_the_file_and_after_bound_names)
{
    struct lang_world *world = lang_world_open("host = file\nuses = $(host)\n");

    world->expander.calls.automatic = automatic;
    ck_assert_str_eq(lang_world_expand(world, "$@ $(@D) $(uses) $(@:<%>=%)"), "<@> <@D> <host> @");
    ck_assert_str_eq(lang_world_expand(world, "$(foreach host,a b,$(uses))"), "a b");
    ck_assert_str_eq(lang_world_expand(world, "$(origin @)"), "automatic");
    world->expander.calls.automatic = NULL;
    ck_assert_str_eq(lang_world_expand(world, "$(uses)"), "file");
    lang_world_close(world);
}
END_TEST

START_TEST(the_host_is_waited_for)
{
    struct lang_world *world = lang_world_open("v = $(run b)\n");
    unsigned known = 1;

    world->expander.calls = (struct expand_calls){ .context = &known, .ask_host = ask_host };
    ck_assert_str_eq(lang_world_expand(world, "$(run a)"), "run(a)=one");
    world->expander.ordinal = 0;
    ck_assert_str_eq(lang_world_expand(world, "$(exists a) $(v)"), "(waits)");
    ck_assert(world->expander.is_waiting && !world->expander.failed);
    world->expander.ordinal = 0;
    world->expander.is_waiting = false;
    known = 2;
    ck_assert_str_eq(lang_world_expand(world, "$(exists a) $(v)"), "exists(a)=one run(b)=two");
    ck_assert(!world->expander.is_waiting);
    lang_world_close(world);
}
END_TEST

START_TEST(functions_of_the_layers_above)
{
    struct lang_world *world = lang_world_open("x = 1\n");

    world->expander.calls.function = above;
    ck_assert_str_eq(lang_world_expand(world, "$(ask name,$(x),y)|$(git-describe)|$(git-files a)"),
                     "ask:name:1,y|git-describe|git-files:a");
    ck_assert_str_eq(lang_world_expand(world, "$(secret pass)"), "0: secret: no such key\n");
    lang_world_close(world);
}
END_TEST

static const char *const fingerprints[][2] = {
    { "$(x) $(run cat $(x)) $(now)", "1 $(run cat $(x)) $(now)" },
    { "${ask a,b}$(info a)$(error b)$(file >c)", "${ask a,b}$(info a)$(error b)$(file >c)" },
    { "$(v)", "at $(now)" },
    /* what a call makes of it counts, and so does the call as written */
    { "$(into) $(if $(into),y)", "$(into) y$(if $(into),y)" },
    { "$(if $(run a),$(x),$(now)z)", "1z$(if $(run a),$(x),$(now)z)" },
    { "$(or $(run a),$(x))", "$(run a)1$(or $(run a),$(x))" },
    { "$(filter $(x),$(run a))", "$(filter $(x),$(run a))" },
    { "$(shell echo a)$(subst a,b,a)", "ab" },
    { "$(eval x = 2)$(x)", "$(eval x = 2)1" },
    { "$(call ask,$(x),b)$(call now)", "$(ask 1,b)$(call ask,$(x),b)$(now)$(call now)" },
};

START_TEST(what_changes_by_itself_stands_as_written)
{
    struct lang_world *world = lang_world_open("x = 1\nv = at $(now)\n");

    *map_put(&world->model.stepped_names, "into") = world;
    world->expander.mode = EXPAND_FINGERPRINT;
    ck_assert_str_eq(lang_world_expand(world, fingerprints[_i][0]), fingerprints[_i][1]);
    ck_assert_str_eq(str_text(&world->said), "");
    lang_world_close(world);
}
END_TEST

START_TEST(a_makefiles_own_variable_is_no_function)
{
    struct lang_world *world = lang_world_open("now = mine\n");

    ck_assert_str_eq(lang_world_expand(world, "$(now)"), "mine");
    lang_world_close(world);
}
END_TEST

static const struct {
    const char *expression;
    const char *said; /* or the value */
} undefined[] = {
    { "$(app_path)", "/srv" },
    { "$(app_pth)", "0: undefined variable 'app_pth'\n  did you mean 'app_path'?\n" },
    { "$(uses)", "2: undefined variable 'app_pht'\n  did you mean 'app_path'?\n" },
    { "$($(n))", "0: undefined variable 'app_pth'\n  did you mean 'app_path'?\n" },
    { "$(wholly_else)",
      "0: undefined variable 'wholly_else'\n  where it may be empty, say so: wholly_else ?=\n" },
    { "$(patsubt %.c,%.o,a)", "0: unknown function 'patsubt'\n  did you mean 'patsubst'?\n" },
    { "$(if $(no),y,n)$(or $(no),o)$(if $(uses),y)", "noy" },
    { "$(if $(no),y,$(app_pth))", "0: undefined variable 'app_pth'\n  did you mean 'app_path'?\n" },
    { "$(call optional,a)", "a" },
    { "$(1)", "0: undefined variable '1'\n  where it may be empty, say so: 1 ?=\n" },
    { "$(empty)$(value no)$(origin no)", "undefined" },
    { "$(app_pth:a=b)", "0: undefined variable 'app_pth'\n  did you mean 'app_path'?\n" },
};

START_TEST(undefined_is_an_error_where_it_is_asked_for)
{
    struct lang_world *world = lang_world_open("app_path = /srv\n"
                                               "uses = $(app_pht)/\n"
                                               "n = app_pth\n"
                                               "empty =\n"
                                               "optional = $(1)$(2)\n");

    world->expander.undefined_is_error = true;
    ck_assert_str_eq(lang_world_expand(world, undefined[_i].expression), undefined[_i].said);
    lang_world_close(world);
}
END_TEST

START_TEST(a_failing_shell_is_an_error_where_it_is_asked_for)
{
    struct lang_world *world = lang_world_open("");

    ck_assert_str_eq(lang_world_expand(world, "$(shell exit 4)"), "");
    world->expander.shell_failure_is_error = true;
    ck_assert_str_eq(lang_world_expand(world, "$(shell exit 4)"),
                     "0: $(shell exit 4) failed with exit code 4\n");
    lang_world_close(world);
}
END_TEST

static const char *const recursions[][2] = {
    { "x = $(x)\n", "1: Recursive variable 'x' references itself (eventually)\n  x → x\n" },
    { "\nx = $(y)\ny = a $(z:a=b)\nz = $(if a,$(x))\n",
      "2: Recursive variable 'x' references itself (eventually)\n  x → y → z → x\n" },
    { "x = $(call x)\n", "1: the expansion is nested too deeply\n"
                         "  … → x → x → x → x → x → x → x → x\n" },
};

START_TEST(recursion_is_told_with_its_chain)
{
    struct lang_world *world = lang_world_open(recursions[_i][0]);

    ck_assert_str_eq(lang_world_expand(world, "$(x)"), recursions[_i][1]);
    str_clear(&world->said);
    diag_begin(&world->diags);
    ck_assert_str_eq(lang_world_expand(world, "$(x)"),
                     recursions[_i][1]); /* nothing is left over */
    lang_world_close(world);
}
END_TEST

START_TEST(depth_has_a_limit)
{
    struct str fakefile = { 0 };
    struct lang_world *world;
    unsigned i;

    for (i = 0; i < 20000; i++)
        str_addf(&fakefile, "v%u = $(v%u)\n", i, i + 1);
    str_add(&fakefile, "v20000 = end\n");
    world = lang_world_open(str_text(&fakefile));
    ck_assert_str_eq(lang_world_expand(world, "$(v11000)"), "end");
    ck_assert_ptr_nonnull(strstr(lang_world_expand(world, "$(v0)"), "nested too deeply"));
    str_clear(&fakefile);
    for (i = 0; i < 5000; i++)
        str_add(&fakefile, "$(strip ");
    for (i = 0; i < 5000; i++)
        str_add(&fakefile, ")");
    str_clear(&world->said);
    ck_assert_str_eq(lang_world_expand(world, str_text(&fakefile)),
                     "0: references are nested too deeply\n");
    str_free(&fakefile);
    lang_world_close(world);
}
END_TEST

static const char *const endless[][2] = {
    /* calls itself twice */
    { "x = $(call t,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)\n"
      "t = $(if $1,$(call t,$(wordlist 2,99,$1))$(call t,$(wordlist 2,99,$1)))\n",
      "2: the expansion has no end: stopped after 10000 steps\n  … → t → t → t → t → t → t → t → "
      "t\n" },
    /* grows: a few references, and much that comes of them */
    { "x = $(a)$(a)$(a)$(a)$(a)$(a)$(a)$(a)\na = $(b)$(b)$(b)$(b)$(b)$(b)$(b)$(b)\n"
      "b = $(c)$(c)$(c)$(c)$(c)$(c)$(c)$(c)\nc := $(subst x,0123456789abcdef,xxxxxxxxxxxxxxxx)\n",
      "3: the expansion has no end: stopped after 10000 steps\n  x → a → b\n" },
    /* through $(eval), which begins anew */
    { "x = $(call t,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)\n"
      "t = $(if $1,$(eval $(u))$(eval $(u)))\nu = y := $$(call t,$(wordlist 2,99,$1))\n",
      "3: the expansion has no end: stopped after 10000 steps\n  t → u\n" },
};

START_TEST(what_takes_ages_is_ended)
{
    struct lang_world *world;

    lang_test_expansions_maximum = 10000;
    world = lang_world_open(endless[_i][0]);
    ck_assert_str_eq(lang_world_expand(world, "$(x)"), endless[_i][1]);
    str_clear(&world->said);
    ck_assert_str_eq(lang_world_expand(world, "$(foreach i,1 2 3,$i)"), "1 2 3"); /* counted anew */
    lang_world_close(world);
}
END_TEST

START_TEST(append_collects_from_the_outer_scope)
{
    struct lang_world *world = lang_world_open("x = g $(y)\ny = outer\n");
    struct variables middle = { 0 }, inner = { 0 };
    struct scope middle_scope = { .outer = &world->scope, .set = &middle };
    struct scope inner_scope = { .outer = &middle_scope, .set = &inner };

    lang_define(world->lang, &middle, "x", "m", ORIGIN_FILE, FLAVOR_RECURSIVE);
    lang_define(world->lang, &inner, "x", "i $(y)", ORIGIN_FILE, FLAVOR_RECURSIVE);
    lang_define(world->lang, &inner, "y", "inner", ORIGIN_FILE, FLAVOR_RECURSIVE);
    lang_define(world->lang, &inner, "only", "o", ORIGIN_FILE, FLAVOR_RECURSIVE);
    variables_get(&middle, "x")->append = true;
    variables_get(&inner, "x")->append = true;
    variables_get(&inner, "only")->append = true;
    world->expander.scope = &inner_scope;
    ck_assert_str_eq(lang_world_expand(world, "$(x)|$(only)"), "g inner m i inner|o");
    world->expander.scope = &middle_scope;
    ck_assert_str_eq(lang_world_expand(world, "$(x)"), "g outer m");
    map_free(&middle.map);
    map_free(&inner.map);
    lang_world_close(world);
}
END_TEST

START_TEST(each_goes_from_host_to_host)
{
    struct lang_world *world = lang_world_open("name = web$(port)\n");

    *map_put(&world->model.stepped_names, "stepped") = world;
    world->expander.calls = (struct expand_calls){ .context = world, .each_host = each_host };
    ck_assert_str_eq(lang_world_expand(world, "$(each @web,$(name))"), "web1 web2");
    ck_assert_str_eq(lang_world_expand(world, "$(each @web,$(name)=$(stepped))"), "web2=s");
    ck_assert_str_eq(str_text(&world->said), "");
    ck_assert_str_eq(lang_world_expand(world, "$(each nowhere,x)"),
                     "0: $(each nowhere,…): no such hosts\n");
    lang_world_close(world);
}
END_TEST

START_TEST(required_names_its_variable)
{
    struct lang_world *world = lang_world_open("name = $(required the name of the service)\n"
                                               "start = sudo service $(name) start\n");

    ck_assert_str_eq(lang_world_expand(world, "$(start)"),
                     "1: variable 'name' must be set: the name of the service\n");
    lang_world_close(world);
}
END_TEST

START_TEST(roles_are_lists)
{
    struct lang_world *world = lang_world_open("@web: hosts = web[1-2] me@web3:22\n");

    lang_finish(world->lang);
    ck_assert_str_eq(lang_world_expand(world, "$(@web)"), "web1 web2 me@web3:22");
    ck_assert_str_eq(lang_world_expand(world, "$(@web.name)"), "web1 web2 web3");
    ck_assert_str_eq(lang_world_expand(world, "$(@all:%=[%])"), "[web1] [web2] [me@web3:22]");
    ck_assert_str_eq(lang_world_expand(world, "$(@web1)$(@me@web3:22.name)"), "web1web3");
    ck_assert_str_eq(lang_world_expand(world, "$(@wbe)"),
                     "0: unknown role 'wbe'\n  did you mean 'web'?\n");
    lang_world_close(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expand");
    TCase *tests = tcase_create("expand");

    tcase_add_test(tests, automatic_goes_before_the_file_and_after_bound_names);
    tcase_add_test(tests, the_host_is_waited_for);
    tcase_add_test(tests, functions_of_the_layers_above);
    tcase_add_loop_test(tests, what_changes_by_itself_stands_as_written, 0,
                        sizeof fingerprints / sizeof *fingerprints);
    tcase_add_test(tests, a_makefiles_own_variable_is_no_function);
    tcase_add_loop_test(tests, undefined_is_an_error_where_it_is_asked_for, 0,
                        sizeof undefined / sizeof *undefined);
    tcase_add_test(tests, a_failing_shell_is_an_error_where_it_is_asked_for);
    tcase_add_loop_test(tests, recursion_is_told_with_its_chain, 0,
                        sizeof recursions / sizeof *recursions);
    tcase_add_test(tests, depth_has_a_limit);
    tcase_add_loop_test(tests, what_takes_ages_is_ended, 0, sizeof endless / sizeof *endless);
    tcase_add_test(tests, append_collects_from_the_outer_scope);
    tcase_add_test(tests, each_goes_from_host_to_host);
    tcase_add_test(tests, required_names_its_variable);
    tcase_add_test(tests, roles_are_lists);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
