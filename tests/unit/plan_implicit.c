#include "plan_testing.h"

/* Pattern rules, and the automatic variables of what they find. */

static const struct plan_case cases[] = {
    { .fakefile = "prog: a.o\n\tcc\n%.o: %.c\n\tcc\n",
      .files = "a.c",
      .expected = "a.c:\na.o: a.c\nprog: a.o\n" },
    /* written prerequisites stand behind the pattern's */
    { .fakefile = "a.o: a.h\n%.o: %.c\n\tcc\n",
      .files = "a.c a.h",
      .expected = "a.c:\na.h:\na.o: a.c a.h\n" },
    /* chains; the file between is nobody's */
    { .fakefile = "prog: a.o\n\tcc\n%.o: %.c\n\tcc\n%.c: %.y\n\tyacc\n",
      .files = "a.y",
      .expected = "a.y:\na.c: a.y\na.o: a.c\nprog: a.o\n" },
    /* no rule twice in a chain */
    { .fakefile = "all: a\n%: %.x\n\ty\n",
      .files = "a.x.x",
      .expected = "error: No rule to make target 'a', needed by 'all'\n" },
    /* the shortest stem wins, else the first */
    { .fakefile = "all: lib/a.o\n%.o: %.c\n\tx\nlib/%.o: %.c\n\ty\n",
      .files = "a.c",
      .expected = "a.c:\nlib/a.o: a.c\nall: lib/a.o\n" },
    /* the first that applies */
    { .fakefile = "all: a.o\n%.o: %.s\n\tx\n%.o: %.c\n\ty\n",
      .files = "a.c",
      .expected = "a.c:\na.o: a.c\nall: a.o\n" },
    /* terminal: its prerequisite must be there */
    { .fakefile = "all: a\n%:: %.v\n\tx\n%.v: %.w\n\tx\n",
      .files = "a.w",
      .expected = "error: No rule to make target 'a', needed by 'all'\n" },
    { .fakefile = "all: a\n%:: %.v\n\tx\n", .files = "a.v", .expected = "a.v:\na: a.v\nall: a\n" },
    /* several targets of a pattern are made at once */
    { .fakefile = "all: a.c a.h\n%.c %.h: %.y\n\tx\n",
      .files = "a.y",
      .expected = "a.y:\na.c: a.y\na.h: a.y a.c\nall: a.c a.h\n" },
    { .fakefile = "all: a\n.DEFAULT:\n\tx\n", .expected = "a:\nall: a\n" },
    /* not for phony targets */
    /* VPATH, vpath */
    { .fakefile = "VPATH = lib:src\nprog: a.c b.o\n\tcc\n%.o: %.c\n\tcc\n",
      .files = "src/a.c src/b.c",
      .expected = "a.c:\nb.c:\nb.o: b.c\nprog: a.c b.o\n" },
    { .fakefile = "vpath %.c src\nprog: a.c\n\tcc\n",
      .files = "src/a.c",
      .expected = "a.c:\nprog: a.c\n" },
    { .fakefile = "vpath %.h src\nprog: a.c\n\tcc\n",
      .files = "src/a.c",
      .expected = "error: No rule to make target 'a.c', needed by 'prog'\n" },
    /* second expansion */
    { .fakefile = ".SECONDEXPANSION:\nprog: o = a.c\nprog: $$(o) $$@.h | $$(<)x\n\tcc\n",
      .files = "a.c prog.h x",
      .expected = "a.c:\nprog.h:\nx:\nprog: a.c prog.h x!\n" },
    { .fakefile = ".SECONDEXPANSION:\nall: a.o\n%.o: $$(addsuffix .c,%) $$*.h\n\tcc\n",
      .files = "a.c a.h",
      .expected = "a.c:\na.h:\na.o: a.c a.h\nall: a.o\n" },
    { .fakefile = ".PHONY: a.o\na.o:\n%.o: %.c\n\tx\n", .files = "a.c", .expected = "a.o:\n" },
};

START_TEST(search)
{
    check_case(&cases[_i]);
}
END_TEST

/* The text `wanted` of the first rule's recipe, expanded for the goal's job. */
static const struct {
    const char *fakefile, *goal, *files, *expected;
} values[] = {
    { "dir/a.o: dir/b.c c.c dir/b.c | d\n\t$@,$<,$^,$+,$|,$?,$*,$%\n", "dir/a.o", "c.c d",
      "dir/a.o,dir/b.c,dir/b.c c.c,dir/b.c c.c dir/b.c,d,dir/b.c c.c,," },
    { "dir/a.o: dir/b.c c.c\n\t$(@D),$(@F),$(^D),$(^F),$(<D),$(<F)\n", "dir/a.o", "c.c",
      "dir,a.o,dir .,b.c c.c,dir,b.c" },
    { "a: c.c d | c.c\n\t$^,$|\n", "a", "c.c d", "c.c d," },
    { "/a: c.c\n\t$(@D),$(@F)\n", "/a", "c.c", "/,a" },
    { "%.o: %.c\n\t$*,$<,$@\n", "a.o", "a.c", "a,a.c,a.o" },
    { "x/%.o: c.c\n\t$*,$<,$@\n", "x/y/a.o", "c.c", "y/a,c.c,x/y/a.o" },
    { "VPATH = src\na.o: c.c\n\t$< $^ $(<D)\n", "a.o", "src/c.c", "src/c.c src/c.c src" },
    { "t @local: c.c\n\t$@ $<\n", "t", "c.c", "t c.c" },
};

START_TEST(automatic)
{
    struct str text = { 0 };
    struct plan_case test = {
        .goals = values[_i].goal,
        .files = values[_i].files,
    };
    struct plan_world world;
    struct expander expander;
    struct str out = { 0 };
    const struct job *job = NULL;

    str_add(&text, values[_i].fakefile);
    if (strstr(values[_i].fakefile, "dir/b.c"))
        str_add(&text, "dir/b.c:\n\tx\n");
    test.fakefile = str_text(&text);
    open_world(&world, &test);
    ck_assert_msg(world.plan != NULL, "%s", str_text(&world.said));
    for (size_t i = 0; i < world.plan->jobs.len; i++)
        if (((const struct job *)world.plan->jobs.items[i])->is_goal)
            job = world.plan->jobs.items[i];
    ck_assert_ptr_nonnull(job);
    plan_expander(world.plan, job, &expander);
    ck_assert(expand(&expander, job->recipe->lines[0].text, &out));
    ck_assert_str_eq(str_text(&out), values[_i].expected);
    str_free(&out);
    close_world(&world, &test);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan implicit");
    TCase *tests = tcase_create("implicit");

    tcase_add_loop_test(tests, search, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, automatic, 0, sizeof values / sizeof *values);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
