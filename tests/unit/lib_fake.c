#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "fake.h"
#include "lib/context.h"
#include "suite.h"

/* A folder of its own for each test, and a fake whose output is kept. */
static char folder[64];
static char *text;
static size_t size;
static FILE *out;

static void set_up(void)
{
    strcpy(folder, "/tmp/fake-lib.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    out = open_memstream(&text, &size);
}

static void tear_down(void)
{
    static const char *const left[] = { "sub/inner", "sub", "Makefile", "fakefile", "Fakefile" };

    fclose(out);
    free(text);
    ck_assert_int_eq(chdir(folder), 0);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        remove(left[i]);
    rmdir(folder);
}

static void put(const char *name, const char *content)
{
    FILE *file = fopen(name, "w");

    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

static struct fake *start(bool search_upwards)
{
    struct fake_settings settings = { .search_upwards = search_upwards };
    struct fake *fake = fake_new(&settings);

    fake_sink_plain(fake, out, out, (struct fake_look){ 0 });
    return fake;
}

static const char *told(void)
{
    fflush(out);
    return text ? text : "";
}

static const struct {
    const char *goal, *target, *arguments; /* "name=value;" for each */
    bool is_good;
} goals[] = {
    { "deploy", "deploy", "", true },
    { "deploy:tag=v1", "deploy", "tag=v1;", true },
    { "deploy:tag=v1,x=a=b", "deploy", "tag=v1;x=a=b;", true },
    { "deploy:list=a\\,b\\\\c,y=", "deploy", "list=a,b\\\\c;y=;", true },
    { "deploy:url=http://a:1/", "deploy", "url=http://a:1/;", true },
    { "web.restart[web1]:x=$(y)", "web.restart[web1]", "x=$(y);", true },
    { "deploy:v1", "deploy", "", false },
    { "deploy:", "deploy", "", false },
    { "deploy:=x", "deploy", "", false },
    { "deploy:a=1,,b=2", "deploy", "a=1;b=2;", false },
};

START_TEST(goals_have_arguments)
{
    struct fake *fake = start(false);
    struct str arguments = { 0 };
    const struct goal *goal;

    put("Fakefile", "deploy: ; @:\n");
    fake_goal(fake, goals[_i].goal);
    ck_assert_int_eq(fake_read(fake, false), goals[_i].is_good);
    goal = fake->goals.items[0];
    ck_assert_str_eq(goal->target, goals[_i].target);
    for (size_t i = 0; goal->arguments && i < goal->arguments->map.len; i++) {
        const struct variable *variable = goal->arguments->map.entries[i].value;
        str_addf(&arguments, "%s=%s;", variable->name, variable->value);
    }
    ck_assert_str_eq(str_text(&arguments), goals[_i].arguments);
    ck_assert_int_eq(*told() != '\0', !goals[_i].is_good);
    str_free(&arguments);
    fake_free(fake);
}
END_TEST

static void assert_lists(const char *target, bool search_upwards)
{
    struct fake *fake = start(search_upwards);

    ck_assert_msg(fake_list(fake, out, false), "%s", told());
    ck_assert_msg(strstr(told(), target) != NULL, "no '%s' in: %s", target, told());
    fake_free(fake);
}

START_TEST(a_fakefile_comes_before_a_makefile)
{
    put("Makefile", "theirs: ; @echo\n");
    assert_lists("theirs", false);
    put("fakefile", "small: ; @echo\n");
    assert_lists("small", false);
    put("Fakefile", "ours: ; @echo\n");
    assert_lists("ours", false);
}
END_TEST

START_TEST(a_fakefile_is_looked_for_above)
{
    char here[256], wanted[300];

    put("Makefile", "theirs: ; @echo\n");
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    ck_assert_int_eq(mkdir("sub/inner", 0700), 0);
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir("sub/inner"), 0);
    put("../../Fakefile", "ours: ; @echo\n");
    assert_lists("ours", true);
    snprintf(wanted, sizeof wanted, "fake: Entering directory '%s'\n", here);
    ck_assert_ptr_nonnull(strstr(told(), wanted));
    ck_assert_ptr_nonnull(getcwd(wanted, sizeof wanted));
    ck_assert_str_eq(wanted, here);
}
END_TEST

START_TEST(a_makefile_is_not_looked_for_above)
{
    struct fake *fake;

    put("Makefile", "theirs: ; @echo\n");
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    ck_assert_int_eq(chdir("sub"), 0);
    fake = start(true);
    ck_assert_int_eq(fake_run(fake), 2);
    ck_assert_ptr_nonnull(strstr(told(), "no makefile found"));
    fake_free(fake);
}
END_TEST

START_TEST(nothing_is_looked_for_above_with_a_file_named)
{
    struct fake *fake;

    put("Fakefile", "ours: ; @echo\n");
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    ck_assert_int_eq(chdir("sub"), 0);
    fake = start(false);
    fake_load(fake, "nowhere");
    ck_assert_int_eq(fake_run(fake), 2);
    ck_assert_ptr_nonnull(strstr(told(), "nowhere"));
    fake_free(fake);
}
END_TEST

START_TEST(a_strangers_fakefile_is_refused)
{
    struct fake *fake;

    if (geteuid() != 0)
        return; /* only root can give files away */
    put("Fakefile", "ours: ; @echo\n");
    ck_assert_int_eq(chown("Fakefile", 12345, (gid_t)-1), 0);
    assert_lists("ours", false); /* here it is asked for */
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    ck_assert_int_eq(chdir("sub"), 0);
    fake = start(true);
    ck_assert_int_eq(fake_run(fake), 2);
    ck_assert_ptr_nonnull(strstr(told(), "Fakefile belongs to another user"));
    fake_free(fake);
}
END_TEST

START_TEST(steps_are_checked_before_anything_runs)
{
    struct fake *fake = start(false);

    put("Fakefile", "t @local:\n\tlocal touch sub\n\trnu x\n");
    ck_assert_int_eq(fake_run(fake), 2);
    ck_assert_int_ne(access("sub", F_OK), 0);
    ck_assert_ptr_nonnull(strstr(told(), "rnu"));
    ck_assert_ptr_nonnull(strstr(told(), "Fakefile:3"));
    fake_free(fake);
}
END_TEST

START_TEST(info_is_printed_as_it_is)
{
    struct fake *fake = start(false);

    put("Fakefile", "$(info hello there)\na: ; @echo\n");
    ck_assert(fake_read(fake, false));
    ck_assert_str_eq(told(), "hello there\n");
    fake_free(fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lib_fake");
    TCase *lib = tcase_create("fake");

    unsetenv("MAKELEVEL"); /* `make check` must not look like a sub-make */
    unsetenv("MAKEFLAGS");
    suite_add_tcase(suite, lib);
    tcase_add_checked_fixture(lib, set_up, tear_down);
    tcase_add_loop_test(lib, goals_have_arguments, 0, sizeof goals / sizeof *goals);
    tcase_add_test(lib, a_fakefile_comes_before_a_makefile);
    tcase_add_test(lib, a_fakefile_is_looked_for_above);
    tcase_add_test(lib, a_makefile_is_not_looked_for_above);
    tcase_add_test(lib, nothing_is_looked_for_above_with_a_file_named);
    tcase_add_test(lib, a_strangers_fakefile_is_refused);
    tcase_add_test(lib, steps_are_checked_before_anything_runs);
    tcase_add_test(lib, info_is_printed_as_it_is);
    return suite_run(suite);
}
