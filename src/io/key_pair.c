#include "io/key_pair.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static const struct curve {
    const char *type;
    const char *name;    /* RFC 5656 */
    const char *openssl; /* group name of libcrypto */
    const EVP_MD *(*digest)(void);
} curves[] = {
    { "ecdsa-sha2-nistp256", "nistp256", "prime256v1", EVP_sha256 },
    { "ecdsa-sha2-nistp384", "nistp384", "secp384r1", EVP_sha384 },
    { "ecdsa-sha2-nistp521", "nistp521", "secp521r1", EVP_sha512 },
};

enum { CURVE_COUNT = sizeof curves / sizeof curves[0] };

static EVP_PKEY *build(const char *algorithm, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *pair = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    if (parameters && context && EVP_PKEY_fromdata_init(context) > 0)
        if (EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, parameters) <= 0)
            pair = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return pair;
}

/* ---- ed25519: string public key, string secret (seed and public key) ---- */

enum { ED25519_SIZE = 32 };

static EVP_PKEY *read_ed25519(struct wire *fields)
{
    wire_string(fields);
    struct wire_string secret = wire_string(fields);
    if (secret.size != (size_t)2 * ED25519_SIZE) {
        fields->bad = true;
        return NULL;
    }
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret.data, ED25519_SIZE);
}

/* ---- ecdsa: string curve, string point, mpint secret ---- */

static EVP_PKEY *read_ecdsa(const struct curve *curve, struct wire *fields)
{
    struct wire_string name = wire_string(fields);
    struct wire_string point = wire_string(fields);
    struct wire_string secret = wire_string(fields);
    if (fields->bad || !wire_equals(name, curve->name) || secret.size > 128) {
        fields->bad = true;
        return NULL;
    }
    BIGNUM *number = BN_bin2bn(secret.data, (int)secret.size, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl, 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.size);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number);
    EVP_PKEY *pair = build("EC", builder);
    OSSL_PARAM_BLD_free(builder);
    BN_clear_free(number);
    return pair;
}

/* ---- rsa: mpint n, e, d, 1/q mod p, p, q ---- */

enum { RSA_FIELDS = 6, RSA_FIELD_MAX = 16384 / 8 + 1 };

static EVP_PKEY *build_rsa(BIGNUM *number[RSA_FIELDS])
{
    static const char *const names[RSA_FIELDS] = {
        OSSL_PKEY_PARAM_RSA_N,       OSSL_PKEY_PARAM_RSA_E,
        OSSL_PKEY_PARAM_RSA_D,       OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
        OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2
    };
    static const char *const exponents[] = { OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                             OSSL_PKEY_PARAM_RSA_EXPONENT2 };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BN_CTX *scratch = BN_CTX_new();
    BIGNUM *exponent[2] = { BN_new(), BN_new() };
    BIGNUM *less = BN_new();
    for (int i = 0; i < RSA_FIELDS; i++)
        OSSL_PARAM_BLD_push_BN(builder, names[i], number[i]);
    bool computed = true;
    for (int i = 0; i < 2; i++) { /* d mod (p - 1), d mod (q - 1) */
        computed = computed && BN_sub(less, number[4 + i], BN_value_one()) &&
                   BN_mod(exponent[i], number[2], less, scratch);
        OSSL_PARAM_BLD_push_BN(builder, exponents[i], exponent[i]);
    }
    EVP_PKEY *pair = computed ? build("RSA", builder) : NULL;
    BN_clear_free(less);
    BN_clear_free(exponent[0]);
    BN_clear_free(exponent[1]);
    BN_CTX_free(scratch);
    OSSL_PARAM_BLD_free(builder);
    return pair;
}

static EVP_PKEY *read_rsa(struct wire *fields)
{
    BIGNUM *number[RSA_FIELDS] = { NULL };
    for (int i = 0; i < RSA_FIELDS; i++) {
        struct wire_string field = wire_string(fields);
        if (field.size == 0 || field.size > RSA_FIELD_MAX)
            fields->bad = true;
        else
            number[i] = BN_bin2bn(field.data, (int)field.size, NULL);
    }
    EVP_PKEY *pair = fields->bad ? NULL : build_rsa(number);
    for (int i = 0; i < RSA_FIELDS; i++)
        BN_clear_free(number[i]);
    return pair;
}

