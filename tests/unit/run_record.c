#include "run_world.h"

#include "base/arena.h"
#include "run/record.h"
#include "run/script.h"
#include "run/store.h"
#include "step/step.h"
#include "suite.h"

/* Records as text, their scripts under a real sh, and this machine's store. */

static struct run_world world;

static void begin(void)
{
    world_begin(&world);
}

static void end(void)
{
    world_end(&world);
}

static struct fingerprint some_fingerprint(struct arena *arena)
{
    struct fingerprint fingerprint = fingerprint_new(arena);
    fingerprint_add_text(&fingerprint, "step", "1", "put a b");
    fingerprint_add_text(&fingerprint, "file", "a%b\n c", "content");
    fingerprint_end(&fingerprint);
    return fingerprint;
}

static void write_some(struct arena *arena, const char *target, struct str *text)
{
    struct fingerprint fingerprint = some_fingerprint(arena);
    struct record record = {
        .target = target, .host = "web1", .machine = "m", .time = "t", .by = "anna", .from = "/x"
    };
    record_write(&record, &fingerprint, text);
    fingerprint_free(&fingerprint);
}

START_TEST(what_is_written_is_read)
{
    struct arena *arena = arena_new();
    struct str text = { 0 };
    struct record record;
    write_some(arena, "de\nploy %41", &text);
    ck_assert(record_parse(&record, arena, str_text(&text), text.len, "de\nploy %41", "web1"));
    ck_assert_str_eq(record.by, "anna");
    ck_assert_uint_eq(record.parts.len, 2);
    ck_assert_str_eq(((struct part *)record.parts.items[1])->name, "file a%b\n c");
    struct fingerprint same = some_fingerprint(arena);
    ck_assert(hash_equal(record.fingerprint, same.whole));
    fingerprint_free(&same);
    record_free(&record);
    ck_assert(!record_parse(&record, arena, str_text(&text), text.len, "other", "web1"));
    ck_assert(!record_parse(&record, arena, str_text(&text), text.len, "de\nploy %41", "web2"));
    str_free(&text);
    arena_free(arena);
}
END_TEST

/* Cut anywhere, or with any byte changed into a NUL, it is no record. */
START_TEST(cut_records_are_none)
{
    struct arena *arena = arena_new();
    struct str text = { 0 };
    struct record record;
    write_some(arena, "deploy", &text);
    for (size_t size = 0; size < text.len - 1; size++)
        ck_assert(!record_parse(&record, arena, str_text(&text), size, "deploy", "web1"));
    for (size_t i = 0; i < text.len; i++) {
        char *copy = mem_strndup(str_text(&text), text.len);
        copy[i] = '\0';
        ck_assert(!record_parse(&record, arena, copy, text.len, "deploy", "web1"));
        free(copy);
    }
    str_free(&text);
    arena_free(arena);
}
END_TEST

static const char *const hostile[] = {
    "",
    "\n",
    "end\n",
    "fake-record 1\nend\n",
    "fake-record 2\ntarget deploy\nhost web1\nend\n",
    "fake-record 1\ntarget deploy\ntarget deploy\nhost web1\n"
    "fingerprint 00000000000000000000000000000000\nend\n",
    "fake-record 1\ntarget deploy\nhost web1\nfingerprint 00\nend\n",
    "fake-record 1\ntarget deploy\nhost web1\nfingerprint 00000000000000000000000000000000\n"
    "part 0 x\nend\n",
    "fake-record 1\ntarget deploy\nhost web1\nfingerprint 00000000000000000000000000000000\n"
    "unheard-of x\nend\n",
};

START_TEST(hostile_records_are_none)
{
    struct arena *arena = arena_new();
    struct record record;
    ck_assert(!record_parse(&record, arena, hostile[_i], strlen(hostile[_i]), "deploy", "web1"));
    arena_free(arena);
}
END_TEST

static const struct {
    const char *target, *host, *name;
} names[] = {
    { "deploy", "web1", "deploy@web1" },
    { "/etc/x", "admin@[::1]:22", "%2Fetc%2Fx@admin%40%5B%3A%3A1%5D%3A22" },
    { ".x", "..", "%2Ex@%2E." },
    { "a+b", "c d", "a%2Bb@c%20d" },
};

START_TEST(file_names)
{
    struct str name = { 0 };
    record_file_name(names[_i].target, names[_i].host, &name);
    ck_assert_str_eq(str_text(&name), names[_i].name);
    str_free(&name);
}
END_TEST

