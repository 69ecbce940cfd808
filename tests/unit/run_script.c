#include "run_world.h"

#include "base/vec.h"
#include "run/script.h"
#include "step/step.h"
#include "suite.h"

/* Records and the lock on a host: the scripts under real shells. */

static struct run_world world;

static void begin(void)
{
    world_begin(&world);
}

static void end(void)
{
    world_end(&world);
}

static const char *const shells[] = { "dash", "bash", "busybox", "mksh", "ksh93", "zsh" };

/* Calls the shell by a link named sh, as a host has it; false: it is not there. */
static bool link_shell(const char *shell)
{
    char *command = mem_printf("p=$(command -v %s) && ln -sf \"$p\" sh", shell);
    bool there = system(command) == 0;
    free(command);
    return there;
}

static char *read_text(const char *path)
{
    struct str text = { 0 };
    return file_read(path, &text) ? str_steal(&text) : NULL;
}

static char *run_script(const struct str *text)
{
    write_file("script", str_text(text));
    ck_assert_int_ne(system("./sh ./script >answer 2>errors"), -1);
    return read_text("answer");
}

static void add_place(struct vec *places, struct place *place, const char *path, const char *kind)
{
    place->path = path;
    place->link = *kind == 'l' ? "x" : NULL;
    strcpy(place->sha256, *kind == 'f' ? "x" : "");
    vec_push(places, place);
}

/* The session tells which kind of stat there is. */
static void begin_script(struct str *text)
{
    str_add(text, "f_stat=c\n");
    script_library(text, "./state", false);
}

/* The text that asks for the record "t" anew. */
static char *ask(bool refresh)
{
    struct str text = { 0 };
    struct vec list = { 0 };
    vec_push(&list, (void *)"t");
    begin_script(&text);
    script_read(&text, &list, refresh);
    char *answer = run_script(&text);
    str_free(&text);
    vec_free(&list);
    return answer;
}

static void write_record(void)
{
    struct str text = { 0 };
    struct vec places = { 0 };
    struct place list[5] = { 0 };
    add_place(&places, &list[0], "file one", "f");
    add_place(&places, &list[1], "absent", "f");
    add_place(&places, &list[2], "link", "l");
    add_place(&places, &list[3], "folder", "d");
    add_place(&places, &list[4], "back\\slash 'quoted' $x", "f");
    begin_script(&text);
    script_lock(&text, "id", "anna, from 'here'");
    script_write(&text, "t", "fake-record 1\ntarget it's\n", &places, false);
    str_add(&text, "echo $?\n");
    char *answer = run_script(&text);
    ck_assert_str_eq(answer, "locked\n0\n");
    free(answer);
    str_free(&text);
    vec_free(&places);
}

static void prepare_places(void)
{
    write_file("file one", "1\n");
    write_file("back\\slash 'quoted' $x", "2\n");
    ck_assert_int_eq(symlink("x", "link"), 0);
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    setenv("HOME", ".", 1);
}

static void answers(bool refresh, const char *wanted)
{
    char *answer = ask(refresh);
    if (!strstr(answer, wanted))
        ck_abort_msg("no \"%s\" in:\n%s", wanted, answer);
    free(answer);
}

START_TEST(places_are_compared)
{
    if (!link_shell(shells[_i]))
        return;
    prepare_places();
    write_record();
    answers(false, "\nend\n= same\n");
    ck_assert_int_eq(system("cp 'file one' x && mv x 'file one'"),
                     0); /* as it was, but for its state */
    answers(false, "= same\n");
    answers(true, "= same\n");
    answers(false, "= same\n");
    write_file("file one", "3\n");
    answers(false, "= differs\n");
    write_file("file one", "1\n");
    answers(false, "= same\n");
    write_file("absent", "");
    answers(false, "= differs\n");
    unlink("absent");
    unlink("link");
    ck_assert_int_eq(symlink("y", "link"), 0);
    answers(false, "= differs\n");
    unlink("link");
    ck_assert_int_eq(symlink("x", "link"), 0);
    answers(false, "= same\n");
    rmdir("folder");
    answers(false, "= differs\n");
}
END_TEST

