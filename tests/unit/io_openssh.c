#include "io_ssh_talk.h"

/* The transport through the ssh program, and how `auto` comes to it. */

static void set_up_program(void)
{
    talk.way = &transport_openssh;
}

static void again(void)
{
    const struct transport *way = talk.way;
    talk_clear(&talk);
    talk.way = way;
}

START_TEST(both_streams_and_the_end)
{
    serve_known();
    talk.input = "hello\n";
    talk.input_size = 6;
    talk_run(&talk, &connection, "echo open; echo error >&2; cat; echo \"it's over\"");
    expect_ok("open\nhello\nit's over\n", "error\n");
}
END_TEST

START_TEST(much_data_passes_whole)
{
    enum { SIZE = 4 * 1024 * 1024 };
    serve_known();
    char *data = mem_alloc(SIZE);
    memset(data, 'x', SIZE);
    talk.input = data;
    talk.input_size = SIZE;
    talk_run(&talk, &connection, "echo; tee /dev/stderr");
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_uint_eq(talk.out[1].len, SIZE + 1);
    ck_assert_uint_eq(talk.out[2].len, SIZE);
    free(data);
}
END_TEST

START_TEST(it_can_be_cut_at_any_time)
{
    serve_known();
    for (unsigned after = 1; after < 200; after += 20) {
        talk.cut_after = after;
        talk.keep_open = true;
        talk_run(&talk, &connection, "echo in; cat");
        ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
        again();
    }
}
END_TEST

START_TEST(host_keys_are_judged)
{
    serve("host_ed", "");
    char *name = known_name();
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_HOST_KEY, "the host key is unknown", "accept-new");
    again();
    connection.host_keys = "accept-new";
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    again();
    server_sh(&server, ": >known");
    know(name, "id_no");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_HOST_KEY, "the host key has changed", "ssh-keygen -R");
    again();
    know("@revoked *", "host_ed");
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_HOST_KEY, "revoked", "new one");
    free(name);
}
END_TEST

START_TEST(refusals_are_told)
{
    serve_known();
    char *other = path_of("id_no");
    connection.identities = other;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_AUTH, "the log-in was refused: ", "is the user right");
    ck_assert_ptr_nonnull(strstr(str_text(&talk.why), "Permission denied"));
    again();
    connection.port = free_port(NULL);
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "Connection refused", "sshd");
    again();
    connection.name = "no-such-host.invalid";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "no-such-host.invalid", "getent");
    free(other);
}
END_TEST

START_TEST(servers_that_are_none)
{
    server_pretend(&server, "");
    connection.port = server.port;
    connection.connect_timeout = 1;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "before its banner", "MaxStartups");
    again();
    server_stop(&server);
    server_pretend(&server, NULL);
    connection.port = server.port;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "timed out", "");
}
END_TEST

START_TEST(the_far_side_ends_by_itself)
{
    serve_known();
    talk.keep_open = true;
    talk_run(&talk, &connection, "echo in; exit 3");
    expect_failure(TRANSPORT_LOST, "exit code 3", "");
    again();
    talk.keep_open = true;
    talk_run(&talk, &connection, "echo in; sleep 0.3; kill -9 $PPID");
    expect_failure(TRANSPORT_LOST, "the connection broke", "");
    ck_assert_str_eq(str_text(&talk.out[1]), "in\n");
    again();
    talk.keep_open = true;
    talk_run(&talk, &connection, "echo no shell for you >&2; exit 1");
    expect_failure(TRANSPORT_LOST, "exit code 1", "");
    ck_assert_str_eq(str_text(&talk.out[2]), "no shell for you\n");
}
END_TEST

/* Two bastions whose keys and known hosts only the Fakefile names. */
START_TEST(it_goes_through_two)
{
    serve("host_ed", "ListenAddress 127.0.0.2\nListenAddress 127.0.0.3");
    for (int i = 1; i <= 3; i++) {
        char *name = mem_printf("[127.0.0.%d]:%u", i, server.port);
        know(name, "host_ed");
        free(name);
    }
    char *jump = mem_printf("127.0.0.2:%u,127.0.0.3:%u", server.port, server.port);
    connection.jump = jump;
    talk_run(&talk, &connection, "echo $SSH_CONNECTION");
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_str_ne(str_text(&talk.out[1]), "");
    free(jump);
}
END_TEST

/* ---- auto ---- */

static void expect_notice(const char *text)
{
    ck_assert_msg(strstr(str_text(&talk.notices), text) != NULL, "notices: %s, %s",
                  str_text(&talk.notices), str_text(&talk.why));
}

START_TEST(auto_needs_no_program)
{
    serve_known();
    talk.way = &transport_auto;
    talk.input = "hello\n";
    talk.input_size = 6;
    talk_run(&talk, &connection, "cat");
    expect_ok("hello\n", "");
    ck_assert_str_eq(str_text(&talk.notices), "");
}
END_TEST

