#include "base/range.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "suite.h"

static bool add(void *context, const char *text)
{
    struct str *out = context;

    if (out->len)
        str_addc(out, ' ');
    str_add(out, text);
    return true;
}

static const struct {
    const char *pattern;
    const char *expanded; /* NULL: malformed */
} patterns[] = {
    { "web", "web" },
    { "", "" },
    { "web[1-3]", "web1 web2 web3" },
    { "web[01-03]", "web01 web02 web03" },
    { "web[08-11]", "web08 web09 web10 web11" },
    { "web[9-11].x", "web9.x web10.x web11.x" },
    { "web[1-3,7,9-10]", "web1 web2 web3 web7 web9 web10" },
    { "a[1-2]b[1-2]", "a1b1 a1b2 a2b1 a2b2" },
    { "u@web[1-2]:22", "u@web1:22 u@web2:22" },
    { "[::1]:22", "[::1]:22" },
    { "[fe80::1]", "[fe80::1]" },
    { "web[0-0]", "web0" },
    { "web[001]", "web001" },
    { "web[3-1]", NULL },
    { "web[]", NULL },
    { "web[1-]", NULL },
    { "web[-1]", NULL },
    { "web[a-b]", NULL },
    { "web[1", NULL },
    { "web[1,]", NULL },
    { "web[1-99999999999999999999]", NULL },
    { "web[1-1000000]", NULL },
    { "[1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2]", NULL },
};

START_TEST(test_expand)
{
    struct str out = { 0 };
    const char *why = NULL;
    bool done = range_expand(patterns[_i].pattern, add, &out, &why);

    ck_assert_msg(done == (patterns[_i].expanded != NULL), "%s", patterns[_i].pattern);
    if (done)
        ck_assert_str_eq(str_text(&out), patterns[_i].expanded);
    else
        ck_assert_ptr_nonnull(why);
    str_free(&out);
}
END_TEST

static const struct {
    const char *names;
    const char *folded;
} lists[] = {
    { "", "" },
    { "web", "web" },
    { "web01 web02 web03 db1", "web[01-03] db1" },
    { "web1 web2 web3 web7 web9 web10", "web[1-3,7,9-10]" },
    { "web09 web10 web11", "web[09-11]" },
    { "web9 web10", "web[9-10]" },
    { "web3 web1 web2", "web[3,1-2]" },
    { "web1 web1", "web1 web1" },
    { "a1.x a2.x b1.x b2.x", "a[1-2].x b[1-2].x" },
    { "web1 db1", "web1 db1" },
    { "web01 web2", "web[01,2]" },
    { "web[1-2] web3", "web[1-2] web3" },
    { "10.0.0.1 10.0.0.2 10.0.0.3", "10.0.0.[1-3]" },
    { "u@w1:22 u@w2:22", "u@w[1-2]:22" },
};

START_TEST(test_fold)
{
    char *text = mem_strdup(lists[_i].names), *word, *rest = NULL;
    const char *names[16];
    struct str out = { 0 };
    size_t n = 0;

    for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        names[n++] = word;
    range_fold(names, n, &out);
    ck_assert_str_eq(str_text(&out), lists[_i].folded);
    str_free(&out);
    free(text);
}
END_TEST

/* What is folded expands to the same names in the same order. */
START_TEST(test_fold_round_trip)
{
    struct str folded = { 0 }, again = { 0 }, expected = { 0 };
    const char *names[40];
    char *rest = NULL, *word;
    size_t n = 0, i;

    srand((unsigned)_i);
    for (n = 0; n < 40; n++)
        names[n] = mem_printf(rand() % 4 ? "web%0*d.x" : "web%0*d", 1 + rand() % 2, rand() % 14);
    for (i = 0; i < n; i++)
        add(&expected, names[i]);
    range_fold(names, n, &folded);
    for (word = strtok_r(folded.data, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        ck_assert(range_expand(word, add, &again, NULL));
    ck_assert_str_eq(str_text(&again), str_text(&expected));
    for (i = 0; i < n; i++)
        free((char *)names[i]);
    str_free(&folded);
    str_free(&again);
    str_free(&expected);
}
END_TEST

START_TEST(test_compare)
{
    static const char *const ordered[] = { "db1", "web", "web2", "web10", "web10b", "web11" };

    ck_assert_int_eq(range_compare("web1", "web1"), 0);
    for (size_t i = 0; i + 1 < sizeof ordered / sizeof *ordered; i++) {
        ck_assert_int_lt(range_compare(ordered[i], ordered[i + 1]), 0);
        ck_assert_int_gt(range_compare(ordered[i + 1], ordered[i]), 0);
    }
    ck_assert_int_lt(range_compare("web2x3", "web2x20"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_range");
    TCase *cases = tcase_create("ranges");

    tcase_add_loop_test(cases, test_expand, 0, sizeof patterns / sizeof *patterns);
    tcase_add_loop_test(cases, test_fold, 0, sizeof lists / sizeof *lists);
    tcase_add_loop_test(cases, test_fold_round_trip, 0, 200);
    tcase_add_test(cases, test_compare);
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
