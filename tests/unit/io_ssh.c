#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/transport.h"
#include "io_ssh_server.h"

/* The transport over libssh2 against real servers, and against some that misbehave. */

/* One connection and all that is told of it. */
struct talk {
    struct loop *loop;
    void *channel;
    const char *input; /* written once it is open */
    size_t input_size;
    bool keep_open;     /* no close of ours */
    unsigned cut_after; /* milliseconds to an abrupt end; 0: none */
    struct timer *cut;
    int opened, drained, closed;
    struct str out[3];
    enum transport_error error;
    struct str why, hint;
};

static void talk_opened(void *context)
{
    struct talk *talk = context;
    talk->opened++;
    if (talk->input_size > 0)
        transport_ssh.write(talk->channel, talk->input, talk->input_size);
    if (!talk->keep_open)
        transport_ssh.close(talk->channel, false);
}

static void talk_read(void *context, int stream, const char *data, size_t size)
{
    struct talk *talk = context;
    ck_assert(stream == 1 || stream == 2);
    str_addn(&talk->out[stream], data, size);
}

static void talk_drained(void *context)
{
    struct talk *talk = context;
    talk->drained++;
    ck_assert_uint_eq(transport_ssh.queued(talk->channel), 0);
}

static void talk_closed(void *context, enum transport_error error, const char *why,
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

static void talk_cut(void *context)
{
    struct talk *talk = context;
    transport_ssh.close(talk->channel, true);
}

static void talk_start(struct talk *talk, struct loop *loop, const struct connection *connection,
                       const char *boot)
{
    static const struct transport_events events = { talk_opened, talk_read, talk_drained,
                                                    talk_closed };
    talk->loop = loop;
    talk->channel = transport_ssh.open(loop, connection, boot, &events, talk);
    if (talk->cut_after > 0)
        talk->cut = loop_after(loop, talk->cut_after - 1, talk_cut, talk);
}

static void talk_run(struct talk *talk, const struct connection *connection, const char *boot)
{
    struct loop *loop = loop_new();
    talk_start(talk, loop, connection, boot);
    ck_assert_int_eq(talk->closed, 0);
    loop_run(loop);
    loop_free(loop);
    ck_assert_int_eq(talk->closed, 1);
}

static void talk_clear(struct talk *talk)
{
    str_free(&talk->out[1]);
    str_free(&talk->out[2]);
    str_free(&talk->why);
    str_free(&talk->hint);
    *talk = (struct talk){ 0 };
}

/* ---- a server for each test, and how to reach it ---- */

static struct server server;
static struct connection connection;
static struct talk talk;
static char *own_key;
static char *known;

static char *path_of(const char *name)
{
    return mem_printf("%s/%s", server.folder, name);
}

static void know(const char *name, const char *key)
{
    char *command = mem_printf("echo \"%s $(cut -d' ' -f1,2 %s.pub)\" >>known", name, key);
    server_sh(&server, command);
    free(command);
}

/* As the host's line would name it. */
static char *known_name(void)
{
    return mem_printf("[127.0.0.1]:%u", server.port);
}

static void prepare(void)
{
    server_prepare(&server);
}

static void clean_up(void)
{
    server_remove(&server);
}

static void set_up(void)
{
    talk = (struct talk){ 0 };
    server_sh(&server, "rm -f known");
    unsetenv("SSH_AUTH_SOCK");
    setenv("HOME", server.folder, 1);
    connection = (struct connection){ .name = "127.0.0.1" };
    connection.identities = own_key = path_of("id_ed");
    connection.known_hosts = known = path_of("known");
}

static void tear_down(void)
{
    talk_clear(&talk);
    server_stop(&server);
    free(own_key);
    free(known);
}

static void serve(const char *host_keys, const char *more)
{
    server_start(&server, host_keys, more);
    connection.port = server.port;
}

static void serve_known(void)
{
    serve("host_ed host_ec host_rsa", "");
    char *name = known_name();
    know(name, "host_ed");
    free(name);
}

static void expect_ok(const char *out, const char *errors)
{
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_int_eq(talk.opened, 1);
    ck_assert_str_eq(str_text(&talk.out[1]), out);
    ck_assert_str_eq(str_text(&talk.out[2]), errors);
}

static void expect_failure(enum transport_error error, const char *why, const char *hint)
{
    ck_assert_msg(talk.error == error, "%d: %s", talk.error, str_text(&talk.why));
    ck_assert_msg(strstr(str_text(&talk.why), why) != NULL, "%s", str_text(&talk.why));
    ck_assert_msg(strstr(str_text(&talk.hint), hint) != NULL, "%s", str_text(&talk.hint));
}

/* ---- what works ---- */

START_TEST(both_streams_and_the_end)
{
    serve_known();
    talk.input = "hello\n";
    talk.input_size = 6;
    talk_run(&talk, &connection, "echo error >&2; cat; echo \"it's over\"");
    expect_ok("hello\nit's over\n", "error\n");
    ck_assert_int_eq(talk.drained, 1);
}
END_TEST

START_TEST(keys_log_in)
{
    static const char *const keys[] = { "id_ed", "id_ec", "id_rsa" };
    serve_known();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *both = mem_printf("%s/id_no  %s/%s", server.folder, server.folder, keys[i]);
        connection.identities = both;
        talk_run(&talk, &connection, "echo in");
        expect_ok("in\n", "");
        talk_clear(&talk);
        free(both);
    }
}
END_TEST

