#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/agent.h"
#include "io/loop.h"
#include "suite.h"

/* The client against agents that answer as they should, late, wrong, in pieces, or not at all. */

struct asked {
    int calls;
    struct str reply;
    struct str why;
};

static void answered(void *context, const struct wire_string *reply, const char *why)
{
    struct asked *asked = context;
    asked->calls++;
    ck_assert((reply == NULL) == (why != NULL));
    if (reply)
        str_addn(&asked->reply, (const char *)reply->data, reply->size);
    else
        str_add(&asked->why, why);
}

static void asked_clear(struct asked *asked)
{
    str_free(&asked->reply);
    str_free(&asked->why);
}

/* An agent that answers every message it is sent with `reply`, `piece` bytes at a time, and hangs
 * up after `count` answers. */
struct script {
    const char *reply;
    size_t size;
    size_t piece;
    int count;
};

static char *folder;
static char *path;
static pid_t agent_pid;

static void answer(int fd, const struct script *script)
{
    char buffer[4096];
    for (int i = 0; i < script->count; i++) {
        unsigned char head[4];
        if (recv(fd, head, 4, MSG_WAITALL) != 4)
            return;
        size_t size = (size_t)head[2] << 8 | head[3];
        if (recv(fd, buffer, size, MSG_WAITALL) != (ssize_t)size)
            return;
        for (size_t at = 0; at < script->size; at += script->piece) {
            size_t left = script->size - at;
            if (send(fd, script->reply + at, left < script->piece ? left : script->piece, 0) < 0)
                return;
            nanosleep(&(struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
        }
    }
}

static void start_agent(const struct script *script)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path, path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 5), 0);
    agent_pid = fork();
    if (agent_pid == 0) {
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            answer(fd, script);
            if (script->count == 0)
                pause();
            close(fd);
        }
    }
    close(listener);
}

static void set_up(void)
{
    char template[] = "/tmp/fake-agent-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    folder = mem_strdup(template);
    path = mem_printf("%s/agent", folder);
    agent_pid = 0;
}

static void tear_down(void)
{
    if (agent_pid > 0) {
        kill(agent_pid, SIGKILL);
        waitpid(agent_pid, NULL, 0);
    }
    unlink(path);
    rmdir(folder);
    free(path);
    free(folder);
}

/* Two keys: "k1" called "one", "k2" called "two". */
static const char two_keys[] = "\0\0\0\x1f\014\0\0\0\2\0\0\0\2k1\0\0\0\3one\0\0\0\2k2\0\0\0\3two";
enum { TWO_KEYS_SIZE = 4 + 31 };

static void expect_two_keys(const struct asked *asked)
{
    struct wire wire = wire_read(asked->reply.data, asked->reply.len);
    struct agent_identity identity;
    ck_assert_uint_eq(agent_read_count(&wire), 2);
    ck_assert(agent_read_identity(&wire, &identity) && wire_equals(identity.key, "k1"));
    ck_assert(agent_read_identity(&wire, &identity) && wire_equals(identity.comment, "two"));
    ck_assert(!agent_read_identity(&wire, &identity));
}

START_TEST(questions_are_answered_in_order)
{
    static const size_t pieces[] = { 1, 7, 4096 };
    for (size_t p = 0; p < 3; p++) {
        start_agent(&(struct script){ two_keys, TWO_KEYS_SIZE, pieces[p], 100 });
        struct loop *loop = loop_new();
        struct agent *agent = agent_find(loop, path);
        struct asked asked[3] = { { 0 } };
        for (int i = 0; i < 3; i++)
            agent_ask_identities(agent, answered, &asked[i]);
        ck_assert_int_eq(asked[0].calls, 0); /* never inside the call */
        loop_run(loop);
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(asked[i].calls, 1);
            expect_two_keys(&asked[i]);
            asked_clear(&asked[i]);
        }
        loop_free(loop);
        kill(agent_pid, SIGKILL);
        waitpid(agent_pid, NULL, 0);
        unlink(path);
    }
    agent_pid = 0;
}
END_TEST

START_TEST(an_agent_that_hangs_up_is_asked_anew)
{
    start_agent(&(struct script){ two_keys, TWO_KEYS_SIZE, 4096, 1 });
    struct loop *loop = loop_new();
    struct agent *agent = agent_find(loop, path);
    struct asked asked[3] = { { 0 } };
    agent_ask_identities(agent, answered, &asked[0]);
    agent_ask_identities(agent, answered, &asked[1]);
    loop_run(loop);
    expect_two_keys(&asked[0]);
    ck_assert_int_eq(asked[1].calls, 1);
    ck_assert_ptr_nonnull(strstr(str_text(&asked[1].why), "closed"));
    agent_ask_identities(agent, answered, &asked[2]);
    loop_run(loop);
    expect_two_keys(&asked[2]);
    loop_free(loop);
    for (int i = 0; i < 3; i++)
        asked_clear(&asked[i]);
}
END_TEST

