#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/known_hosts.h"
#include "io/loop.h"
#include "io/ssh_wire.h"
#include "suite.h"

/* Public keys in the form of the wire: the type, then something that tells them apart. */
static struct str make_key(const char *type, const char *body)
{
    struct str key = { 0 };
    wire_add_string(&key, type, strlen(type));
    wire_add_string(&key, body, strlen(body));
    return key;
}

static void add_line(struct str *text, const char *names, const char *type, const char *body)
{
    struct str key = make_key(type, body);
    str_addf(text, "%s %s ", names, type);
    wire_encode_base64(key.data, key.len, text);
    str_add(text, " comment with blanks\n");
    str_free(&key);
}

static struct known_answer ask(const struct str *text, const char *name, const char *bare,
                               const char *type, const char *body)
{
    struct str key = make_key(type, body);
    struct known_hosts *file = known_hosts_parse("known_hosts", str_text(text), text->len);
    struct vec files = { 0 };
    vec_push(&files, file);
    struct known_answer answer = known_hosts_check(&files, name, bare, key.data, key.len);
    answer.path = NULL; /* it dies with the file */
    vec_free(&files);
    known_hosts_free(file);
    str_free(&key);
    return answer;
}

#define ED    "ssh-ed25519"
#define ECDSA "ecdsa-sha2-nistp256"

static const struct {
    const char *names;
    const char *name;
    bool matches;
} patterns[] = {
    { "web1", "web1", true },
    { "web1", "web2", false },
    { "web1", "web", false },
    { "web1", "web11", false },
    { "WEB1", "web1", true },
    { "a,web1,b", "web1", true },
    { "a,web1,b", "a,web1", false },
    { "web*", "web1", true },
    { "web*", "web", true },
    { "*", "anything", true },
    { "*.example.com", "a.b.example.com", true },
    { "*.example.com", "example.com", false },
    { "web?", "web1", true },
    { "web?", "web", false },
    { "web?", "web12", false },
    { "*,!web1", "web1", false },
    { "*,!web1", "web2", true },
    { "!web1", "web2", false },
    { "!web*,web2", "web2", false },
    { "[web1]:2222", "[web1]:2222", true },
    { "[web1]:2222", "web1", false },
    { "[web*]:2222", "[web7]:2222", true },
    { "*:2222", "[web7]:2222", true },
    { "192.168.0.*", "192.168.0.9", true },
    { "fe80::1", "fe80::1", true },
    { "a*b*c*d*e", "axxbxxcxxdxxe", true },
    { "a*b*c*d*e", "axxbxxcxxdxxf", false },
    { "**", "x", true },
    { ",,web1", "web1", true },
};

START_TEST(names_match_as_ssh_matches_them)
{
    struct str text = { 0 };
    add_line(&text, patterns[_i].names, ED, "key");
    enum known_verdict verdict = ask(&text, patterns[_i].name, NULL, ED, "key").verdict;
    ck_assert_msg((verdict == KNOWN_MATCH) == patterns[_i].matches, "%s against %s",
                  patterns[_i].name, patterns[_i].names);
    str_free(&text);
}
END_TEST

START_TEST(a_host_may_have_several_keys)
{
    struct str text = { 0 };
    add_line(&text, "web1", ED, "old");
    add_line(&text, "web1,10.0.0.1", ED, "new");
    add_line(&text, "web1", ECDSA, "other");
    ck_assert_int_eq(ask(&text, "web1", NULL, ED, "old").verdict, KNOWN_MATCH);
    struct known_answer answer = ask(&text, "web1", NULL, ED, "new");
    ck_assert_int_eq(answer.verdict, KNOWN_MATCH);
    ck_assert_uint_eq(answer.line, 2);
    answer = ask(&text, "web1", NULL, ED, "forged");
    ck_assert_int_eq(answer.verdict, KNOWN_CHANGED);
    ck_assert_uint_eq(answer.line, 1);
    ck_assert_int_eq(ask(&text, "web1", NULL, "ssh-rsa", "x").verdict, KNOWN_OTHER_TYPE);
    ck_assert_int_eq(ask(&text, "web9", NULL, ED, "old").verdict, KNOWN_UNKNOWN);
    str_free(&text);
}
END_TEST

