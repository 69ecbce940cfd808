#include "io/known_line.h"

#include <ctype.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/ssh_wire.h"

/* One line: [marker] names type base64 [comment]. */

/* ---- parsing ---- */

struct field {
    const char *text;
    size_t size;
};

static struct field next_field(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        (*at)++;
    struct field field = { .text = *at };
    while (*at < end && **at != ' ' && **at != '\t')
        (*at)++;
    field.size = (size_t)(*at - field.text);
    return field;
}

static bool field_is(struct field field, const char *text)
{
    return field.size == strlen(text) && memcmp(field.text, text, field.size) == 0;
}

static bool decode_sha1(const char *text, size_t size, unsigned char out[SHA1_SIZE])
{
    struct str bytes = { 0 };
    bool is_whole = wire_decode_base64(text, size, &bytes) && bytes.len == SHA1_SIZE;
    if (is_whole)
        memcpy(out, bytes.data, SHA1_SIZE);
    str_free(&bytes);
    return is_whole;
}

/* |1|salt|hash: HMAC-SHA1 of the name under the salt, both in base64. */
static bool parse_hashed(struct known_line *line, struct field names)
{
    const char *salt = names.text + 3;
    const char *end = names.text + names.size;
    const char *bar = memchr(salt, '|', (size_t)(end - salt));
    return bar && decode_sha1(salt, (size_t)(bar - salt), line->salt) &&
           decode_sha1(bar + 1, (size_t)(end - bar - 1), line->hash);
}

static bool parse_names(struct known_line *line, struct field names)
{
    if (names.size > 3 && memcmp(names.text, "|1|", 3) == 0)
        return parse_hashed(line, names);
    line->patterns = mem_strndup(names.text, names.size);
    return names.size > 0 && names.text[0] != '|';
}

/* The key must be of the type that its line names. */
static bool parse_key(struct known_line *line, struct field type, struct field key)
{
    if (!wire_decode_base64(key.text, key.size, &line->key))
        return false;
    struct wire wire = wire_read(line->key.data, line->key.len);
    struct wire_string name = wire_string(&wire);
    return type.size > 0 && name.size == type.size && memcmp(name.data, type.text, type.size) == 0;
}

bool known_line_parse(struct known_line *line, const char *at, const char *end)
{
    struct field names = next_field(&at, end);
    if (names.size > 0 && names.text[0] == '@') {
        line->is_revoked = field_is(names, "@revoked");
        line->is_authority = field_is(names, "@cert-authority");
        if (!line->is_revoked && !line->is_authority)
            return false;
        names = next_field(&at, end);
    }
    struct field type = next_field(&at, end);
    struct field key = next_field(&at, end);
    return parse_names(line, names) && parse_key(line, type, key);
}

void known_line_free(struct known_line *line)
{
    str_free(&line->key);
    free(line->patterns);
    free(line);
}

/* ---- matching ---- */

/* `*` is any text, `?` any character; in time linear in the name for each star. */
static bool matches_pattern(const char *pattern, const char *end, const char *name)
{
    const char *star = NULL;
    const char *retry = NULL;
    while (*name) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (pattern < end &&
                   (*pattern == '?' || tolower((unsigned char)*pattern) == *name)) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

/* One negated pattern that matches refuses the whole line. */
static bool matches_list(const char *patterns, const char *name)
{
    bool matched = false;
    while (*patterns) {
        const char *end = patterns + strcspn(patterns, ",");
        bool is_negated = *patterns == '!';
        if (matches_pattern(patterns + is_negated, end, name)) {
            if (is_negated)
                return false;
            matched = true;
        }
        patterns = *end ? end + 1 : end;
    }
    return matched;
}

EVP_MAC_CTX *known_line_mac(void)
{
    char digest[] = "SHA1";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                OSSL_PARAM_construct_end() };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);
    if (context && !EVP_MAC_CTX_set_params(context, parameters)) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

bool known_line_hash(EVP_MAC_CTX *mac, const unsigned char salt[SHA1_SIZE], const char *name,
                     unsigned char hash[SHA1_SIZE])
{
    size_t size = 0;
    return mac && EVP_MAC_init(mac, salt, SHA1_SIZE, NULL) &&
           EVP_MAC_update(mac, (const unsigned char *)name, strlen(name)) &&
           EVP_MAC_final(mac, hash, &size, SHA1_SIZE) && size == SHA1_SIZE;
}

bool known_line_is_for(const struct known_line *line, const char *name, EVP_MAC_CTX *mac)
{
    if (line->patterns)
        return matches_list(line->patterns, name);
    unsigned char hash[SHA1_SIZE];
    return known_line_hash(mac, line->salt, name, hash) && memcmp(hash, line->hash, SHA1_SIZE) == 0;
}
