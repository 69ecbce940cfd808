#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void str_reserve(struct str *str, size_t more)
{
    size_t need = str->len + more + 1;

    if (need <= str->cap)
        return;
    if (need < 2 * str->cap)
        need = 2 * str->cap;
    if (need < 64)
        need = 64;
    str->data = mem_resize(str->data, need);
    str->cap = need;
}

void str_addn(struct str *str, const char *s, size_t n)
{
    str_reserve(str, n);
    if (n)
        memcpy(str->data + str->len, s, n);
    str->len += n;
    str->data[str->len] = '\0';
}

void str_add(struct str *str, const char *s)
{
    str_addn(str, s, strlen(s));
}

void str_addc(struct str *str, char c)
{
    str_addn(str, &c, 1);
}

void str_addv(struct str *str, const char *format, va_list args)
{
    va_list again;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return;
    str_reserve(str, (size_t)length);
    vsnprintf(str->data + str->len, (size_t)length + 1, format, args);
    str->len += (size_t)length;
}

void str_addf(struct str *str, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    str_addv(str, format, args);
    va_end(args);
}

void str_clear(struct str *str)
{
    str->len = 0;
    if (str->data)
        str->data[0] = '\0';
}

void str_free(struct str *str)
{
    free(str->data);
    *str = (struct str){ 0 };
}

const char *str_text(const struct str *str)
{
    return str->data ? str->data : "";
}

char *str_steal(struct str *str)
{
    char *text = str->data ? str->data : mem_strdup("");

    *str = (struct str){ 0 };
    return text;
}

/* What no POSIX shell gives a meaning to, at any place in a word. */
static bool is_plain(const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-./:@%+,";

    return *s && s[strspn(s, plain)] == '\0';
}

void str_add_quoted(struct str *str, const char *s)
{
    if (is_plain(s)) {
        str_add(str, s);
        return;
    }
    str_addc(str, '\'');
    for (;;) {
        size_t size = strcspn(s, "'");
        str_addn(str, s, size);
        s += size;
        if (!*s)
            break;
        str_add(str, "'\\''");
        s++;
    }
    str_addc(str, '\'');
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t length = strlen(s), end = strlen(suffix);

    return length >= end && memcmp(s + length - end, suffix, end) == 0;
}