START_TEST(the_agent_signs)
{
    serve_known();
    server_sh(
        &server,
        "ssh-agent -a agent >agent.out && export SSH_AUTH_SOCK=agent && "
        "ssh-add -q id_no id_rsa && printf '#!/bin/sh\\necho secret\\n' >ask && chmod 700 ask && "
        "SSH_ASKPASS=./ask SSH_ASKPASS_REQUIRE=force ssh-add -q id_locked 2>/dev/null");
    char *agent = path_of("agent");
    char *locked = path_of("id_locked");
    setenv("SSH_AUTH_SOCK", agent, 1);
    connection.identities = locked;
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    talk_clear(&talk);
    server_sh(&server, "SSH_AUTH_SOCK=agent ssh-add -q -d id_locked.pub 2>/dev/null");
    talk_run(&talk, &connection, "echo in"); /* with id_rsa */
    expect_ok("in\n", "");
    server_sh(&server, ". ./agent.out >/dev/null && kill $SSH_AGENT_PID");
    free(agent);
    free(locked);
}
END_TEST

/* Much in both directions at once, the keys changed again and again in the midst of it. */
START_TEST(much_data_passes_whole)
{
    enum { SIZE = 12 * 1024 * 1024 };
    serve("host_ed", "RekeyLimit 1M");
    char *name = known_name();
    know(name, "host_ed");
    free(name);
    char *data = mem_alloc(SIZE);
    unsigned seed = 1;
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
    talk.input = data;
    talk.input_size = SIZE;
    talk_run(&talk, &connection, "tee /dev/stderr");
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    for (int stream = 1; stream <= 2; stream++) {
        ck_assert_uint_eq(talk.out[stream].len, SIZE);
        ck_assert(memcmp(talk.out[stream].data, data, SIZE) == 0);
    }
    ck_assert_int_eq(talk.drained, 1);
    free(data);
}
END_TEST

START_TEST(many_at_once)
{
    enum { COUNT = 80 }; /* more than may log in at once */
    serve_known();
    struct loop *loop = loop_new();
    struct talk talks[COUNT] = { { 0 } };
    for (int i = 0; i < COUNT; i++)
        talk_start(&talks[i], loop, &connection, "echo in");
    loop_run(loop);
    loop_free(loop);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_msg(talks[i].error == TRANSPORT_OK, "%s", str_text(&talks[i].why));
        ck_assert_str_eq(str_text(&talks[i].out[1]), "in\n");
        talk_clear(&talks[i]);
    }
}
END_TEST

/* An end at any moment is told once, as wanted, and leaves nothing behind. */
START_TEST(it_can_be_cut_at_any_time)
{
    serve_known();
    for (unsigned after = 1; after < 60; after += 2) {
        talk.cut_after = after;
        talk.keep_open = true;
        talk_run(&talk, &connection, "echo in; cat");
        ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
        talk_clear(&talk);
    }
}
END_TEST