/* The record's lines, numbers of states left out. */
static char *plain_record(void)
{
    ck_assert_int_eq(system("sed 's/state [0-9].* \\([^ ]\\)/state \\1/' state/t >lines"), 0);
    return read_text("lines");
}

START_TEST(a_record_is_text)
{
    if (!link_shell(shells[_i]))
        return;
    setenv("HOME", ".", 1);
    write_file("back\\slash'$x", "1\n");
    ck_assert_int_eq(symlink("x", "link"), 0);
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    struct str text = { 0 };
    struct vec places = { 0 };
    struct place list[4] = { 0 };
    add_place(&places, &list[0], "absent", "f");
    add_place(&places, &list[1], "link", "l");
    add_place(&places, &list[2], "folder", "d");
    add_place(&places, &list[3], "back\\slash'$x", "f");
    list[3].is_sure = true;
    begin_script(&text);
    script_lock(&text, "id", "anna");
    script_write(&text, "t", "fake-record 1\ntarget t\n", &places, false);
    free(run_script(&text));
    char *record = plain_record();
    ck_assert_str_eq(record, "fake-record 1\ntarget t\nplace f back\\slash'$x\nplace f absent\n"
                             "place l link\nplace d folder\nstate d folder\n"
                             "state back\\slash'$x\nstate link\n"
                             "folder folder\nlink link -> x\nhash x  back\\slash'$x\nyoung\nend\n");
    free(record);
    str_free(&text);
    vec_free(&places);
}
END_TEST

static bool hashes_when_asked(void)
{
    unlink("hashed");
    write_file("state/.lock.by", ""); /* as the lock was taken before */
    answers(true, "\nend\n= same\n");
    return access("hashed", F_OK) == 0;
}

/* Nothing is hashed as long as states say all. */
START_TEST(states_are_enough_when_they_are_old)
{
    prepare_places();
    ck_assert_int_eq(mkdir("bin", 0700), 0);
    write_file("bin/sha256sum", "#!/bin/sh\n>hashed\nexec /usr/bin/sha256sum \"$@\"\n");
    ck_assert_int_eq(chmod("bin/sha256sum", 0700), 0);
    char *path = mem_printf("%s/bin:%s", world.folder, getenv("PATH"));
    setenv("PATH", path, 1);
    free(path);
    sleep(3);
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        ck_assert_int_eq(system("rm -rf state sh"), 0);
        if (!link_shell(shells[i]))
            continue;
        write_record();
        ck_assert(!hashes_when_asked());
        ck_assert_int_eq(system("touch 'file one'"), 0);
        ck_assert(hashes_when_asked()); /* it got other states, and is young */
        ck_assert(hashes_when_asked());
        ck_assert_int_eq(system("touch -d 2001-01-01 'file one'; sleep 3"), 0);
        ck_assert(hashes_when_asked());
        ck_assert(!hashes_when_asked());
    }
}
END_TEST

/* More lines than the shell itself reads. */
START_TEST(a_long_recipe)
{
    if (!link_shell(shells[_i]))
        return;
    struct str head = { 0 }, text = { 0 };
    struct vec places = { 0 };
    struct place list[2] = { 0 };
    prepare_places();
    str_add(&head, "fake-record 1\n");
    for (unsigned i = 0; i < 100; i++)
        str_addf(&head, "part 0 step %u\n", i);
    add_place(&places, &list[0], "file one", "f");
    begin_script(&text);
    script_lock(&text, "id", "anna");
    script_write(&text, "t", str_text(&head), &places, false);
    free(run_script(&text));
    answers(false, "part 0 step 99\nplace f file one\n");
    answers(true, "\nend\n= same\n");
    write_file("file one", "2\n");
    answers(false, "\nend\n= differs\nhash ");
    str_free(&head);
    str_free(&text);
    vec_free(&places);
}
END_TEST

