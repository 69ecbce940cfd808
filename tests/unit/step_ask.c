#include "step_testing.h"
#include "suite.h"

/* What a recipe asks before the run: the questions in the order met, a line each. */

static bool answer(void *context, const char *name, const char *const *arguments, unsigned count,
                   struct str *value, const char **error)
{
    struct str *asked = context;
    str_addf(asked, "%s", name);
    for (unsigned i = 0; i < count; i++)
        str_addf(asked, "|%s", arguments[i]);
    str_addc(asked, '\n');
    if (strcmp(arguments[0], "refused") == 0) {
        *error = "no terminal";
        return false;
    }
    if (strcmp(arguments[0], "No?") != 0)
        str_addf(value, "<%s>", arguments[0]);
    return true;
}

static const struct {
    const char *fakefile, *asked, *said;
} rows[] = {
    { "t @local:\n\tlocal echo hi\n", "", "" },
    { "t @local:\n\tlocal $(ask A) $(ask B,$(ask C))\n", "ask|A\nask|C\nask|B|<C>\n", "" },
    { "x = $(y)\ny = $(password P)\nt @local:\n\tlocal $(x)\n", "password|P\n", "" },
    { "t @local:\n\tlocal $(if $(choose S,a b),$(ask A),$(ask B))\n", "choose|S|a b\nask|A\n", "" },
    { "t @local:\n\tlocal $(if $(none),$(ask A),$(ask B))\n", "ask|B\n", "" },
    /* Nothing else is done. */
    { "t @local:\n\tlocal $(shell echo >&2 no) $(error no) $(hash none) $(required no) $(ask A)\n",
      "ask|A\n", "" },
    { "t @local:\n\tlocal $(undefined) $(git-describe) $(ask A)\n", "ask|A\n", "" },
    /* What is known only later is asked later. */
    { "t @local:\n\tlocal $(ask A $(shell echo b)) $(ask C)\n", "ask|C\n", "" },
    { "t @:\n\trun $(ask A $(run date)) $(secret show $(exists /x)) $(ask C)\n", "ask|C\n", "" },
    { "t @local:\n\tlocal $(if $(shell true),$(ask A),$(ask B))\n", "", "" },
    /* The verb. */
    { "t @local:\n\tconfirm Go to $(ask A)?\n", "ask|A\nconfirm|Go to <A>?\n", "" },
    { "t @local:\n\t@confirm --default=yes It's late\n\tlocal x\n", "confirm|It's late|yes\n", "" },
    { "t @local:\n\tconfirm Go to $(shell echo x)?\n", "", "" },
    { "t @local:\n\tconfirmed\n", "", "" },
    { "t @local:\n\tconfirm No?\n\tconfirm Yes?\n", "confirm|No?\n",
      "2: confirm: No?: the answer was no\n" },
    { "t @local:\n\tlocal $(ask refused) $(ask A)\n\tlocal $(ask B)\n", "ask|refused\n",
      "2: ask: no terminal\n" },
};

START_TEST(recipe)
{
    struct str asked = { 0 };
    struct lang_options options = step_lang_options;
    struct step_world world = { .arena = arena_new() };
    options.function = answer;
    options.function_context = &asked;
    world.diags = (struct diags){ .report = step_hear, .context = &world };
    world.model.arena = world.arena;
    world.lang = lang_new(&world.model, &world.diags, &options);
    lang_eval(world.lang, rows[_i].fakefile, "Fakefile");
    lang_finish(world.lang);
    world.scope = (struct scope){ .set = &world.model.globals };

    struct target *target = model_find_target(&world.model, "t");
    struct expander expander = { .lang = world.lang, .scope = &world.scope };
    expander.undefined_is_error = expander.shell_failure_is_error = true;
    bool fine = steps_ask(world_recipe(&world), &expander);
    ck_assert_str_eq(str_text(&asked), rows[_i].asked);
    ck_assert_str_eq(str_text(&world.said), rows[_i].said);
    ck_assert_int_eq(fine, !*rows[_i].said);
    if (*rows[_i].asked) {
        world.diags.report = NULL;
        lang_check_target(world.lang, target, &world.scope, NULL);
        ck_assert(steps_may_ask(target, world_recipe(&world)));
    }
    lang_free(world.lang);
    model_free(&world.model);
    str_free(&world.said);
    str_free(&asked);
    arena_free(world.arena);
}
END_TEST

START_TEST(may_not_ask)
{
    struct step_world *world = world_open("t @local:\n\tlocal $(shell x) $(now)\n");
    struct target *target = model_find_target(&world->model, "t");
    lang_check_target(world->lang, target, &world->scope, NULL);
    ck_assert(!steps_may_ask(target, world_recipe(world)));
    world_close(world);
}
END_TEST

int main(void)
{
    enum { ROW_COUNT = sizeof rows / sizeof *rows };
    Suite *suite = suite_create("step_ask");
    TCase *tests = tcase_create("ask");
    tcase_add_loop_test(tests, recipe, 0, ROW_COUNT);
    tcase_add_test(tests, may_not_ask);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
