#include "step_playing.h"
#include "suite.h"

/* put --mirror, under each shell. */

static void make_trees(void)
{
    open_folder();
    mkdir("src", 0755);
    mkdir("src/sub", 0750);
    mkdir("src/empty", 0755);
    write_file("src/a", "one\n", 0640);
    write_file("src/sub/b c", "two\n", 0600);
    ck_assert_int_eq(symlink("a", "src/link"), 0);
}

START_TEST(copies)
{
    make_trees();
    driver = driver_open(SHELLS[_i]);
    ck_changed(play("\tput --mirror src/ $(w)/dst/\n"));
    ck_assert_str_eq(read_text("dst/a"), "one\n");
    ck_assert_str_eq(read_text("dst/sub/b c"), "two\n");
    ck_assert_uint_eq(mode_of("dst"), 0755);
    ck_assert_uint_eq(mode_of("dst/sub"), 0750);
    ck_assert_int_eq(access("dst/empty", F_OK), 0);
    ck_unchanged(play("\tput --mirror src/ $(w)/dst/\n"));
    uint64_t inode = inode_of("dst/a");
    write_file("src/sub/b c", "three\n", 0600);
    write_file("dst/other", "x\n", 0600);
    ck_changed(play("\tput --mirror src dst\n"));
    ck_assert_str_eq(read_text("dst/sub/b c"), "three\n");
    ck_assert_uint_eq(inode_of("dst/a"), inode);
    ck_assert_int_eq(access("dst/other", F_OK), 0);
    ck_assert_int_eq(count_hidden("."), 0);
    ck_refused(play("\tput --mirror src none/dst\n"), 1, "none: no such folder");
    ck_refused(play("\tput --mirror src/a dst\n"), -1, "--mirror copies a folder");
    close_all();
}
END_TEST

/* Into folders that are there, names of every kind, more than go into one command. */
START_TEST(many_in_one_folder)
{
    make_trees();
    driver = driver_open(SHELLS[_i]);
    ck_changed(play("\tput --mirror src/ $(w)/dst/\n"));
    static const char *const odd[] = { ".h", "..x", "-f", "a b", "*", "'q", "n\nl", ".h d/.f" };
    char name[64];
    for (unsigned i = 0; i < 450; i++) {
        snprintf(name, sizeof name, "src/sub/%u", i);
        write_file(name, name, 0644);
    }
    mkdir("src/sub/.h d", 0755);
    mkdir("dst/sub/.h d", 0755);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        snprintf(name, sizeof name, "src/sub/%s", odd[i]);
        write_file(name, odd[i], 0644);
    }
    ck_assert_int_eq(symlink("nowhere", "src/sub/dangling"), 0);
    ck_changed(play("\tput --mirror src/ $(w)/dst/\n"));
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        snprintf(name, sizeof name, "dst/sub/%s", odd[i]);
        ck_assert_str_eq(read_text(name), odd[i]);
    }
    for (unsigned i = 0; i < 450; i++) {
        snprintf(name, sizeof name, "dst/sub/%u", i);
        ck_assert_int_eq(access(name, F_OK), 0);
    }
    ck_assert_int_eq(readlink("dst/sub/dangling", name, sizeof name), 7);
    ck_assert_int_eq(count_hidden("."), 0);
    close_all();
}
END_TEST