START_TEST(auto_for_an_rsa_host_key)
{
    serve("host_rsa", "");
    char *name = known_name();
    know(name, "host_rsa");
    free(name);
    talk.way = &transport_auto;
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    expect_notice("uses the ssh program: the server and libssh2 have no algorithm in common");
}
END_TEST

static void certify(void)
{
    server_sh(&server, "rm -f ca* id_certified*; ssh-keygen -q -t ed25519 -N '' -f ca && "
                       "ssh-keygen -q -t ed25519 -N '' -f id_certified && "
                       "ssh-keygen -q -s ca -I me -n \"$(id -un)\" id_certified.pub");
}

START_TEST(auto_for_a_certificate)
{
    certify();
    char *more = mem_printf("TrustedUserCAKeys %s/ca.pub", server.folder);
    char *key = path_of("id_certified");
    serve("host_ed", more);
    char *name = known_name();
    know(name, "host_ed");
    talk.way = &transport_auto;
    connection.identities = key;
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    expect_notice("id_certified-cert.pub");
    talk_clear(&talk);
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNSUPPORTED, "id_certified-cert.pub", "openssh");
    free(name);
    free(key);
    free(more);
}
END_TEST

START_TEST(auto_for_a_certificate_of_the_agent)
{
    certify();
    char *more = mem_printf("TrustedUserCAKeys %s/ca.pub", server.folder);
    serve("host_ed", more);
    char *name = known_name();
    know(name, "host_ed");
    server_sh(&server, "ssh-agent -a agent2 >agent.out && export SSH_AUTH_SOCK=agent2 && "
                       "ssh-add -q id_certified 2>/dev/null && rm id_certified*");
    char *agent = path_of("agent2");
    setenv("SSH_AUTH_SOCK", agent, 1);
    connection.identities = NULL;
    talk.way = &transport_auto;
    talk_run(&talk, &connection, "echo in");
    server_sh(&server, ". ./agent.out >/dev/null && kill $SSH_AGENT_PID");
    expect_ok("in\n", "");
    expect_notice("(agent)");
    free(agent);
    free(name);
    free(more);
}
END_TEST

START_TEST(auto_for_a_proxy_command)
{
    serve_known();
    server_sh(&server,
              "printf '%s\\n' 'Host *' \"ProxyCommand ssh -F none -o BatchMode=yes -o "
              "UserKnownHostsFile=$PWD/known -i $PWD/id_ed -W [%h]:%p 127.0.0.1 -p %p\" >config");
    char *config = path_of("config");
    connection.config = config;
    talk.way = &transport_auto;
    talk_run(&talk, &connection, "echo in");
    expect_ok("in\n", "");
    expect_notice("uses the ssh program: ProxyCommand ssh -F none");
    free(config);
}
END_TEST

START_TEST(auto_forwards_the_agent)
{
    serve_known();
    server_sh(&server, "ssh-agent -a agent3 >agent.out && SSH_AUTH_SOCK=agent3 ssh-add -q id_ec");
    char *agent = path_of("agent3");
    setenv("SSH_AUTH_SOCK", agent, 1);
    connection.forward_agent = FORWARD_YES;
    talk.way = &transport_auto;
    talk_run(&talk, &connection, "ssh-add -l");
    server_sh(&server, ". ./agent.out >/dev/null && kill $SSH_AGENT_PID");
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    ck_assert_ptr_nonnull(strstr(str_text(&talk.out[1]), "(ECDSA)"));
    expect_notice("forward_agent = yes");
    free(agent);
}
END_TEST

/* A failure that the ssh program would share is not tried twice. */
START_TEST(auto_gives_up_where_ssh_would)
{
    serve_known();
    char *other = path_of("id_no");
    connection.identities = other;
    talk.way = &transport_auto;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_AUTH, "does not let", "authorized_keys");
    ck_assert_str_eq(str_text(&talk.notices), "");
    free(other);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up_program, NULL);
    tcase_add_test(tests, both_streams_and_the_end);
    tcase_add_test(tests, much_data_passes_whole);
    tcase_add_test(tests, it_can_be_cut_at_any_time);
    tcase_add_test(tests, host_keys_are_judged);
    tcase_add_test(tests, refusals_are_told);
    tcase_add_test(tests, servers_that_are_none);
    tcase_add_test(tests, the_far_side_ends_by_itself);
    tcase_add_test(tests, it_goes_through_two);
    tcase_add_test(tests, auto_needs_no_program);
    tcase_add_test(tests, auto_for_an_rsa_host_key);
    tcase_add_test(tests, auto_for_a_certificate);
    tcase_add_test(tests, auto_for_a_certificate_of_the_agent);
    tcase_add_test(tests, auto_for_a_proxy_command);
    tcase_add_test(tests, auto_forwards_the_agent);
    tcase_add_test(tests, auto_gives_up_where_ssh_would);
}

int main(void)
{
    return run_suite("openssh", add_tests);
}
