#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/options.h"
#include "suite.h"

/* The next line is for a program called make. */
static bool is_make;

/* Takes the words of a line apart at blanks, then as a command line. What was told is in *told; the
 * caller frees it. */
static bool parse(struct command_line *line, const char *words, char **told)
{
    char *list[32], *text = strdup(words), *word;
    size_t size;
    int count = 0;
    FILE *errors = open_memstream(told, &size);
    bool parsed;

    for (word = strtok(text, " "); word; word = strtok(NULL, " "))
        list[count++] = word;
    command_line_init(line);
    line->is_make = is_make;
    parsed = command_line_parse(line, count, list, errors);
    fclose(errors);
    /* The words live on in the line; the test is short enough to let them leak into it. */
    vec_push(&line->evals, text);
    return parsed;
}

static void done(struct command_line *line, char *told)
{
    free(line->evals.items[line->evals.len - 1]);
    command_line_free(line);
    free(told);
}

static void add_list(struct str *out, const char *name, const struct vec *list, size_t skipped)
{
    for (size_t i = 0; i + skipped < list->len; i++)
        str_addf(out, " %s=%s", name, (const char *)list->items[i]);
}

static void add_text(struct str *out, const char *name, const char *text)
{
    if (text)
        str_addf(out, " %s=%s", name, text);
}

/* All that was understood, in one line. */
static void describe(struct command_line *line, struct str *out)
{
    const struct fake_settings *settings = command_line_settings(line);

    add_list(out, "C", &line->folders, 0);
    add_list(out, "f", &line->files, 0);
    add_list(out, "I", &line->includes, 0);
    add_list(out, "eval", &line->evals, 1);
    add_list(out, "set", &line->assignments, 0);
    add_list(out, "goal", &line->goals, 0);
    add_text(out, "H", settings->hosts);
    add_text(out, "R", settings->roles);
    add_text(out, "x", settings->exclude);
    add_text(out, "u", settings->user);
    add_text(out, "limit", settings->limit);
    add_text(out, "command", settings->command);
    add_text(out, "list", line->list_format);
    add_text(out, "graph", line->graph_format);
    add_text(out, "O", settings->output_sync);
    add_text(out, "shuffle", settings->shuffle);
    add_list(out, "o", &line->old_files, 0);
    add_list(out, "W", &line->new_files, 0);
    if (settings->load > 0)
        str_addf(out, " l=%g", settings->load);
    if (settings->jobs_here == FAKE_UNLIMITED)
        str_add(out, " j=all");
    else if (settings->jobs_here)
        str_addf(out, " j=%u", settings->jobs_here);
    if (settings->hosts_at_once)
        str_addf(out, " P=%u", settings->hosts_at_once);
    if (settings->lock_timeout)
        str_addf(out, " lock=%u", settings->lock_timeout);
    str_add(out, settings->keep_going ? " k" : "");
    str_add(out, settings->dry_run ? " n" : "");
    str_add(out, settings->silent ? " s" : "");
    str_add(out, settings->explain ? " explain" : "");
    str_add(out, settings->trace ? " trace" : "");
}

static const struct {
    const char *words, *meaning;
} good[] = {
    { "", "" },
    { "pack deploy", " goal=pack goal=deploy" },
    { "-kn deploy -s", " goal=deploy k n s" },
    { "-j4 a", " goal=a j=4" },
    { "-j 4 a", " goal=a j=4" },
    { "-j a", " goal=a j=all" },
    { "a -j", " goal=a j=all" },
    { "-kj4n", " j=4 k n" },
    { "-jk", " j=all k" },
    { "--jobs", " j=all" },
    { "--jobs=4", " j=4" },
    { "--jobs 4", " goal=4 j=all" },
    { "-fa.mk -f b.mk --file=c.mk --file d.mk", " f=a.mk f=b.mk f=c.mk f=d.mk" },
    { "-C a -C b -Ic", " C=a C=b I=c" },
    { "-knf x", " f=x k n" },
    { "-k -S", "" },
    { "--recon", " n" },
    { "-H a -H b,c -R x -x d -u me -P3", " H=a,b,c R=x x=d u=me P=3" },
    { "--limit=web* --lock-timeout=0 --lock-timeout 30", " limit=web* lock=30" },
    { "--list", " list=text" },
    { "--list=json", " list=json" },
    { "a=1 b:=2 c::=3 d+=4 e?=5 f!=6", " set=a=1 set=b:=2 set=c::=3 set=d+=4 set=e?=5 set=f!=6" },
    { "deploy:tag=v1,x=2 web.restart[web1]", " goal=deploy:tag=v1,x=2 goal=web.restart[web1]" },
    { "url=http://a:1/", " set=url=http://a:1/" },
    { "-- -k", " goal=-k" },
    { "-H a -- ls -l /tmp", " H=a command=ls -l /tmp" },
    { "-R web --explain -- uptime", " R=web command=uptime explain" },
    { "-", " goal=-" },
    { "-o a -Wb --old-file=c --assume-new d --what-if=e", " o=a o=c W=b W=d W=e" },
    { "-O -Oline a", " goal=a O=line" },
    { "--shuffle=reverse a", " goal=a shuffle=reverse" },
    { "--shuffle=17", " shuffle=17" },
    { "--shuffle=none --shuffle=17 --shuffle=none", "" },
    { "-O none", " goal=none O=target" },
    { "--output-sync", " O=target" },
    { "--output-sync=recurse", " O=recurse" },
    { "-l2.5 a", " goal=a l=2.5" },
    { "-l 3 a", " goal=a l=3" },
    { "-l3 -l a", " goal=a" },
    { "--max-load=1.5 --load-average 2", " goal=2" },
    { "-kl2n", " l=2 k n" },
    { "-s --no-silent", "" },
    { "--graph --graph=svg", " graph=svg" },
    { "-d", " explain" },
    { "--debug=b", " explain" },
    { "--debug=none", "" },
    { "--sil --trac --no-print", " s trace" },
    { "--old x", " o=x" },
};

