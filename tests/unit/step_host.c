#include "step_playing.h"
#include "suite.h"

/* run, put, link and get on a host, under each shell. */

START_TEST(commands)
{
    open_all(SHELLS[_i]);
    mkdir("sub dir", 0700);
    ck_played(play("\tcd '$(w)/sub dir'\n\trun pwd >../where\n"), 0);
    ck_assert_str_eq(strrchr(read_text("where"), '/'), "/sub dir\n");
    ck_played(play("\tcd 'sub dir'\n\trun pwd >../where\n"), 0);
    ck_assert_str_eq(strrchr(read_text("where"), '/'), "/sub dir\n");
    struct played lost = play("\tcd none\n\trun touch ~/bad\n");
    ck_assert_int_ne(lost.status, 0);
    ck_assert_int_ne(access("bad", F_OK), 0);
    ck_played(play("\tenv A='x y' B=$$HOME/z\n\trun echo \"$$A\" $$B >~/where\n"), 0);
    ck_assert(str_starts(read_text("where"), "x y /") && str_ends(read_text("where"), "/z\n"));
    ck_played(play("\tprefix a=1\n\tprefix b=2\n\trun echo $$a$$b >where\n"), 0);
    ck_assert_str_eq(read_text("where"), "12\n");
    ck_played(play("\tprefix (exit 7)\n\trun false; touch bad\n"), 7);
    ck_assert_int_ne(access("bad", F_OK), 0);
    ck_played(play("\trun {\n\t\tfalse\n\t\ttouch bad\n\t}\n"), 1);
    ck_played(play("\trun {\n\t\tcat >where <<-E\n\t\tone\n\n\t\ttwo\n\t\tE\n\t}\n"), 0);
    ck_assert_str_eq(read_text("where"), "one\n\ntwo\n");
    ck_played(play("\trun exit 3\n"), 3);
    ck_played(play("\trun --ok=0,3 exit 3\n"), 3);
    ck_assert_int_eq(driver->request_status, 0);
    close_all();
}
END_TEST

START_TEST(put_file)
{
    open_all(SHELLS[_i]);
    write_file("a", "one\n", 0640);
    mkdir("d", 0700);

    ck_played(play("\tput a $(w)/b\n"), 0);
    ck_assert_str_eq(read_text("b"), "one\n");
    ck_assert_uint_eq(mode_of("b"), 0640);
    uint64_t inode = inode_of("b");
    struct played again = play("\tput a $(w)/b\n");
    ck_unchanged(again);
    ck_assert_uint_eq(inode_of("b"), inode);

    again = play("\tput --mode=600 a $(w)/b\n");
    ck_changed(again);
    ck_assert_uint_eq(mode_of("b"), 0600);
    ck_assert_uint_eq(inode_of("b"), inode);

    write_file("a", "two\n", 0640);
    ck_played(play("\tput a $(w)/b\n"), 0);
    ck_assert_str_eq(read_text("b"), "two\n");
    ck_assert_uint_ne(inode_of("b"), inode);

    ck_played(play("\tput a $(w)/d\n"), 0);
    ck_played(play("\tput a $(w)/d/\n"), 0);
    ck_assert_str_eq(read_text("d/a"), "two\n");
    ck_played(play("\tcd $(w)\n\tcd d\n\tput ../a c\n"), -1);
    ck_played(play("\tcd $(w)\n\tcd d\n\tput a c\n"), 0);
    ck_assert_str_eq(read_text("d/c"), "two\n");
    ck_assert_int_eq(count_hidden(".") + count_hidden("d"), 0);
    close_all();
}
END_TEST

START_TEST(put_odd_names)
{
    open_all(SHELLS[_i]);
    write_file("-a b'\"$x\\n", "odd\n", 0644);
    ck_played(play("\tput \"./-a b'\\\"\\$$x\\\\n\" '$(w)/c '\\''d'\n"), 0);
    ck_assert_str_eq(read_text("c 'd"), "odd\n");
    mkdir("e *", 0700);
    ck_played(play("\tput ./-* '$(w)/e *'/\n"), 0);
    ck_assert_str_eq(read_text("e */-a b'\"$x\\n"), "odd\n");
    write_file("empty", "", 0644);
    ck_played(play("\tput empty ~/empty2\n"), 0);
    ck_assert_str_eq(read_text("empty2"), "");
    close_all();
}
END_TEST

