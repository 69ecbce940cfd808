#include "run_scripts.h"

/* Records of many places on a host: the scripts under real shells. */

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
        script_write(&text, "t", "fake-record 1\ntarget t\n", &places, &(struct script_big){ 0 });
        free(run_script(&text));
        char *answer = ask(false);
        ck_assert_ptr_eq(strstr(answer, "+ t\nfake-record 1\ntarget t\nend\n= same\nm "), answer);
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

static const struct script_big nothing = { 0 }, keeps = { .keeps = true };

/* The record's lines, sorted, without what says that it is young. */
static char *lines_of_record(void)
{
    ck_assert_int_eq(system("LC_ALL=C sort state/t | grep -v ^young >lines"), 0);
    return read_text("lines");
}

static void write_many(const struct vec *places, const struct script_big *big)
{
    struct str text = { 0 };
    struct vec taken = { 0 };
    begin_script(&text);
    script_lock(&text, "id", "anna");
    vec_push(&taken, (void *)"t");
    script_take(&text, &taken, &(struct vec){ 0 });
    script_write(&text, "t", "fake-record 1\ntarget t\n", places, big);
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
    write_many(&places, &nothing);
    write_file(list[CHANGED].path, "2\n");
    write_file(list[1].path, "2\n");
    write_many(&later, &keeps);
    answers(false, "\nend\n= same\n");
    char *kept = lines_of_record();
    write_many(&places, &nothing);
    write_many(&later, &(struct script_big){ .before = &places });
    answers(false, "\nend\n= same\n");
    char *told = lines_of_record();
    write_many(&later, &nothing);
    char *whole = lines_of_record();
    ck_assert_str_eq(kept, whole);
    ck_assert_str_eq(told, whole);
    write_file(list[DRIFTED].path, "3\n");
    write_many(&later, &keeps);
    answers(false, "= differs\n");
    free(kept);
    free(told);
    free(whole);
    for (size_t i = 0; i < FILES; i++)
        free((void *)list[i].path);
    vec_free(&places);
    vec_free(&later);
}
END_TEST

static const char hash_of_one[] =
    "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";

static void make_files(struct vec *places, struct place *list, size_t count)
{
    setenv("HOME", ".", 1);
    ck_assert_int_eq(mkdir("tree", 0700), 0);
    for (size_t i = 0; i < count; i++) {
        char *path = mem_printf("tree/it's \\%zu", i);
        if (i > 0)
            path[10] = ' ';
        write_file(path, "1\n");
        add_place(places, &list[i], path, "f");
        strcpy(list[i].sha256, hash_of_one);
        list[i].is_sure = true;
    }
}

/* What was sent is not read for the record, and before the record is believed. */
START_TEST(what_was_sent_is_young)
{
    enum { FILES = 200 };
    struct vec places = { 0 };
    struct place list[FILES] = { 0 };
    if (!link_shell(shells[_i]))
        return;
    make_files(&places, list, FILES);
    write_many(&places, &(struct script_big){ .is_sent = true });
    char *told = lines_of_record();
    answers(true, "\nsent\nend\n= same\nm 81");
    write_many(&places, &nothing);
    char *read = lines_of_record();
    ck_assert_ptr_nonnull(strstr(told, "\nsent\n"));
    ck_assert_uint_eq(strlen(told), strlen(read) + strlen("sent\n"));
    write_file(list[FILES - 1].path, "2\n");
    write_many(&places, &nothing);
    answers(false, "= differs\n");
    write_file(list[FILES - 1].path, "1\n");
    write_many(&places, &(struct script_big){ .is_sent = true });
    ck_assert_int_eq(system("touch -d 2001-01-01 tree/*7"), 0);
    answers(false, "\nsent\nend\n= same\n");
    answers(true, "target t\nend\n= same\n"); /* its modes may be others, too */
    free(told);
    free(read);
    for (size_t i = 0; i < FILES; i++)
        free((void *)list[i].path);
    vec_free(&places);
}
END_TEST

/* Without awk all is looked at. */
START_TEST(a_host_without_awk)
{
    enum { FILES = 200 };
    static const char link_tools[] = "mkdir bin; for t in sh cat sed stat xargs sha256sum sort mv "
                                     "rm mkdir tail dd date; do "
                                     "ln -s \"$(command -v $t)\" bin/$t; done; "
                                     "ln -s /usr/bin/printf bin/printf";
    struct vec places = { 0 };
    struct place list[FILES] = { 0 };
    if (!link_shell(shells[_i]))
        return;
    make_files(&places, list, FILES);
    ck_assert_int_eq(system(link_tools), 0);
    char *path = mem_strdup(getenv("PATH"));
    setenv("PATH", "./bin", 1);
    write_many(&places, &(struct script_big){ .is_sent = true });
    answers(true, "target t\nend\n= same\n");
    write_many(&places, &(struct script_big){ .before = &places });
    answers(false, "+ t\n"); /* cannot be, and is not */
    write_many(&places, &keeps);
    answers(false, "= same\n");
    write_file(list[FILES - 1].path, "2\n");
    answers(false, "= differs\n");
    setenv("PATH", path, 1);
    free(path);
    for (size_t i = 0; i < FILES; i++)
        free((void *)list[i].path);
    vec_free(&places);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run script big");
    TCase *tests = tcase_create("script");
    const TTest *all[] = {
        many_places_are_compared,
        what_did_not_change_is_kept,
        what_was_sent_is_young,
        a_host_without_awk,
    };
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tcase_add_loop_test(tests, all[i], 0, sizeof shells / sizeof *shells);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
