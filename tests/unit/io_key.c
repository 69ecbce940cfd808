#include <check.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/key.h"
#include "io/key_pair.h"
#include "io/loop.h"
#include "io/ssh_wire.h"
#include "suite.h"

/* ssh-keygen makes the keys and reads the public ones, so it is the oracle. */

static char *folder;

static void sh(const char *format, const char *name)
{
    char *rest = mem_printf(format, name, name, name);
    char *command = mem_printf("cd %s && %s", folder, rest);
    ck_assert_msg(system(command) == 0, "%s", command);
    free(command);
    free(rest);
}

static void make_folder(void)
{
    char template[] = "/tmp/fake-key-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    folder = mem_strdup(template);
}

static void remove_folder(void)
{
    char *command = mem_printf("rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    free(folder);
}

static struct key *load(const char *name)
{
    char *path = mem_printf("%s/%s", folder, name);
    struct key *key = key_load(path);
    free(path);
    return key;
}

static void read_text(const char *name, struct str *text)
{
    char *path = mem_printf("%s/%s", folder, name);
    ck_assert(file_read(path, text));
    free(path);
}

static const struct {
    const char *options; /* of ssh-keygen */
    const char *type;
} kinds[] = {
    { "-t ed25519", "ssh-ed25519" },
    { "-t ecdsa -b 256", "ecdsa-sha2-nistp256" },
    { "-t ecdsa -b 384", "ecdsa-sha2-nistp384" },
    { "-t ecdsa -b 521", "ecdsa-sha2-nistp521" },
    { "-t rsa -b 2048", "ssh-rsa" },
    { "-t ecdsa -b 256 -m PEM", "ecdsa-sha2-nistp256" },
    { "-t ecdsa -b 384 -m PKCS8", "ecdsa-sha2-nistp384" },
    { "-t rsa -b 2048 -m PEM", "ssh-rsa" },
};

/* libcrypto wants DER where SSH has two numbers. */
static void ecdsa_to_der(struct str *signature)
{
    struct wire wire = wire_read(signature->data, signature->len);
    struct str der = { 0 };
    str_addn(&der, "\x30", 1);
    size_t length = 2 * 2 + (signature->len - 2 * 4);
    if (length > 127)
        str_addn(&der, "\x81", 1);
    str_addc(&der, (char)length);
    for (int i = 0; i < 2; i++) {
        struct wire_string number = wire_string(&wire);
        str_addn(&der, "\x02", 1);
        str_addc(&der, (char)number.size);
        str_addn(&der, (const char *)number.data, number.size);
    }
    ck_assert(!wire.bad && wire.size == 0);
    str_free(signature);
    *signature = der;
}

static bool verifies(const struct key *key, struct str *signature, const char *data, size_t size)
{
    int kind = EVP_PKEY_get_base_id(key->pair);
    const char *digest = kind == EVP_PKEY_ED25519 ? NULL : "SHA256";
    if (EVP_PKEY_get_bits(key->pair) == 384)
        digest = "SHA384";
    if (EVP_PKEY_get_bits(key->pair) == 521)
        digest = "SHA512";
    if (kind == EVP_PKEY_EC)
        ecdsa_to_der(signature);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_gt(EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key->pair, NULL),
                     0);
    int result = EVP_DigestVerify(context, (const unsigned char *)signature->data, signature->len,
                                  (const unsigned char *)data, size);
    EVP_MD_CTX_free(context);
    return result == 1;
}

START_TEST(keys_of_ssh_keygen_are_read_and_sign)
{
    char *make =
        mem_printf("ssh-keygen -q %s -N '' -C me -f %%s && ssh-keygen -lf %%s.pub >%%s.print",
                   kinds[_i].options);
    sh(make, "k");
    free(make);
    struct key *key = load("k");
    ck_assert_msg(key->state == KEY_READY, "%s: %s", kinds[_i].options, key->why);

    struct str type = { 0 }, print = { 0 }, expected = { 0 };
    key_add_type(key->blob.data, key->blob.len, &type);
    ck_assert_str_eq(str_text(&type), kinds[_i].type);
    key_add_fingerprint(key->blob.data, key->blob.len, &print);
    str_addc(&print, ' ');
    read_text("k.print", &expected);
    ck_assert_ptr_nonnull(strstr(str_text(&expected), str_text(&print)));

    /* The public key that the pair gives is that of the file. */
    struct str blob = { 0 };
    ck_assert(key_pair_add_blob(key->pair, &blob));
    ck_assert_uint_eq(blob.len, key->blob.len);
    ck_assert_mem_eq(blob.data, key->blob.data, blob.len);

    for (int i = 0; i < 20; i++) { /* numbers with and without a leading zero */
        struct str signature = { 0 };
        ck_assert(key_sign(key, "data", 4, &signature));
        ck_assert(verifies(key, &signature, "data", 4));
        str_clear(&signature);
        ck_assert(key_sign(key, "data", 4, &signature));
        ck_assert(!verifies(key, &signature, "date", 4));
        str_free(&signature);
    }
    str_free(&type);
    str_free(&print);
    str_free(&expected);
    str_free(&blob);
    key_free(key);
}
END_TEST

START_TEST(rsa_logs_in_under_a_newer_name)
{
    struct str blob = { 0 }, login = { 0 };
    wire_add_string(&blob, "ssh-rsa", 7);
    wire_add_string(&blob, "\3", 1);
    key_add_login_blob(&blob, &login);
    struct wire wire = wire_read(login.data, login.len);
    ck_assert(wire_equals(wire_string(&wire), "rsa-sha2-256"));
    ck_assert(wire_equals(wire_string(&wire), "\3"));
    ck_assert(!wire.bad && wire.size == 0);
    str_free(&blob);
    str_free(&login);
}
END_TEST