START_TEST(put_file_refused)
{
    open_all(SHELLS[_i]);
    write_file("a", "one\n", 0644);
    mkdir("d", 0700);
    mkdir("d/a", 0700);
    ck_refused(play("\tput a $(w)/no/b\n"), 1, "/no: no such folder");
    ck_refused(play("\tput a $(w)/no/\n"), 1, "/no: no such folder");
    ck_refused(play("\tput a $(w)/d/\n"), 1, "/d/a is a folder");
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    ck_refused(play("\tput a $(w)/fifo\n"), 1, "/fifo is neither a file nor a folder");
    ck_refused(play("\tlink a $(w)/fifo\n"), 1, "/fifo is neither a file nor a link");
    ck_refused(play("\tput b $(w)/c\n"), -1, "b: No such file");
    ck_refused(play("\tput *.tgz $(w)/c\n"), -1, "no file here fits *.tgz");
    if (geteuid() != 0) {
        mkdir("locked", 0500);
        ck_refused(play("\tput a $(w)/locked/b\n"), 1, "locked: no permission to write");
    }
    ck_refused(play("\tput a /proc/self/b\n"), 1, "");
    ck_assert_int_eq(count_hidden(".") + count_hidden("d"), 0);
    close_all();
}
END_TEST

/* Sent ahead of its step, whose text is too short for it. */
static void write_large(const char *path, char filling)
{
    char text[20001];
    memset(text, filling, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    write_file(path, text, 0644);
}

START_TEST(put_large_file)
{
    open_all(SHELLS[_i]);
    mkdir("d", 0700);
    write_large("a", '1');
    ck_changed(play("\tput a $(w)/b\n"));
    ck_assert_int_eq(*read_text("b"), '1');
    ck_assert_uint_eq(mode_of("b"), 0644);
    ck_unchanged(play("\tput a $(w)/b\n"));
    write_large("a", '2');
    ck_changed(play("\tput --mode=600 a $(w)/b\n"));
    ck_assert_int_eq(*read_text("b"), '2');
    ck_assert_uint_eq(mode_of("b"), 0600);
    ck_changed(play("\tput a $(w)/d\n"));
    ck_changed(play("\tput --if=true a $(w)/d/c\n"));
    ck_changed(play("\tput --check='grep -q 2' a $(w)/d/e\n"));
    ck_refused(play("\tput --check='grep -q 1' a $(w)/d/f\n"), 1, "--check failed");
    ck_assert_int_eq(*read_text("d/a"), '2');
    ck_assert_int_eq(*read_text("d/c"), '2');
    ck_assert_int_eq(*read_text("d/e"), '2');
    ck_assert_int_ne(access("d/f", F_OK), 0);
    ck_refused(play("\tput a $(w)/no/b\n"), 1, "/no: no such folder");
    ck_refused(play("\tput a /proc/self/b\n"), 1, "");
    ck_assert_int_eq(count_hidden(".") + count_hidden("d"), 0);
    close_all();
}
END_TEST

/* Its bytes go through the shell. */
START_TEST(put_small_file)
{
    static const char *const ENDS[] = { "",         "\n", "\n\n", "'",   "\\",
                                        "%s\\n\\c", "-n", "\r\n", "\303" };
    char text[64 * 255 + 16];
    open_all(SHELLS[_i]);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        write_file("a", ENDS[i], 0644);
        ck_changed(play("\tput a $(w)/b\n"));
        ck_assert_str_eq(read_text("b"), ENDS[i]);
        unlink("b");
    }
    for (size_t i = 0; i < 64 * 255; i++)
        text[i] = (char)(i / 64 % 255 + 1);
    for (size_t i = 0; i < 2; i++) {
        strcpy(text + (size_t)64 * 255, i ? "\n" : "x");
        write_file("a", text, 0644);
        ck_changed(play("\tput a $(w)/b\n"));
        ck_assert_int_eq(system("cmp a b"), 0);
    }
    ck_unchanged(play("\tput a $(w)/b\n"));
    ck_assert_int_eq(count_hidden("."), 0);
    close_all();
}
END_TEST

