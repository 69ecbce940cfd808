#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/ssh_config.h"
#include "io/ssh_user.h"
#include "io/transport.h"
#include "suite.h"

static struct ssh_config read_config(const char *text)
{
    struct ssh_config config;
    ssh_config_defaults(&config, "web1", "/home/me");
    ssh_config_read(&config, text, "/home/me");
    return config;
}

static void expect_list(const struct vec *list, const char *expected)
{
    struct str text = { 0 };
    for (size_t i = 0; i < list->len; i++)
        str_addf(&text, "%s%s", i ? " " : "", (const char *)list->items[i]);
    ck_assert_str_eq(str_text(&text), expected);
    str_free(&text);
}

START_TEST(defaults_are_those_of_ssh)
{
    struct ssh_config config = read_config("");
    ck_assert_str_eq(config.host, "web1");
    ck_assert_str_eq(config.user, ssh_user_name());
    ck_assert_uint_eq(config.port, 22);
    ck_assert_uint_eq(config.connect_timeout, 30);
    ck_assert(!config.accept_new && !config.identities_given && !config.unsupported);
    expect_list(&config.identities,
                "/home/me/.ssh/id_ed25519 /home/me/.ssh/id_ecdsa /home/me/.ssh/id_rsa "
                "/home/me/.ssh/id_ecdsa_sk /home/me/.ssh/id_ed25519_sk");
    expect_list(&config.known_hosts, "/home/me/.ssh/known_hosts /home/me/.ssh/known_hosts2 "
                                     "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2");
    ssh_config_clear(&config);
}
END_TEST

START_TEST(options_of_ssh_are_taken)
{
    struct ssh_config config = read_config(
        "user deploy\nhostname 10.0.0.1\nport 2222\naddressfamily inet6\nconnecttimeout 7\n"
        "hostkeyalias alias\nidentitiesonly yes\nstricthostkeychecking accept-new\n"
        "identityfile ~/.ssh/deploy\nidentityfile %d/%r@%h\nidentityagent none\n"
        "globalknownhostsfile /etc/g\nuserknownhostsfile /u1 ~/u2\nproxyjump none\n"
        "proxycommand none\nforwardagent no\nsomethingelse x\nbare\n");
    ck_assert_str_eq(config.user, "deploy");
    ck_assert_str_eq(config.host, "10.0.0.1");
    ck_assert_uint_eq(config.port, 2222);
    ck_assert_int_eq(config.family, AF_INET6);
    ck_assert_uint_eq(config.connect_timeout, 7);
    ck_assert_str_eq(config.key_alias, "alias");
    ck_assert(config.identities_only && config.accept_new && config.identities_given);
    ck_assert_ptr_null(config.agent);
    ck_assert_ptr_null(config.unsupported);
    expect_list(&config.identities, "/home/me/.ssh/deploy /home/me/deploy@10.0.0.1");
    expect_list(&config.known_hosts, "/u1 /home/me/u2 /etc/g");
    ssh_config_clear(&config);
}
END_TEST