START_TEST(deletes)
{
    make_trees();
    driver = driver_open(SHELLS[_i]);
    ck_played(play("\tput --mirror src/ dst/\n"), 0);
    mkdir("dst/old", 0700);
    mkdir("dst/old/deep", 0700);
    write_file("dst/old/deep/-x y", "", 0600);
    mkdir("dst/kept", 0700);
    write_file("dst/kept/app.log", "", 0600);
    write_file("dst/kept/x", "", 0600);
    write_file("dst/sub/here", "", 0600);
    unlink("dst/link");
    mkdir("dst/link", 0700);
    write_file("dst/link/x", "", 0600);
    mkdir("src/sub/.fake", 0755);
    write_file("src/sub/.fake/store", "x\n", 0600);
    mkdir("src/.git", 0755);
    write_file("src/.git/index", "x\n", 0600);
    mkdir("dst/sub/.git", 0755);
    write_file("dst/sub/.git/index", "x\n", 0600);
    mkdir("dst/.fake", 0755);
    write_file("dst/.fake/record", "x\n", 0600);
    ck_assert_int_eq(symlink(".", "home"), 0);
    ck_refused(play("\tput --mirror --delete src/ home/\n"), 1, "/ or the home folder");
    ck_assert_int_eq(unlink("home"), 0);
    ck_refused(play_with("\tput --mirror --delete --exclude='*.log' --exclude=sub/here src/ dst/\n",
                         "touch dst/new", true),
               STEP_STALE, "");
    ck_changed(play("\tput --mirror --delete --exclude='*.log' --exclude=sub/here src/ dst/\n"));
    ck_assert_int_ne(access("dst/sub/.fake", F_OK),
                     0); /* what fake keeps goes nowhere, and stays */
    ck_assert_int_eq(access("dst/.fake/record", F_OK), 0);
    ck_assert_int_ne(access("dst/.git", F_OK), 0); /* nor git's state */
    ck_assert_int_eq(access("dst/sub/.git/index", F_OK), 0);
    ck_assert_int_ne(access("dst/old", F_OK), 0);
    ck_assert_int_ne(access("dst/new", F_OK), 0);
    ck_assert_int_eq(access("dst/kept/app.log", F_OK), 0);
    ck_assert_int_ne(access("dst/kept/x", F_OK), 0);
    ck_assert_int_eq(access("dst/sub/here", F_OK), 0);
    ck_assert_str_eq(read_text("dst/link"), "one\n");
    struct played again =
        play("\tput --mirror --delete --exclude='*.log' --exclude=sub/here src/ dst/\n");
    ck_assert_int_eq(again.status, 0);
    ck_changed(play("\tput --mirror --delete src/ dst/\n"));
    ck_assert_int_ne(access("dst/kept", F_OK), 0);
    ck_assert_int_ne(access("dst/sub/here", F_OK), 0);
    ck_unchanged(play("\tput --mirror --delete src/ dst/\n"));
    close_all();
}
END_TEST

/* Which no list that has a name a line can show. */
START_TEST(deletes_names_with_a_newline)
{
    make_trees();
    write_file("src/sub/our\ns", "ours\n", 0600);
    driver = driver_open(SHELLS[_i]);
    ck_played(play("\tput --mirror src/ dst/\n"), 0);
    mkdir("dst/d\nd", 0700);
    mkdir("dst/d\nd/e", 0700);
    mkdir("dst/d\nd/kept", 0700);
    write_file("dst/d\nd/e/x", "", 0600);
    write_file("dst/d\nd/kept/app.log", "", 0600);
    write_file("dst/\nx", "", 0600);
    write_file("dst/a\n#", "", 0600);
    write_file("dst/sub/our\ns2", "", 0600);
    write_file("dst/old", "", 0600);
    struct played stays = play("\tput --mirror --delete --exclude=a/b src/ dst/\n");
    ck_played(stays, 0);
    ck_assert_int_eq(access("dst/\nx", F_OK), 0);
    ck_assert_int_ne(access("dst/old", F_OK), 0);
    ck_changed(play("\tput --mirror --delete --exclude='*.log' src/ dst/\n"));
    ck_assert_int_ne(access("dst/\nx", F_OK), 0);
    ck_assert_int_ne(access("dst/a\n#", F_OK), 0);
    ck_assert_int_ne(access("dst/sub/our\ns2", F_OK), 0);
    ck_assert_int_ne(access("dst/d\nd/e", F_OK), 0);
    ck_assert_int_eq(access("dst/d\nd/kept/app.log", F_OK), 0);
    ck_assert_str_eq(read_text("dst/a"), "one\n");
    ck_assert_str_eq(read_text("dst/sub/our\ns"), "ours\n");
    ck_changed(play("\tput --mirror --delete src/ dst/\n"));
    ck_assert_int_ne(access("dst/d\nd", F_OK), 0);
    ck_assert_str_eq(read_text("dst/sub/our\ns"), "ours\n");
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mirrors");
    TCase *tests = tcase_create("host");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, copies, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, many_in_one_folder, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, deletes, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, deletes_names_with_a_newline, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
