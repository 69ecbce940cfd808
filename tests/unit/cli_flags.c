#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/flags.h"
#include "suite.h"

/* MAKEFLAGS, then the words of a line taken apart at blanks; what comes out are the MAKEFLAGS and
 * FAKEFLAGS for those that recipes start. */
static const struct {
    const char *makes, *fakes, *words;
    const char *letters, *options, *fakes_out;
} rows[] = {
    { "", "", "", "", "", "" },
    { "", "", "-s -k -R web", "ks", "", "--roles=web" },
    { "ks", "", "", "ks", "", "" },
    { "ks", "", "-S", "s", "", "" },
    { "rR", "", "", "rR", "", "" },
    { "Bdeiknpqrstw", "", "", "Bdeiknpqrstw", "", "" },
    { "w --no-print-directory", "", "", "", " --no-print-directory", "" },
    { " --trace -l2.5 -Oline -Iinc", "", "", "", " -Iinc -l2.5 -Oline --trace", "" },
    { "-k --nonsense goal Z", "", "", "k", "", "" },
    { "kZs", "", "", "ks", "", "" },
    { "-Iinc", "", "-Iinc -Iother", "", " -Iinc -Iinc -Iother", "" },
    { "--eval=X\\ =\\ a\\\\b$$$$(c)", "", "", "", " --eval=X\\ =\\ a\\\\b$$$$(c)", "" },
    { "H=1 -H", "", "", "", "", "" },
    { "", "--hosts=web1 --user=me --yes", "", "", "", "--hosts=web1 --user=me --yes" },
    { "", "--hosts=web1 --limit=w\\ b --user=me", "-u you", "", "",
      "--hosts=web1 --limit=w\\ b --user=you" },
    { "", "--hosts=web1 --exclude=web2", "-R db", "", "", "--roles=db --exclude=web2" },
    { "", "-k --jobs=3", "", "", "", "" },
};

static int take_apart(char *text, char **words)
{
    int count = 0;

    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

START_TEST(flags_go_in_and_out)
{
    struct command_line line;
    struct str letters = { 0 }, options = { 0 }, fakes = { 0 };
    char *words[16], *text = strdup(rows[_i].words);

    command_line_init(&line);
    flags_take_makes(&line, rows[_i].makes);
    ck_assert(command_line_parse(&line, take_apart(text, words), words, stderr));
    flags_take_fakes(&line, rows[_i].fakes);
    ck_assert_uint_eq(line.goals.len, 0);
    command_line_settings(&line);
    flags_give_letters(&line, &letters);
    flags_give_options(&line, &options);
    flags_give_fakes(&line, &fakes);
    ck_assert_str_eq(str_text(&letters), rows[_i].letters);
    ck_assert_str_eq(str_text(&options), rows[_i].options);
    ck_assert_str_eq(str_text(&fakes), rows[_i].fakes_out);
    str_free(&letters);
    str_free(&options);
    str_free(&fakes);
    command_line_free(&line);
    free(text);
}
END_TEST

START_TEST(variables_come_in)
{
    struct command_line line;

    command_line_init(&line);
    flags_take_makes(&line, "k -j4 --jobserver-auth=3,4 -- a=x\\ y\\\\z b:=$$$$");
    ck_assert_uint_eq(line.assignments.len, 2);
    ck_assert_str_eq(line.assignments.items[0], "a=x y\\z");
    ck_assert_str_eq(line.assignments.items[1], "b:=$$");
    ck_assert_uint_eq(line.settings.jobs_here, 4);
    ck_assert_str_eq(line.settings.jobserver, "3,4");
    command_line_free(&line);
}
END_TEST

/* What a file leaves in MAKEFLAGS is taken again, with what was in it all the time. */
START_TEST(nothing_is_taken_twice)
{
    struct command_line line;
    struct str options = { 0 };

    command_line_init(&line);
    flags_take_makes(&line, "-Ia --eval=b");
    flags_take_makes(&line, "-Ia --eval=b -Ic --trace");
    flags_give_options(&line, &options);
    ck_assert_str_eq(str_text(&options), " -Ia -Ic --eval=b --trace");
    str_free(&options);
    command_line_free(&line);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli_flags");
    TCase *flags = tcase_create("flags");

    suite_add_tcase(suite, flags);
    tcase_add_loop_test(flags, flags_go_in_and_out, 0, sizeof rows / sizeof *rows);
    tcase_add_test(flags, variables_come_in);
    tcase_add_test(flags, nothing_is_taken_twice);
    return suite_run(suite);
}
