#include "io/ssh_chain.h"
#include "io_ssh_talk.h"

/* The ways through bastions, over libssh2; each is the one server of the test under another name.
 */

START_TEST(chains_are_read)
{
    static const struct {
        const char *text, *user, *name;
        unsigned port;
    } cases[] = {
        { "gate", NULL, "gate", 0 },
        { "me@gate:2222", "me", "gate", 2222 },
        { "ssh://me@gate:22", "me", "gate", 22 },
        { "[::1]:2222", NULL, "::1", 2222 },
        { "a@b@::1", "a@b", "::1", 0 },
        { "", NULL, "", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jump_host host = jump_host_parse(cases[i].text);
        ck_assert_pstr_eq(host.user, cases[i].user);
        ck_assert_str_eq(host.name, cases[i].name);
        ck_assert_uint_eq(host.port, cases[i].port);
        free(host.user);
        free(host.name);
    }
    char *rest;
    char *last = jump_last(" a, b\tc ,", &rest);
    ck_assert_str_eq(last, "c");
    ck_assert_str_eq(rest, "a, b");
    free(last);
    free(rest);
    last = jump_last("a", &rest);
    ck_assert_str_eq(last, "a");
    ck_assert_ptr_null(rest);
    free(last);
}
END_TEST

/* Bastions and host have addresses of their own, so that the log tells them apart. */
static char *chain(const char *first, const char *second)
{
    return second ? mem_printf("%s:%u,%s:%u", first, server.port, second, server.port)
                  : mem_printf("%s:%u", first, server.port);
}

static void serve_all(const char *more)
{
    serve("host_ed", more);
    char *command = mem_printf("for a in 1 2 3 4; do echo \"[127.0.0.$a]:%u "
                               "$(cut -d' ' -f1,2 host_ed.pub)\" >>known; done",
                               server.port);
    server_sh(&server, command);
    free(command);
}

static unsigned logins(void)
{
    char *path = path_of("log");
    struct str log = { 0 };
    unsigned count = 0;
    if (!file_read(path, &log))
        str_clear(&log);
    for (const char *at = str_text(&log); (at = strstr(at, "Accepted publickey")); at++)
        count++;
    str_free(&log);
    free(path);
    return count;
}

START_TEST(through_one_and_through_two)
{
    serve_all("ListenAddress 127.0.0.2\nListenAddress 127.0.0.3");
    for (int hops = 1; hops <= 2; hops++) {
        char *jump = chain("127.0.0.2", hops == 2 ? "127.0.0.3" : NULL);
        unsigned before = logins();
        connection.jump = jump;
        talk.input = "hello\n";
        talk.input_size = 6;
        talk_run(&talk, &connection, "echo error >&2; cat; echo $SSH_CONNECTION >&2");
        ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
        ck_assert_str_eq(str_text(&talk.out[1]), "hello\n");
        ck_assert_uint_eq(logins() - before, (unsigned)hops + 1);
        talk_clear(&talk);
        free(jump);
    }
}
END_TEST

START_TEST(a_bastion_is_shared)
{
    enum { COUNT = 30 };
    serve_all("ListenAddress 127.0.0.2\nMaxSessions 1");
    unsigned before = logins();
    char *jump = chain("127.0.0.2", NULL);
    connection.jump = jump;
    struct talk talks[COUNT] = { { 0 } };
    talk_run_all(talks, COUNT, &connection, "echo in");
    for (int i = 0; i < COUNT; i++) {
        ck_assert_str_eq(str_text(&talks[i].out[1]), "in\n");
        talk_clear(&talks[i]);
    }
    ck_assert_uint_eq(logins() - before, COUNT + 1);
    free(jump);
}
END_TEST

/* Much in both directions at once, for three at once, keys changed again and again in its midst. */
START_TEST(much_data_passes_whole)
{
    enum { SIZE = 4 * 1024 * 1024, COUNT = 3 };
    serve_all("ListenAddress 127.0.0.2\nListenAddress 127.0.0.3\nRekeyLimit 1M");
    char *jump = chain("127.0.0.2", "127.0.0.3");
    connection.jump = jump;
    char *data = talk_noise(SIZE);
    struct talk talks[COUNT] = { { 0 } };
    for (int i = 0; i < COUNT; i++) {
        talks[i].input = data;
        talks[i].input_size = SIZE;
    }
    talk_run_all(talks, COUNT, &connection, "tee /dev/stderr");
    for (int i = 0; i < COUNT; i++) {
        for (int stream = 1; stream <= 2; stream++) {
            ck_assert_uint_eq(talks[i].out[stream].len, SIZE);
            ck_assert(memcmp(talks[i].out[stream].data, data, SIZE) == 0);
        }
        talk_clear(&talks[i]);
    }
    free(data);
    free(jump);
}
END_TEST

START_TEST(it_can_be_cut_at_any_time)
{
    serve_all("ListenAddress 127.0.0.2\nListenAddress 127.0.0.3");
    char *jump = chain("127.0.0.2", "127.0.0.3");
    connection.jump = jump;
    for (unsigned after = 1; after < 200; after += 9) {
        talk.cut_after = after;
        talk.keep_open = true;
        talk_run(&talk, &connection, "echo in; cat");
        ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
        talk_clear(&talk);
    }
    free(jump);
}
END_TEST

/* What is wrong on the way is told with the bastion's name. */
START_TEST(what_is_wrong_on_the_way_is_told)
{
    serve_all("ListenAddress 127.0.0.2\nMatch LocalAddress 127.0.0.2\nPermitOpen 127.0.0.4:*");
    char *jump = chain("127.0.0.2", NULL);
    connection.jump = jump;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "does not let connections through to 127.0.0.1",
                   "PermitOpen");
    talk_clear(&talk);
    connection.name = "127.0.0.4"; /* nothing listens there */
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "cannot connect to 127.0.0.4", "nc -vz");
    talk_clear(&talk);
    connection.jump = "127.0.0.2:1";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "bastion 127.0.0.2:1: cannot connect", "sshd");
    talk_clear(&talk);
    char *other = path_of("id_no");
    connection.jump = jump;
    connection.identities = other;
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_AUTH, "bastion 127.0.0.2", "authorized_keys");
    free(other);
    free(jump);
}
END_TEST

