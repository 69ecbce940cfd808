#include "io_ssh_talk.h"

#include "io/ssh_algorithms.h"

/* What the user's ssh configuration says of algorithms, against a real server. */

static char *config;

static void configure(const char *text)
{
    if (!config)
        config = path_of("config");
    ck_assert(file_replace(config, text, strlen(text), 0600));
    connection.config = config;
}

static void know_host(const char *key)
{
    char *name = known_name();
    know(name, key);
    free(name);
}

static void talk_as_configured(const char *text)
{
    talk_clear(&talk);
    configure(text);
    talk_run(&talk, &connection, "echo in");
}

static const char weak[] = "KexAlgorithms +diffie-hellman-group14-sha1,diffie-hellman-group1-sha1,"
                           "diffie-hellman-group-exchange-sha1\n"
                           "Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc\n"
                           "MACs +hmac-sha1-96,hmac-md5,hmac-md5-96\n";

/* Offered alone, it is the one that is used: the table says nothing that libssh2 has not. */
START_TEST(each_known_algorithm_works)
{
    serve("host_ed host_ec", weak);
    know_host("host_ed");
    know_host("host_ec");
    static const enum ssh_algorithm kinds[] = { SSH_KEX, SSH_CIPHER, SSH_MAC };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *name = ssh_algorithm_known(kinds[i]);
        while (*name) {
            size_t size = strcspn(name, ",");
            char *text = mem_printf("%s %.*s\n", ssh_algorithm_option(kinds[i]), (int)size, name);
            talk_as_configured(text);
            ck_assert_msg(talk.error == TRANSPORT_OK, "%s: %s", text, str_text(&talk.why));
            free(text);
            name += size + (name[size] == ',');
        }
    }
}
END_TEST