START_TEST(revoked_keys_are_refused_first)
{
    struct str text = { 0 };
    add_line(&text, "web1", ED, "key");
    add_line(&text, "@revoked *", ED, "key");
    add_line(&text, "@cert-authority *", ED, "authority");
    ck_assert_int_eq(ask(&text, "web1", NULL, ED, "key").verdict, KNOWN_REVOKED);
    ck_assert_int_eq(ask(&text, "[web1]:2222", "web1", ED, "key").verdict, KNOWN_REVOKED);
    ck_assert_int_eq(ask(&text, "web1", NULL, ED, "authority").verdict, KNOWN_CHANGED);
    ck_assert_int_eq(ask(&text, "web2", NULL, ED, "authority").verdict, KNOWN_UNKNOWN);
    str_free(&text);
}
END_TEST

START_TEST(authorities_are_noted)
{
    struct str text = { 0 };
    struct vec files = { 0 };
    add_line(&text, "@cert-authority *.lan,!db.lan", ED, "authority");
    add_line(&text, "@somebody *", ED, "authority");
    struct known_hosts *hosts = known_hosts_parse("known", text.data, text.len);
    vec_push(&files, hosts);
    ck_assert(known_hosts_has_authority(&files, "web1.lan", NULL));
    ck_assert(known_hosts_has_authority(&files, "[web1.lan]:2222", "web1.lan"));
    ck_assert(!known_hosts_has_authority(&files, "db.lan", NULL));
    ck_assert(!known_hosts_has_authority(&files, "web1", NULL));
    struct str types = { 0 };
    known_hosts_add_types(&files, "web1.lan", NULL, &types);
    ck_assert_str_eq(str_text(&types), "");
    known_hosts_free(hosts);
    vec_free(&files);
    str_free(&text);
}
END_TEST

START_TEST(a_bare_name_vouches_for_any_port)
{
    struct str text = { 0 };
    add_line(&text, "web1", ED, "key");
    ck_assert_int_eq(ask(&text, "[web1]:2222", "web1", ED, "key").verdict, KNOWN_MATCH);
    ck_assert_int_eq(ask(&text, "[web1]:2222", "web1", ED, "other").verdict, KNOWN_UNKNOWN);
    add_line(&text, "[web1]:2222", ED, "mine");
    ck_assert_int_eq(ask(&text, "[web1]:2222", "web1", ED, "key").verdict, KNOWN_CHANGED);
    str_free(&text);
}
END_TEST

START_TEST(bad_lines_are_passed_over)
{
    struct str text = { 0 };
    static const char junk[] =
        "\n#comment\n   \t\nweb1\nweb1 ssh-ed25519\nweb1 ssh-ed25519 !!!!\n"
        "|1|bad|salt ssh-ed25519 AAAA\n|2|x|y ssh-ed25519 AAAA\n@unknown web1 ssh-ed25519 AAAA\n"
        "@revoked\nweb1 ssh-ed25519 AAAAB3NzaC1yc2E=\n|1| a b\n|1||| a b\n";
    str_add(&text, junk);
    str_addn(&text, "web1 \0 x\n", 9);
    unsigned lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    str_add(&text, " \t");
    add_line(&text, "web1", ED, "key");
    text.data[text.len - 1] = '\r'; /* CR and LF, then an end without newline */
    str_addc(&text, '\n');
    str_add(&text, "web1 ssh-ed25519 AAAA");
    struct known_answer answer = ask(&text, "web1", NULL, ED, "key");
    ck_assert_int_eq(answer.verdict, KNOWN_MATCH);
    ck_assert_uint_eq(answer.line, lines + 1);
    str_free(&text);
}
END_TEST

/* ssh-keygen hashes; what it hashed must be found, and nothing else. */
START_TEST(hashed_names_are_those_of_ssh_keygen)
{
    if (system("ssh-keygen -? >/dev/null 2>&1; [ $? -ne 127 ]") != 0) {
        puts("skipped: no ssh-keygen");
        return;
    }
    char folder[] = "/tmp/fake-known-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *command = mem_printf("cd %s && ssh-keygen -q -t ed25519 -N '' -f k && "
                               "echo \"web1,[web2]:2222 $(cut -d' ' -f1,2 k.pub)\" >f && "
                               "ssh-keygen -q -H -f f >/dev/null 2>&1",
                               folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    struct str text = { 0 };
    char *path = mem_printf("%s/f", folder);
    ck_assert(file_read(path, &text));
    ck_assert(str_starts(str_text(&text), "|1|"));
    struct known_hosts *file = known_hosts_parse(path, text.data, text.len);
    struct vec files = { 0 };
    vec_push(&files, file);
    static const struct {
        const char *name;
        const char *types;
    } expected[] = { { "web1", ED }, { "[web2]:2222", ED }, { "web2", "" }, { "web", "" } };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct str types = { 0 };
        known_hosts_add_types(&files, expected[i].name, NULL, &types);
        ck_assert_str_eq(str_text(&types), expected[i].types);
        str_free(&types);
    }
    vec_free(&files);
    known_hosts_free(file);
    str_free(&text);
    free(path);
    command = mem_printf("rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
}
END_TEST

