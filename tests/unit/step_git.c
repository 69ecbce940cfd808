#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "step/content.h"
#include "step/git.h"
#include "step/git_attributes.h"
#include "step/unpack.h"
#include "suite.h"

static const struct {
    const char *text, *path;
    bool is_folder, is_ignored;
} rows[] = {
    { "", "a", false, false },
    { "a export-ignore", "a", false, true },
    { "a export-ignore", "b/a", false, true },
    { "a export-ignore", "ab", false, false },
    { "a -export-ignore", "a", false, false },
    { "a export-ignore\na !export-ignore", "a", false, false },
    { "a -export-ignore\na text export-ignore diff=x", "a", false, true },
    { "a export-ignored", "a", false, false },
    { "# a export-ignore\n!a export-ignore", "a", false, false },
    { "[attr]a export-ignore", "a", false, false },
    { "\r\n  a \t export-ignore\r\n", "a", false, true },
    { "\"a b\" export-ignore", "a b", false, true },
    { "\"a b export-ignore", "a b", false, false },
    { "*.md export-ignore", "docs/a.md", false, true },
    { "/*.md export-ignore", "docs/a.md", false, false },
    { "docs/*.md export-ignore", "docs/a.md", false, true },
    { "docs/*.md export-ignore", "docs/x/a.md", false, false },
    { "docs/*.md export-ignore", "x/docs/a.md", false, false },
    { "/a export-ignore", "a", false, true },
    { "/a export-ignore", "b/a", false, false },
    { "a/ export-ignore", "a", false, false },
    { "a/ export-ignore", "a", true, true },
    { "a/ export-ignore", "b/a", true, true },
    { "a/** export-ignore", "a/b/c", false, true },
    { "a/** export-ignore", "a", true, true },
    { "a/** export-ignore", "a", false, false },
    { "**/a export-ignore", "a", false, true },
    { "**/a export-ignore", "b/c/a", false, true },
    { "a/**/b export-ignore", "a/b", false, true },
    { "a/**/b export-ignore", "a/x/y/b", false, true },
    { "a/**/b export-ignore", "x/a/b", false, false },
    { "a/**/b/**/c export-ignore", "a/b/b/x/c/c", false, true },
    { "a/**/b/**/c export-ignore", "a/x/c", false, false },
    { "**/**/**/**/**/**/**/**/**/**/z export-ignore",
      "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/y", false, false },
    { "[ab]? export-ignore", "bx", false, true },
};

START_TEST(attributes)
{
    struct git_attributes *file =
        git_attributes_new(NULL, "", rows[_i].text, strlen(rows[_i].text));
    ck_assert_int_eq(git_attributes_has(file, GIT_EXPORT_IGNORE, rows[_i].path, rows[_i].is_folder),
                     rows[_i].is_ignored);
    ck_assert(!git_attributes_has(file, GIT_EXPORT_SUBST, rows[_i].path, rows[_i].is_folder));
    git_attributes_free(file);
}
END_TEST

START_TEST(nearer_counts)
{
    static const char outer[] = "*.x export-ignore\nv export-subst\n";
    static const char inner[] = "keep.x -export-ignore\n/a export-ignore\n";
    struct git_attributes *top = git_attributes_new(NULL, "", outer, sizeof outer - 1);
    struct git_attributes *low = git_attributes_new(top, "d", inner, sizeof inner - 1);
    ck_assert(git_attributes_has(low, GIT_EXPORT_IGNORE, "d/b.x", false));
    ck_assert(!git_attributes_has(low, GIT_EXPORT_IGNORE, "d/keep.x", false));
    ck_assert(git_attributes_has(low, GIT_EXPORT_IGNORE, "d/a", false));
    ck_assert(!git_attributes_has(low, GIT_EXPORT_IGNORE, "d/e/a", false));
    ck_assert(git_attributes_has(low, GIT_EXPORT_SUBST, "d/v", false));
    ck_assert(!git_attributes_has(NULL, GIT_EXPORT_SUBST, "d/v", false));
    git_attributes_free(low);
    git_attributes_free(top);
}
END_TEST

/* ---- a repository ---- */

static char *folder;

static void enter(void)
{
    folder = mem_strdup("/tmp/fake-unit-step-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    ck_assert_int_eq(system("export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=C "
                            "GIT_COMMITTER_EMAIL=c@x; git init -q -b main && mkdir -p d/e && "
                            "echo 1 >d/e/one && echo 2 >d/two && ln -s two d/link && "
                            "printf %s 'id $Format:%s$' >v && echo 'v export-subst' >"
                            ".gitattributes && chmod 755 d/two && git add -A && "
                            "git commit -q -m first && git tag v1"),
                     0);
}

static void leave(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    unpack_remove(folder);
    free(folder);
}

static struct content *load(struct arena *arena, const char *revision, const char *below)
{
    return content_load(content_name_revision(arena, ".", revision, below), NULL);
}

