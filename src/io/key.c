#include "io/key.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "io/key_pair.h"
#include "io/loop.h"
#include "io/ssh_wire.h"

static void settle(struct key *key, enum key_state state, const char *why)
{
    key->state = state;
    free(key->why);
    key->why = why ? mem_strdup(why) : NULL;
}

/* ---- openssh-key-v1 ---- */

static const char openssh_begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char openssh_end[] = "-----END OPENSSH PRIVATE KEY-----";
static const char openssh_magic[] = "openssh-key-v1"; /* with its NUL */

/* uint32 check, the same again, string type, the key's fields, string comment, padding. */
static void read_private_part(struct key *key, struct wire_string private)
{
    struct wire wire = wire_read(private.data, private.size);
    uint32_t check = wire_number(&wire);
    if (check != wire_number(&wire) || wire.bad) {
        settle(key, KEY_UNUSABLE, "is damaged");
        return;
    }
    struct wire_string type = wire_string(&wire);
    key->pair = key_pair_read(type, &wire);
    if (key->pair)
        settle(key, KEY_READY, NULL);
    else
        settle(key, KEY_UNUSABLE, wire.bad ? "is damaged" : "is of a type that is not supported");
}

/* magic, string cipher, string kdf, string kdf options, uint32 count, string public key, string
 * private part. */
static void read_openssh_body(struct key *key, const struct str *body)
{
    if (body->len < sizeof openssh_magic ||
        memcmp(body->data, openssh_magic, sizeof openssh_magic) != 0) {
        settle(key, KEY_UNUSABLE, "is damaged");
        return;
    }
    struct wire wire =
        wire_read(body->data + sizeof openssh_magic, body->len - sizeof openssh_magic);
    struct wire_string cipher = wire_string(&wire);
    wire_string(&wire);
    wire_string(&wire);
    uint32_t count = wire_number(&wire);
    struct wire_string public = wire_string(&wire);
    struct wire_string private = wire_string(&wire);
    if (wire.bad || count != 1) {
        settle(key, KEY_UNUSABLE, "is damaged");
        return;
    }
    str_addn(&key->blob, (const char *)public.data, public.size);
    if (wire_equals(cipher, "none"))
        read_private_part(key, private);
    else
        settle(key, KEY_ENCRYPTED, "is encrypted");
}

static void read_openssh(struct key *key, const char *text)
{
    text += sizeof openssh_begin - 1;
    const char *end = strstr(text, openssh_end);
    struct str body = { 0 };
    if (end && wire_decode_base64(text, (size_t)(end - text), &body))
        read_openssh_body(key, &body);
    else
        settle(key, KEY_UNUSABLE, "is damaged");
    if (body.len > 0)
        OPENSSL_cleanse(body.data, body.len);
    str_free(&body);
}

/* ---- PEM ---- */

static int refuse_passphrase(char *buffer, int size, int writing, void *asked)
{
    (void)buffer, (void)size, (void)writing;
    *(bool *)asked = true;
    return -1;
}

static void read_pem(struct key *key, const struct str *text)
{
    BIO *bio = BIO_new_mem_buf(text->data, (int)text->len);
    bool asked = false;
    key->pair = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
    BIO_free(bio);
    if (asked)
        settle(key, KEY_ENCRYPTED, "is encrypted");
    else if (!key->pair)
        settle(key, KEY_UNUSABLE, "is no private key");
    else if (!key_pair_add_blob(key->pair, &key->blob))
        settle(key, KEY_UNUSABLE, "is of a type that is not supported");
    else
        settle(key, KEY_READY, NULL);
}

/* ---- files ---- */

/* The public key beside the private one, for a key that does not show its own. */
static void read_public_file(struct key *key)
{
    char *path = mem_printf("%s.pub", key->path);
    struct str text = { 0 };
    if (file_read(path, &text)) {
        const char *at = str_text(&text);
        const char *blob = at + strcspn(at, " \t");
        blob += strspn(blob, " \t");
        if (!wire_decode_base64(blob, strcspn(blob, " \t\r\n"), &key->blob))
            str_clear(&key->blob);
    }
    str_free(&text);
    free(path);
}

enum { KEY_FILE_MAX = 64 * 1024 };

/* ssh refuses a key that others can read, too. */
static bool check_file(struct key *key)
{
    struct stat status;
    if (stat(key->path, &status) != 0) {
        bool is_missing = errno == ENOENT || errno == ENOTDIR;
        settle(key, is_missing ? KEY_MISSING : KEY_UNREADABLE,
               is_missing ? "does not exist" : strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size > KEY_FILE_MAX) {
        settle(key, KEY_UNUSABLE, "is no private key");
    } else if (status.st_uid == getuid() && status.st_mode & 077) {
        settle(key, KEY_UNREADABLE, "can be read by others (chmod 600 it)");
    } else {
        return true;
    }
    return false;
}

static bool has_certificate(const char *path)
{
    char *certificate = mem_printf("%s-cert.pub", path);
    bool exists = access(certificate, R_OK) == 0;
    free(certificate);
    return exists;
}

struct key *key_load(const char *path)
{
    struct key *key = mem_alloc(sizeof *key);
    key->path = mem_strdup(path);
    key->has_certificate = has_certificate(path);
    if (!check_file(key))
        return key;
    struct str text = { 0 };
    if (!file_read(path, &text)) {
        settle(key, KEY_UNREADABLE, strerror(errno));
    } else {
        const char *openssh = strstr(str_text(&text), openssh_begin);
        if (openssh)
            read_openssh(key, openssh);
        else
            read_pem(key, &text);
        OPENSSL_cleanse(text.data, text.len);
    }
    str_free(&text);
    if (key->blob.len == 0)
        read_public_file(key);
    return key;
}

void key_free(struct key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pair);
    str_free(&key->blob);
    free(key->why);
    free(key->path);
    free(key);
}

/* ---- the keys of a loop ---- */

static void *keys_new(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct map));
}

static void keys_free(void *shared)
{
    struct map *keys = shared;
    for (size_t i = 0; i < keys->len; i++)
        key_free(keys->entries[i].value);
    map_free(keys);
    free(keys);
}

const struct key *key_find(struct loop *loop, const char *path)
{
    struct map *keys = loop_shared(loop, keys_new, keys_free);
    struct key *key = map_get(keys, path);
    if (!key) {
        key = key_load(path);
        *map_put(keys, key->path) = key;
    }
    return key;
}

/* ---- use ---- */

bool key_sign(const struct key *key, const void *data, size_t size, struct str *signature)
{
    return key->state == KEY_READY && key_pair_sign(key->pair, data, size, signature);
}

void key_add_login_blob(const struct str *blob, struct str *out)
{
    struct wire wire = wire_read(blob->data, blob->len);
    if (!wire_equals(wire_string(&wire), "ssh-rsa")) {
        str_addn(out, blob->data, blob->len);
        return;
    }
    static const char name[] = "rsa-sha2-256";
    wire_add_string(out, name, sizeof name - 1);
    str_addn(out, (const char *)wire.data, wire.size);
}

void key_add_fingerprint(const void *blob, size_t size, struct str *out)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(blob, size, digest);
    str_add(out, "SHA256:");
    wire_encode_base64(digest, sizeof digest, out);
    while (out->len > 0 && out->data[out->len - 1] == '=')
        out->data[--out->len] = '\0';
}

void key_add_type(const void *blob, size_t size, struct str *out)
{
    struct wire wire = wire_read(blob, size);
    struct wire_string type = wire_string(&wire);
    str_addn(out, (const char *)type.data, type.size);
}