/* What an earlier step of the request does is seen by the step, not by the question. */
START_TEST(put_after_a_step)
{
    open_all(SHELLS[_i]);
    write_large("a", '1');
    ck_played(play_with("\tput a $(w)/new/dir/b\n", "mkdir -p ~/new/dir", true), 0);
    ck_assert_int_eq(*read_text("new/dir/b"), '1');
    ck_played(play_with("\tput a $(w)/new/dir/\n", "rm -rf ~/new; mkdir -p ~/new/dir", true),
              STEP_STALE);
    ck_played(play("\tput a $(w)/new/dir/\n"), 0);
    ck_assert_int_eq(*read_text("new/dir/a"), '1');
    ck_played(play_with("\tput a $(w)/other\n", "mkdir ~/other", true), STEP_STALE);
    ck_played(play_with("\tput a $(w)/other\n", NULL, true), 0);
    ck_assert_int_eq(*read_text("other/a"), '1');
    ck_played(play_with("\tput a $(w)/other\n", "echo two >~/other/a", true), STEP_STALE);
    ck_played(play_with("\tput a $(w)/other\n", NULL, false), 0);
    ck_assert_int_eq(*read_text("other/a"), '1');
    ck_played(play_with("\tput a $(w)/third\n", "false", true), 0); /* not begun */
    ck_assert_int_eq(driver->request_status, 1);
    ck_assert_int_eq(count_hidden("new/dir") + count_hidden("other"), 0);
    close_all();
}
END_TEST

static void make_tree(void)
{
    mkdir("tree", 0755);
    mkdir("tree/sub", 0750);
    mkdir("tree/empty", 0755);
    mkdir("tree/.hidden dir", 0755);
    write_file("tree/a", "a\n", 0644);
    write_file("tree/sub/b c", "b\n", 0755);
    write_file("tree/.hidden dir/'d", "d\n", 0600);
    write_file("tree/-e\\n", "e\n", 0644);
    ck_assert_int_eq(symlink("sub/b c", "tree/link"), 0);
    ck_assert_int_eq(symlink("nowhere", "tree/sub/dangling"), 0);
}

static void check_tree(const char *where)
{
    ck_assert_int_eq(chdir(where), 0);
    ck_assert_str_eq(read_text("a"), "a\n");
    ck_assert_str_eq(read_text("link"), "b\n");
    ck_assert_str_eq(read_text(".hidden dir/'d"), "d\n");
    ck_assert_str_eq(read_text("-e\\n"), "e\n");
    ck_assert_uint_eq(mode_of("sub/b c"), 0755);
    ck_assert_uint_eq(mode_of(".hidden dir/'d"), 0600);
    ck_assert_uint_eq(mode_of("sub"), 0750);
    ck_assert_uint_eq(mode_of("empty"), 0755);
    char text[32] = "";
    ck_assert_int_eq(readlink("sub/dangling", text, sizeof text), 7);
    ck_assert_int_eq(chdir(work), 0);
}

START_TEST(put_tree)
{
    open_all(SHELLS[_i]);
    make_tree();
    ck_played(play("\tput tree $(w)/copy\n"), 0);
    check_tree("copy");
    uint64_t a = inode_of("copy/a"), b = inode_of("copy/sub/b c");
    unlink("tree/-e\\n"); /* no program prints such a name as it is: always sent */
    struct played again = play("\tput tree $(w)/copy\n");
    ck_unchanged(again);
    write_file("tree/-e\\n", "e\n", 0644);

    write_file("tree/a", "A\n", 0644);
    write_file("copy/sub/other", "left alone\n", 0644);
    again = play("\tput tree/ $(w)/copy\n");
    ck_changed(again);
    ck_assert_str_eq(read_text("copy/a"), "A\n");
    ck_assert_uint_ne(inode_of("copy/a"), a);
    ck_assert_uint_eq(inode_of("copy/sub/b c"), b);
    ck_assert_str_eq(read_text("copy/sub/other"), "left alone\n");
    write_file("tree/a", "a\n", 0644);

    mkdir("in", 0755);
    ck_played(play("\tput tree $(w)/in/\n"), 0);
    check_tree("in/tree");
    ck_played(play("\tput tree/. $(w)/in/\n"), 0);
    check_tree("in");
    ck_assert_int_eq(count_hidden(".") + count_hidden("in") + count_hidden("copy"), 0);
    close_all();
}
END_TEST

START_TEST(put_several)
{
    open_all(SHELLS[_i]);
    make_tree();
    mkdir("in", 0755);
    write_file("x.1", "1\n", 0644);
    write_file("x.2", "2\n", 0600);
    ck_played(play("\tput x.* tree $(w)/in\n"), 0);
    check_tree("in/tree");
    ck_assert_str_eq(read_text("in/x.1"), "1\n");
    ck_assert_uint_eq(mode_of("in/x.2"), 0600);
    ck_played(play("\tput --mode=640 x.* $(w)/in\n"), 0);
    ck_assert_uint_eq(mode_of("in/x.1"), 0640);
    ck_refused(play("\tput x.1 x.2 $(w)/none/\n"), 1, "/none: no such folder");
    ck_refused(play("\tput tree/a x.1 $(w)/in/tree/a/\n"), 1, "");
    mkdir("twice", 0755);
    write_file("twice/x.1", "3\n", 0644);
    ck_refused(play("\tput x.1 twice/x.1 $(w)/in\n"), -1, "two of the sources are to be x.1");
    ck_assert_int_eq(count_hidden(".") + count_hidden("in"), 0);
    close_all();
}
END_TEST