START_TEST(contents)
{
    static const struct {
        const char *path;
        enum content_kind kind;
        unsigned mode;
    } wanted[] = {
        { ".gitattributes", CONTENT_FILE, 0644 },
        { "d", CONTENT_FOLDER, 0755 },
        { "d/e", CONTENT_FOLDER, 0755 },
        { "d/e/one", CONTENT_FILE, 0644 },
        { "d/link", CONTENT_LINK, 0777 },
        { "d/two", CONTENT_FILE, 0755 },
        { "v", CONTENT_FILE, 0644 },
    };
    struct arena *arena = arena_new();
    struct content *content = load(arena, "main", "");
    struct str bytes = { 0 };
    ck_assert_msg(!content->why, "%s", content->why);
    ck_assert_uint_eq(content->entry_count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < content->entry_count; i++) {
        ck_assert_str_eq(content->entries[i].path, wanted[i].path);
        ck_assert_int_eq(content->entries[i].kind, wanted[i].kind);
        ck_assert_uint_eq(content->entries[i].mode, wanted[i].mode);
    }
    ck_assert_str_eq(content->entries[4].link, "two");
    ck_assert(content->entries[6].load(&content->entries[6], &bytes));
    ck_assert_str_eq(str_text(&bytes), "id first");
    ck_assert_uint_eq(content->entries[6].size, bytes.len);
    str_free(&bytes);
    content_free(content);
    arena_free(arena);
}
END_TEST

static unsigned learned;

/* Of the one that was learned second. */
static bool find_blob(void *context, const unsigned char *id, uint64_t *size, struct hash *hash,
                      char sha256[HASH_SHA256_HEX_SIZE])
{
    const unsigned char *known = context;
    if (memcmp(id, known, CONTENT_BLOB_ID) != 0)
        return false;
    *size = 2;
    *hash = (struct hash){ 1, 2 };
    strcpy(sha256, "known");
    return true;
}

static void learn_blob(void *context, const unsigned char *id, uint64_t size, struct hash hash,
                       const char sha256[HASH_SHA256_HEX_SIZE])
{
    (void)hash;
    ck_assert_uint_eq(strlen(sha256), HASH_SHA256_HEX_SIZE - 1);
    if (size == 2 && learned == 1)
        memcpy(context, id, CONTENT_BLOB_ID);
    learned++;
}

START_TEST(blobs_that_are_known_are_not_read)
{
    unsigned char known[CONTENT_BLOB_ID] = { 0 };
    const struct content_memory memory = { .find_blob = find_blob,
                                           .learn_blob = learn_blob,
                                           .context = known };
    struct arena *arena = arena_new();
    const char *name = content_name_revision(arena, ".", "main", "");
    struct str bytes = { 0 };
    learned = 0;
    content_free(content_load(name, &memory));
    ck_assert_uint_eq(learned, 3); /* but not what is export-subst */
    struct content *content = content_load(name, &memory);
    ck_assert_uint_eq(learned, 5);
    ck_assert_str_eq(content->entries[3].sha256, "known");
    ck_assert_uint_eq(content->entries[3].size, 2);
    ck_assert(content->entries[3].load(&content->entries[3], &bytes));
    ck_assert_str_eq(str_text(&bytes), "1\n");
    str_free(&bytes);
    content_free(content);
    arena_free(arena);
}
END_TEST

START_TEST(the_commit_is_the_input)
{
    struct arena *arena = arena_new();
    struct content *branch = load(arena, "main", ""), *tag = load(arena, "v1", "");
    struct content *below = load(arena, "v1", "d/e"), *none = load(arena, "v1", "d/x");
    struct content *unknown = load(arena, "v2", "");
    ck_assert(hash_equal(branch->hash, tag->hash));
    ck_assert(!hash_equal(branch->hash, below->hash));
    ck_assert_uint_eq(below->entry_count, 1);
    ck_assert_str_eq(below->entries[0].path, "one");
    ck_assert_str_eq(none->why, "there is no folder d/x in it");
    ck_assert_str_eq(unknown->why, "there is no revision 'v2'");
    ck_assert_str_eq(content_name_shown(arena, content_name_revision(arena, ".", "v1", "d/e")),
                     "revision v1:d/e");
    ck_assert_ptr_null(content_name_path(content_name_revision(arena, ".", "v1", "")));
    content_free(branch);
    content_free(tag);
    content_free(below);
    content_free(none);
    content_free(unknown);
    arena_free(arena);
}
END_TEST

START_TEST(functions)
{
    char *why = NULL;
    struct git *git = git_open("d/e", &why);
    struct str value = { 0 };
    ck_assert_msg(git != NULL, "%s", why);
    ck_assert(git_revision(git, "v1", &value, &why));
    ck_assert_uint_eq(value.len, 40);
    str_clear(&value);
    ck_assert(git_describe(git, "", &value, &why));
    ck_assert_str_eq(str_text(&value), "v1");
    str_clear(&value);
    ck_assert(git_files(git, "d/e d/l*", &value, &why));
    ck_assert_str_eq(str_text(&value), "d/e/one d/link");
    ck_assert(!git_revision(git, "none", &value, &why));
    ck_assert_str_eq(why, "there is no revision 'none'");
    free(why);
    git_close(git);
    git_close(NULL);
    ck_assert_ptr_null(git_open("/", &why));
    ck_assert_ptr_nonnull(why);
    free(why);
    str_free(&value);
}
END_TEST

int main(void)
{
    enum { ROW_COUNT = sizeof rows / sizeof *rows };
    Suite *suite = suite_create("step_git");
    TCase *tests = tcase_create("attributes");
    tcase_add_loop_test(tests, attributes, 0, ROW_COUNT);
    tcase_add_test(tests, nearer_counts);
    suite_add_tcase(suite, tests);
    tests = tcase_create("repository");
    tcase_add_checked_fixture(tests, enter, leave);
    tcase_add_test(tests, contents);
    tcase_add_test(tests, blobs_that_are_known_are_not_read);
    tcase_add_test(tests, the_commit_is_the_input);
    tcase_add_test(tests, functions);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
