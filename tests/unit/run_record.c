#include "run_world.h"

#include "base/arena.h"
#include "run/record.h"
#include "run/store.h"
#include "suite.h"

/* Records as text, and this machine's store. */

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
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tcase_add_test(tests, all[i]);
    tcase_add_loop_test(tests, hostile_records_are_none, 0, sizeof hostile / sizeof *hostile);
    tcase_add_loop_test(tests, file_names, 0, sizeof names / sizeof *names);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
