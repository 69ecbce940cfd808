#include "model/host.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"

enum { PORT_MAXIMUM = 65535 };

/* A host taken apart; the pieces lie in the text they came from. */
struct pieces {
    const char *user; /* NULL: none */
    size_t user_length;
    const char *name;
    size_t name_length;
    unsigned port;
};

/* A name that begins with `-` would be an option of the ssh program; blanks, quotes and control
 * characters are in no name, and end up on command lines and in files. */
static bool is_plain(const char *s, size_t n, const char *also)
{
    size_t i;

    if (n == 0 || s[0] == '-')
        return false;
    for (i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c >= 0x80 || strchr(also, c)))
            return false;
    }
    return true;
}

static bool parse_port(const char *s, unsigned *port)
{
    size_t i;

    *port = 0;
    for (i = 0; s[i] >= '0' && s[i] <= '9' && i < 5; i++)
        *port = 10 * *port + (unsigned)(s[i] - '0');
    return i > 0 && s[i] == '\0' && *port > 0 && *port <= PORT_MAXIMUM;
}

/* host := [user '@'] (name | '[' IPv6 ']') [':' port]. Returns what is wrong, or NULL. */
static const char *parse(const char *spec, struct pieces *pieces)
{
    const char *at = strrchr(spec, '@'), *end;

    *pieces = (struct pieces){ .name = at ? at + 1 : spec };
    if (at) {
        pieces->user = spec;
        pieces->user_length = (size_t)(at - spec);
        if (!is_plain(spec, pieces->user_length, "._-+@\\"))
            return "a user is made of letters, digits and ._-+";
    }
    if (*pieces->name == '[') {
        pieces->name++;
        end = strchr(pieces->name, ']');
        if (!end || (end[1] != ':' && end[1] != '\0'))
            return "an IPv6 address is written [::1] or [::1]:port";
        pieces->name_length = (size_t)(end++ - pieces->name);
    } else {
        end = pieces->name + strcspn(pieces->name, ":");
        pieces->name_length = (size_t)(end - pieces->name);
        if (*end && strchr(end + 1, ':'))
            return "an IPv6 address is written in brackets: [::1]";
    }
    if (!is_plain(pieces->name, pieces->name_length, "._-:%"))
        return "a name is made of letters, digits, `.`, `-` and `_`";
    if (*end && !parse_port(end + 1, &pieces->port))
        return "a port is a number from 1 to 65535";
    return NULL;
}

static struct host *add_host(struct inventory *inventory, const char *spec,
                             const struct pieces *pieces)
{
    struct host *host = arena_alloc(inventory->arena, sizeof *host);

    host->spec = arena_strdup(inventory->arena, spec);
    host->name = arena_strndup(inventory->arena, pieces->name, pieces->name_length);
    if (pieces->user)
        host->user = arena_strndup(inventory->arena, pieces->user, pieces->user_length);
    host->port = pieces->port;
    host->index = (unsigned)inventory->hosts.len;
    *map_put(&inventory->hosts, host->spec) = host;
    return host;
}

/* What inventory_add_hosts hands to its visitor. */
struct addition {
    struct inventory *inventory;
    struct location where;
    struct diags *diags;
    struct vec *hosts;
    struct map seen; /* spec ▶ struct host: those of this list */
    bool failed;
};

static bool add_one(void *context, const char *spec)
{
    struct addition *addition = context;
    struct host *host = inventory_find_host(addition->inventory, spec);
    struct pieces pieces;

    if (!host) {
        const char *why = parse(spec, &pieces);

        if (why) {
            diag_error(addition->diags, addition->where, "malformed host '%s': %s", spec, why);
            addition->failed = true;
            return true;
        }
        host = add_host(addition->inventory, spec, &pieces);
    }
    if (!map_get(&addition->seen, host->spec)) {
        *map_put(&addition->seen, host->spec) = host;
        vec_push(addition->hosts, host);
    }
    return true;
}

/* The length of the word at s; a comma in brackets does not end it. */
static size_t word_length(const char *s, const char *separators)
{
    bool in_brackets = false;
    size_t n;

    for (n = 0; s[n]; n++) {
        if (s[n] == '[' || s[n] == ']')
            in_brackets = s[n] == '[';
        if (strchr(separators, s[n]) && !(in_brackets && s[n] == ','))
            break;
    }
    return n;
}

bool inventory_add_hosts(struct inventory *inventory, const char *list, bool commas,
                         struct location where, struct diags *diags, struct vec *hosts)
{
    const char *separators = commas ? " \t\n\r," : " \t\n\r";
    struct addition addition = { inventory, where, diags, hosts, { 0 }, false };
    const char *why;
    size_t n;

    for (list += strspn(list, separators); *list; list += n, list += strspn(list, separators)) {
        char *word;

        n = word_length(list, separators);
        word = mem_strndup(list, n);
        why = NULL;
        if (!range_expand(word, add_one, &addition, &why) && why) {
            diag_error(diags, where, "malformed host '%s': %s", word, why);
            addition.failed = true;
        }
        free(word);
    }
    map_free(&addition.seen);
    return !addition.failed;
}

struct host *inventory_find_host(const struct inventory *inventory, const char *spec)
{
    return map_get(&inventory->hosts, spec);
}

struct role *inventory_find_role(const struct inventory *inventory, const char *name)
{
    return map_get(&inventory->roles, name);
}

struct role *inventory_role(struct inventory *inventory, const char *name, struct location where)
{
    struct role *role = inventory_find_role(inventory, name);

    if (role)
        return role;
    role = arena_alloc(inventory->arena, sizeof *role);
    role->name = arena_strdup(inventory->arena, name);
    role->where = where;
    role->index = (unsigned)inventory->roles.len;
    *map_put(&inventory->roles, role->name) = role;
    return role;
}

/* A pattern being tried on a host. */
struct match {
    const struct host *host;
    bool found;
};

static bool match_one(void *context, const char *pattern)
{
    struct match *match = context;

    match->found =
        fnmatch(pattern, match->host->spec, 0) == 0 || fnmatch(pattern, match->host->name, 0) == 0;
    return !match->found;
}

bool host_matches(const struct host *host, const char *pattern)
{
    struct match match = { host, false };

    /* Brackets that are no range may be a shell pattern's, or an address's. */
    match_one(&match, pattern);
    if (!match.found)
        match.found = strcmp(pattern, host->spec) == 0;
    if (!match.found)
        range_expand(pattern, match_one, &match, NULL);
    return match.found;
}
