#include "io/openssh_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/ssh_chain.h"
#include "io/ssh_config.h"
#include "io/ssh_user.h"
#include "io/transport.h"

/* ---- words ---- */

static void add(struct vec *argv, const char *word)
{
    vec_push(argv, mem_strdup(word));
}

static void add_option(struct vec *argv, const char *name, const char *value)
{
    add(argv, "-o");
    vec_push(argv, mem_printf("%s=%s", name, value));
}

static void add_number(struct vec *argv, const char *name, unsigned value)
{
    add(argv, "-o");
    vec_push(argv, mem_printf("%s=%u", name, value));
}

/* ssh takes % in values for tokens of its own. */
static void add_literal(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '%')
            str_addc(out, '%');
        str_addc(out, *text);
    }
}

static void add_paths(struct vec *argv, const char *name, const struct vec *paths)
{
    struct str value = { 0 };
    for (size_t i = 0; i < paths->len; i++) {
        str_add(&value, i ? " \"" : "\"");
        add_literal(&value, paths->items[i]);
        str_addc(&value, '"');
    }
    add_option(argv, name, paths->len > 0 ? str_text(&value) : "none");
    str_free(&value);
}

static bool is_set(const char *value)
{
    return value && *value;
}

/* ---- what every hop is told ---- */

/* Where $HOME is not what ssh takes for the home folder, it does not find what lies there. */
static void add_files(struct vec *argv, const struct connection *connection,
                      const struct ssh_config *config)
{
    char *other =
        is_set(connection->config) ? mem_strdup(connection->config) : ssh_user_other_config();
    bool is_elsewhere = strcmp(ssh_user_home(), ssh_user_database_home()) != 0;
    if (other) {
        add(argv, "-F");
        add(argv, other);
    }
    if (is_set(connection->known_hosts) || is_elsewhere)
        add_paths(argv, "UserKnownHostsFile", &config->known_hosts);
    for (size_t i = 0; i < config->identities.len; i++) {
        const char *path = config->identities.items[i];
        if (!is_set(connection->identities) && (!is_elsewhere || access(path, R_OK) != 0))
            continue;
        struct str literal = { 0 };
        add_literal(&literal, path);
        add(argv, "-i");
        vec_push(argv, str_steal(&literal));
    }
    free(other);
}

/* What a run needs that nobody sits in front of: no questions, a connection of its own that no
 * other has opened, and nothing said but errors. */
static void add_common(struct vec *argv, const struct connection *connection,
                       const struct ssh_config *config)
{
    enum { ALIVE_INTERVAL = 15, ALIVE_COUNT = 4 };
    add(argv, "ssh");
    add_files(argv, connection, config);
    add_option(argv, "LogLevel", "ERROR");
    add_option(argv, "ControlMaster", "no");
    add_option(argv, "ControlPath", "none");
    add_number(argv, "ConnectTimeout", config->connect_timeout);
    add_number(argv, "ServerAliveInterval",
               connection->keepalive ? connection->keepalive : ALIVE_INTERVAL);
    add_number(argv, "ServerAliveCountMax", ALIVE_COUNT);
    add_option(argv, "StrictHostKeyChecking", config->accept_new ? "accept-new" : "yes");
}

static void add_place(struct vec *argv, const char *user, unsigned port, const char *name)
{
    if (port) {
        add(argv, "-p");
        vec_push(argv, mem_printf("%u", port));
    }
    if (is_set(user)) {
        add(argv, "-l");
        add(argv, user);
    }
    add(argv, "--");
    add(argv, name);
}

/* ---- the way ---- */

/* -J would leave out what the Fakefile says of keys and known hosts, so each bastion is asked by a
 * ProxyCommand, the one before it by that one's. */
static char *proxy_command(const struct connection *connection, const struct ssh_config *config,
                           const char *chain)
{
    char *rest;
    char *last = jump_last(chain, &rest);
    struct jump_host host = jump_host_parse(last);
    struct vec argv = { 0 };
    struct str command = { 0 };
    add_common(&argv, connection, config);
    if (rest) {
        char *inner = proxy_command(connection, config, rest);
        struct str literal = { 0 };
        add_literal(&literal, inner);
        add_option(&argv, "ProxyCommand", str_text(&literal));
        str_free(&literal);
        free(inner);
    }
    add_option(&argv, "BatchMode", "yes"); /* a bastion gets no password */
    add(&argv, "-W");
    add(&argv, "[%h]:%p");
    add_place(&argv, host.user, host.port, host.name);
    for (size_t i = 0; i < argv.len; i++) {
        str_add(&command, i ? " " : "");
        str_add_quoted(&command, argv.items[i]);
        free(argv.items[i]);
    }
    vec_free(&argv);
    free(host.user);
    free(host.name);
    free(last);
    free(rest);
    return str_steal(&command);
}

static void add_way(struct vec *argv, const struct connection *connection,
                    const struct ssh_config *config)
{
    if (!is_set(connection->jump))
        return;
    if (!config->jump) {
        add_option(argv, "ProxyJump", "none");
        return;
    }
    char *command = proxy_command(connection, config, config->jump);
    add_option(argv, "ProxyCommand", command);
    free(command);
}

/* With a password, ssh must be free to ask for it, once. */
static void add_log_in(struct vec *argv, const struct connection *connection, const char *agent)
{
    if (is_set(connection->password))
        add_number(argv, "NumberOfPasswordPrompts", 1);
    else
        add_option(argv, "BatchMode", "yes");
    if (agent)
        add_option(argv, "IdentityAgent", agent);
}

void openssh_add_arguments(const struct connection *connection, const struct ssh_config *config,
                           const char *agent, struct vec *argv)
{
    add_common(argv, connection, config);
    add_log_in(argv, connection, agent);
    add_way(argv, connection, config);
    if (connection->forward_agent != FORWARD_AS_CONFIGURED)
        add_option(argv, "ForwardAgent", config->forward_agent ? "yes" : "no");
    add_option(argv, "ClearAllForwardings", "yes");
    add_option(argv, "PermitLocalCommand", "no");
    add_option(argv, "RemoteCommand", "none");
    add(argv, "-T");
    add_place(argv, connection->user, connection->port, connection->name);
}
