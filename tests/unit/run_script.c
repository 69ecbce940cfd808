#include "run_scripts.h"

/* Records and the lock on a host: the scripts under real shells. */

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
    script_write(&text, "t", "fake-record 1\ntarget it's\n", &places, &(struct script_big){ 0 });
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
    script_write(&text, "t", "fake-record 1\ntarget t\n", &places, &(struct script_big){ 0 });
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

/* Steps inherit it; what lies in the folder is its owner's alone. */
START_TEST(the_umask_stays)
{
    if (!link_shell(shells[_i]))
        return;
    struct str text = { 0 };
    struct vec places = { 0 }, names = { 0 };
    struct place place = { 0 };
    setenv("HOME", ".", 1);
    add_place(&places, &place, "absent", "f");
    vec_push(&names, (void *)"t+hook");
    for (int i = 0; i < 2; i++) { /* where the folder is there, too */
        str_clear(&text);
        str_add(&text, i ? "d=.\numask 026\n" : "umask 026\n");
        begin_script(&text);
        script_lock(&text, "id", "anna");
        script_take(&text, &(struct vec){ 0 }, &names);
        script_write(&text, "t", "fake-record 1\n", &places, &(struct script_big){ 0 });
        script_log(&text, "a line", false);
        str_add(&text, "umask\n");
        char *answer = run_script(&text);
        ck_assert_ptr_nonnull(strstr(answer, "26\n"));
        free(answer);
        ck_assert_int_eq(system("ls -l state/* state/.l* | grep -v '^-rw-------' >lines"), 256);
        ck_assert_int_eq(system("[ -s state/t ] && [ -f state/t+hook ] && [ -s state/.log ]"), 0);
    }
    str_free(&text);
    vec_free(&places);
    vec_free(&names);
}
END_TEST

static void add_tool(const char *name, const char *text)
{
    char *path = mem_printf("bin/%s", name);
    if (mkdir("bin", 0700) == 0) {
        char *search = mem_printf("%s/bin:%s", world.folder, getenv("PATH"));
        setenv("PATH", search, 1);
        free(search);
    }
    write_file(path, text);
    ck_assert_int_eq(chmod(path, 0700), 0);
    free(path);
}

static const struct {
    const char *stat, *state;
} kinds[] = {
    { "#!/bin/sh\n[ \"$1 $2\" = '-f state %i %z %m %c %N' ] || exit 1\nshift 3\n"
      "exec /usr/bin/stat -c 'state %i %s %Y %Z %n' -- \"$@\"\n",
      "\nstate 1" },
    { "#!/bin/sh\nexit 1\n", "\nyoung\nend\n= same\n" },
};

/* What is not there is not asked about. */
START_TEST(absent_places_cost_no_process)
{
    if (!link_shell(shells[_i]))
        return;
    struct str text = { 0 };
    struct vec places = { 0 };
    struct place place = { 0 };
    setenv("HOME", ".", 1);
    add_tool("stat", "#!/bin/sh\n>asked\nexec /usr/bin/stat \"$@\"\n");
    add_place(&places, &place, "absent", "f");
    begin_script(&text);
    script_lock(&text, "id", "anna");
    script_write(&text, "t", "fake-record 1\n", &places, &(struct script_big){ 0 });
    free(run_script(&text));
    answers(true, "\nplace f absent\nend\n= same\n");
    ck_assert(access("asked", F_OK) != 0);
    ck_assert_int_eq(symlink("nowhere", "absent"), 0);
    answers(true, "\nend\n= differs\nlink absent -> nowhere\n");
    str_free(&text);
    vec_free(&places);
}
END_TEST

/* A BSD's stat, and none. */
START_TEST(the_kind_of_stat_is_found_out)
{
    if (!link_shell(shells[_i]))
        return;
    prepare_places();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        add_tool("stat", kinds[i].stat);
        write_record();
        answers(true, kinds[i].state);
        answers(true, "\nend\n= same\n");
        write_file("file one", "2\n");
        answers(true, "\nend\n= differs\n");
        write_file("file one", "1\n");
    }
}
END_TEST

/* Nothing is hashed as long as states say all. */
START_TEST(states_are_enough_when_they_are_old)
{
    prepare_places();
    add_tool("sha256sum", "#!/bin/sh\n>hashed\nexec /usr/bin/sha256sum \"$@\"\n");
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
    script_write(&text, "t", str_text(&head), &places, &(struct script_big){ 0 });
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

/* One of another fingerprint is not compared, and emptied like others. */
START_TEST(a_stale_record_is_not_compared)
{
    if (!link_shell(shells[_i]))
        return;
    struct str text = { 0 };
    struct vec places = { 0 }, taken = { 0 };
    struct place place = { 0 };
    prepare_places();
    add_place(&places, &place, "file one", "f");
    vec_push(&taken, (void *)"t");
    begin_script(&text);
    script_lock(&text, "id", "anna");
    script_write(&text, "t", "fake-record 1\nfingerprint 11\n", &places, &(struct script_big){ 0 });
    free(run_script(&text));
    write_file("file one", "2\n");
    str_clear(&text);
    begin_script(&text);
    add_reading(&text, true, "11");
    add_reading(&text, true, "22");
    script_take(&text, &taken, &(struct vec){ 0 });
    add_reading(&text, true, "22");
    char *answer = run_script(&text);
    ck_assert_ptr_nonnull(strstr(answer, "\nend\n= differs\nhash "));
    ck_assert_ptr_nonnull(strstr(answer, "\nend\n= stale\n+ t\n"));
    free(answer);
    str_free(&text);
    vec_free(&places);
    vec_free(&taken);
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
    add_reading(&text, true, "");
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
        the_umask_stays,
        the_kind_of_stat_is_found_out,
        absent_places_cost_no_process,
        a_record_gets_the_states_of_now,
        a_stale_record_is_not_compared,
        an_emptied_record_is_none,
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
