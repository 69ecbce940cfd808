#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step/content.h"
#include "step/unpack.h"
#include "suite.h"

#define TEMPLATE "/tmp/fake-unit-content-XXXXXX"
static char work[] = TEMPLATE;

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void enter(void)
{
    memcpy(work, TEMPLATE, sizeof work); /* again, where the tests are not processes of their own */
    ck_assert_ptr_nonnull(mkdtemp(work));
    ck_assert_int_eq(chdir(work), 0);
}

static void leave(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    unpack_remove(work);
}

START_TEST(file)
{
    write_file("a", "abc");
    struct content *content = content_load("a", NULL);
    ck_assert_int_eq(content->kind, CONTENT_FILE);
    ck_assert_uint_eq(content->size, 3);
    ck_assert_uint_eq(content->mode & 0777, 0644);
    ck_assert_ptr_null(content->why);
    ck_assert_str_eq(content->sha256,
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    content_free(content);
}
END_TEST

START_TEST(missing)
{
    struct content *content = content_load("none", NULL);
    ck_assert_int_eq(content->kind, CONTENT_MISSING);
    ck_assert_str_eq(content->why, "No such file or directory");
    content_free(content);
    content_free(NULL);
}
END_TEST

START_TEST(folder)
{
    mkdir("t", 0755);
    mkdir("t/b", 0755);
    write_file("t/b/c", "1");
    write_file("t/a", "2");
    ck_assert_int_eq(symlink("a", "t/z"), 0);
    struct content *content = content_load("t", NULL);
    ck_assert_int_eq(content->kind, CONTENT_FOLDER);
    ck_assert_uint_eq(content->entry_count, 4);
    static const char *const names[] = { "a", "b", "b/c", "z" };
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(content->entries[i].path, names[i]);
    ck_assert_str_eq(content->entries[3].link, "a");

    struct hash hash = content->hash;
    content_free(content);
    content = content_load("t/", NULL);
    ck_assert(hash_equal(hash, content->hash));
    content_free(content);
    chmod("t/a", 0600);
    content = content_load("t", NULL);
    ck_assert(!hash_equal(hash, content->hash));
    content_free(content);
}
END_TEST

static unsigned learned;

static bool find_small(void *context, const struct stat *status, struct hash *hash,
                       char sha256[HASH_SHA256_HEX_SIZE])
{
    (void)context;
    if (status->st_size != 1)
        return false;
    *hash = (struct hash){ 1, 2 };
    strcpy(sha256, "known");
    return true;
}

static void learn(void *context, const struct stat *status, struct hash hash,
                  const char sha256[HASH_SHA256_HEX_SIZE])
{
    (void)context;
    (void)hash;
    ck_assert_uint_eq(status->st_size, 3);
    ck_assert_uint_eq(strlen(sha256), HASH_SHA256_HEX_SIZE - 1);
    learned++;
}

START_TEST(files_that_are_known_are_not_read)
{
    static const struct content_memory memory = { .find = find_small, .learn = learn };
    mkdir("t", 0755);
    write_file("t/known", "1");
    write_file("t/new", "abc");
    chmod("t/known", 0);
    struct content *content = content_load("t", &memory);
    ck_assert_ptr_null(content->why);
    ck_assert_str_eq(content->entries[0].sha256, "known");
    ck_assert(hash_equal(content->entries[0].hash, (struct hash){ 1, 2 }));
    ck_assert_uint_eq(content->entries[0].size, 1);
    ck_assert_uint_eq(learned, 1);
    content_free(content);
}
END_TEST

START_TEST(folder_with_a_fifo)
{
    mkdir("t", 0755);
    ck_assert_int_eq(mkfifo("t/f", 0600), 0);
    struct content *content = content_load("t", NULL);
    ck_assert_str_eq(content->why, "f: neither a file, a folder nor a link");
    content_free(content);
}
END_TEST

/* What a host must not be able to do with what it sends. The archives are made by the tar here. */
static const struct {
    const char *make; /* sh: makes ar */
    const char *why;  /* part of the refusal; NULL: fine */
} archives[] = {
    { "mkdir x; echo 1 >x/a; ln -s a x/l; ln x/a x/h; tar cf ar x", NULL },
    { "echo 1 >a; tar cf ar --transform=s,a,../a, -P a", "leads out of the folder" },
    { "echo 1 >a; tar cf ar --transform=s,a,x/../../a, -P a", "leads out of the folder" },
    { "tar cf ar -P /etc/passwd", "leads out of the folder" },
    { "mkdir out; ln -s ../out l; tar cf ar l; rm l; mkdir l; echo 1 >l/a; tar rf ar l/a",
      "Not a directory" },
    { "mkfifo f; tar cf ar f", "not supported" },
    { "echo this is no archive >ar", "" },
    { "echo 1 >a; tar cf ar a; head -c 700 ar >br; mv br ar", "" },
};

START_TEST(unpacking)
{
    char *why = NULL;
    ck_assert_int_eq(system(archives[_i].make), 0);
    mkdir("in", 0700);
    bool fine = unpack("ar", "in", &why);
    ck_assert_msg(fine == (archives[_i].why == NULL), "%s", why ? why : "it was taken");
    if (archives[_i].why)
        ck_assert_msg(strstr(why, archives[_i].why), "%s", why);
    ck_assert_int_ne(access("out/a", F_OK), 0);
    free(why);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("content");
    TCase *tests = tcase_create("content");
    tcase_add_checked_fixture(tests, enter, leave);
    tcase_add_test(tests, file);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, folder);
    tcase_add_test(tests, files_that_are_known_are_not_read);
    tcase_add_test(tests, folder_with_a_fifo);
    tcase_add_loop_test(tests, unpacking, 0, sizeof archives / sizeof *archives);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