/* The server has nothing but what the configuration leaves out, in one way or another. */
START_TEST(what_is_left_out_is_not_negotiated)
{
    static const struct {
        const char *server;
        const char *config;
        const char *why;
    } cases[] = {
        { "Ciphers aes128-ctr\n", "Ciphers aes256-ctr,aes192-ctr\n",
          "none of the Ciphers aes256-ctr,aes192-ctr: it offers aes128-ctr" },
        { "Ciphers aes128-ctr,aes256-ctr\n", "Ciphers -aes128-ctr,aes256-*\n",
          "it offers aes128-ctr,aes256-ctr" },
        { "MACs hmac-sha2-256\nCiphers aes128-ctr\n", "MACs -hmac-sha2-256\n",
          "it offers hmac-sha2-256" },
        { "KexAlgorithms diffie-hellman-group14-sha1\n", "User root\n",
          "none of the KexAlgorithms " },
        { "KexAlgorithms curve25519-sha256\n", "KexAlgorithms -curve25519-sha256\n",
          "it offers curve25519-sha256" },
        { "", "HostKeyAlgorithms ecdsa-sha2-nistp256\n",
          "none of the HostKeyAlgorithms ecdsa-sha2-nistp256: it offers ssh-ed25519" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        serve("host_ed", cases[i].server);
        know_host("host_ed");
        talk_as_configured(cases[i].config);
        expect_failure(TRANSPORT_UNREACHABLE, cases[i].why, "`ssh -G 127.0.0.1`");
        server_stop(&server);
    }
}
END_TEST

/* ssh has something in common with the server, libssh2 has not. */
START_TEST(what_the_program_can_do_is_left_to_it)
{
    static const struct {
        const char *server;
        const char *config;
        const char *why;
    } cases[] = {
        { "", "Ciphers chacha20-poly1305@openssh.com\n",
          "Ciphers chacha20-poly1305@openssh.com is more than libssh2 can do" },
        { "Ciphers aes128-gcm@openssh.com\n", "Ciphers aes128-ctr,aes128-gcm@openssh.com\n",
          "of Ciphers it offers aes128-gcm@openssh.com" },
        { "Ciphers aes256-gcm@openssh.com\nMACs hmac-sha2-256\n", "MACs hmac-sha2-512\n",
          "of Ciphers it offers aes256-gcm@openssh.com" }, /* which needs no MAC */
        { "MACs umac-64@openssh.com\n", "MACs hmac-sha2-512,umac-64@openssh.com\n",
          "of MACs it offers umac-64@openssh.com" },
        { "MACs umac-64@openssh.com\n", NULL, "of MACs it offers umac-64@openssh.com" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        serve("host_ed", cases[i].server);
        know_host("host_ed");
        for (int is_auto = 0; is_auto < 2; is_auto++) {
            talk.way = is_auto ? &transport_auto : NULL;
            if (cases[i].config)
                configure(cases[i].config);
            else
                connection.config = NULL;
            talk_run(&talk, &connection, "echo in");
            if (!is_auto)
                expect_failure(TRANSPORT_UNSUPPORTED, cases[i].why, "ssh_transport = openssh");
            else
                expect_ok("in\n", "");
            ck_assert(!is_auto || strstr(str_text(&talk.notices), cases[i].why));
            talk_clear(&talk);
        }
        server_stop(&server);
    }
}
END_TEST

/* Of the types that are allowed, the one that is known is asked for. */
START_TEST(host_keys_are_of_a_type_that_is_allowed)
{
    serve("host_ed host_ec", "");
    know_host("host_ed");
    talk_as_configured("HostKeyAlgorithms ecdsa-sha2-nistp256,ssh-ed25519\n");
    expect_ok("in\n", "");
    talk_as_configured("HostKeyAlgorithms -ssh-ed25519\n");
    expect_failure(TRANSPORT_HOST_KEY, "has one of type ssh-ed25519", "accept it with");
    know_host("host_ec");
    talk_as_configured("HostKeyAlgorithms -ssh-ed25519\n");
    expect_ok("in\n", "");
}
END_TEST

START_TEST(keys_are_of_a_type_that_is_allowed)
{
    serve_known();
    char *keys = mem_printf("%s/id_ed %s/id_rsa", server.folder, server.folder);
    connection.identities = keys;
    talk_as_configured("PubkeyAcceptedAlgorithms rsa-sha2-256\n");
    expect_ok("in\n", "");
    talk_as_configured("PubkeyAcceptedAlgorithms -ssh-ed25519,rsa-*\n");
    expect_failure(TRANSPORT_AUTH, "no key to log in",
                   "id_rsa is of a type that PubkeyAcceptedAlgorithms leaves out");
    talk_as_configured("PubkeyAcceptedAlgorithms rsa-sha2-512\n");
    expect_failure(TRANSPORT_UNSUPPORTED, "it cannot use the signature rsa-sha2-512 of",
                   "ssh_transport = openssh");
    connection.identities = own_key;
    free(keys);
}
END_TEST

/* Much that can be made small and much that cannot, the keys changed in the midst of it. */
START_TEST(compressed_data_passes_whole)
{
    enum { SIZE = 6 * 1024 * 1024 };
    serve("host_ed", "RekeyLimit 1M\nCompression yes");
    know_host("host_ed");
    char *data = talk_noise(SIZE);
    for (size_t at = 0; at + 100000 < SIZE; at += 100000)
        memset(data + at, (int)at, 50000);
    configure("Compression yes\n");
    talk.input = data;
    talk.input_size = SIZE;
    talk_run(&talk, &connection, "tee /dev/stderr");
    ck_assert_msg(talk.error == TRANSPORT_OK, "%s", str_text(&talk.why));
    for (int stream = 1; stream <= 2; stream++) {
        ck_assert_uint_eq(talk.out[stream].len, SIZE);
        ck_assert(memcmp(talk.out[stream].data, data, SIZE) == 0);
    }
    free(data);
    server_stop(&server);
    serve("host_ed", "Compression no");
    know_host("host_ed");
    talk_as_configured("Compression yes\n");
    expect_ok("in\n", "");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, each_known_algorithm_works);
    tcase_add_test(tests, what_is_left_out_is_not_negotiated);
    tcase_add_test(tests, what_the_program_can_do_is_left_to_it);
    tcase_add_test(tests, host_keys_are_of_a_type_that_is_allowed);
    tcase_add_test(tests, keys_are_of_a_type_that_is_allowed);
    tcase_add_test(tests, compressed_data_passes_whole);
}

int main(void)
{
    int failed = run_suite("ssh_algorithms", add_tests);
    free(config);
    return failed;
}
