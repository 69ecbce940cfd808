#ifndef FAKE_TESTS_IO_SSH_TALK_H
#define FAKE_TESTS_IO_SSH_TALK_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/transport.h"
#include "io_ssh_server.h"
#include "suite.h"

/* A connection of the ssh transport as the tests drive it, to a server of each test. */

/* One connection and all that is told of it. */
struct talk {
    struct loop *loop;
    const struct transport *way; /* NULL: transport_ssh */
    void *channel;
    const char *input; /* written once it is open */
    size_t input_size;
    bool keep_open;     /* no close of ours */
    unsigned cut_after; /* milliseconds to an abrupt end; 0: none */
    struct timer *cut;
    int opened, drained, closed;
    struct str out[3];
    enum transport_error error;
    struct str why, hint, notices;
};

static inline const struct transport *way_of(const struct talk *talk)
{
    return talk->way ? talk->way : &transport_ssh;
}

static inline void talk_opened(void *context)
{
    struct talk *talk = context;
    talk->opened++;
    if (talk->input_size > 0)
        way_of(talk)->write(talk->channel, talk->input, talk->input_size);
    if (!talk->keep_open)
        way_of(talk)->close(talk->channel, false);
}

static inline void talk_read(void *context, int stream, const char *data, size_t size)
{
    struct talk *talk = context;
    ck_assert(stream == 1 || stream == 2);
    str_addn(&talk->out[stream], data, size);
}

static inline void talk_drained(void *context)
{
    struct talk *talk = context;
    talk->drained++;
    ck_assert_uint_eq(way_of(talk)->queued(talk->channel), 0);
}

static inline void talk_closed(void *context, enum transport_error error, const char *why,
                               const char *hint)
{
    struct talk *talk = context;
    timer_cancel(talk->cut);
    talk->closed++;
    talk->error = error;
    ck_assert((error == TRANSPORT_OK) == (why == NULL));
    str_add(&talk->why, why ? why : "");
    str_add(&talk->hint, hint ? hint : "");
    ck_assert_ptr_null(strchr(str_text(&talk->why), '\n'));
}

static inline void talk_notice(void *context, const char *text)
{
    struct talk *talk = context;
    str_addf(&talk->notices, "%s\n", text);
}

static inline void talk_cut(void *context)
{
    struct talk *talk = context;
    way_of(talk)->close(talk->channel, true);
}

static inline void talk_start(struct talk *talk, struct loop *loop,
                              const struct connection *connection, const char *boot)
{
    static const struct transport_events events = { talk_opened, talk_read, talk_drained,
                                                    talk_closed, talk_notice };
    talk->loop = loop;
    talk->channel = way_of(talk)->open(loop, connection, boot, &events, talk);
    if (talk->cut_after > 0)
        talk->cut = loop_after(loop, talk->cut_after - 1, talk_cut, talk);
}

static inline void talk_run(struct talk *talk, const struct connection *connection,
                            const char *boot)
{
    struct loop *loop = loop_new();
    talk_start(talk, loop, connection, boot);
    ck_assert_int_eq(talk->closed, 0);
    loop_run(loop);
    loop_free(loop);
    ck_assert_int_eq(talk->closed, 1);
}

/* All at once, to the end, which is a good one. */
static inline void talk_run_all(struct talk *talks, int count, const struct connection *connection,
                                const char *boot)
{
    struct loop *loop = loop_new();
    for (int i = 0; i < count; i++)
        talk_start(&talks[i], loop, connection, boot);
    loop_run(loop);
    loop_free(loop);
    for (int i = 0; i < count; i++)
        ck_assert_msg(talks[i].error == TRANSPORT_OK, "%s", str_text(&talks[i].why));
}

/* Bytes of all kinds, the same each time. */
static inline char *talk_noise(size_t size)
{
    char *data = mem_alloc(size);
    unsigned seed = 1;
    for (size_t i = 0; i < size; i++)
        data[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
    return data;
}

static inline void talk_clear(struct talk *talk)
{
    str_free(&talk->out[1]);
    str_free(&talk->out[2]);
    str_free(&talk->why);
    str_free(&talk->hint);
    str_free(&talk->notices);
    *talk = (struct talk){ 0 };
}

/* ---- a server for each test, and how to reach it ---- */

static struct server server;
static struct connection connection;
static struct talk talk;
static char *own_key;
static char *known;

static inline char *path_of(const char *name)
{
    return mem_printf("%s/%s", server.folder, name);
}

static inline void know(const char *name, const char *key)
{
    char *command = mem_printf("echo \"%s $(cut -d' ' -f1,2 %s.pub)\" >>known", name, key);
    server_sh(&server, command);
    free(command);
}

/* As the host's line would name it. */
static inline char *known_name(void)
{
    return mem_printf("[127.0.0.1]:%u", server.port);
}

static inline void prepare(void)
{
    server_prepare(&server);
}

static inline void clean_up(void)
{
    server_remove(&server);
}

static inline void set_up(void)
{
    talk = (struct talk){ 0 };
    server_sh(&server, "rm -f known");
    unsetenv("SSH_AUTH_SOCK");
    setenv("HOME", server.folder, 1);
    connection = (struct connection){ .name = "127.0.0.1" };
    connection.identities = own_key = path_of("id_ed");
    connection.known_hosts = known = path_of("known");
}

static inline void tear_down(void)
{
    talk_clear(&talk);
    server_stop(&server);
    free(own_key);
    free(known);
}

static inline void serve(const char *host_keys, const char *more)
{
    server_start(&server, host_keys, more);
    connection.port = server.port;
}

static inline void serve_known(void)
{
    serve("host_ed host_ec host_rsa", "");
    char *name = known_name();
    know(name, "host_ed");
    free(name);
}

static inline void expect_ok(const char *out, const char *errors)
{
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_int_eq(talk.opened, 1);
    ck_assert_str_eq(str_text(&talk.out[1]), out);
    ck_assert_str_eq(str_text(&talk.out[2]), errors);
}

static inline void expect_failure(enum transport_error error, const char *why, const char *hint)
{
    ck_assert_msg(talk.error == error, "%d: %s", talk.error, str_text(&talk.why));
    ck_assert_msg(strstr(str_text(&talk.why), why) != NULL, "%s", str_text(&talk.why));
    ck_assert_msg(strstr(str_text(&talk.hint), hint) != NULL, "%s", str_text(&talk.hint));
}

/* libssh2 1.10 loses a little when a session is freed in the middle of its key exchange. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libssh2.so";
}

static inline int run_suite(const char *name, void (*add_tests)(TCase *tests))
{
    if (access("/usr/sbin/sshd", X_OK) != 0) {
        puts("skipped: no /usr/sbin/sshd");
        return 0;
    }
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, prepare, clean_up);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

#endif