START_TEST(put_tree_refused)
{
    open_all(SHELLS[_i]);
    make_tree();
    mkdir("copy", 0755);
    mkdir("copy/a", 0755);
    ck_refused(play("\tput tree $(w)/copy\n"), 1, "");
    rmdir("copy/a");
    write_file("copy/sub", "a file\n", 0644);
    ck_refused(play("\tput tree $(w)/copy\n"), 1, "copy/sub is no folder");
    unlink("copy/sub");
    ck_played(play("\tput tree $(w)/copy\n"), 0);
    unlink("tree/-e\\n");
    ck_played(play_with("\tput tree $(w)/copy\n", "echo x >~/copy/a", true), STEP_STALE);
    write_file("tree/a", "new\n", 0644);
    ck_played(play_with("\tput tree $(w)/copy\n", "echo y >~/copy/sub/'b c'", true), STEP_STALE);
    ck_played(play("\tput tree $(w)/copy\n"), 0);
    ck_assert_str_eq(read_text("copy/sub/b c"), "b\n");
    ck_played(play_with("\tput tree $(w)/copy2\n", "mkdir ~/copy2", true), 0);
    ck_assert_str_eq(read_text("copy2/a"), "new\n");
    ck_assert_int_eq(count_hidden(".") + count_hidden("copy") + count_hidden("copy2"), 0);
    close_all();
}
END_TEST

static const char *link_of(const char *path)
{
    static char text[256];
    ssize_t size = readlink(path, text, sizeof text - 1);
    ck_assert_msg(size >= 0, "%s is no link", path);
    text[size] = '\0';
    return text;
}

START_TEST(link_switches)
{
    open_all(SHELLS[_i]);
    mkdir("r1", 0755);
    mkdir("r2", 0755);
    ck_played(play("\tlink $(w)/r1 $(w)/current\n"), 0);
    ck_assert_str_eq(strrchr(link_of("current"), '/'), "/r1");
    uint64_t inode = inode_of("current");
    struct played again = play("\tlink $(w)/r1 $(w)/current\n");
    ck_unchanged(again);
    ck_assert_uint_eq(inode_of("current"), inode);
    ck_played(play("\tlink r2 ~/current\n"), 0);
    ck_assert_str_eq(link_of("current"), "r2");
    ck_assert_int_ne(access("r1/r2", F_OK), 0);
    ck_played(play("\tcd $(w)/r1\n\tlink '../r2 x' \"it's\"\n"), 0);
    ck_assert_str_eq(link_of("r1/it's"), "../r2 x");
    ck_played(play("\tlink ~/r1 ~/current\n"), 0);
    ck_assert_str_eq(strrchr(link_of("current"), '/'), "/r1");
    ck_refused(play("\tlink r1 $(w)/r2\n"), 1, "/r2 is a folder");
    ck_refused(play("\tlink r1 $(w)/no/x\n"), 1, "/no: no such folder");
    ck_assert_int_eq(count_hidden(".") + count_hidden("r1") + count_hidden("r2"), 0);
    close_all();
}
END_TEST

START_TEST(get_files)
{
    open_all(SHELLS[_i]);
    mkdir("far", 0755);
    mkdir("here", 0755);
    write_file("far/one.log", "1\n", 0600);
    write_file("far/two.log", "no newline", 0644);
    ck_played(play("\tget $(w)/far/one.log here/x\n"), 0);
    ck_assert_str_eq(read_text("here/x"), "1\n");
    ck_assert_uint_eq(mode_of("here/x"), 0600);
    ck_played(play("\tcd $(w)/far\n\tget t*.log here/\n"), 0);
    ck_assert_str_eq(read_text("here/web1/two.log"), "no newline");
    ck_played(play("\tget ~/far/*.log here/all/\n"), 0);
    ck_assert_str_eq(read_text("here/all/web1/one.log"), "1\n");
    ck_assert_str_eq(read_text("here/all/web1/two.log"), "no newline");
    make_tree();
    ck_played(play("\tget $(w)/tree here/\n"), 0);
    check_tree("here/web1/tree");
    ck_refused(play("\tget $(w)/far/none here/x\n"), 1, "/far/none: no such file");
    ck_refused(play("\tget $(w)/far/*.none here/x\n"), 1, "*.none: no such file");
    ck_refused(play("\tget $(w)/far/one.log here\n"), -1, "here is a folder");
    ck_refused(play("\tget $(w)/far/one.log nowhere/x\n"), -1, "nowhere: No such file");
    ck_assert_str_eq(read_text("here/x"), "1\n");
    ck_assert_int_eq(count_hidden("here") + count_hidden("here/web1"), 0);
    close_all();
}
END_TEST

