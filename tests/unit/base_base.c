#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "suite.h"

START_TEST(arena_gives_and_takes_back)
{
    struct arena *arena = arena_new();
    char *kept = arena_strdup(arena, "kept");
    struct arena_mark mark = arena_mark(arena);
    int i;

    for (i = 0; i < 1000; i++)
        memset(arena_alloc(arena, 1000), 1, 1000);
    arena_release(arena, mark);
    ck_assert_str_eq(kept, "kept");
    for (i = 0; i < 64; i++)
        ck_assert_int_eq(((char *)arena_alloc(arena, 64))[i], 0);
    ck_assert_str_eq(arena_printf(arena, "%s-%d", "a", 7), "a-7");
    arena_free(arena);
}
END_TEST

START_TEST(map_keeps_the_order)
{
    struct map map = { 0 };
    static char keys[1000][8];
    size_t i;

    for (i = 0; i < 1000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i * 7);
        *map_put(&map, keys[i]) = keys[i];
    }
    ck_assert_uint_eq(map.len, 1000);
    for (i = 0; i < 1000; i++) {
        ck_assert_ptr_eq(map_get(&map, keys[i]), keys[i]);
        ck_assert_ptr_eq(map.entries[i].value, keys[i]);
    }
    ck_assert_ptr_null(map_get(&map, "k1"));
    ck_assert_ptr_eq(map_getn(&map, "k7x", 2), keys[1]);
    map_remove(&map, keys[5]);
    ck_assert_ptr_null(map_get(&map, keys[5]));
    map_free(&map);
}
END_TEST

START_TEST(quoting_survives_a_shell)
{
    static const char *const texts[] = {
        "plain", "", "it's", "a b", "$HOME `x` \"y\" \\ !", "ü\n"
    };
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str command = { 0 }, output = { 0 };
        const char *argv[] = { "/bin/sh", "-c", NULL, NULL };

        str_add(&command, "printf %s ");
        str_add_quoted(&command, texts[i]);
        argv[2] = str_text(&command);
        ck_assert_int_eq(file_run_program(argv, NULL, &output), 0);
        ck_assert_str_eq(str_text(&output), texts[i]);
        str_free(&command);
        str_free(&output);
    }
}
END_TEST

START_TEST(hashes_are_the_published_ones)
{
    char hex[HASH_HEX_SIZE], sha[HASH_SHA256_HEX_SIZE];
    struct hash hash, again;
    struct hasher *hasher = hasher_new();

    /* XXH3-128 and SHA-256 of the empty text. */
    hash_hex(hash_bytes("", 0), hex);
    ck_assert_str_eq(hex, "99aa06d3014798d86001c324468d497f");
    hash_bytes_sha256("", 0, sha);
    ck_assert_str_eq(sha, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hasher_add(hasher, "ab", 2);
    hasher_add(hasher, "c", 1);
    hash = hasher_end(hasher);
    ck_assert(hash_equal(hash, hash_bytes("abc", 3)));
    hash_hex(hash, hex);
    ck_assert(hash_parse(hex, &again) && hash_equal(hash, again));
    ck_assert(!hash_parse("99aa06d3014798d86001c324468d497", &again));
    ck_assert(!hash_parse("99aa06d3014798d86001c324468d497g", &again));
}
END_TEST

START_TEST(nearest_names)
{
    static const char *const names[] = { "deploy", "restart", "pack", "app_path" };
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        { "deplyo", "deploy" },    { "rstart", "restart" }, { "pakc", "pack" },
        { "app_pth", "app_path" }, { "zzzzzz", NULL },      { "x", NULL },
    };
    size_t i, j;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nearest nearest = nearest_to(cases[i].typed);

        for (j = 0; j < sizeof names / sizeof *names; j++)
            nearest_try(&nearest, names[j]);
        if (cases[i].meant)
            ck_assert_str_eq(nearest.best, cases[i].meant);
        else
            ck_assert_ptr_null(nearest.best);
    }
}
END_TEST