static const struct {
    const char *words, *meaning;
} good_for_make[] = {
    { "-rR a", " goal=a" },
    { "--no-builtin-variables", "" },
    { "--jobserver-auth=3,4 -j", " j=all" },
};

START_TEST(make_has_its_own_letters)
{
    struct command_line line;
    struct str meaning = { 0 };
    char *told;

    is_make = true;
    ck_assert(parse(&line, good_for_make[_i].words, &told));
    is_make = false;
    describe(&line, &meaning);
    ck_assert_str_eq(str_text(&meaning), good_for_make[_i].meaning);
    str_free(&meaning);
    done(&line, told);
}
END_TEST

static const char *const unknown_to_make[] = { "-H a", "-x a", "-u a", "-P 3", "--hosts=a" };

START_TEST(make_knows_no_hosts)
{
    struct command_line line;
    char *told;

    is_make = true;
    ck_assert(!parse(&line, unknown_to_make[_i], &told));
    is_make = false;
    ck_assert_ptr_nonnull(strstr(told, "make: *** unknown option"));
    done(&line, told);
}
END_TEST

START_TEST(good_words_are_understood)
{
    struct command_line line;
    struct str meaning = { 0 };
    char *told;

    ck_assert(parse(&line, good[_i].words, &told));
    describe(&line, &meaning);
    ck_assert_str_eq(str_text(&meaning), good[_i].meaning);
    ck_assert_str_eq(told, "");
    str_free(&meaning);
    done(&line, told);
}
END_TEST

static const struct {
    const char *words, *told;
} bad[] = {
    { "--expalin", "fake: *** unknown option '--expalin'.  Stop.\n    did you mean --explain?\n" },
    { "--limt=x", "fake: *** unknown option '--limt'.  Stop.\n    did you mean --limit?\n" },
    { "--quux", "fake: *** unknown option '--quux'.  Stop.\n    fake --help lists the options\n" },
    { "-kZ", "fake: *** unknown option '-Z'.  Stop.\n    fake --help lists the options\n" },
    { "-j0", "fake: *** --jobs wants a whole number above 0, not '0'.  Stop.\n" },
    { "-P x", "fake: *** --hosts-at-once wants a whole number above 0, not 'x'.  Stop.\n" },
    { "-P 99999999999999999999", "fake: *** --hosts-at-once wants a whole number above 0, not "
                                 "'99999999999999999999'.  Stop.\n" },
    { "--lock-timeout=-1",
      "fake: *** --lock-timeout wants a number of seconds, not '-1'.  Stop.\n" },
    { "--list=jsn", "fake: *** --list knows no 'jsn'.  Stop.\n    did you mean 'json'?\n" },
    { "-f", "fake: *** --file wants a value: FILE.  Stop.\n" },
    { "--no", "fake: *** unknown option '--no'.  Stop.\n    fake --help lists the options\n" },
    { "--max-load=x", "fake: *** --max-load wants a load such as 2.5, not 'x'.  Stop.\n" },
    { "-Ofoo", "fake: *** --output-sync knows no 'foo'.  Stop.\n" },
    { "--shuffle=-1",
      "fake: *** --shuffle wants random, reverse, none or a number, not '-1'.  Stop.\n" },
    { "=x", "fake: *** empty variable name.  Stop.\n" },
    { ":=x", "fake: *** empty variable name.  Stop.\n" },
    { "--yes=1", "fake: *** --yes takes no value.  Stop.\n" },
    { "-H a --", "fake: *** no command behind '--'.  Stop.\n    fake -H web1 -- uptime\n" },
    { "--a --b", "fake: *** unknown option '--a'.  Stop.\n    fake --help lists the options\n"
                 "fake: *** unknown option '--b'.  Stop.\n    fake --help lists the options\n" },
};

START_TEST(bad_words_are_named)
{
    struct command_line line;
    char *told;

    ck_assert(!parse(&line, bad[_i].words, &told));
    ck_assert_str_eq(told, bad[_i].told);
    done(&line, told);
}
END_TEST

START_TEST(help_fits_a_terminal)
{
    char *text, *line;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    command_line_print_help(_i, out); /* as fake, as make */
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "\n  -j, --jobs[=N] "));
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        ck_assert_msg(strlen(line) <= 80, "%s", line);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli_options");
    TCase *options = tcase_create("options");

    suite_add_tcase(suite, options);
    tcase_add_loop_test(options, good_words_are_understood, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(options, bad_words_are_named, 0, sizeof bad / sizeof *bad);
    tcase_add_loop_test(options, make_has_its_own_letters, 0,
                        sizeof good_for_make / sizeof *good_for_make);
    tcase_add_loop_test(options, make_knows_no_hosts, 0,
                        sizeof unknown_to_make / sizeof *unknown_to_make);
    tcase_add_loop_test(options, help_fits_a_terminal, false, true + 1);
    return suite_run(suite);
}
