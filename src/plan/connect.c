#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "io/transport.h"
#include "plan/planner.h"

/* How a host is reached: connection variables in its scope, the command line before them. */

enum { PORT_MAXIMUM = 65535, SECONDS_MAXIMUM = 24 * 60 * 60, RETRIES_MAXIMUM = 1000 };

/* The value of a connection variable, trimmed, from the plan's arena; NULL when it is not set or
 * empty. An environment says nothing here. */
static const char *value_of(const struct plan *plan, const struct host *host, const char *name,
                            struct location *where)
{
    const struct scope *scope = scope_of_host(plan, host);
    const struct variable *variable = scope_find(scope, name);
    struct unit unit = { 0 };
    struct target target = { .name = host->spec };
    struct job job = {
        .host = (struct host *)host, .target = &target, .unit = &unit, .scope = scope, .plan = plan
    };
    struct expander expander;
    struct str value = { 0 };
    const char *result = NULL, *text;

    if (!variable || variable->origin == ORIGIN_ENVIRONMENT ||
        variable->origin == ORIGIN_ENVIRONMENT_OVERRIDE)
        return NULL;
    plan_expander(plan, &job, &expander);
    if (expand_variable(&expander, name, variable->where, &value)) {
        text = str_text(&value);
        text += strspn(text, " \t\r\n");
        while (value.len && strchr(" \t\r\n", value.data[value.len - 1]))
            value.data[--value.len] = '\0';
        if (*text)
            result = arena_strdup(plan->arena, text);
    }
    str_free(&value);
    if (where)
        *where = variable->where;
    return result;
}

const char *connect_user(const struct plan *plan, const struct host *host)
{
    if (plan->options->user)
        return plan->options->user;
    return host->user ? host->user : value_of(plan, host, "user", NULL);
}

const char *connect_port(const struct plan *plan, const struct host *host)
{
    if (plan->options->port)
        return plan->options->port;
    return host->port ? arena_printf(plan->arena, "%u", host->port)
                      : value_of(plan, host, "ssh_port", NULL);
}

/* A value that is of no use, with all hosts that have it from the same place. */
struct misfit {
    struct location where;
    const char *name, *value, *wanted;
    struct vec hosts; /* const char * */
};

/* A connection being filled. */
struct filling {
    const struct plan *plan;
    const struct host *host;
    struct map *misfits;
    bool is_good;
};

static void report(struct filling *filling, struct location where, const char *name,
                   const char *value, const char *wanted)
{
    struct arena *arena = filling->plan->arena;
    const char *file = where.source ? where.source->name : "";
    const char *key = arena_printf(arena, "%s %s:%u %s", name, file, (unsigned)where.offset, value);
    void **place = map_put(filling->misfits, key);
    struct misfit *misfit = *place;

    if (!misfit) {
        misfit = *place = arena_alloc(arena, sizeof *misfit);
        *misfit = (struct misfit){ where, name, value, wanted, { 0 } };
    }
    vec_push(&misfit->hosts, (void *)filling->host->spec);
    filling->is_good = false;
}

void plan_tell_misfits(const struct plan *plan, struct map *misfits)
{
    for (size_t i = 0; i < misfits->len; i++) {
        struct misfit *misfit = misfits->entries[i].value;
        struct str hosts = { 0 };

        range_fold((const char *const *)misfit->hosts.items, misfit->hosts.len, &hosts);
        diag_error(lang_diags(plan->options->lang), misfit->where, "%s of %s is '%s', not %s",
                   misfit->name, str_text(&hosts), misfit->value, misfit->wanted);
        str_free(&hosts);
        vec_free(&misfit->hosts);
    }
    map_free(misfits);
}

static bool parse_number(const char *text, unsigned least, unsigned most, unsigned *number)
{
    char *end;
    unsigned long value;

    if (text[0] < '0' || text[0] > '9')
        return false;
    value = strtoul(text, &end, 10);
    if (*end || value < least || value > most)
        return false;
    *number = (unsigned)value;
    return true;
}

