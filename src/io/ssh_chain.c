#include "io/ssh_chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct jump_host jump_host_parse(const char *text)
{
    struct jump_host host = { 0 };
    if (str_starts(text, "ssh://"))
        text += strlen("ssh://");
    const char *at = strrchr(text, '@');
    if (at) {
        host.user = mem_strndup(text, (size_t)(at - text));
        text = at + 1;
    }
    size_t size = strcspn(text, ":");
    const char *end = text + size;
    if (text[0] == '[' && strchr(text, ']')) {
        size = strcspn(++text, "]");
        end = text + size + 1;
    } else if (*end && strchr(end + 1, ':')) {
        size = strlen(text); /* an IPv6 address without brackets */
        end = text + size;
    }
    host.name = mem_strndup(text, size);
    if (*end == ':')
        host.port = (unsigned)strtoul(end + 1, NULL, 10);
    return host;
}

static char *trimmed(const char *text, size_t size)
{
    while (size > 0 && strchr(" \t,", *text)) {
        text++;
        size--;
    }
    while (size > 0 && strchr(" \t,", text[size - 1]))
        size--;
    return mem_strndup(text, size);
}

char *jump_last(const char *chain, char **rest)
{
    char *whole = trimmed(chain, strlen(chain));
    size_t from = strlen(whole);
    while (from > 0 && !strchr(" \t,", whole[from - 1]))
        from--;
    *rest = trimmed(whole, from);
    if (!**rest) {
        free(*rest);
        *rest = NULL;
    }
    char *last = mem_strdup(whole + from);
    free(whole);
    return last;
}
