#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

static const char mask[] = "***";

enum { LINE_MINIMUM = 8 }; /* of one line of a secret of several */

struct needle {
    char *text;
    size_t length;
};

struct secrets {
    struct needle *needles;
    size_t count;
    bool begins[256]; /* some needle begins with this byte */
};

struct secrets *secrets_new(void)
{
    return mem_alloc(sizeof(struct secrets));
}

/* Memory that is freed next: a plain memset would be left out by the compiler. */
static void wipe(char *text, size_t length)
{
    volatile char *bytes = text;
    while (length > 0)
        bytes[--length] = 0;
}

void secrets_free(struct secrets *secrets)
{
    if (!secrets)
        return;
    for (size_t i = 0; i < secrets->count; i++) {
        wipe(secrets->needles[i].text, secrets->needles[i].length);
        free(secrets->needles[i].text);
    }
    free(secrets->needles);
    free(secrets);
}

static bool is_known(const struct secrets *secrets, const char *text, size_t length)
{
    for (size_t i = 0; i < secrets->count; i++)
        if (secrets->needles[i].length == length &&
            memcmp(secrets->needles[i].text, text, length) == 0)
            return true;
    return false;
}

static void add_needle(struct secrets *secrets, const char *text, size_t length)
{
    if (is_known(secrets, text, length))
        return;
    secrets->needles =
        mem_resize(secrets->needles, (secrets->count + 1) * sizeof *secrets->needles);
    secrets->needles[secrets->count++] = (struct needle){ mem_strndup(text, length), length };
    secrets->begins[(unsigned char)*text] = true;
}

/* As it stands in a command: the outer quotes may belong to more than it. */
static void add_quoted(struct secrets *secrets, const char *value)
{
    struct str quoted = { 0 };
    str_add_quoted(&quoted, value);
    if (strchr(value, '\'') && quoted.len > 2)
        add_needle(secrets, quoted.data + 1, quoted.len - 2);
    if (quoted.data)
        wipe(quoted.data, quoted.len);
    str_free(&quoted);
}

static void add_lines(struct secrets *secrets, const char *value)
{
    while (*value) {
        size_t length = strcspn(value, "\r\n");
        if (length >= LINE_MINIMUM)
            add_needle(secrets, value, length);
        value += length + strspn(value + length, "\r\n");
    }
}

bool secrets_add(struct secrets *secrets, const char *value)
{
    size_t length = strlen(value);
    if (length < SECRET_LENGTH_MINIMUM)
        return false;
    add_needle(secrets, value, length);
    add_quoted(secrets, value);
    add_lines(secrets, value);
    return true;
}

bool secrets_are_none(const struct secrets *secrets)
{
    return !secrets || secrets->count == 0;
}

/* The length of the longest secret that the data begins with; 0: none. */
static size_t longest(const struct secrets *secrets, const char *data, size_t size)
{
    size_t most = 0;
    for (size_t i = 0; i < secrets->count; i++) {
        const struct needle *needle = &secrets->needles[i];
        if (needle->length > most && needle->length <= size &&
            memcmp(needle->text, data, needle->length) == 0)
            most = needle->length;
    }
    return most;
}

/* All of the data is the beginning of a secret. */
static bool may_go_on(const struct secrets *secrets, const char *data, size_t size)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const struct needle *needle = &secrets->needles[i];
        if (needle->length > size && memcmp(needle->text, data, size) == 0)
            return true;
    }
    return false;
}

/* Secrets that overlap are masked as one: nothing of either is left to be read. */
size_t secrets_mask(const struct secrets *secrets, const char *data, size_t size, bool end,
                    struct str *out)
{
    size_t begin = 0;   /* of what is not written yet */
    size_t covered = 0; /* secrets go from begin up to here; 0: what is there is plain */
    for (size_t i = 0; i < size; i++) {
        if (covered && i == covered) {
            str_add(out, mask);
            begin = i;
            covered = 0;
        }
        if (!secrets->begins[(unsigned char)data[i]])
            continue;
        size_t length = longest(secrets, data + i, size - i);
        bool is_held = !end && may_go_on(secrets, data + i, size - i);
        if ((length || is_held) && !covered) {
            str_addn(out, data + begin, i - begin);
            begin = i;
        }
        if (is_held)
            return size - begin;
        if (length && i + length > covered)
            covered = i + length;
    }
    if (covered)
        str_add(out, mask);
    else
        str_addn(out, data + begin, size - begin);
    return 0;
}

static void add_sealed(const char *salt, const char *text, size_t length, struct str *out)
{
    struct str both = { 0 };
    char hex[HASH_SHA256_HEX_SIZE];
    str_addf(&both, "%s\n", salt);
    str_addn(&both, text, length);
    hash_bytes_sha256(both.data, both.len, hex);
    str_add(out, hex);
    wipe(both.data, both.len);
    str_free(&both);
}

bool secrets_seal(const struct secrets *secrets, const char *text, const char *salt,
                  struct str *out)
{
    size_t size = strlen(text), start = out->len, plain = 0;
    bool any = false;
    for (size_t i = 0; !secrets_are_none(secrets) && i < size;) {
        size_t length = longest(secrets, text + i, size - i);
        if (length) {
            str_addn(out, text + plain, i - plain);
            add_sealed(salt, text + i, length, out);
            plain = i + length;
            any = true;
        }
        i += length ? length : 1;
    }
    if (any)
        str_addn(out, text + plain, size - plain);
    else
        out->len = start;
    return any;
}