static unsigned number_of(struct filling *filling, const char *name, unsigned most)
{
    struct location where = { 0 };
    const char *value = value_of(filling->plan, filling->host, name, &where);
    unsigned number = 0;

    if (value && !parse_number(value, 0, most, &number))
        report(filling, where, name, value,
               arena_printf(filling->plan->arena, "a number from 0 to %u", most));
    return number;
}

static unsigned port_of(struct filling *filling)
{
    const struct plan *plan = filling->plan;
    struct location where = { 0 };
    const char *value = plan->options->port;
    unsigned port = 0;

    if (!value && filling->host->port)
        return filling->host->port;
    if (!value)
        value = value_of(plan, filling->host, "ssh_port", &where);
    if (value && !parse_number(value, 1, PORT_MAXIMUM, &port))
        report(filling, where, plan->options->port ? "--port" : "ssh_port", value,
               "a number from 1 to 65535");
    return port;
}

/* One of a few words; NULL when not set. */
static const char *choice_of(struct filling *filling, const char *name, const char *const *choices,
                             const char *wanted)
{
    struct location where = { 0 };
    const char *value = value_of(filling->plan, filling->host, name, &where);

    if (!value)
        return NULL;
    for (; *choices; choices++)
        if (strcmp(value, *choices) == 0)
            return value;
    if (strcmp(name, "ssh_transport") == 0 && str_starts(value, "command "))
        return value;
    report(filling, where, name, value, wanted);
    return NULL;
}

static enum agent_forwarding forwarding_of(struct filling *filling)
{
    static const char *const choices[] = { "yes", "no", NULL };
    const char *value = choice_of(filling, "forward_agent", choices, "yes or no");

    if (!value)
        return FORWARD_AS_CONFIGURED;
    return strcmp(value, "yes") == 0 ? FORWARD_YES : FORWARD_NO;
}

/* `localhost` needs no ssh unless it is asked for. */
static const char *transport_of(struct filling *filling)
{
    static const char *const choices[] = { "auto", "ssh", "openssh", "local", NULL };
    const char *value = choice_of(filling, "ssh_transport", choices,
                                  "auto, ssh, openssh, local or command PROGRAM…");

    if (value)
        return value;
    return strcmp(filling->host->name, "localhost") == 0 ? "local" : "auto";
}

bool plan_connection(const struct plan *plan, const struct host *host,
                     struct connection *connection, struct map *misfits)
{
    static const char *const host_keys[] = { "strict", "accept-new", NULL };
    struct filling filling = { plan, host, misfits, true };

    *connection = (struct connection){
        .label = host->spec,
        .transport = transport_of(&filling),
        .name = host->name,
        .user = connect_user(plan, host),
        .port = port_of(&filling),
        .identities = plan->options->identity ? plan->options->identity
                                              : value_of(plan, host, "ssh_identity", NULL),
        .password = value_of(plan, host, "ssh_password", NULL),
        .jump = value_of(plan, host, "ssh_jump", NULL),
        .known_hosts = value_of(plan, host, "ssh_known_hosts", NULL),
        .host_keys = choice_of(&filling, "ssh_host_keys", host_keys, "strict or accept-new"),
        .config = value_of(plan, host, "ssh_config", NULL),
        .connect_timeout = number_of(&filling, "ssh_connect_timeout", SECONDS_MAXIMUM),
        .connect_retries = number_of(&filling, "ssh_connect_retries", RETRIES_MAXIMUM),
        .keepalive = number_of(&filling, "ssh_keepalive", SECONDS_MAXIMUM),
        .forward_agent = forwarding_of(&filling),
        .never_asks = plan->options->never_asks,
    };
    return filling.is_good;
}

bool plan_user_is_open(const struct plan *plan, const struct host *host)
{
    return !connect_user(plan, host);
}