/* ProxyJump of the user's configuration, each bastion with its own; `none` ends a chain. */
START_TEST(the_ssh_configuration_leads_through)
{
    serve_all("ListenAddress 127.0.0.2\nListenAddress 127.0.0.3");
    char *command = mem_printf(
        "printf '%%s\\n' 'Host direct' 'ProxyJump none' 'Host inner' 'HostName 127.0.0.3' 'Host "
        "outer' "
        "'HostName 127.0.0.2' 'ProxyJump none' 'Host round*' 'HostName 127.0.0.4' 'Host round1' "
        "'ProxyJump round2' 'Host round2' 'ProxyJump round1' 'Host web* direct' 'HostName "
        "127.0.0.1' "
        "'ProxyJump inner' 'Host *' 'ProxyJump outer' 'Port %u' 'IdentityFile %s' "
        "'UserKnownHostsFile %s' >config",
        server.port, own_key, known);
    server_sh(&server, command);
    free(command);
    char *config = path_of("config");
    static const struct {
        const char *name;
        unsigned logins;
    } cases[] = { { "direct", 1 }, { "web1", 3 }, { "inner", 2 }, { "outer", 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned before = logins();
        connection = (struct connection){ .name = cases[i].name, .config = config };
        talk_run(&talk, &connection, "echo in");
        expect_ok("in\n", "");
        ck_assert_uint_eq(logins() - before, cases[i].logins);
        talk_clear(&talk);
    }
    connection.name = "round1";
    talk_run(&talk, &connection, "echo in");
    expect_failure(TRANSPORT_UNREACHABLE, "in a circle", "");
    free(config);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, chains_are_read);
    tcase_add_test(tests, through_one_and_through_two);
    tcase_add_test(tests, a_bastion_is_shared);
    tcase_add_test(tests, much_data_passes_whole);
    tcase_add_test(tests, it_can_be_cut_at_any_time);
    tcase_add_test(tests, what_is_wrong_on_the_way_is_told);
    tcase_add_test(tests, the_ssh_configuration_leads_through);
}

int main(void)
{
    return run_suite("ssh_jump", add_tests);
}
