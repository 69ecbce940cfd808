#include "ui/safe.h"

#include <stdint.h>

#include "base/str.h"

/* The lead bytes of UTF-8, and what the second byte may be (RFC 3629, section 4). */
static const struct {
    unsigned char first, last; /* lead byte */
    unsigned char low, high;   /* second byte */
    size_t length;
} forms[] = {
    { 0x00, 0x7F, 0x00, 0x00, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
    { 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
    { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

size_t utf8_length(const char *text, size_t size)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t form = 0;

    while (form < sizeof forms / sizeof *forms &&
           (size == 0 || byte[0] < forms[form].first || byte[0] > forms[form].last))
        form++;
    if (form == sizeof forms / sizeof *forms || size < forms[form].length)
        return 0;
    if (forms[form].length > 1 && (byte[1] < forms[form].low || byte[1] > forms[form].high))
        return 0;
    for (size_t i = 2; i < forms[form].length; i++) {
        if (byte[i] < 0x80 || byte[i] > 0xBF)
            return 0;
    }
    return forms[form].length;
}

bool utf8_is_valid(const char *text, size_t size)
{
    size_t length;

    for (; size > 0; text += length, size -= length) {
        length = utf8_length(text, size);
        if (length == 0)
            return false;
    }
    return true;
}

size_t utf8_cut(const char *text, size_t size, size_t maximum)
{
    size_t start = size < maximum ? size : maximum;

    /* Back over the last character; it is left out only when it goes on behind the cut. */
    for (size_t back = 1; back <= 4 && back <= start; back++) {
        size_t length = utf8_length(text + start - back, size - (start - back));
        if (length > back)
            return start - back;
        if (length > 0)
            break;
    }
    return start;
}

static uint32_t code_point(const char *text, size_t length)
{
    static const unsigned char lead_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    uint32_t code = (unsigned char)text[0] & lead_bits[length];

    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3F);
    return code;
}

/* Characters that do something to a terminal, or make a text look like another one. */
static const struct {
    uint32_t first, last;
} harmful[] = {
    { 0x00, 0x08 }, { 0x0A, 0x1F }, { 0x7F, 0x9F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
};

static bool is_harmful(uint32_t code)
{
    for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++) {
        if (code >= harmful[i].first && code <= harmful[i].last)
            return true;
    }
    return false;
}

static void add_bytes(struct str *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        str_addf(out, "\\x%02x", (unsigned)(unsigned char)text[i]);
}

static void add(struct str *out, const char *text, size_t size, bool only_harmless)
{
    size_t kept = 0; /* bytes before text that are added as they are, all at once */

    while (size > 0) {
        size_t length = utf8_length(text, size);
        size_t taken = length ? length : 1;
        bool keep = length > 0 && !(only_harmless && is_harmful(code_point(text, length)));

        if (!keep) {
            str_addn(out, text - kept, kept);
            add_bytes(out, text, taken);
        }
        kept = keep ? kept + taken : 0;
        text += taken;
        size -= taken;
    }
    if (kept > 0)
        str_addn(out, text - kept, kept);
}

void safe_add(struct str *out, const char *text, size_t size)
{
    add(out, text, size, true);
}

void utf8_add(struct str *out, const char *text, size_t size)
{
    add(out, text, size, false);
}