EVP_PKEY *key_pair_read(struct wire_string type, struct wire *fields)
{
    if (wire_equals(type, "ssh-ed25519"))
        return read_ed25519(fields);
    if (wire_equals(type, "ssh-rsa"))
        return read_rsa(fields);
    for (int i = 0; i < CURVE_COUNT; i++)
        if (wire_equals(type, curves[i].type))
            return read_ecdsa(&curves[i], fields);
    return NULL;
}

/* ---- public keys ---- */

static void add_text(struct str *out, const char *text)
{
    wire_add_string(out, text, strlen(text));
}

static const struct curve *curve_of(EVP_PKEY *pair)
{
    char group[64];
    if (EVP_PKEY_get_utf8_string_param(pair, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       NULL) <= 0)
        return NULL;
    for (int i = 0; i < CURVE_COUNT; i++)
        if (strcmp(group, curves[i].openssl) == 0)
            return &curves[i];
    return NULL;
}

static bool add_ed25519_blob(EVP_PKEY *pair, struct str *blob)
{
    unsigned char public[ED25519_SIZE];
    size_t size = sizeof public;
    if (EVP_PKEY_get_raw_public_key(pair, public, &size) <= 0)
        return false;
    add_text(blob, "ssh-ed25519");
    wire_add_string(blob, public, size);
    return true;
}

static bool add_ecdsa_blob(EVP_PKEY *pair, struct str *blob)
{
    const struct curve *curve = curve_of(pair);
    unsigned char point[1 + 2 * 66]; /* of the largest curve, uncompressed */
    size_t size;
    if (!curve || EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, point,
                                                  sizeof point, &size) <= 0)
        return false;
    add_text(blob, curve->type);
    add_text(blob, curve->name);
    wire_add_string(blob, point, size);
    return true;
}

static void add_number(struct str *out, const BIGNUM *number)
{
    int size = BN_num_bytes(number);
    unsigned char *bytes = mem_alloc((size_t)size + 1);
    BN_bn2bin(number, bytes);
    wire_add_mpint(out, bytes, (size_t)size);
    free(bytes);
}

static bool add_rsa_blob(EVP_PKEY *pair, struct str *blob)
{
    BIGNUM *modulus = NULL;
    BIGNUM *exponent = NULL;
    bool known = EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_N, &modulus) > 0 &&
                 EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_E, &exponent) > 0;
    if (known) {
        add_text(blob, "ssh-rsa");
        add_number(blob, exponent);
        add_number(blob, modulus);
    }
    BN_free(modulus);
    BN_free(exponent);
    return known;
}

bool key_pair_add_blob(EVP_PKEY *pair, struct str *blob)
{
    switch (EVP_PKEY_get_base_id(pair)) {
    case EVP_PKEY_ED25519:
        return add_ed25519_blob(pair, blob);
    case EVP_PKEY_EC:
        return add_ecdsa_blob(pair, blob);
    case EVP_PKEY_RSA:
        return add_rsa_blob(pair, blob);
    default:
        return false;
    }
}

/* ---- signatures ---- */

/* libcrypto's DER becomes mpint r, mpint s (RFC 5656, section 3.1.2). */
static bool add_ecdsa_signature(const unsigned char *der, size_t size, struct str *out)
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
    if (!pair)
        return false;
    add_number(out, ECDSA_SIG_get0_r(pair));
    add_number(out, ECDSA_SIG_get0_s(pair));
    ECDSA_SIG_free(pair);
    return true;
}

static const EVP_MD *digest_of(EVP_PKEY *pair, int kind)
{
    if (kind == EVP_PKEY_ED25519)
        return NULL; /* it hashes by itself */
    if (kind == EVP_PKEY_RSA)
        return EVP_sha256();
    const struct curve *curve = curve_of(pair);
    return curve ? curve->digest() : EVP_sha256();
}

bool key_pair_sign(EVP_PKEY *pair, const void *data, size_t size, struct str *signature)
{
    int kind = EVP_PKEY_get_base_id(pair);
    unsigned char bytes[RSA_FIELD_MAX];
    size_t length = sizeof bytes;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool signed_it = context &&
                     EVP_DigestSignInit(context, NULL, digest_of(pair, kind), NULL, pair) > 0 &&
                     EVP_DigestSign(context, bytes, &length, data, size) > 0;
    EVP_MD_CTX_free(context);
    if (!signed_it)
        return false;
    if (kind == EVP_PKEY_EC)
        return add_ecdsa_signature(bytes, length, signature);
    str_addn(signature, (const char *)bytes, length);
    return true;
}