START_TEST(long_file_names_differ)
{
    char target[600];
    struct str one = { 0 }, other = { 0 };
    memset(target, 'x', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    record_file_name(target, "a", &one);
    record_file_name(target, "b", &other);
    ck_assert_uint_lt(one.len, 200);
    ck_assert_str_ne(str_text(&one), str_text(&other));
    str_free(&one);
    str_free(&other);
}
END_TEST

static void add_line(void *context, const char *reason)
{
    str_addf(context, "%s\n", reason);
}

START_TEST(differences_in_words)
{
    struct arena *arena = arena_new();
    struct fingerprint before = fingerprint_new(arena), now = fingerprint_new(arena);
    struct str said = { 0 };
    fingerprint_add_text(&before, "step", "1", "a");
    fingerprint_add_text(&before, "file", "app", "a");
    fingerprint_add_text(&before, "file", "gone", "a");
    fingerprint_add_text(&before, "variable", "user", "a");
    fingerprint_add_text(&before, "file", "twice", "a");
    fingerprint_add_text(&before, "file", "twice", "b");
    fingerprint_add_text(&now, "step", "1", "b");
    fingerprint_add_text(&now, "file", "app", "b");
    fingerprint_add_text(&now, "file", "added", "b");
    fingerprint_add_text(&now, "variable", "user", "a");
    fingerprint_add_text(&now, "file", "twice", "a"); /* read in two ways, and unchanged */
    fingerprint_add_text(&now, "file", "twice", "b");
    fingerprint_compare(&now, &before.parts, add_line, &said);
    ck_assert_str_eq(str_text(&said), "step 1 differs\napp changed\nadded is new among the inputs\n"
                                      "gone is no input any more\n");
    str_free(&said);
    fingerprint_free(&before);
    fingerprint_free(&now);
    arena_free(arena);
}
END_TEST

/* ---- scripts ---- */

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

/* The text that asks for the record "t" anew. */
static char *ask(bool refresh)
{
    struct str text = { 0 };
    struct vec list = { 0 };
    vec_push(&list, (void *)"t");
    script_library(&text, "./state", false);
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
    script_library(&text, "./state", false);
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
        script_library(&text, "./state", false);
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
    script_library(&text, "./state", false);
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
    script_library(&text, "./state", false);
    script_take(&text, &taken, &owed);
    free(run_script(&text));
    char *answer = ask(false);
    ck_assert_str_eq(answer, "+ t\n. t+re%20start\n");
    free(answer);
    str_clear(&text);
    script_library(&text, "./state", false);
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
    script_library(&text, "./state", false);
    script_lock(&text, "one", "anna, for deploy");
    str_add(&text, "./sh ./second; ./sh ./third; :\n");
    struct str second = { 0 }, third = { 0 };
    script_library(&second, "./state", false);
    script_lock(&second, "two", "bert");
    script_library(&third, "./state", false);
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

/* ---- the store ---- */

START_TEST(the_store_keeps)
{
    char *why;
    struct str text = { 0 };
    struct store *store = store_open(".", &why);
    ck_assert_ptr_nonnull(store);
    ck_assert_ptr_null(why);
    ck_assert(!store_get_record(store, "t", &text));
    store_put_record(store, "t", "one", 3);
    store_put_record(store, "t", "two", 3);
    store_put_record(store, "gone", "x", 1);
    ck_assert(store_get_record(store, "t", &text));
    ck_assert(store_flush(store));
    store_remove_record(store, "gone");
    store_close(store);
    store = store_open(".", &why);
    str_clear(&text);
    ck_assert(store_get_record(store, "t", &text));
    ck_assert_str_eq(str_text(&text), "two");
    ck_assert(!store_get_record(store, "gone", &text));
    store_close(store);
    str_free(&text);
}
END_TEST

START_TEST(the_store_knows_contents)
{
    char *why;
    struct stat status;
    struct known_content content = { .hash = { 1, 2 } };
    struct store *store = store_open(".", &why);
    write_file("a", "1");
    ck_assert_int_eq(stat("a", &status), 0);
    store_keep_content(store, &status, &content, status.st_ctim.tv_sec + 1); /* too young */
    ck_assert(store_flush(store));
    ck_assert(!store_find_content(store, &status, &content));
    store_keep_content(store, &status, &content, status.st_ctim.tv_sec + 10);
    ck_assert(store_flush(store));
    content = (struct known_content){ 0 };
    ck_assert(store_find_content(store, &status, &content));
    ck_assert_uint_eq(content.hash.low, 2);
    status.st_size++;
    ck_assert(!store_find_content(store, &status, &content));
    store_close(store);
}
END_TEST

static void spoil(const char *with)
{
    char *why;
    struct str text = { 0 };
    struct store *store = store_open(".", &why);
    store_put_record(store, "t", "one", 3);
    store_close(store);
    ck_assert_int_eq(system(with), 0);
    store = store_open(".", &why);
    ck_assert_ptr_nonnull(store);
    ck_assert_ptr_nonnull(why);
    ck_assert_ptr_nonnull(strstr(why, "put aside"));
    ck_assert(!store_get_record(store, "t", &text));
    free(why);
    store_close(store);
    str_free(&text);
}

START_TEST(a_damaged_store_is_put_aside)
{
    spoil("head -c 8192 /dev/urandom >.fake/store");
}
END_TEST

START_TEST(a_store_of_another_kind_is_put_aside)
{
    spoil("echo 'some text' >.fake/store");
}
END_TEST

START_TEST(no_store_where_nothing_can_be_written)
{
    char *why;
    write_file(".fake", ""); /* a file where the folder would be */
    ck_assert_ptr_null(store_open(".", &why));
    ck_assert_ptr_nonnull(why);
    free(why);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run record");
    TCase *tests = tcase_create("record");
    const int shell_count = sizeof shells / sizeof *shells;
    const TTest *all[] = {
        what_is_written_is_read,
        cut_records_are_none,
        long_file_names_differ,
        differences_in_words,
        the_store_keeps,
        the_store_knows_contents,
        a_damaged_store_is_put_aside,
        a_store_of_another_kind_is_put_aside,
        no_store_where_nothing_can_be_written,
    };
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tcase_add_test(tests, all[i]);
    tcase_add_loop_test(tests, hostile_records_are_none, 0, sizeof hostile / sizeof *hostile);
    tcase_add_loop_test(tests, file_names, 0, sizeof names / sizeof *names);
    tcase_add_loop_test(tests, places_are_compared, 0, shell_count);
    tcase_add_loop_test(tests, many_places_are_compared, 0, shell_count);
    tcase_add_loop_test(tests, what_did_not_change_is_kept, 0, shell_count);
    tcase_add_loop_test(tests, a_record_goes_and_a_hook_is_owed, 0, shell_count);
    tcase_add_loop_test(tests, the_lock_is_held, 0, shell_count);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
