#include "io/ssh_cipher.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A provider of libcrypto with one cipher, which is preferred to libcrypto's own; what its
 * functions are is in provider-cipher(7). The stream, with which bytes are mixed both ways, is
 * zeros as libcrypto's own cipher encrypts them. */

#define PROVIDER "fake"
#define CIPHER   "AES-128-CTR"

enum { KEY = 16, BLOCK = 16, STREAM = 4096 };

struct cipher {
    EVP_CIPHER_CTX *own; /* libcrypto's */
    size_t used;         /* of the stream */
    unsigned char stream[STREAM];
};

static void cipher_free(void *context)
{
    struct cipher *cipher = context;
    EVP_CIPHER_CTX_free(cipher->own);
    OPENSSL_clear_free(cipher, sizeof *cipher);
}

static void *cipher_new(void *provider)
{
    struct cipher *cipher = OPENSSL_zalloc(sizeof *cipher);
    EVP_CIPHER *own = EVP_CIPHER_fetch(NULL, CIPHER, "provider!=" PROVIDER);
    (void)provider;
    if (cipher)
        cipher->own = EVP_CIPHER_CTX_new();
    if (cipher &&
        !(own && cipher->own && EVP_EncryptInit_ex2(cipher->own, own, NULL, NULL, NULL))) {
        cipher_free(cipher);
        cipher = NULL;
    }
    EVP_CIPHER_free(own);
    return cipher;
}

static int begin(void *context, const unsigned char *key, size_t key_size, const unsigned char *iv,
                 size_t iv_size, const OSSL_PARAM parameters[])
{
    struct cipher *cipher = context;
    (void)key_size, (void)iv_size, (void)parameters;
    cipher->used = STREAM;
    return EVP_EncryptInit_ex2(cipher->own, NULL, key, iv, NULL);
}

static bool make_stream(struct cipher *cipher)
{
    static const unsigned char zeros[STREAM];
    int size;
    cipher->used = 0;
    return EVP_EncryptUpdate(cipher->own, cipher->stream, &size, zeros, STREAM);
}

static void mix(unsigned char *out, const unsigned char *in, const unsigned char *stream,
                size_t size)
{
    uint64_t a, b;
    for (; size >= sizeof a; size -= sizeof a) {
        memcpy(&a, in, sizeof a);
        memcpy(&b, stream, sizeof b);
        a ^= b;
        memcpy(out, &a, sizeof a);
        in += sizeof a;
        stream += sizeof a;
        out += sizeof a;
    }
    for (size_t i = 0; i < size; i++)
        out[i] = in[i] ^ stream[i];
}

static int update(void *context, unsigned char *out, size_t *out_size, size_t room,
                  const unsigned char *in, size_t size)
{
    struct cipher *cipher = context;
    if (room < size)
        return 0;
    for (*out_size = 0; *out_size < size;) {
        if (cipher->used == STREAM && !make_stream(cipher))
            return 0;
        size_t left = size - *out_size, part = STREAM - cipher->used;
        part = part < left ? part : left;
        mix(out + *out_size, in + *out_size, cipher->stream + cipher->used, part);
        cipher->used += part;
        *out_size += part;
    }
    return 1;
}

static int end(void *context, unsigned char *out, size_t *out_size, size_t room)
{
    (void)context, (void)out, (void)room;
    *out_size = 0;
    return 1;
}

static bool tell_size(OSSL_PARAM parameters[], const char *name, size_t size)
{
    OSSL_PARAM *parameter = OSSL_PARAM_locate(parameters, name);
    return !parameter || OSSL_PARAM_set_size_t(parameter, size);
}

static int tell(OSSL_PARAM parameters[])
{
    OSSL_PARAM *mode = OSSL_PARAM_locate(parameters, OSSL_CIPHER_PARAM_MODE);
    return (!mode || OSSL_PARAM_set_uint(mode, EVP_CIPH_CTR_MODE)) &&
           tell_size(parameters, OSSL_CIPHER_PARAM_KEYLEN, KEY) &&
           tell_size(parameters, OSSL_CIPHER_PARAM_IVLEN, BLOCK) &&
           tell_size(parameters, OSSL_CIPHER_PARAM_BLOCK_SIZE, 1);
}

static int tell_of_one(void *context, OSSL_PARAM parameters[])
{
    (void)context;
    return tell(parameters);
}

#define FUNCTION(name, function)                                                                   \
    {                                                                                              \
        OSSL_FUNC_CIPHER_##name, (void (*)(void))function                                          \
    }

static const OSSL_DISPATCH functions[] = {
    FUNCTION(NEWCTX, cipher_new),
    FUNCTION(FREECTX, cipher_free),
    FUNCTION(ENCRYPT_INIT, begin),
    FUNCTION(DECRYPT_INIT, begin),
    FUNCTION(UPDATE, update),
    FUNCTION(FINAL, end),
    FUNCTION(CIPHER, update),
    FUNCTION(GET_PARAMS, tell),
    FUNCTION(GET_CTX_PARAMS, tell_of_one),
    { 0, NULL },
};

static const OSSL_ALGORITHM *look_up(void *provider, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM ciphers[] = {
        { CIPHER, "provider=" PROVIDER, functions, NULL },
        { NULL, NULL, NULL, NULL },
    };
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_CIPHER ? ciphers : NULL;
}

static int start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *offered,
                 const OSSL_DISPATCH **taken, void **provider)
{
    static const OSSL_DISPATCH own[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))look_up },
        { 0, NULL },
    };
    (void)offered;
    *taken = own;
    *provider = (void *)core; /* anything but NULL */
    return 1;
}

void ssh_cipher_begin(void)
{
    if (!OSSL_PROVIDER_available(NULL, PROVIDER) &&
        OSSL_PROVIDER_add_builtin(NULL, PROVIDER, start) &&
        OSSL_PROVIDER_try_load(NULL, PROVIDER, 1))
        EVP_set_default_properties(NULL, "?provider=" PROVIDER);
}
