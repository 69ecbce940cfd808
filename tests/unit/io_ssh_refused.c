#include "io_ssh_talk.h"

/* The transport over libssh2 where it must not go on, and against servers that misbehave. */

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
    connection.forward_agent = FORWARD_YES;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "forward_agent = yes", "openssh");
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
    connection.connect_timeout = 1;
    for (int i = 0; i < 2; i++) {
        pretend(words[i]);
        talk_run(&talk, &connection, "echo in");
        expect_failure(TRANSPORT_UNREACHABLE, " tries)", "MaxStartups");
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

int main(void)
{
    return run_suite("ssh_refused", add_tests);
}
