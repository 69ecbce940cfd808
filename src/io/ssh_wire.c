#include "io/ssh_wire.h"

#include <ctype.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct wire wire_read(const void *data, size_t size)
{
    return (struct wire){ .data = data, .size = size };
}

static const unsigned char *take(struct wire *wire, size_t size)
{
    if (wire->bad || size > wire->size) {
        wire->bad = true;
        return NULL;
    }
    const unsigned char *taken = wire->data;
    wire->data += size;
    wire->size -= size;
    return taken;
}

unsigned wire_byte(struct wire *wire)
{
    const unsigned char *byte = take(wire, 1);
    return byte ? byte[0] : 0;
}

uint32_t wire_number(struct wire *wire)
{
    const unsigned char *bytes = take(wire, 4);
    if (!bytes)
        return 0;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

struct wire_string wire_string(struct wire *wire)
{
    size_t size = wire_number(wire);
    const unsigned char *data = take(wire, size);
    return (struct wire_string){ .data = data, .size = data ? size : 0 };
}

bool wire_equals(struct wire_string string, const char *text)
{
    return string.size == strlen(text) &&
           (string.size == 0 || memcmp(string.data, text, string.size) == 0);
}

void wire_add_number(struct str *out, uint32_t number)
{
    const unsigned char bytes[4] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
                                     (unsigned char)(number >> 8), (unsigned char)number };
    str_addn(out, (const char *)bytes, sizeof bytes);
}

void wire_add_string(struct str *out, const void *data, size_t size)
{
    wire_add_number(out, (uint32_t)size);
    str_addn(out, data, size);
}

void wire_add_mpint(struct str *out, const unsigned char *data, size_t size)
{
    while (size > 0 && data[0] == 0) {
        data++;
        size--;
    }
    bool looks_negative = size > 0 && data[0] & 0x80;
    wire_add_number(out, (uint32_t)(size + looks_negative));
    if (looks_negative)
        str_addc(out, '\0');
    str_addn(out, (const char *)data, size);
}

bool wire_decode_base64(const char *text, size_t size, struct str *out)
{
    struct str packed = { 0 };
    for (size_t i = 0; i < size; i++)
        if (!isspace((unsigned char)text[i]))
            str_addc(&packed, text[i]);
    bool is_whole = packed.len > 0 && packed.len % 4 == 0 && packed.len < INT_MAX;
    size_t padding = 0;
    while (is_whole && padding < 2 && packed.data[packed.len - 1 - padding] == '=')
        padding++;

    bool decoded = false;
    if (is_whole) {
        unsigned char *bytes = mem_alloc(packed.len / 4 * 3);
        int length = EVP_DecodeBlock(bytes, (const unsigned char *)packed.data, (int)packed.len);
        decoded = length >= 0 && (size_t)length == packed.len / 4 * 3;
        if (decoded)
            str_addn(out, (const char *)bytes, (size_t)length - padding);
        OPENSSL_cleanse(bytes, packed.len / 4 * 3);
        free(bytes);
        OPENSSL_cleanse(packed.data, packed.len);
    }
    str_free(&packed);
    return decoded;
}

void wire_encode_base64(const void *data, size_t size, struct str *out)
{
    size_t length = (size + 2) / 3 * 4;
    unsigned char *text = mem_alloc(length + 1);
    EVP_EncodeBlock(text, data, (int)size);
    str_addn(out, (const char *)text, length);
    free(text);
}