START_TEST(what_cannot_be_used_says_why)
{
    static const struct {
        const char *make;
        enum key_state state;
        const char *why;
        bool has_blob;
    } cases[] = {
        { "ssh-keygen -q -t ed25519 -N secret -f %s", KEY_ENCRYPTED, "is encrypted", true },
        { "ssh-keygen -q -t rsa -b 2048 -m PEM -N secret -f %s", KEY_ENCRYPTED, "is encrypted",
          true },
        { "ssh-keygen -q -t ecdsa -m PEM -N secret -f %s && rm %s.pub", KEY_ENCRYPTED,
          "is encrypted", false },
        { ": %s", KEY_MISSING, "does not exist", false },
        { "mkdir %s", KEY_UNUSABLE, "is no private key", false },
        { "echo nonsense >%s && chmod 600 %s", KEY_UNUSABLE, "is no private key", false },
        { ": >%s && chmod 600 %s", KEY_UNUSABLE, "is no private key", false },
        { "ssh-keygen -q -t ed25519 -N '' -f %s && mv %s.pub %s && chmod 600 k", KEY_UNUSABLE,
          "is no private key", false },
        { "ssh-keygen -q -t ed25519 -N '' -f %s && chmod 644 %s", KEY_UNREADABLE, "chmod 600",
          true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sh("rm -rf %s*", "k");
        sh(cases[i].make, "k");
        struct key *key = load("k");
        ck_assert_msg(key->state == cases[i].state, "%zu: %s", i, key->why);
        ck_assert_msg(strstr(key->why, cases[i].why) != NULL, "%zu: %s", i, key->why);
        if (cases[i].state == KEY_ENCRYPTED)
            ck_assert_msg((key->blob.len > 0) == cases[i].has_blob, "%zu", i);
        struct str signature = { 0 };
        ck_assert(!key_sign(key, "data", 4, &signature));
        str_free(&signature);
        key_free(key);
    }
}
END_TEST

/* Cut anywhere, or with any byte changed, a key is refused or still makes sense; nothing breaks. */
START_TEST(damaged_keys_are_refused)
{
    sh("ssh-keygen -q -t ecdsa -N '' -f %s", "k");
    struct str text = { 0 };
    read_text("k", &text);
    char *path = mem_printf("%s/damaged", folder);
    for (size_t i = 0; i < text.len; i += 3) {
        ck_assert(file_replace(path, text.data, i, 0600));
        struct key *key = load("damaged");
        ck_assert_int_ne(key->state, KEY_READY);
        key_free(key);
        char old = text.data[i];
        text.data[i] = text.data[i] == 'A' ? '/' : 'A';
        ck_assert(file_replace(path, text.data, text.len, 0600));
        key_free(load("damaged"));
        text.data[i] = old;
    }
    free(path);
    str_free(&text);
}
END_TEST

START_TEST(a_loop_reads_a_key_once)
{
    sh("ssh-keygen -q -t ed25519 -N '' -f %s", "k");
    char *path = mem_printf("%s/k", folder);
    struct loop *loop = loop_new();
    const struct key *key = key_find(loop, path);
    ck_assert_int_eq(key->state, KEY_READY);
    sh("rm %s", "k");
    ck_assert_ptr_eq(key_find(loop, path), key);
    loop_free(loop);
    free(path);
}
END_TEST

START_TEST(the_wire_does_not_read_beyond_its_end)
{
    static const unsigned char bytes[] = { 0, 0, 0, 3, 'a', 'b', 'c', 0xff, 0xff, 0xff, 0xff, 'x' };
    struct wire wire = wire_read(bytes, sizeof bytes);
    ck_assert(wire_equals(wire_string(&wire), "abc"));
    ck_assert_uint_eq(wire_string(&wire).size, 0);
    ck_assert(wire.bad);
    ck_assert_uint_eq(wire_byte(&wire), 0);

    struct str out = { 0 };
    wire_add_mpint(&out, (const unsigned char *)"\0\0\x80", 3);
    ck_assert_mem_eq(out.data, "\0\0\0\2\0\x80", 6);
    str_clear(&out);
    wire_add_mpint(&out, (const unsigned char *)"\0", 1);
    ck_assert_mem_eq(out.data, "\0\0\0\0", 4);
    str_clear(&out);
    ck_assert(wire_decode_base64("YW Jj\nZA==", 10, &out));
    ck_assert_str_eq(out.data, "abcd");
    ck_assert(!wire_decode_base64("YWJ", 3, &out));
    ck_assert(!wire_decode_base64("", 0, &out));
    ck_assert(!wire_decode_base64("Y\0Jj", 4, &out));
    ck_assert_str_eq(out.data, "abcd");
    str_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key");
    TCase *tests = tcase_create("key");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_loop_test(tests, keys_of_ssh_keygen_are_read_and_sign, 0,
                        (int)(sizeof kinds / sizeof *kinds));
    tcase_add_test(tests, rsa_logs_in_under_a_newer_name);
    tcase_add_test(tests, what_cannot_be_used_says_why);
    tcase_add_test(tests, damaged_keys_are_refused);
    tcase_add_test(tests, a_loop_reads_a_key_once);
    tcase_add_test(tests, the_wire_does_not_read_beyond_its_end);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
