#include <check.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

#include "io/ssh_cipher.h"
#include "suite.h"

/* The cipher that libssh2 is given, beside libcrypto's own. */

enum { SIZE = 3 * 4096 + 100 };

static unsigned char plain[SIZE], own[SIZE], ours[SIZE];

static const unsigned char KEY[] = "a key of 32 bytes, or half of it";
/* The counter's carry goes through all of it. */
static const unsigned char IV[] =
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe";

static const char *provider_of(const EVP_CIPHER_CTX *context)
{
    return OSSL_PROVIDER_get0_name(EVP_CIPHER_get0_provider(EVP_CIPHER_CTX_get0_cipher(context)));
}

/* As libssh2 does it, in parts of a size. */
static void run_parts(const EVP_CIPHER *cipher, const unsigned char *in, unsigned char *out,
                      unsigned part, int encrypts, const char *provider)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    ck_assert_int_eq(EVP_CipherInit(context, cipher, KEY, IV, encrypts), 1);
    ck_assert_str_eq(provider_of(context), provider);
    for (unsigned at = 0; at < SIZE; at += part) {
        unsigned size = SIZE - at < part ? SIZE - at : part;
        ck_assert_int_eq(EVP_Cipher(context, out + at, in + at, size), (int)size);
    }
    EVP_CIPHER_CTX_free(context);
}

START_TEST(it_is_the_same_cipher)
{
    static const unsigned PARTS[] = { 16, 1, 7, 4096, 5000, SIZE };
    for (size_t i = 0; i < SIZE; i++)
        plain[i] = (unsigned char)(i * 7 + i / 256);
    run_parts(EVP_aes_128_ctr(), plain, own, SIZE, 1, "default");
    ssh_cipher_begin();
    ssh_cipher_begin();
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        run_parts(EVP_aes_128_ctr(), plain, ours, PARTS[i], 1, "fake");
        ck_assert(memcmp(own, ours, SIZE) == 0);
        run_parts(EVP_aes_128_ctr(), own, ours, PARTS[i], 0, "fake");
        ck_assert(memcmp(plain, ours, SIZE) == 0);
    }
}
END_TEST

START_TEST(others_are_as_they_were)
{
    ssh_cipher_begin();
    run_parts(EVP_aes_256_ctr(), plain, ours, 16, 1, "default");
    unsigned char digest[EVP_MAX_MD_SIZE];
    ck_assert_int_eq(EVP_Digest("", 0, digest, NULL, EVP_sha256(), NULL), 1);
    ck_assert_int_eq(digest[0], 0xe3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cipher");
    TCase *tests = tcase_create("cipher");
    tcase_add_test(tests, it_is_the_same_cipher);
    tcase_add_test(tests, others_are_as_they_were);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
