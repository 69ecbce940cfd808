#include "base/difference.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "suite.h"

static const struct {
    const char *from, *to, *hunks;
} cases[] = {
    { "", "", "" },
    { "a\nb\n", "a\nb\n", "" },
    { "", "a\nb", "@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n" },
    { "a\n", "", "@@ -1,1 +0,0 @@\n-a\n" },
    { "a", "a\n", "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n" },
    { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
      "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n" },
    /* two changes near to each other are one hunk, far from each other two */
    { "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
      "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n" },
    { "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\nB\n",
      "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,4 @@\n 5\n 6\n 7\n-b\n+B\n" },
    /* the fewest changes */
    { "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
      "@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n" },
};

START_TEST(hunks)
{
    struct str out = { 0 };

    difference_add(cases[_i].from, strlen(cases[_i].from), cases[_i].to, strlen(cases[_i].to),
                   &out);
    ck_assert_str_eq(str_text(&out), cases[_i].hunks);
    str_free(&out);
}
END_TEST

/* More than is looked for: still right, if not the shortest. */
START_TEST(nothing_in_common)
{
    struct str from = { 0 }, to = { 0 }, out = { 0 };
    size_t minus = 0, plus = 0;

    for (int i = 0; i < 2 * DIFFERENCE_MAXIMUM; i++) {
        str_addf(&from, "%d\n", i);
        str_addf(&to, "-%d\n", i);
    }
    difference_add(from.data, from.len, to.data, to.len, &out);
    for (const char *line = str_text(&out); (line = strchr(line, '\n')); line++) {
        minus += line[1] == '-';
        plus += line[1] == '+';
    }
    ck_assert_uint_eq(minus, 2 * DIFFERENCE_MAXIMUM);
    ck_assert_uint_eq(plus, 2 * DIFFERENCE_MAXIMUM);
    str_free(&from);
    str_free(&to);
    str_free(&out);
}
END_TEST

START_TEST(text)
{
    ck_assert(difference_is_text("a\n\xff", 3));
    ck_assert(difference_is_text(NULL, 0));
    ck_assert(!difference_is_text("a\0b", 3));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base difference");
    TCase *tests = tcase_create("difference");

    tcase_add_loop_test(tests, hunks, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, nothing_in_common);
    tcase_add_test(tests, text);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
