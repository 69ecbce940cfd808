#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/jobserver.h"
#include "suite.h"

static bool is_readable(const struct jobserver *jobserver)
{
    struct pollfd fd = { jobserver_fd(jobserver), POLLIN, 0 };

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN);
}

START_TEST(a_server_has_one_less_than_jobs)
{
    struct jobserver *jobserver = jobserver_new(3);

    ck_assert_ptr_nonnull(jobserver);
    ck_assert(is_readable(jobserver));
    ck_assert(jobserver_take(jobserver));
    ck_assert(jobserver_take(jobserver));
    ck_assert(!jobserver_take(jobserver));
    ck_assert(!is_readable(jobserver));
    jobserver_give(jobserver);
    ck_assert(jobserver_take(jobserver));
    jobserver_give(jobserver);
    jobserver_give(jobserver);
    jobserver_give(jobserver); /* was not taken: gives nothing */
    ck_assert(jobserver_take(jobserver));
    ck_assert(jobserver_take(jobserver));
    ck_assert(!jobserver_take(jobserver));
    jobserver_free(jobserver);
}
END_TEST

START_TEST(a_client_shares_and_gives_back)
{
    struct jobserver *server = jobserver_new(2);
    struct jobserver *client = jobserver_join(jobserver_auth(server));

    ck_assert_ptr_nonnull(client);
    ck_assert_str_eq(jobserver_auth(client), jobserver_auth(server));
    ck_assert(jobserver_take(client));
    ck_assert(!jobserver_take(server));
    jobserver_free(client); /* with what it has */
    ck_assert(jobserver_take(server));
    jobserver_free(server);
}
END_TEST

/* Others share the pipe, and wait on it: it must stay as it was. */
START_TEST(the_pipe_of_an_outer_make_keeps_its_mode)
{
    struct jobserver *client;
    char auth[32], byte = 'x';
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], &byte, 1), 1);
    snprintf(auth, sizeof auth, "%d,%d", ends[0], ends[1]);
    client = jobserver_join(auth);
    ck_assert_ptr_nonnull(client);
    ck_assert(jobserver_take(client));
    ck_assert(!jobserver_take(client));
    ck_assert_int_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    jobserver_give(client);
    byte = 0;
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    ck_assert_int_eq(byte, 'x'); /* the same byte */
    jobserver_free(client);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_fifo_will_do)
{
    char folder[] = "/tmp/fake-jobserver.XXXXXX", path[64], auth[80];
    struct jobserver *first, *second;
    int end;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    snprintf(auth, sizeof auth, "fifo:%s", path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    end = open(path, O_RDWR);
    ck_assert_int_eq(write(end, "+", 1), 1);
    first = jobserver_join(auth);
    second = jobserver_join(auth);
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(second);
    ck_assert(jobserver_take(second));
    ck_assert(!jobserver_take(first));
    jobserver_give(second);
    ck_assert(jobserver_take(first));
    jobserver_free(first);
    jobserver_free(second);
    close(end);
    unlink(path);
    rmdir(folder);
}
END_TEST

static const char *const bad[] = {
    "", "3", "-1,-1", "-2,4", "1000000,1000001", "3,4,5x", "fifo:/nix", "fifo:/etc/passwd", "0,1x"
};

START_TEST(what_is_no_jobserver_is_refused)
{
    ck_assert_ptr_null(jobserver_join(bad[_i]));
}
END_TEST

START_TEST(a_file_is_no_jobserver)
{
    int file = open("/dev/null", O_RDWR);
    char auth[32];

    snprintf(auth, sizeof auth, "%d,%d", file, file);
    ck_assert_ptr_null(jobserver_join(auth));
    close(file);
}
END_TEST

START_TEST(nobody_can_fill_the_pipe)
{
    struct jobserver *jobserver = jobserver_new(1000000);
    unsigned count = 0;

    ck_assert_ptr_nonnull(jobserver);
    while (jobserver_take(jobserver))
        count++;
    ck_assert_uint_gt(count, 1000);
    jobserver_free(jobserver);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_jobserver");
    TCase *tests = tcase_create("jobserver");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_server_has_one_less_than_jobs);
    tcase_add_test(tests, a_client_shares_and_gives_back);
    tcase_add_test(tests, the_pipe_of_an_outer_make_keeps_its_mode);
    tcase_add_test(tests, a_fifo_will_do);
    tcase_add_loop_test(tests, what_is_no_jobserver_is_refused, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tests, a_file_is_no_jobserver);
    tcase_add_test(tests, nobody_can_fill_the_pipe);
    return suite_run(suite);
}
