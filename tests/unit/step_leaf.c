#include <stdlib.h>

#include "base/str.h"
#include "step/leaf.h"
#include "suite.h"

/* What runs without a shell of its own, and how; NULL: it needs one. */
/* They change the shell, or not. */
enum { ALONE, INSIDE };

#define GUARD                                                                                      \
    "kill(){ [ \"x$1\" = x-0 ] || for f_u in \"$@\"; do case $f_u in [A-Za-z]*|-[A-Za-z]*|--) ;; " \
    "*[!0-9-]*) false;; *[1-9]*) ;; *) false;; esac || "                                           \
    "{ echo \"kill: '$f_u' is no process id\" >&2; return 1; }; done; command kill \"$@\"; }; "

static const struct {
    const char *command, *text;
    int way;
} cases[] = {
    { "mkdir -p a/b c", "mkdir -p a/b c", ALONE },
    { "ln -sfn a b && mv -T b c", "ln -sfn a b && mv -T b c", ALONE },
    { "ln -sfn a b; mv -T b c", "ln -sfn a b; exec mv -T b c", INSIDE },
    { "ls a || ls b", "ls a || exec ls b", INSIDE },
    { "cd '/x y' || exit\nrm -f *.pyc\n", "cd '/x y' || exit\nexec rm -f *.pyc\n", INSIDE },
    { "cd x && ls", "cd x && exec ls", INSIDE },
    { ": >a", ": >a", INSIDE },
    { "tar -xzf \"$HOME/a b.tgz\" -C ${HOME}/x 2>/dev/null",
      "tar -xzf \"$HOME/a b.tgz\" -C ${HOME}/x 2>/dev/null", ALONE },
    { "grep -c x <a >>b 2>&1;", "exec grep -c x <a >>b 2>&1;", INSIDE },
    { "echo a", "echo a", ALONE },
    { "touch a; true", "touch a; true", INSIDE },
    { "cat a | sort | uniq -c", "cat a | sort | uniq -c", INSIDE },
    { "cat a | wc -l; date", "cat a | wc -l; exec date", INSIDE },
    { "touch \"$(basename \"$(cat a)\")\" || exit 3",
      "touch \"$(basename \"$(cat a)\")\" || exit 3", INSIDE },
    { "rm $(cd a; cat list | head -n 1)", "rm $(cd a; cat list | head -n 1)", ALONE },
    { "[ -e a ] && echo \\$HOME '$$'", "[ -e a ] && echo \\$HOME '$$'", ALONE },
    { "echo a#b \\# x", "echo a#b \\# x", ALONE },
    { "cat \\\n a", "cat \\\n a", ALONE },
    { "kill -s HUP 17 2>/dev/null", "kill -s HUP 17 2>/dev/null", ALONE },
    { "kill -0 17", "kill -0 17", ALONE },
    { "kill -9 -- -17 18", "kill -9 -- -17 18", ALONE },
    { "kill -- 17", "kill -- 17", ALONE },
    { "kill -s HUP $(cat a.pid)", GUARD "kill -s HUP $(cat a.pid)", INSIDE },
    { "kill -s HUP \"1$(cat a.pid)\"", GUARD "kill -s HUP \"1$(cat a.pid)\"", INSIDE },
    { "ls; ls $(kill $HOME)", GUARD "ls; exec ls $(kill $HOME)", INSIDE },
    { "tar -C /opt/Foo -cf a b", "tar -C /opt/Foo -cf a b", ALONE },
    { "tar --zstd -xf a --strip-components=1", "tar --zstd -xf a --strip-components=1", ALONE },
    { "ls >/dev/null", "ls >/dev/null", ALONE },

    { "", NULL, 0 },
    { "make", NULL, 0 },
    { "./mkdir a", NULL, 0 },
    { "'mkdir' a", NULL, 0 },
    { "mkdir$HOME a", NULL, 0 },
    { "x=1 ls", NULL, 0 },
    { "ls &", NULL, 0 },
    { "kill -s HUP 0", NULL, 0 },
    { "kill 1 0 2", NULL, 0 },
    { "kill %1", NULL, 0 },
    { "kill 00", NULL, 0 },
    { "kill '0'", NULL, 0 },
    { "kill -HUP -- -0", NULL, 0 },
    { "kill -0 -0", NULL, 0 },
    { "kill +0", NULL, 0 },
    { "kill \\0", NULL, 0 },
    { "kill 1x", NULL, 0 },
    { "kill 0 $(cat a.pid)", NULL, 0 },
    { "kill $a", NULL, 0 },
    { "tar -I ./x -xf a", NULL, 0 },
    { "tar cIf ./x a b", NULL, 0 },
    { "tar -xf a --use-compress-program=./x", NULL, 0 },
    { "tar -xf a --to-command ./x", NULL, 0 },
    { "tar -xf a --checkpoint=1 --checkpoint-action=exec=./x", NULL, 0 },
    { "tar -xf a '--to-command=./x'", NULL, 0 },
    { "sort --compress-program=./x a", NULL, 0 },
    { "install --strip-program=./x -s a b", NULL, 0 },
    { "ls & ls", NULL, 0 },
    { "nohup ls", NULL, 0 },
    { "( ls )", NULL, 0 },
    { "{ ls; }", NULL, 0 },
    { "if ls; then ls; fi", NULL, 0 },
    { "! ls", NULL, 0 },
    { "ls )", NULL, 0 },
    { "ls ;; ls", NULL, 0 },
    { "ls &&", NULL, 0 },
    { "ls |", NULL, 0 },
    { "| ls", NULL, 0 },
    { "ls # all", NULL, 0 },
    { "# all", NULL, 0 },
    { "ls 'a", NULL, 0 },
    { "ls \"a", NULL, 0 },
    { "ls a\\", NULL, 0 },
    { "ls \"a\\", NULL, 0 },
    { "ls `pwd`", NULL, 0 },
    { "ls \"`pwd`\"", NULL, 0 },
    { "ls $d", NULL, 0 },
    { "ls $$ $?", NULL, 0 },
    { "ls $PPID", NULL, 0 },
    { "ls $HOMES", NULL, 0 },
    { "ls $HOME_1", NULL, 0 },
    { "ls ${HOME#x}", NULL, 0 },
    { "ls $((1))", NULL, 0 },
    { "ls $(ls", NULL, 0 },
    { "ls $(./x)", NULL, 0 },
    { "ls $(ls &)", NULL, 0 },
    { "ls \"$(ls $x)\"", NULL, 0 },
    { "ls 3>a", NULL, 0 },
    { "ls 12>a", NULL, 0 },
    { "ls >&3", NULL, 0 },
    { "ls >&-", NULL, 0 },
    { "ls <<x\nx\n", NULL, 0 },
    { "ls <>a", NULL, 0 },
    { "ls >", NULL, 0 },
    { "ls >| a", NULL, 0 },
    { "ls <(ls)", NULL, 0 },
    { "set -e\nls", NULL, 0 },
    { "exec ls", NULL, 0 },
    { "echo a >/dev/stderr", NULL, 0 },
    { "ls /proc/self/fd", NULL, 0 },
    { "$(ls)", NULL, 0 },
};

START_TEST(leaves)
{
    struct str text = { 0 };
    bool changes_shell = false;
    bool is_leaf = leaf_add(&text, cases[_i].command, &changes_shell);
    ck_assert_msg(is_leaf == (cases[_i].text != NULL), "%s", cases[_i].command);
    ck_assert_str_eq(str_text(&text), cases[_i].text ? cases[_i].text : "");
    ck_assert_int_eq(changes_shell, cases[_i].way);
    str_free(&text);
}
END_TEST

START_TEST(deep_ones_end)
{
    struct str command = { 0 }, text = { 0 };
    bool changes_shell;
    for (int i = 0; i < 100000; i++)
        str_add(&command, i ? "$(ls " : "ls ");
    ck_assert(!leaf_add(&text, str_text(&command), &changes_shell));
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