/* The user's ssh configuration leads to the host, under a name that only it knows. */
START_TEST(the_ssh_configuration_is_followed)
{
    serve("host_ed", "");
    know("fakes-alias", "host_ed");
    char *command = mem_printf(
        "printf '%%s\\n' 'Host web1' 'HostName 127.0.0.1' 'Port %u' 'HostKeyAlias fakes-alias' "
        "'IdentityFile %s' 'UserKnownHostsFile %s' 'Host jumpy' 'ProxyJump web1' >config",
        server.port, own_key, known);
    server_sh(&server, command);
    free(command);
    char *config = path_of("config");
    connection = (struct connection){ .name = "web1", .config = config };
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    talk_clear(&talk);
    connection.name = "jumpy";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "ProxyJump web1", "openssh");
    free(config);
}
END_TEST

/* Where localhost is ::1 first, nothing listens there. */
START_TEST(a_name_may_have_several_addresses)
{
    serve("host_ed", "");
    char *name = mem_printf("[localhost]:%u", server.port);
    know(name, "host_ed");
    free(name);
    connection.name = "LocalHost";
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
}
END_TEST

static void answer_read(void *context, int stream, const char *data, size_t size)
{
    talk_read(context, stream, data, size);
    char text[16];
    int count = (int)talk.out[1].len;
    snprintf(text, sizeof text, "%d\n", count);
    if (count < 200)
        transport_ssh.write(talk.channel, text, strlen(text));
    else
        transport_ssh.close(talk.channel, false);
}

/* What a callback writes leaves without waiting for anything else to happen. */
START_TEST(a_callback_may_write)
{
    static const struct transport_events events = { talk_opened, answer_read, talk_drained,
                                                    talk_closed };
    serve_known();
    talk.keep_open = true;
    struct loop *loop = loop_new();
    talk.channel = transport_ssh.open(loop, &connection, "echo 0; cat", &events, &talk);
    loop_run(loop);
    loop_free(loop);
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert(str_starts(str_text(&talk.out[1]), "0\n2\n4\n6\n8\n10\n13\n"));
}
END_TEST

/* ---- host keys ---- */

START_TEST(an_unknown_host_is_refused_then_remembered)
{
    serve("host_ed host_ec", "");
    talk_run(&talk, &connection, "echo in");
    char *command =
        mem_printf("ssh -o 'UserKnownHostsFile=%s' -p %u 127.0.0.1 true", known, server.port);
    expect_failure(TRANSPORT_HOST_KEY, "SHA256:", command);
    free(command);
    talk_clear(&talk);
    connection.host_keys = "accept-new";
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    talk_clear(&talk);
    connection.host_keys = "strict";
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
}
END_TEST

START_TEST(the_known_key_is_asked_for)
{
    serve("host_ed host_ec", "");
    char *name = known_name();
    know(name, "host_ec");
    free(name);
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
}
END_TEST

START_TEST(a_changed_key_is_refused_always)
{
    serve("host_ed", "");
    char *name = known_name();
    server_sh(&server, "echo '# first line' >known");
    know(name, "id_no");
    connection.host_keys = "accept-new";
    talk_run(&talk, &connection, "echo in");
    char *remove = mem_printf("ssh-keygen -R '%s' -f %s", name, known);
    expect_failure(TRANSPORT_HOST_KEY, "known:2", remove);
    free(remove);
    free(name);
}
END_TEST

START_TEST(a_revoked_key_is_refused)
{
    serve("host_ed", "");
    char *name = known_name();
    know(name, "host_ed");
    know("@revoked *", "host_ed");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_HOST_KEY, "is revoked at", "new one");
    free(name);
}
END_TEST

START_TEST(a_key_of_another_type_is_refused)
{
    serve("host_ed", "");
    char *name = known_name();
    know(name, "host_ec");
    connection.host_keys = "accept-new";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_HOST_KEY, "is unknown", "accept it with");
    talk_clear(&talk);
    server_sh(&server, ": >known");
    know(name, "host_rsa");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "has one of type ssh-rsa", "openssh");
    free(name);
}
END_TEST

START_TEST(a_server_with_an_rsa_key_alone_needs_another_transport)
{
    serve("host_rsa", "");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "no algorithm in common", "ssh_transport = openssh");
}
END_TEST

/* ---- log-in ---- */

START_TEST(refused_keys_are_named)
{
    serve_known();
    char *keys =
        mem_printf("%s/id_no %s/id_none %s/id_locked", server.folder, server.folder, server.folder);
    connection.identities = keys;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_AUTH, "/id_no", "id_none does not exist");
    ck_assert_ptr_nonnull(strstr(str_text(&talk.hint), "id_locked is encrypted"));
    free(keys);
}
END_TEST

