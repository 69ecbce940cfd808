#include <stdlib.h>

#include "base/str.h"
#include "step/leaf.h"
#include "suite.h"

/* What runs without a shell of its own, and how; NULL: it needs one. */
static const struct {
    const char *command, *text;
} cases[] = {
    { "mkdir -p a/b c", "exec mkdir -p a/b c" },
    { "ln -sfn a b && mv -T b c", "ln -sfn a b && exec mv -T b c" },
    { "cd '/x y' || exit\nrm -f *.pyc\n", "cd '/x y' || exit\nexec rm -f *.pyc\n" },
    { "tar -xzf \"$HOME/a b.tgz\" -C ${HOME}/x 2>/dev/null", "exec tar -xzf \"$HOME/a b.tgz\" -C "
                                                             "${HOME}/x 2>/dev/null" },
    { "grep -c x <a >>b 2>&1;", "exec grep -c x <a >>b 2>&1;" },
    { "echo a", "echo a" },
    { "touch a; true", "touch a; true" },
    { "cat a | sort | uniq -c", "cat a | sort | uniq -c" },
    { "cat a | wc -l; date", "cat a | wc -l; exec date" },
    { "touch \"$(basename \"$(cat a)\")\" || exit 3",
      "touch \"$(basename \"$(cat a)\")\" || exit 3" },
    { "rm $(cat list | head -n 1)", "exec rm $(cat list | head -n 1)" },
    { "[ -e a ] && echo \\$HOME '$$'", "[ -e a ] && echo \\$HOME '$$'" },
    { "echo a#b \\# x", "echo a#b \\# x" },
    { "cat \\\n a", "exec cat \\\n a" },

    { "", NULL },
    { "make", NULL },
    { "./mkdir a", NULL },
    { "'mkdir' a", NULL },
    { "mkdir$HOME a", NULL },
    { "x=1 ls", NULL },
    { "kill -s HUP $(cat a.pid)", "kill -s HUP $(cat a.pid)" },
    { "ls &", NULL },
    { "ls & ls", NULL },
    { "nohup ls", NULL },
    { "( ls )", NULL },
    { "{ ls; }", NULL },
    { "if ls; then ls; fi", NULL },
    { "! ls", NULL },
    { "ls )", NULL },
    { "ls ;; ls", NULL },
    { "ls &&", NULL },
    { "ls |", NULL },
    { "| ls", NULL },
    { "ls # all", NULL },
    { "# all", NULL },
    { "ls 'a", NULL },
    { "ls \"a", NULL },
    { "ls a\\", NULL },
    { "ls \"a\\", NULL },
    { "ls `pwd`", NULL },
    { "ls \"`pwd`\"", NULL },
    { "ls $d", NULL },
    { "ls $$ $?", NULL },
    { "ls $PPID", NULL },
    { "ls $HOMES", NULL },
    { "ls $HOME_1", NULL },
    { "ls ${HOME#x}", NULL },
    { "ls $((1))", NULL },
    { "ls $(ls", NULL },
    { "ls $(./x)", NULL },
    { "ls $(ls &)", NULL },
    { "ls \"$(ls $x)\"", NULL },
    { "ls 3>a", NULL },
    { "ls 12>a", NULL },
    { "ls >&3", NULL },
    { "ls >&-", NULL },
    { "ls <<x\nx\n", NULL },
    { "ls <>a", NULL },
    { "ls >", NULL },
    { "ls >| a", NULL },
    { "ls <(ls)", NULL },
    { "set -e\nls", NULL },
    { "exec ls", NULL },
    { "echo a >/dev/stderr", NULL },
    { "ls /proc/self/fd", NULL },
    { "ls >/dev/null", "exec ls >/dev/null" },
    { "$(ls)", NULL },
};

START_TEST(leaves)
{
    struct str text = { 0 };
    bool is_leaf = leaf_add(&text, cases[_i].command);
    ck_assert_msg(is_leaf == (cases[_i].text != NULL), "%s", cases[_i].command);
    ck_assert_str_eq(str_text(&text), cases[_i].text ? cases[_i].text : "");
    str_free(&text);
}
END_TEST

START_TEST(deep_ones_end)
{
    struct str command = { 0 }, text = { 0 };
    for (int i = 0; i < 100000; i++)
        str_add(&command, i ? "$(ls " : "ls ");
    ck_assert(!leaf_add(&text, str_text(&command)));
    str_free(&command);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("step_leaf");
    TCase *tests = tcase_create("leaf");
    tcase_add_loop_test(tests, leaves, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, deep_ones_end);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
