#include "step_testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/file.h"
#include "base/hash.h"
#include "step/unpack.h"
#include "suite.h"

/* The verb archive, in a folder of its own, without a run. */

static char *folder;
static struct arena *memory; /* of the tests' own texts */

static void enter(void)
{
    folder = mem_strdup("/tmp/fake-unit-step-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    umask(022);
    memory = arena_new();
}

static void leave(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    unpack_remove(folder);
    free(folder);
    arena_free(memory);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* A tree of every kind of thing. */
static void make_tree(const char *root)
{
    ck_assert(file_make_folders(arena_printf(memory, "%s/b/empty", root), 0777));
    put_file(arena_printf(memory, "%s/a.py", root), "print(1)\n");
    put_file(arena_printf(memory, "%s/b/run", root), "#!/bin/sh\n");
    put_file(arena_printf(memory, "%s/b.txt", root), "");
    chmod(arena_printf(memory, "%s/b/run", root), 0755);
    ck_assert_int_eq(symlink("a.py", arena_printf(memory, "%s/link", root)), 0);
}

/* Runs the one step of the recipe; NULL, or why it failed. */
static char *archive_all(const char *arguments)
{
    char *text = arena_printf(memory, "t @local:\n\tarchive %s\n", arguments), *why;
    struct step_world *world = world_open(text);
    struct vec names = { 0 };
    struct content *contents[16];

    ck_assert_msg(world_make(world), "%s", str_text(&world->said));
    struct step *step = &world->steps.items[0];
    step_sources(step, world->arena, &names);
    for (size_t i = 0; i < names.len; i++)
        contents[i] = content_load(names.items[i], NULL);
    why = step_work(step, (const struct content *const *)contents);
    for (size_t i = 0; i < names.len; i++)
        content_free(contents[i]);
    vec_free(&names);
    world_close(world);
    return why;
}

static void archive(const char *arguments)
{
    char *why = archive_all(arguments);
    ck_assert_msg(!why, "%s", why);
}

static void must_fail(const char *arguments, const char *why)
{
    char *said = archive_all(arguments);
    ck_assert_ptr_nonnull(said);
    ck_assert_str_eq(said, why);
    free(said);
}

static const char *bytes_of(const char *path)
{
    char *hex = arena_alloc(memory, HASH_SHA256_HEX_SIZE);
    ck_assert_msg(hash_file_sha256(path, hex), "%s", path);
    return hex;
}

static const char *const forms[] = { ".tar.gz", ".tar.zst", ".tar.xz", ".zip", ".tgz", ".tar" };

START_TEST(same_bytes)
{
    const char *form = forms[_i];
    struct utimbuf times = { 1000, 2000 };

    make_tree("tree");
    archive(arena_printf(memory, "one%s tree", form));
    const char *bytes = bytes_of(arena_printf(memory, "one%s", form));

    archive(arena_printf(memory, "two%s tree", form));
    ck_assert_str_eq(bytes_of(arena_printf(memory, "two%s", form)), bytes);

    ck_assert_int_eq(utime("tree/a.py", &times), 0);
    ck_assert_int_eq(utime("tree/b", &times), 0);
    chmod("tree/a.py", 0600);
    archive(arena_printf(memory, "touched%s tree", form));
    ck_assert_str_eq(bytes_of(arena_printf(memory, "touched%s", form)), bytes);

    setenv("TZ", "Asia/Tokyo", 1);
    mkdir("copy", 0777);
    ck_assert_int_eq(system("umask 077; cp -r tree copy/tree"), 0);
    ck_assert_int_eq(chdir("copy"), 0);
    archive(arena_printf(memory, "copied%s tree", form));
    ck_assert_str_eq(bytes_of(arena_printf(memory, "copied%s", form)), bytes);

    put_file("tree/a.py", "print(2)\n");
    archive(arena_printf(memory, "changed%s tree", form));
    ck_assert_str_ne(bytes_of(arena_printf(memory, "changed%s", form)), bytes);
}
END_TEST

static char *output_of(const char *command)
{
    struct str text = { 0 };
    FILE *pipe = popen(command, "r");
    int c;
    while ((c = getc(pipe)) != EOF)
        str_addc(&text, (char)c);
    ck_assert_int_eq(pclose(pipe), 0);
    char *output = arena_strdup(memory, str_text(&text));
    str_free(&text);
    return output;
}

START_TEST(names_inside)
{
    make_tree("tree");
    archive("--prefix=app-1.0/ x.tar tree ./tree/a.py");
    ck_assert_str_eq(output_of("tar tf x.tar"),
                     "app-1.0/tree/\napp-1.0/tree/a.py\napp-1.0/tree/b/\napp-1.0/tree/b.txt\n"
                     "app-1.0/tree/b/empty/\napp-1.0/tree/b/run\napp-1.0/tree/link\n");
    archive("y.tar tree/*.txt tree/b");
    ck_assert_str_eq(output_of("tar tf y.tar"), "tree/b/\ntree/b.txt\ntree/b/empty/\ntree/b/run\n");
    archive("z.tar 'tree/a.py'");
    ck_assert_str_eq(output_of("tar xOf z.tar tree/a.py"), "print(1)\n");
}
END_TEST

START_TEST(left_out)
{
    make_tree("tree");
    mkdir("tree/.git", 0777);
    mkdir("tree/b/.fake", 0777);
    put_file("tree/.git/HEAD", "x");
    ck_assert_int_eq(chdir("tree"), 0);
    archive("dist/x.tar .");
    const char *bytes = bytes_of("dist/x.tar");
    ck_assert_str_eq(output_of("tar tf dist/x.tar"), "a.py\nb/\nb.txt\nb/empty/\nb/run\nlink\n");
    archive("dist/x.tar .");
    ck_assert_str_eq(bytes_of("dist/x.tar"), bytes);
    put_file("dist/more", "");
    archive("dist/x.tar .");
    ck_assert_str_eq(output_of("tar tf dist/x.tar | tail -n 3"), "dist/\ndist/more\nlink\n");
}
END_TEST

START_TEST(left_alone)
{
    struct stat before, after;
    make_tree("tree");
    archive("x.zip tree");
    ck_assert_int_eq(stat("x.zip", &before), 0);
    ck_assert_uint_eq(before.st_mode & 0777, 0644);
    archive("x.zip tree");
    ck_assert_int_eq(stat("x.zip", &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    put_file("tree/a.py", "");
    archive("x.zip tree");
    ck_assert_int_eq(stat("x.zip", &after), 0);
    ck_assert_uint_ne(after.st_ino, before.st_ino);
    ck_assert_str_eq(output_of("ls -A"), "tree\nx.zip\n");
}
END_TEST

START_TEST(failures)
{
    make_tree("tree");
    put_file("plain", "");
    must_fail("x.zip tree none", "none: No such file or directory");
    must_fail("x.zip *.none", "no file here fits *.none");
    must_fail("x.zip tree/../tree", "tree/../tree lies outside of this folder, where it has no "
                                    "name in an archive");
    must_fail("plain/x.zip tree", "plain/x.zip: Not a directory");
    must_fail("x.zip plain /plain", "/plain: No such file or directory");
    ck_assert_int_eq(access("x.zip", F_OK), -1);
    mkdir("full.zip", 0777);
    must_fail("full.zip tree", "full.zip: Is a directory");
    ck_assert_str_eq(output_of("ls -A"), "full.zip\nplain\ntree\n");
}
END_TEST

static void must_say(const char *arguments, const char *text)
{
    struct step_world *world =
        world_open(arena_printf(memory, "t @local:\n\tarchive %s\n", arguments));
    ck_assert(!world_make(world));
    ck_assert_msg(strstr(str_text(&world->said), text), "%s", str_text(&world->said));
    world_close(world);
}

START_TEST(malformed)
{
    must_say("x.rar tree", "what 'x.rar' is to be is not known");
    must_say("x.rar tree", "its name ends in one of .tar.gz, .tar.zst, .tar.xz, .zip");
    must_say("x.zip", "too few arguments: write `archive OUT SOURCE…`");
    must_say("*.zip tree", "a wildcard in the name '*.zip'");
    must_say("--prefix=/x x.zip tree", "--prefix takes a folder in the archive");
}
END_TEST

START_TEST(what_counts)
{
    struct step_world *world = world_open("t @local:\n\tarchive x.zip tree\n"
                                          "\tarchive --prefix=a/ x.zip tree\n");
    struct vec names = { 0 };
    make_tree("tree");
    ck_assert(world_make(world));
    ck_assert_str_ne(world->steps.items[0].fingerprint, world->steps.items[1].fingerprint);
    step_outputs(&world->steps.items[0], world->arena, &names);
    ck_assert_uint_eq(names.len, 1);
    ck_assert_str_eq(names.items[0], "x.zip");
    names.len = 0;
    step_sources(&world->steps.items[0], world->arena, &names);
    ck_assert_uint_eq(names.len, 1);
    ck_assert_str_eq(content_name_path(names.items[0]), "tree");
    ck_assert_str_eq(content_name_shown(world->arena, names.items[0]), "tree");
    vec_free(&names);
    world_close(world);
}
END_TEST

int main(void)
{
    enum { FORM_COUNT = sizeof forms / sizeof *forms };
    Suite *suite = suite_create("step_archive");
    TCase *tests = tcase_create("archive");
    tcase_add_checked_fixture(tests, enter, leave);
    tcase_add_loop_test(tests, same_bytes, 0, FORM_COUNT);
    tcase_add_test(tests, names_inside);
    tcase_add_test(tests, left_out);
    tcase_add_test(tests, left_alone);
    tcase_add_test(tests, failures);
    tcase_add_test(tests, malformed);
    tcase_add_test(tests, what_counts);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
