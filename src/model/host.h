#ifndef FAKE_MODEL_HOST_H
#define FAKE_MODEL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/map.h"
#include "base/range.h"
#include "base/vec.h"
#include "model/variable.h"

struct arena;

/* A machine, as written: `[user@]name[:port]`. The same name with another user or port is another
 * host. */
struct host {
    const char *spec; /* as written, its ranges expanded: the key, and the host in messages */
    const char *name; /* without user, port and brackets of an IPv6 address */
    const char *user; /* NULL: the variable `user`, then ssh's configuration */
    unsigned port;    /* 0: ssh_port, then ssh's configuration */
    unsigned index;   /* in the order of first mention */
    struct vec roles; /* struct role, those it is a member of, in the order declared */
};

/* What `@name:` lines say. Whether a name is a role or a host is known once all is read. */
struct role {
    const char *name;
    struct variables variables;
    struct location where; /* its first line */
    struct vec hosts;      /* struct host; filled by lang_resolve_hosts */
    unsigned index;        /* in the order declared */
    bool is_host;          /* `@name:` of a host: its variables are that host's */
    bool is_resolved;
    bool is_resolving; /* its `hosts` is being expanded: asking for them again is a recursion */
};

/* Every host and role of a run. */
struct inventory {
    struct arena *arena;
    struct map hosts; /* spec ▶ struct host */
    struct map roles; /* name ▶ struct role (also the sets of variables of single hosts) */
};

/* Adds the hosts of a list (blanks and, when commas is set, commas between; ranges expanded) to
 * `list`, those met before as the same struct. A malformed one is an error at `where`. */
bool inventory_add_hosts(struct inventory *inventory, const char *list, bool commas,
                         struct location where, struct diags *diags, struct vec *hosts);
struct host *inventory_find_host(const struct inventory *inventory, const char *spec);
struct role *inventory_find_role(const struct inventory *inventory, const char *name);
struct role *inventory_role(struct inventory *inventory, const char *name,
                            struct location where); /* made when absent */

/* Shell pattern with ranges, for --limit and host lists of `-x`. */
bool host_matches(const struct host *host, const char *pattern);

#endif