START_TEST(bare_host)
{
    open_bare();
    write_file("a", "one\n", 0640);
    for (int i = 0; i < 2; i++) {
        struct played went = play("\tput a $(w)/b\n");
        ck_changed(went); /* nobody there can tell that it has the content */
        ck_assert_str_eq(read_text("b"), "one\n");
    }
    make_tree();
    for (int i = 0; i < 2; i++) {
        ck_played(play("\tput tree $(w)/copy\n"), 0);
        check_tree("copy");
    }
    mkdir("r1", 0755);
    mkdir("r2", 0755);
    ck_played(play("\tlink r1 $(w)/current\n"), 0);
    struct played again = play("\tlink r1 $(w)/current\n");
    ck_unchanged(again);
    ck_played(play("\tlink r2 $(w)/current\n"), 0);
    ck_assert_str_eq(link_of("current"), "r2");
    ck_played(play("\tget $(w)/b here\n"), 0);
    ck_assert_str_eq(read_text("here"), "one\n");
    ck_assert_int_eq(count_hidden(".") + count_hidden("copy"), 0);
    close_all();
}
END_TEST

/* What is too big for the disk leaves the old file, and nothing else. */
START_TEST(full_disk)
{
    open_all(SHELLS[_i]);
    ck_assert_int_eq(mkdir("small", 0755), 0);
    if (system("mount -t tmpfs -o size=64k none small 2>/dev/null") != 0) {
        close_all();
        return; /* only root may */
    }
    write_file("small/a", "old\n", 0644);
    int fd = open("big", O_WRONLY | O_CREAT, 0644);
    ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
    close(fd);
    mkdir("tree", 0755);
    write_file("tree/a", "new\n", 0644);
    ck_assert_int_eq(link("big", "tree/big"), 0);
    struct played file = play("\tput big $(w)/small/a\n");
    struct played tree = play("\tput tree/. $(w)/small/\n");
    struct played small = play("\tput tree/a $(w)/small/b\n");
    ck_assert_int_eq(system("cat /dev/zero >small/full 2>/dev/null; dd bs=4096 count=1 "
                            "if=/dev/null of=small/full seek=12 2>/dev/null"),
                     0);
    write_large("text", 'x');
    ck_assert_int_eq(truncate("text", 16000), 0);
    struct played carried = play("\tput text $(w)/small/a\n");
    char text[8] = "";
    snprintf(text, sizeof text, "%s", read_text("small/a"));
    int hidden = count_hidden("small");
    ck_assert_int_eq(system("umount small"), 0);
    ck_assert_str_eq(text, "old\n");
    ck_assert_int_eq(hidden, 0);
    ck_assert_msg(file.status != 0 && strstr(file.said, "No space left"), "%d %s", file.status,
                  file.said);
    ck_assert_msg(tree.status != 0 && strstr(tree.said, "No space left"), "%d %s", tree.status,
                  tree.said);
    ck_assert_msg(carried.status != 0 && strstr(carried.said, "No space left"), "%d %s",
                  carried.status, carried.said);
    ck_assert_int_eq(small.status, 0);
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("steps on a host");
    TCase *tests = tcase_create("host");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, commands, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_file, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_odd_names, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_file_refused, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_large_file, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_small_file, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_after_a_step, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_tree, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_several, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, put_tree_refused, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, link_switches, 0, SHELL_COUNT);
    tcase_add_loop_test(tests, get_files, 0, SHELL_COUNT);
    suite_add_tcase(suite, tests);
    TCase *hard = tcase_create("hard");
    tcase_set_timeout(hard, 60);
    tcase_add_test(hard, bare_host);
    tcase_add_loop_test(hard, full_disk, 0, SHELL_COUNT);
    suite_add_tcase(suite, hard);
    return suite_run(suite);
}
