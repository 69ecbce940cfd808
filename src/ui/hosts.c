#include "ui/hosts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "base/str.h"
#include "ui/safe.h"

static int compare(const void *a, const void *b)
{
    return range_compare(*(const char *const *)a, *(const char *const *)b);
}

void hosts_sort(struct vec *hosts)
{
    if (hosts->len > 1)
        qsort(hosts->items, hosts->len, sizeof *hosts->items, compare);
}

void hosts_add(const struct vec *hosts, struct str *out)
{
    struct str folded = { 0 };

    range_fold((const char *const *)hosts->items, hosts->len, &folded);
    safe_add(out, str_text(&folded), folded.len);
    str_free(&folded);
}

/* ---- a host's own name ---- */

/* The name in "user@name:port" or "user@[name]:port". */
static const char *own_name(const char *host, size_t *length)
{
    const char *at = strrchr(host, '@');
    const char *name = at ? at + 1 : host;
    const char *colon = strchr(name, ':');

    if (*name == '[') {
        *length = strcspn(name, "]") - 1;
        return name + 1;
    }
    /* Several colons are an IPv6 address. */
    *length = colon && !strchr(colon + 1, ':') ? (size_t)(colon - name) : strlen(name);
    return name;
}

static bool stands_alone(const char *text, const char *found, size_t length)
{
    return !(found > text && isalnum((unsigned char)found[-1])) &&
           !isalnum((unsigned char)found[length]);
}

void host_generalize(const char *host, const char *text, struct str *out)
{
    size_t length;
    const char *name = own_name(host, &length), *from = text, *at = text;
    struct str own = { 0 };

    str_addn(&own, name, length);
    while (own.len > 0 && (at = strstr(at, str_text(&own)))) {
        if (stands_alone(text, at, length)) {
            str_addn(out, from, (size_t)(at - from));
            str_add(out, "$(host)");
            from = at + length;
        }
        at += length;
    }
    str_add(out, from);
    str_free(&own);
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

int columns_of(const char *text)
{
    int columns = 0;

    for (; *text; text++)
        columns += begins_character(*text);
    return columns;
}

size_t columns_cut(const char *text, size_t columns)
{
    size_t length = 0, seen = 0;

    while (text[length] && (seen += begins_character(text[length])) <= columns)
        length++;
    return length;
}
