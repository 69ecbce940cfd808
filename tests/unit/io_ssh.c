#include "io_ssh_talk.h"

/* The transport over libssh2 against real servers: what works. */

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
    char *data = talk_noise(SIZE);
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
    struct talk talks[COUNT] = { { 0 } };
    talk_run_all(talks, COUNT, &connection, "echo in");
    for (int i = 0; i < COUNT; i++) {
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
        "'IdentityFile %s' 'UserKnownHostsFile %s' 'Host odd' 'ProxyCommand none of them' >config",
        server.port, own_key, known);
    server_sh(&server, command);
    free(command);
    char *config = path_of("config");
    connection = (struct connection){ .name = "web1", .config = config };
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    talk_clear(&talk);
    connection.name = "odd";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "ProxyCommand none of them", "openssh");
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
                                                    talk_closed, talk_notice };
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

/* What has left after a while, though nobody reads there. */
struct unread {
    struct loop *loop;
    struct timer *timer;
    size_t early, late; /* bytes that wait here */
    uint64_t began;
};
static struct unread unread;

static void look_late(void *context)
{
    (void)context;
    unread.late = transport_ssh.queued(talk.channel);
    transport_ssh.close(talk.channel, true);
}

static void look_early(void *context)
{
    (void)context;
    unread.early = transport_ssh.queued(talk.channel);
    if (loop_now(unread.loop) - unread.began > 15) /* a busy machine: it may be more already */
        unread.early = SIZE_MAX;
    timer_cancel(unread.timer);
    unread.timer = loop_after(unread.loop, 400, look_late, NULL);
}

static void write_much(void *context)
{
    talk_opened(context);
    unread.began = loop_now(unread.loop);
    unread.timer = loop_after(unread.loop, 5, look_early, NULL);
}

/* To fill the buffer of sshd costs it much; but a server that waits for that must not wait for
 * ever. */
START_TEST(little_lies_there_unread)
{
    enum { SIZE = 1536 * 1024 };
    static const struct transport_events events = { write_much, talk_read, talk_drained,
                                                    talk_closed, talk_notice };
    serve_known();
    char *data = talk_noise(SIZE);
    talk.input = data;
    talk.input_size = SIZE;
    talk.keep_open = true;
    unread.loop = loop_new();
    talk.channel = transport_ssh.open(unread.loop, &connection, "sleep 2", &events, &talk);
    loop_run(unread.loop);
    timer_cancel(unread.timer);
    loop_free(unread.loop);
    ck_assert_uint_ge(unread.early, SIZE - 1024 * 1024);
    ck_assert_uint_eq(unread.late, 0);
    free(data);
}
END_TEST

static void tell_boot(void *context)
{
    transport_ssh.boot(talk.channel, context);
}

/* What is to run is told at once, on the way, and when all waits for it. */
START_TEST(it_is_reached_before_it_is_known_what_runs)
{
    static const unsigned AFTER[] = { 0, 20, 1200 }; /* milliseconds */
    serve_known();
    struct loop *loop = loop_new();
    talk_start(&talk, loop, &connection, NULL);
    struct timer *timer = loop_after(loop, AFTER[_i], tell_boot, (char *)"echo here");
    loop_run(loop);
    timer_cancel(timer);
    loop_free(loop);
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_str_eq(str_text(&talk.out[1]), "here\n");
}
END_TEST

START_TEST(it_can_be_cut_before_it_is_known_what_runs)
{
    const struct transport *const WAYS[] = { &transport_ssh, &transport_auto };
    serve_known();
    for (size_t i = 0; i < 4; i++) {
        talk.way = WAYS[i % 2];
        talk.cut_after = i < 2 ? 1 : 200;
        talk_run(&talk, &connection, NULL);
        ck_assert_int_eq(talk.opened, 0);
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
    tcase_add_test(tests, little_lies_there_unread);
    tcase_add_loop_test(tests, it_is_reached_before_it_is_known_what_runs, 0, 3);
    tcase_add_test(tests, it_can_be_cut_before_it_is_known_what_runs);
}

int main(void)
{
    return run_suite("ssh", add_tests);
}
