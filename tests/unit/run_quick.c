#include "base/hash.h"
#include "run/quick_table.h"
#include "run/store.h"
#include "run_world.h"
#include "suite.h"

/* What states are kept in between runs. */

static uint64_t key_of(uint64_t number)
{
    return hash_bytes64(&number, sizeof number) | 1;
}

START_TEST(finds_what_was_added)
{
    enum { COUNT = 5000 };
    struct quick_table table = quick_table_new(COUNT);
    for (uint64_t i = 0; i < COUNT; i++)
        quick_table_add(&table, key_of(i), i + 1);
    for (uint64_t i = 0; i < COUNT; i++)
        ck_assert_uint_eq(quick_table_find(&table, key_of(i)), i + 1);
    for (uint64_t i = COUNT; i < 2 * COUNT; i++)
        ck_assert_uint_eq(quick_table_find(&table, key_of(i)), 0);
    quick_table_free(&table);
}
END_TEST

START_TEST(goes_on_at_the_start)
{
    struct quick_table table = quick_table_new(4);
    for (uint64_t i = 0; i < 4; i++)
        quick_table_add(&table, UINT64_MAX - i, i + 1);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_uint_eq(quick_table_find(&table, UINT64_MAX - i), i + 1);
    quick_table_add(&table, UINT64_MAX, 9);
    ck_assert_uint_eq(quick_table_find(&table, UINT64_MAX), 9);
    quick_table_free(&table);
}
END_TEST

START_TEST(bears_damage)
{
    struct quick_entry full[] = { { 5, 1 }, { 6, 2 } };
    struct quick_table table = { full, 2 };
    ck_assert_uint_eq(quick_table_find(&table, 7), 0);
    ck_assert_uint_eq(quick_table_find(&(struct quick_table){ 0 }, 7), 0);
}
END_TEST

START_TEST(stays_in_the_store)
{
    struct run_world world;
    struct quick_table table = quick_table_new(1), found;
    struct store *store;
    char *why;
    world_begin(&world);
    store = store_open(".", &why);
    ck_assert_ptr_nonnull(store);
    quick_table_add(&table, 3, 4);
    store_put_quick(store, "all", &table);
    store_close(store);
    store = store_open(".", &why);
    found = store_get_quick(store, "all");
    ck_assert_uint_eq(quick_table_find(&found, 3), 4);
    quick_table_free(&found);
    found = store_get_quick(store, "other");
    ck_assert_uint_eq(found.count, 0);
    store_close(store);
    quick_table_free(&table);
    world_end(&world);
}
END_TEST

START_TEST(is_empty_in_a_new_store)
{
    struct run_world world;
    char *why;
    world_begin(&world);
    ck_assert_int_eq(mkdir(".fake", 0700), 0);
    write_file(".fake/store", "rubbish");
    struct store *store = store_open(".", &why);
    ck_assert_ptr_nonnull(store);
    ck_assert_ptr_nonnull(why);
    free(why);
    ck_assert_uint_eq(store_get_quick(store, "all").count, 0);
    store_close(store);
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run quick");
    TCase *tests = tcase_create("quick");
    tcase_add_test(tests, finds_what_was_added);
    tcase_add_test(tests, goes_on_at_the_start);
    tcase_add_test(tests, bears_damage);
    tcase_add_test(tests, stays_in_the_store);
    tcase_add_test(tests, is_empty_in_a_new_store);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