START_TEST(what_another_transport_must_do_is_named)
{
    static const struct {
        const char *text;
        const char *unsupported;
    } cases[] = {
        { "proxycommand nc %h %p\n", "ProxyCommand nc %h %p" },
        { "forwardagent yes\n", "ForwardAgent yes" },
        { "certificatefile ~/c\n", "CertificateFile ~/c" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ssh_config config = read_config(cases[i].text);
        ssh_config_overlay(&config, &(struct connection){ .name = "web1" }, "/home/me");
        ck_assert_str_eq(config.unsupported, cases[i].unsupported);
        ssh_config_clear(&config);
    }
}
END_TEST

START_TEST(the_fakefile_comes_first)
{
    struct ssh_config config =
        read_config("user a\nport 1\nidentityfile /a\nstricthostkeychecking no\n"
                    "userknownhostsfile /k\nconnecttimeout 1\n");
    ck_assert(config.accept_new);
    struct connection connection = { .name = "web1",
                                     .user = "b",
                                     .port = 2,
                                     .identities = "/b  ~/c",
                                     .known_hosts = "/l",
                                     .host_keys = "strict",
                                     .connect_timeout = 3,
                                     .jump = "none" };
    ssh_config_overlay(&config, &connection, "/home/me");
    ck_assert_str_eq(config.user, "b");
    ck_assert_uint_eq(config.port, 2);
    ck_assert_uint_eq(config.connect_timeout, 3);
    ck_assert(!config.accept_new && !config.unsupported);
    expect_list(&config.identities, "/b /home/me/c");
    expect_list(&config.known_hosts, "/l");
    connection =
        (struct connection){ .name = "web1", .user = "", .identities = "", .jump = "x,me@y:2" };
    ssh_config_overlay(&config, &connection, "/home/me");
    ck_assert_str_eq(config.user, "b");
    expect_list(&config.identities, "/b /home/me/c");
    ck_assert_str_eq(config.jump, "x,me@y:2");
    ssh_config_clear(&config);
}
END_TEST

/* What the Fakefile says of the way and of the agent stands above the configuration. */
START_TEST(the_way_is_one)
{
    static const char text[] = "proxycommand nc\nforwardagent yes\nproxyjump none\n";
    struct ssh_config config = read_config(text);
    struct connection connection = { .name = "web1", .jump = "y", .forward_agent = FORWARD_NO };
    ssh_config_overlay(&config, &connection, "/home/me");
    ck_assert_ptr_null(config.unsupported);
    ck_assert_str_eq(config.jump, "y");
    ssh_config_clear(&config);
    config = read_config("proxyjump y\n");
    connection.jump = "none";
    ssh_config_overlay(&config, &connection, "/home/me");
    ck_assert_ptr_null(config.jump);
    ssh_config_clear(&config);
    config = read_config("proxyjump a,web1\n");
    ssh_config_overlay(&config, &(struct connection){ .name = "web1" }, "/home/me");
    ck_assert_str_eq(config.jump, "a"); /* not through itself */
    ssh_config_clear(&config);
    config = read_config("identityfile /gate\n");
    connection = (struct connection){ .name = "gate", .identities = "/own", .is_bastion = true };
    ssh_config_overlay(&config, &connection, "/home/me");
    expect_list(&config.identities, "/gate /own");
    ssh_config_clear(&config);
}
END_TEST

/* The order is the user's; what libssh2 does not know is no part of what it is given. */
START_TEST(lists_of_algorithms_are_followed)
{
    static const struct {
        enum ssh_algorithm kind;
        const char *text;
        const char *offer; /* NULL: libssh2's own */
        const char *unsupported;
    } cases[] = {
        { SSH_KEX, "user me\n", NULL, NULL },
        { SSH_CIPHER, "user me\n", "aes128-ctr,aes256-ctr,aes192-ctr", NULL },
        { SSH_CIPHER, "ciphers aes256-ctr,aes128-ctr\n", "aes256-ctr,aes128-ctr", NULL },
        { SSH_CIPHER, "ciphers no,aes256-gcm@openssh.com,aes256-ctr,no\n", "aes256-ctr", NULL },
        { SSH_CIPHER, "ciphers aes256-ct,aes256-ctrs\n", "", "Ciphers aes256-ct,aes256-ctrs" },
        { SSH_MAC, "macs umac-64@openssh.com\n", "", "MACs umac-64@openssh.com" },
        { SSH_KEX, "kexalgorithms sntrup761x25519-sha512\n", "",
          "KexAlgorithms sntrup761x25519-sha512" },
        { SSH_KEX, "kexalgorithms ecdh-sha2-nistp256,curve25519-sha256\n",
          "ecdh-sha2-nistp256,curve25519-sha256", NULL },
        { SSH_HOST_KEY, "hostkeyalgorithms ssh-rsa,ecdsa-sha2-nistp256,ssh-ed25519\n",
          "ecdsa-sha2-nistp256,ssh-ed25519", NULL },
        { SSH_HOST_KEY, "hostkeyalgorithms ssh-rsa\n", "", "HostKeyAlgorithms ssh-rsa" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ssh_config config = read_config(cases[i].text);
        ssh_config_overlay(&config, &(struct connection){ .name = "web1" }, "/home/me");
        ck_assert_pstr_eq(ssh_algorithm_offer(cases[i].kind, &config.algorithms[cases[i].kind]),
                          cases[i].offer);
        ck_assert_pstr_eq(config.unsupported, cases[i].unsupported);
        ssh_config_clear(&config);
    }
}
END_TEST

/* ---- asked of the real ssh ---- */

struct asked {
    char *host;
    char *user;
    char *why;
    int calls;
};

static void found(void *context, const struct ssh_config *config, const char *why)
{
    struct asked *asked = context;
    asked->calls++;
    asked->host = config ? mem_strdup(config->host) : NULL;
    asked->user = config ? mem_strdup(config->user) : NULL;
    asked->why = why ? mem_strdup(why) : NULL;
}

static void asked_clear(struct asked *asked)
{
    free(asked->host);
    free(asked->user);
    free(asked->why);
}

START_TEST(ssh_resolves_the_configuration)
{
    char path[] = "/tmp/fake-ssh-config-XXXXXX";
    ck_assert_int_ge(mkstemp(path), 0);
    static const char text[] =
        "Host web*\n  HostName %h.example.com\nMatch host *.example.com\n  User m\n";
    ck_assert(file_replace(path, text, sizeof text - 1, 0600));
    struct loop *loop = loop_new();
    struct connection connection = { .name = "web1", .config = path };
    struct connection other = { .name = "web1", .config = path, .user = "me", .port = 7 };
    struct asked asked[4] = { 0 };
    struct ssh_query *queries[] = {
        ssh_config_ask(loop, &connection, found, &asked[0]),
        ssh_config_ask(loop, &connection, found, &asked[1]),
        ssh_config_ask(loop, &other, found, &asked[2]),
        ssh_config_ask(loop, &connection, found, &asked[3]),
    };
    ck_assert_int_eq(asked[0].calls, 0); /* never inside the call */
    ssh_query_free(queries[1]);
    loop_run(loop);
    ck_assert_int_eq(asked[0].calls, 1);
    ck_assert_int_eq(asked[1].calls, 0);
    ck_assert_str_eq(asked[0].host, "web1.example.com");
    ck_assert_str_eq(asked[0].user, "m");
    ck_assert_str_eq(asked[2].user, "me");
    ck_assert_str_eq(asked[3].user, "m");
    ssh_query_free(queries[0]);
    ssh_query_free(queries[2]);
    ssh_query_free(queries[3]);

    /* What was answered once is answered without a process, and still from the loop. */
    struct asked again = { 0 };
    remove(path);
    struct ssh_query *query = ssh_config_ask(loop, &connection, found, &again);
    ck_assert_int_eq(again.calls, 0);
    loop_run(loop);
    ck_assert_str_eq(again.user, "m");
    ssh_query_free(query);
    loop_free(loop);
    for (int i = 0; i < 4; i++)
        asked_clear(&asked[i]);
    asked_clear(&again);
}
END_TEST

/* More hosts than programs run at once; every fifth gives up before its turn. */
START_TEST(many_hosts_are_asked_about)
{
    enum { COUNT = 40 };
    static struct connection connections[COUNT];
    struct asked asked[COUNT] = { { 0 } };
    struct ssh_query *queries[COUNT];
    struct loop *loop = loop_new();
    for (int i = 0; i < COUNT; i++) {
        char *name = mem_printf("host%d", i);
        connections[i] = (struct connection){ .name = name, .config = "/dev/null" };
        queries[i] = ssh_config_ask(loop, &connections[i], found, &asked[i]);
    }
    for (int i = 0; i < COUNT; i += 5) {
        ssh_query_free(queries[i]);
        queries[i] = NULL;
    }
    loop_run(loop);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(asked[i].calls, i % 5 ? 1 : 0);
        if (i % 5)
            ck_assert_str_eq(asked[i].host, connections[i].name);
        ssh_query_free(queries[i]);
        asked_clear(&asked[i]);
    }
    /* One that was given up can still be asked about. */
    struct asked again = { 0 };
    struct ssh_query *query = ssh_config_ask(loop, &connections[0], found, &again);
    loop_run(loop);
    ck_assert_str_eq(again.host, "host0");
    ssh_query_free(query);
    asked_clear(&again);
    loop_free(loop);
    for (int i = 0; i < COUNT; i++)
        free((char *)connections[i].name);
}
END_TEST

struct listed {
    enum ssh_algorithm kind;
    char *offer;
    char *why;
    bool compresses;
};

static void found_list(void *context, const struct ssh_config *config, const char *why)
{
    struct listed *listed = context;
    listed->why = why ? mem_strdup(why) : NULL;
    if (!config)
        return;
    const char *offer = listed->kind == SSH_ALGORITHMS
                            ? config->login_algorithms
                            : ssh_algorithm_offer(listed->kind, &config->algorithms[listed->kind]);
    listed->offer = mem_strdup(offer);
    listed->compresses = config->compresses;
}

/* What ssh_config(5) writes with + - ^ and wildcards is what ssh makes of it. */
START_TEST(ssh_resolves_the_lists)
{
    static const struct {
        enum ssh_algorithm kind; /* SSH_ALGORITHMS: for the log-in */
        const char *text;
        const char *offer;
    } cases[] = {
        { SSH_CIPHER, "User me", "aes128-ctr,aes192-ctr,aes256-ctr" },
        { SSH_CIPHER, "Ciphers aes256-ctr,aes128-ctr", "aes256-ctr,aes128-ctr" },
        { SSH_CIPHER, "Ciphers +aes128-cbc", "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc" },
        { SSH_CIPHER, "Ciphers -aes128-*", "aes192-ctr,aes256-ctr" },
        { SSH_CIPHER, "Ciphers -aes*-ctr", "" },
        { SSH_CIPHER, "Ciphers ^aes256-ctr", "aes256-ctr,aes128-ctr,aes192-ctr" },
        { SSH_CIPHER, "Ciphers chacha20-poly1305@openssh.com", "" },
        { SSH_CIPHER, "Host web1\nCiphers aes256-ctr\nHost *\nCiphers aes128-ctr", "aes256-ctr" },
        { SSH_CIPHER, "Host web2\nCiphers aes256-ctr\nMatch host web*\nCiphers aes192-ctr",
          "aes192-ctr" },
        { SSH_MAC, "MACs -hmac-sha1*,hmac-sha2-512", "hmac-sha2-256" },
        { SSH_KEX, "KexAlgorithms -*nist*,*curve25519*,*group1*,*group-ex*", "" },
        { SSH_KEX, "KexAlgorithms -*curve25519*,*nist*,*group18*,*group14-sha256",
          "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512" },
        { SSH_KEX, "KexAlgorithms ecdh-sha2-nistp384,curve25519-sha256",
          "ecdh-sha2-nistp384,curve25519-sha256" },
        { SSH_HOST_KEY, "HostKeyAlgorithms ssh-ed25519", "ssh-ed25519" },
        { SSH_HOST_KEY, "HostKeyAlgorithms -ssh-ed25519,*nistp521",
          "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384" },
        { SSH_HOST_KEY, "HostKeyAlgorithms ^ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp384,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp521" },
        { SSH_HOST_KEY, "HostKeyAlgorithms rsa-sha2-512", "" },
        { SSH_ALGORITHMS, "PubkeyAcceptedAlgorithms ssh-ed25519", "ssh-ed25519" },
        { SSH_ALGORITHMS, "PubkeyAcceptedKeyTypes ssh-ed25519,rsa-sha2-512",
          "ssh-ed25519,rsa-sha2-512" },
        { SSH_CIPHER, "Ciphers rot13", NULL }, /* ssh does not know it */
    };
    char path[] = "/tmp/fake-ssh-config-XXXXXX";
    ck_assert_int_ge(mkstemp(path), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loop *loop = loop_new();
        struct connection connection = { .name = "web1", .config = path };
        struct listed listed = { .kind = cases[i].kind };
        char *text = mem_printf("%s\nHost *\nCompression yes\n", cases[i].text);
        ck_assert(file_replace(path, text, strlen(text), 0600));
        struct ssh_query *query = ssh_config_ask(loop, &connection, found_list, &listed);
        loop_run(loop);
        ck_assert_pstr_eq(listed.offer, cases[i].offer);
        ck_assert(listed.why ? strstr(listed.why, "rot13") != NULL : listed.compresses);
        ssh_query_free(query);
        loop_free(loop);
        free(text);
        free(listed.offer);
        free(listed.why);
    }
    remove(path);
}
END_TEST

START_TEST(a_broken_configuration_is_told)
{
    struct loop *loop = loop_new();
    struct connection connection = { .name = "web1", .config = "/nonexistent/config" };
    struct asked asked = { 0 };
    struct ssh_query *query = ssh_config_ask(loop, &connection, found, &asked);
    loop_run(loop);
    ck_assert_int_eq(asked.calls, 1);
    ck_assert_ptr_null(asked.host);
    ck_assert_ptr_nonnull(strstr(asked.why, "/nonexistent/config"));
    ck_assert_ptr_null(strchr(asked.why, '\n'));
    ssh_query_free(query);
    asked_clear(&asked);

    /* Nobody waits any more: the program is ended, and the loop with it. */
    connection.config = "/dev/null";
    query = ssh_config_ask(loop, &connection, found, &asked);
    ssh_query_free(query);
    loop_run(loop);
    ck_assert_int_eq(asked.calls, 1);
    loop_free(loop);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ssh_config");
    TCase *tests = tcase_create("ssh_config");
    tcase_add_test(tests, defaults_are_those_of_ssh);
    tcase_add_test(tests, options_of_ssh_are_taken);
    tcase_add_test(tests, what_another_transport_must_do_is_named);
    tcase_add_test(tests, the_fakefile_comes_first);
    tcase_add_test(tests, the_way_is_one);
    tcase_add_test(tests, lists_of_algorithms_are_followed);
    if (system("command -v ssh >/dev/null 2>&1") == 0) {
        tcase_add_test(tests, ssh_resolves_the_configuration);
        tcase_add_test(tests, many_hosts_are_asked_about);
        tcase_add_test(tests, ssh_resolves_the_lists);
        tcase_add_test(tests, a_broken_configuration_is_told);
    } else {
        puts("skipped: no ssh");
    }
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
