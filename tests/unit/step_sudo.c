#include "step_playing.h"
#include "suite.h"

/* sudo and its password, owners and --check of what is sent, under each shell, with a sudo of our
 * own that keeps tickets as sudo does where there is no terminal: by its parent process. */

static const char mock[] =
    "#!/bin/sh\n"
    "n= p= v= l=\n"
    "while :; do case $1 in -n) n=1;; -S) ;; -p) p=$2; shift;; -v) v=1;; -l) l=1;;\n"
    "-u) echo \"as $2\" >>\"$HOME/said\"; shift;; --) shift; break;; *) break;; esac; shift; done\n"
    "t=$HOME/ticket.$PPID\n"
    "if [ ! -e \"$t\" ] && [ ! -e \"$HOME/nopasswd\" ]; then\n"
    "[ -z \"$n\" ] || { echo 'sudo: a password is required' >&2; exit 1; }\n"
    "printf %s \"$p\" >&2; IFS= read -r x && printf '%s\\n' \"$x\" >>\"$HOME/tried\"\n"
    "if [ \"$x\" != ' o\\pen  $x' ]; then\n"
    "printf 'Sorry, try again.\\n%s' \"$p\" >&2; IFS= read -r x || :\n"
    "echo 'sudo: 1 incorrect password attempt' >&2; exit 1; fi\n"
    "[ ! -e \"$HOME/not_allowed\" ] || { echo 'Sorry, you may not run sudo.' >&2; exit 1; }\n"
    ": >\"$t\"; fi\n"
    "[ -z \"$v$l\" ] || exit 0\n"
    "[ -e \"$t\" ] || [ -e \"$HOME/nopasswd\" ] || { echo 'sudo: no ticket' >&2; exit 1; }\n"
    "echo \"by sudo: $*\" >>\"$HOME/said\"; exec \"$@\"\n";

static const char *mock_path(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", getenv("XDG_RUNTIME_DIR"), name);
    return path;
}

/* The programs stand in front of the system's, in the folder of the shell. */
static void open_mock(int shell)
{
    open_all(SHELLS[shell]);
    write_file(mock_path("sudo"), mock, 0755);
    write_file(mock_path("id"), "#!/bin/sh\necho 1000\n", 0755);
}

static void close_mock(void)
{
    unlink(mock_path("sudo"));
    unlink(mock_path("id"));
    playing_password = NULL;
    close_all();
}