/* Another job wrote a place of it. */
START_TEST(a_record_gets_the_states_of_now)
{
    if (!link_shell(shells[_i]))
        return;
    struct str text = { 0 };
    prepare_places();
    write_record();
    write_file("file one", "2\n");
    begin_script(&text);
    script_refresh(&text, "t");
    free(run_script(&text));
    answers(false, "\nend\n= same\n");
    str_free(&text);
}
END_TEST

/* Taken away by the session that has read it, it is emptied: it is none to whoever asks. */
START_TEST(an_emptied_record_is_none)
{
    if (!link_shell(shells[_i]))
        return;
    struct str text = { 0 };
    struct vec taken = { 0 };
    prepare_places();
    write_record();
    vec_push(&taken, (void *)"t");
    begin_script(&text);
    script_read(&text, &taken, true);
    script_take(&text, &taken, &(struct vec){ 0 });
    free(run_script(&text));
    char *left = read_text("state/t");
    ck_assert_str_eq(left, "");
    free(left);
    char *answer = ask(true);
    ck_assert_str_eq(answer, "+ t\n");
    free(answer);
    ck_assert_int_eq(rename("state/t", "state/t@web1"), 0);
    str_clear(&text);
    begin_script(&text);
    script_look(&text);
    answer = run_script(&text);
    ck_assert_str_eq(answer, "");
    free(answer);
    str_free(&text);
    vec_free(&taken);
}
END_TEST

/* A tree of files: the big record's way. */
START_TEST(many_places_are_compared)
{
    enum { FILES = 600 };
    struct str text = { 0 };
    struct vec places = { 0 };
    struct place *list = mem_array(FILES, sizeof *list);
    if (link_shell(shells[_i])) {
        setenv("HOME", ".", 1);
        ck_assert_int_eq(mkdir("tree", 0700), 0);
        for (size_t i = 0; i < FILES; i++) {
            char *path = mem_printf("tree/a file of the tree, number %zu", i);
            if (i == 7)
                ck_assert_int_eq(symlink("x", path), 0);
            else if (i == 8)
                ck_assert_int_eq(mkdir(path, 0700), 0);
            else if (i != 9)
                write_file(path, "1\n");
            add_place(&places, &list[i], path, i == 7 ? "l" : i == 8 ? "d" : "f");
        }
        begin_script(&text);
        script_lock(&text, "id", "anna");
        script_write(&text, "t", "fake-record 1\ntarget t\n", &places, false);
        free(run_script(&text));
        char *answer = ask(false);
        ck_assert_str_eq(answer, "+ t\nfake-record 1\ntarget t\nend\n= same\n");
        free(answer);
        ck_assert_int_eq(system("touch -d 2001-01-01 tree/*7"), 0);
        answers(true, "= same\n");
        answers(false, "= same\n");
        write_file(list[FILES - 1].path, "2\n");
        answers(false, "= differs\n");
        write_file(list[FILES - 1].path, "1\n");
        answers(false, "= same\n");
        rmdir(list[8].path);
        answers(false, "= differs\n");
    }
    for (size_t i = 0; i < places.len; i++)
        free((void *)list[i].path);
    free(list);
    vec_free(&places);
    str_free(&text);
}
END_TEST

/* The record's lines, sorted, without what says that it is young. */
static char *lines_of_record(void)
{
    ck_assert_int_eq(system("LC_ALL=C sort state/t | grep -v ^young >lines"), 0);
    return read_text("lines");
}

static void write_many(const struct vec *places, bool keeps)
{
    struct str text = { 0 };
    struct vec taken = { 0 };
    begin_script(&text);
    script_lock(&text, "id", "anna");
    vec_push(&taken, (void *)"t");
    script_take(&text, &taken, &(struct vec){ 0 });
    script_write(&text, "t", "fake-record 1\ntarget t\n", places, keeps);
    free(run_script(&text));
    vec_free(&taken);
    str_free(&text);
}

/* Of what was not sent, the record that was taken away knows; what it does not know is looked at.
 */