START_TEST(diagnostics_show_the_place)
{
    static const char text[] = "a = 1\nt: $(x\n";
    struct source source = { .name = "Fakefile", .text = text, .size = sizeof text - 1 };
    struct diag diag = { DIAG_ERROR, { &source, 9, 3 }, "missing `)'", "close it" };
    struct str out = { 0 };

    diag_render(&diag, "fake", &out);
    ck_assert_str_eq(str_text(&out), "Fakefile:2: *** missing `)'.  Stop.\n"
                                     "    t: $(x\n"
                                     "       ^~~\n"
                                     "    close it\n");
    str_free(&out);
}
END_TEST

static void count_diag(void *context, const struct diag *diag)
{
    (void)diag;
    ++*(unsigned *)context;
}

START_TEST(an_error_is_told_once)
{
    const char *text = "a\nb\n";
    struct source source = { .name = "Fakefile", .text = text, .size = strlen(text) };
    struct location first = { &source, 0, 1 }, second = { &source, 2, 1 }, nowhere = { 0 };
    unsigned told = 0;
    struct diags diags = { .report = count_diag, .context = &told };

    diag_error(&diags, first, "wrong");
    diag_error(&diags, first, "wrong");
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(diags.errors, 2);
    diag_error(&diags, first, "otherwise wrong");
    diag_error(&diags, second, "otherwise wrong");
    diag_error(&diags, first, "wrong");
    ck_assert_uint_eq(told, 4);
    diag_error(&diags, nowhere, "wrong");
    diag_error(&diags, nowhere, "wrong");
    diag_warning(&diags, first, "odd");
    diag_warning(&diags, first, "odd");
    ck_assert_uint_eq(told, 8);
    diag_error(&diags, first, "wrong");
    diag_begin(&diags);
    diag_error(&diags, first, "wrong");
    ck_assert_uint_eq(told, 10);
}
END_TEST

START_TEST(lines_are_counted_on)
{
    static const struct {
        uint32_t offset;
        unsigned line;
    } asked[] = { { 2, 8 }, { 5, 10 }, { 5, 10 }, { 1, 7 }, { 3, 8 }, { 99, 10 }, { 0, 7 } };
    struct line_count counted = { 0 };
    struct source source = { .text = "a\nb\n\nc", .size = 7, .first_line = 7, .counted = &counted };

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        ck_assert_uint_eq(location_line((struct location){ &source, asked[i].offset, 0 }),
                          asked[i].line);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    ck_assert(file_replace(path, text, strlen(text), 0644));
}

START_TEST(files_are_replaced_whole_and_trees_hashed)
{
    char folder[] = "/tmp/fake-base.XXXXXX";
    struct str text = { 0 };
    struct hash first, second, third;
    char *path;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = mem_printf("%s/a/b/c", folder);
    ck_assert(file_make_folders(path, 0755));
    free(path);
    path = mem_printf("%s/a/b/file", folder);
    write_file(path, "one");
    ck_assert(file_read(path, &text));
    ck_assert_str_eq(str_text(&text), "one");
    ck_assert(file_hash_tree(folder, NULL, NULL, &first));
    write_file(path, "one");
    ck_assert(file_hash_tree(folder, NULL, NULL, &second));
    ck_assert(hash_equal(first, second));
    write_file(path, "two");
    ck_assert(file_hash_tree(folder, NULL, NULL, &third));
    ck_assert(!hash_equal(first, third));
    atomic_bool stop = true;
    ck_assert(!hash_file_until(path, &stop, &first) && errno == ECANCELED);
    ck_assert(!file_hash_tree(folder, NULL, &stop, &first) && errno == ECANCELED);
    ck_assert(!file_read("/nonexistent/file", &text) && errno == ENOENT);
    free(path);
    path = mem_printf("rm -rf '%s'", folder);
    ck_assert_int_eq(system(path), 0);
    free(path);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");

    tcase_add_test(tests, arena_gives_and_takes_back);
    tcase_add_test(tests, map_keeps_the_order);
    tcase_add_test(tests, quoting_survives_a_shell);
    tcase_add_test(tests, hashes_are_the_published_ones);
    tcase_add_test(tests, nearest_names);
    tcase_add_test(tests, diagnostics_show_the_place);
    tcase_add_test(tests, an_error_is_told_once);
    tcase_add_test(tests, lines_are_counted_on);
    tcase_add_test(tests, files_are_replaced_whole_and_trees_hashed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