START_TEST(no_key_at_all_is_told)
{
    serve_known();
    connection.identities = NULL;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_AUTH, "no key", "ssh_identity");
}
END_TEST

START_TEST(what_this_transport_lacks_is_told)
{
    connection.jump = "bastion";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "ssh_jump = bastion", "openssh");
}
END_TEST

/* ---- bad days ---- */

START_TEST(nothing_listens)
{
    connection.port = free_port(NULL);
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "Connection refused", "sshd");
    talk_clear(&talk);
    connection.name = "no-such-host.invalid";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "no-such-host.invalid", "getent");
}
END_TEST

static void pretend(const char *words)
{
    server_pretend(&server, words);
    connection.port = server.port;
}

START_TEST(no_ssh_server)
{
    pretend("HTTP/1.1 400 Bad\033 Request\r\nServer: x\r\n");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE,
                   "not an ssh server: it said \"HTTP/1.1 400 Bad? Request\"", "port");
}
END_TEST

START_TEST(a_busy_server_is_tried_again)
{
    static const char *const words[] = { "", "Exceeded MaxStartups\r\n" };
    for (int i = 0; i < 2; i++) {
        pretend(words[i]);
        talk_run(&talk, &connection, "echo in");
        expect_failure(TRANSPORT_UNREACHABLE, "before its banner (4 tries)", "MaxStartups");
        talk_clear(&talk);
        server_stop(&server);
    }
}
END_TEST

START_TEST(a_silent_server_times_out)
{
    pretend(NULL);
    connection.connect_timeout = 1;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "timed out after 1 s while waiting for", "");
}
END_TEST

START_TEST(a_server_may_die_in_the_handshake)
{
    pretend("SSH-2.0-OpenSSH_9.2\r\n");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "during the handshake", "");
}
END_TEST

START_TEST(the_far_side_ends_by_itself)
{
    static const struct {
        const char *boot;
        const char *why;
    } cases[] = {
        { "echo in; exit 3", "exit code 3" },
        { "echo in; kill -9 $$", "SIGKILL" },
        { "echo in; sleep 0.3; kill -9 $PPID", "closed the connection" },
    };
    serve_known();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        talk.keep_open = true;
        talk_run(&talk, &connection, cases[i].boot);
        expect_failure(TRANSPORT_LOST, cases[i].why, "");
        ck_assert_str_eq(str_text(&talk.out[1]), "in\n");
        talk_clear(&talk);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, both_streams_and_the_end);
    tcase_add_test(tests, keys_log_in);
    tcase_add_test(tests, the_agent_signs);
    tcase_add_test(tests, much_data_passes_whole);
    tcase_add_test(tests, many_at_once);
    tcase_add_test(tests, it_can_be_cut_at_any_time);
    tcase_add_test(tests, the_ssh_configuration_is_followed);
    tcase_add_test(tests, a_name_may_have_several_addresses);
    tcase_add_test(tests, a_callback_may_write);
    tcase_add_test(tests, an_unknown_host_is_refused_then_remembered);
    tcase_add_test(tests, the_known_key_is_asked_for);
    tcase_add_test(tests, a_changed_key_is_refused_always);
    tcase_add_test(tests, a_revoked_key_is_refused);
    tcase_add_test(tests, a_key_of_another_type_is_refused);
    tcase_add_test(tests, a_server_with_an_rsa_key_alone_needs_another_transport);
    tcase_add_test(tests, refused_keys_are_named);
    tcase_add_test(tests, no_key_at_all_is_told);
    tcase_add_test(tests, what_this_transport_lacks_is_told);
    tcase_add_test(tests, nothing_listens);
    tcase_add_test(tests, no_ssh_server);
    tcase_add_test(tests, a_busy_server_is_tried_again);
    tcase_add_test(tests, a_silent_server_times_out);
    tcase_add_test(tests, a_server_may_die_in_the_handshake);
    tcase_add_test(tests, the_far_side_ends_by_itself);
}

/* libssh2 1.10 loses a little when a session is freed in the middle of its key exchange. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libssh2.so";
}

int main(void)
{
    if (access("/usr/sbin/sshd", X_OK) != 0) {
        puts("skipped: no /usr/sbin/sshd");
        return 0;
    }
    Suite *suite = suite_create("ssh");
    TCase *tests = tcase_create("ssh");
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, prepare, clean_up);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