START_TEST(without_password)
{
    open_mock(_i);
    ck_refused(play("\tsudo true\n"), 1, "sudo asks for a password: set sudo_password");
    write_file("nopasswd", "", 0600);
    ck_played(play("\tsudo --input=in cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "in\n");
    ck_played(play("\tsudo --user=app touch a b\n"), 0);
    ck_assert_ptr_nonnull(strstr(read_text("said"), "as app\nby sudo: touch a b\n"));
    ck_played(play("\tsudo (exit 3)\n"), 3);
    close_mock();
}
END_TEST

START_TEST(with_password)
{
    open_mock(_i);
    playing_password = " o\\pen  $x";
    ck_played(play("\tsudo --input='two  words' cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "two  words\n");
    ck_assert_str_eq(read_text("tried"), " o\\pen  $x\n");
    ck_played(play("\tsudo cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "");
    ck_played(play("\tsudo sh -c 'exit 3'\n"), 3);
    write_file("in", "data", 0600);
    ck_played(play("\tsudo --stdin=in {\n\tcat >given\n\t}\n"), 0);
    ck_assert_str_eq(read_text("given"), "data");

    write_file("nopasswd", "", 0600);
    ck_played(play("\tsudo --input=in cat >given\n"), 0);
    ck_assert_str_eq(read_text("given"), "in\n");
    unlink("nopasswd");
    write_file("not_allowed", "", 0600);
    ck_refused(play("\tsudo true\n"), 1, "Sorry, you may not run sudo.\n");
    unlink("not_allowed");
    unlink("tried");

    playing_password = "wrong";
    struct played went = play("\tsudo touch bad\n");
    ck_assert_int_eq(went.status, STEP_SUDO_REFUSED);
    ck_assert_str_eq(went.said, "sudo refused the password (sudo_password)\n");
    ck_assert_str_eq(read_text("tried"), "wrong\n");
    ck_assert_int_ne(access("bad", F_OK), 0);
    close_mock();
}
END_TEST

START_TEST(put_by_root)
{
    open_mock(_i);
    playing_password = " o\\pen  $x";
    write_file("a", "one\n", 0640);
    mkdir("d", 0700);
    ck_played(play("\tput --sudo a $(w)/d/\n"), 0);
    ck_assert_str_eq(read_text("d/a"), "one\n");
    ck_assert_uint_eq(mode_of("d/a"), 0640);
    ck_assert_ptr_nonnull(strstr(read_text("said"), "by sudo: sh -c TMPDIR="));
    ck_unchanged(play("\tput --sudo a $(w)/d/\n"));
    mkdir("tree", 0700);
    write_file("tree/b", "two\n", 0600);
    ck_played(play("\tput --sudo tree $(w)/d/\n"), 0);
    ck_assert_str_eq(read_text("d/tree/b"), "two\n");
    ck_assert_int_eq(count_hidden("d"), 0);
    close_mock();
}
END_TEST

START_TEST(get_by_root)
{
    open_mock(_i);
    write_file("nopasswd", "", 0600);
    write_file("a", "aa\n", 0600);
    ck_played(play("\tget --sudo $(w)/a here\n"), 0);
    ck_assert_str_eq(read_text("here"), "aa\n");
    ck_assert_ptr_nonnull(strstr(read_text("said"), "by sudo: sh -c"));
    unlink("nopasswd");
    ck_refused(play("\tget --sudo $(w)/a here\n"), 1, "sudo asks for a password");
    playing_password = " o\\pen  $x";
    ck_played(play("\tget --sudo $(w)/a again\n"), 0);
    ck_assert_str_eq(read_text("again"), "aa\n");
    close_mock();
}
END_TEST

START_TEST(owners)
{
    open_all(SHELLS[_i]);
    write_file("a", "one\n", 0640);
    mkdir("tree", 0700);
    write_file("tree/b", "two\n", 0600);
    ck_refused(play("\tput --owner=no-such-user a c\n"), 1, "no-such-user");
    ck_assert_int_ne(access("c", F_OK), 0);
    ck_assert_int_eq(count_hidden("."), 0);
    if (getuid() == 0) {
        struct stat status;
        ck_played(play("\tput --owner=nobody --group=3 a c\n"), 0);
        ck_assert_int_eq(stat("c", &status), 0);
        ck_assert_uint_eq(status.st_gid, 3);
        ck_assert_uint_ne(status.st_uid, 0);
        ck_unchanged(play("\tput --owner=nobody --group=3 a c\n"));
        ck_changed(play("\tput --owner=0 a c\n"));
        ck_assert_int_eq(stat("c", &status), 0);
        ck_assert_uint_eq(status.st_uid, 0);
        ck_changed(play("\tput --group=3 tree t\n"));
        ck_assert_int_eq(stat("t/b", &status), 0);
        ck_assert_uint_eq(status.st_gid, 3);
        ck_unchanged(play("\tput --group=3 tree t\n"));
        ck_changed(play("\tput --owner=nobody tree t\n"));
    }
    close_all();
}
END_TEST

START_TEST(checks)
{
    open_all(SHELLS[_i]);
    write_file("a", "one\n", 0640);
    mkdir("d", 0700);
    ck_played(play("\tput --check='grep -q one' a d/a\n"), 0);
    write_file("a", "two\n", 0640);
    ck_refused(play("\tput --check='grep one' a d/a\n"), 1, "--check failed: the old file stays");
    ck_assert_str_eq(read_text("d/a"), "one\n");
    ck_assert_int_eq(count_hidden("d"), 0);
    ck_played(play("\tcd d\n\tenv b=two\n\tput --check='[ -f a ] && grep -q $$b' a a\n"), 0);
    ck_assert_str_eq(read_text("d/a"), "two\n");
    mkdir("tree", 0700);
    ck_refused(play("\tput --check=true tree d/\n"), -1, "--check is for one file");
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sudo on a host");
    TCase *tests = tcase_create("host");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, without_password, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, with_password, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_by_root, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, get_by_root, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, owners, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, checks, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