START_TEST(types_are_told_once_each)
{
    struct str text = { 0 };
    struct str types = { 0 };
    add_line(&text, "web1", ECDSA, "a");
    add_line(&text, "web1", ED, "b");
    add_line(&text, "web*", ECDSA, "c");
    add_line(&text, "@revoked web1", "ssh-rsa", "d");
    add_line(&text, "web2", "ssh-dss", "e");
    struct known_hosts *file = known_hosts_parse("f", text.data, text.len);
    struct vec files = { 0 };
    vec_push(&files, file);
    known_hosts_add_types(&files, "[web1]:2222", "web1", &types);
    ck_assert_str_eq(str_text(&types), ECDSA "," ED);
    vec_free(&files);
    known_hosts_free(file);
    str_free(&types);
    str_free(&text);
}
END_TEST

START_TEST(a_new_key_is_appended)
{
    char folder[] = "/tmp/fake-known-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *path = mem_printf("%s/.ssh/known_hosts", folder);
    struct loop *loop = loop_new();
    struct known_hosts *file = known_hosts_find(loop, path);
    struct vec files = { 0 };
    vec_push(&files, file);
    struct str key = make_key(ED, "key");
    ck_assert(known_hosts_append(file, "web1", false, key.data, key.len));
    ck_assert_int_eq(known_hosts_check(&files, "web1", NULL, key.data, key.len).verdict,
                     KNOWN_MATCH);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    vec_free(&files);
    loop_free(loop);

    /* A last line without its newline is ended first. */
    struct str text = { 0 };
    ck_assert(file_read(path, &text));
    ck_assert(file_replace(path, text.data, text.len - 1, 0600));
    loop = loop_new();
    file = known_hosts_find(loop, path);
    ck_assert_ptr_eq(file, known_hosts_find(loop, path));
    ck_assert(known_hosts_append(file, "web2", false, key.data, key.len));
    str_clear(&text);
    ck_assert(file_read(path, &text));
    ck_assert_int_eq(ask(&text, "web1", NULL, ED, "key").verdict, KNOWN_MATCH);
    struct known_answer answer = ask(&text, "web2", NULL, ED, "key");
    ck_assert_int_eq(answer.verdict, KNOWN_MATCH);
    ck_assert_uint_eq(answer.line, 2);

    /* Hashed, the file does not tell the name. */
    ck_assert(known_hosts_append(file, "[web3]:2222", true, key.data, key.len));
    str_clear(&text);
    ck_assert(file_read(path, &text));
    ck_assert_ptr_null(strstr(str_text(&text), "web3"));
    answer = ask(&text, "[web3]:2222", NULL, ED, "key");
    ck_assert_int_eq(answer.verdict, KNOWN_MATCH);
    ck_assert_uint_eq(answer.line, 3);
    ck_assert_int_eq(ask(&text, "web3", NULL, ED, "key").verdict, KNOWN_UNKNOWN);
    loop_free(loop);

    loop = loop_new();
    file = known_hosts_find(loop, "/proc/none/known_hosts");
    ck_assert(!known_hosts_append(file, "web1", false, key.data, key.len) && errno != 0);
    loop_free(loop);
    char *command = mem_printf("rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    free(path);
    str_free(&key);
    str_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("known_hosts");
    TCase *tests = tcase_create("known_hosts");
    tcase_add_loop_test(tests, names_match_as_ssh_matches_them, 0,
                        (int)(sizeof patterns / sizeof *patterns));
    tcase_add_test(tests, a_host_may_have_several_keys);
    tcase_add_test(tests, revoked_keys_are_refused_first);
    tcase_add_test(tests, authorities_are_noted);
    tcase_add_test(tests, a_bare_name_vouches_for_any_port);
    tcase_add_test(tests, bad_lines_are_passed_over);
    tcase_add_test(tests, hashed_names_are_those_of_ssh_keygen);
    tcase_add_test(tests, types_are_told_once_each);
    tcase_add_test(tests, a_new_key_is_appended);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