START_TEST(no_agent_is_a_reason_not_a_wait)
{
    struct loop *loop = loop_new();
    struct asked asked = { 0 };
    agent_ask_identities(agent_find(loop, path), answered, &asked);
    char *long_path = mem_printf("/%0200d", 0);
    struct asked asked_long = { 0 };
    agent_ask_identities(agent_find(loop, long_path), answered, &asked_long);
    ck_assert_int_eq(asked.calls, 0);
    loop_run(loop);
    ck_assert_ptr_nonnull(strstr(str_text(&asked.why), path));
    ck_assert_int_eq(asked_long.calls, 1);
    ck_assert_ptr_eq(asked_long.reply.data, NULL);
    loop_free(loop);
    asked_clear(&asked);
    asked_clear(&asked_long);
    free(long_path);
}
END_TEST

/* Nobody waits for a silent agent once the question is taken back. */
START_TEST(a_silent_agent_can_be_left)
{
    start_agent(&(struct script){ .count = 0 });
    struct loop *loop = loop_new();
    uint64_t began = loop_now(loop);
    struct asked asked = { 0 };
    struct agent_question *question =
        agent_ask_identities(agent_find(loop, path), answered, &asked);
    agent_cancel(question);
    loop_run(loop);
    ck_assert_int_eq(asked.calls, 0);
    ck_assert_uint_lt(loop_now(loop) - began, 1000);
    loop_free(loop);
}
END_TEST

START_TEST(a_silent_agent_is_given_up)
{
    start_agent(&(struct script){ .count = 0 });
    struct loop *loop = loop_new();
    struct asked asked = { 0 };
    agent_ask_identities(agent_find(loop, path), answered, &asked);
    loop_run(loop); /* 5 s */
    ck_assert_ptr_nonnull(strstr(str_text(&asked.why), "does not answer"));
    loop_free(loop);
    asked_clear(&asked);
}
END_TEST

START_TEST(replies_are_not_trusted)
{
    static const char *const counts[] = { "\014\xff\xff\xff\xff", "\005", "\014\0\0", "" };
    static const size_t sizes[] = { 5, 1, 3, 0 };
    for (size_t i = 0; i < 4; i++) {
        struct wire wire = wire_read(counts[i], sizes[i]);
        struct agent_identity identity;
        uint32_t left = agent_read_count(&wire);
        ck_assert(left == 0 || !agent_read_identity(&wire, &identity));
    }
    static const char signature[] = "\016\0\0\0\013\0\0\0\1t\0\0\0\2si";
    struct str out = { 0 };
    ck_assert(
        agent_read_signature((struct wire_string){ (const unsigned char *)signature, 16 }, &out));
    ck_assert_str_eq(str_text(&out), "si");
    str_clear(&out);
    for (size_t size = 0; size < 16; size++)
        ck_assert(!agent_read_signature(
            (struct wire_string){ (const unsigned char *)signature, size }, &out));
    ck_assert(
        !agent_read_signature((struct wire_string){ (const unsigned char *)"\005", 1 }, &out));
    str_free(&out);
}
END_TEST

/* A message that says it is huge ends the connection, not the memory. */
START_TEST(a_huge_message_is_refused)
{
    static const char huge[] = "\x7f\xff\xff\xff";
    char *flood = mem_alloc(1024 * 1024);
    memcpy(flood, huge, 4);
    start_agent(&(struct script){ flood, 1024 * 1024, 1024 * 1024, 1 });
    struct loop *loop = loop_new();
    struct asked asked = { 0 };
    agent_ask_identities(agent_find(loop, path), answered, &asked);
    loop_run(loop);
    ck_assert_int_eq(asked.calls, 1);
    ck_assert_uint_gt(asked.why.len, 0);
    loop_free(loop);
    asked_clear(&asked);
    free(flood);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent");
    TCase *tests = tcase_create("agent");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, questions_are_answered_in_order);
    tcase_add_test(tests, an_agent_that_hangs_up_is_asked_anew);
    tcase_add_test(tests, no_agent_is_a_reason_not_a_wait);
    tcase_add_test(tests, a_silent_agent_can_be_left);
    tcase_add_test(tests, a_silent_agent_is_given_up);
    tcase_add_test(tests, replies_are_not_trusted);
    tcase_add_test(tests, a_huge_message_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