START_TEST(what_did_not_change_is_kept)
{
    enum { FILES = 300, DROPPED = 3, ADDED = 4, CHANGED = 5, DRIFTED = 6, LINK = 7, GONE = 8 };
    static const char *const odd[] = { "tree/back\\slash 'x' $y", "tree/a -> b", "tree/ blank" };
    struct vec places = { 0 }, later = { 0 };
    struct place list[FILES] = { 0 };
    if (!link_shell(shells[_i]))
        return;
    setenv("HOME", ".", 1);
    ck_assert_int_eq(mkdir("tree", 0700), 0);
    for (size_t i = 0; i < FILES; i++) {
        const char *path = i < 3 ? mem_strdup(odd[i]) : mem_printf("tree/file %zu", i);
        if (i == LINK)
            ck_assert_int_eq(symlink("x -> y", path), 0);
        else if (i != GONE)
            write_file(path, "1\n");
        if (i != ADDED)
            add_place(&places, &list[i], path, i == LINK ? "l" : "f");
        list[i].path = path;
        if (i != DROPPED)
            vec_push(&later, &list[i]);
        list[i].is_unchanged = i != CHANGED && i != 1;
    }
    write_many(&places, false);
    write_file(list[CHANGED].path, "2\n");
    write_file(list[1].path, "2\n");
    write_many(&later, true);
    answers(false, "\nend\n= same\n");
    char *kept = lines_of_record();
    write_many(&later, false);
    char *whole = lines_of_record();
    ck_assert_str_eq(kept, whole);
    write_file(list[DRIFTED].path, "3\n");
    write_many(&later, true);
    answers(false, "= differs\n");
    free(kept);
    free(whole);
    for (size_t i = 0; i < FILES; i++)
        free((void *)list[i].path);
    vec_free(&places);
    vec_free(&later);
}
END_TEST

START_TEST(a_record_goes_and_a_hook_is_owed)
{
    struct str text = { 0 };
    struct vec taken = { 0 }, owed = { 0 };
    struct str name = { 0 };
    if (!link_shell(shells[_i]))
        return;
    prepare_places();
    write_record();
    script_owed_name("t", "re start", &name);
    vec_push(&taken, (void *)"t");
    vec_push(&owed, name.data);
    begin_script(&text);
    script_take(&text, &taken, &owed);
    free(run_script(&text));
    char *answer = ask(false);
    ck_assert_str_eq(answer, "+ t\n. t+re%20start\n");
    free(answer);
    str_clear(&text);
    begin_script(&text);
    script_strike(&text, name.data);
    free(run_script(&text));
    answer = ask(false);
    ck_assert_str_eq(answer, "+ t\n");
    free(answer);
    str_free(&text);
    str_free(&name);
    vec_free(&taken);
    vec_free(&owed);
}
END_TEST

START_TEST(the_lock_is_held)
{
    struct str text = { 0 };
    if (!link_shell(shells[_i]))
        return;
    setenv("HOME", ".", 1);
    begin_script(&text);
    script_lock(&text, "one", "anna, for deploy");
    str_add(&text, "./sh ./second; ./sh ./third; :\n");
    struct str second = { 0 }, third = { 0 };
    begin_script(&second);
    script_lock(&second, "two", "bert");
    begin_script(&third);
    script_lock(&third, "one", "anna");
    write_file("second", str_text(&second));
    write_file("third", str_text(&third));
    char *answer = run_script(&text);
    ck_assert_str_eq(answer, "locked\nheld anna, for deploy\nours\n");
    free(answer);
    answer = run_script(&second); /* it died with its shell */
    ck_assert_str_eq(answer, "locked\n");
    free(answer);
    str_free(&text);
    str_free(&second);
    str_free(&third);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run script");
    TCase *tests = tcase_create("script");
    const TTest *all[] = {
        places_are_compared,
        a_record_is_text,
        a_long_recipe,
        a_record_gets_the_states_of_now,
        an_emptied_record_is_none,
        many_places_are_compared,
        what_did_not_change_is_kept,
        a_record_goes_and_a_hook_is_owed,
        the_lock_is_held,
    };
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tcase_add_loop_test(tests, all[i], 0, sizeof shells / sizeof *shells);
    tcase_add_test(tests, states_are_enough_when_they_are_old);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
