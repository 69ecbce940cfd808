#include "io/ssh_jump.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/ssh_chain.h"
#include "io/ssh_link.h"
#include "io/ssh_state.h"

/* Bastions: one session for each that some connection of the loop passes through, shared by all of
 * them, gone with the last. A bastion behind another is one of its users. */

/* ---- the bastions of a loop ---- */

static void *bastions_new(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct vec));
}

static void bastions_free(void *shared)
{
    vec_free(shared); /* empty: each ends with its connection */
    free(shared);
}

static void forget(struct ssh_bastion *bastion)
{
    struct vec *all = bastion->all;
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i] == bastion)
            all->items[i] = all->items[--all->len];
}

static char *copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static void bastion_free(struct ssh_bastion *bastion)
{
    struct connection *connection = &bastion->connection;
    const char *owned[] = { connection->name,        connection->user,      connection->jump,
                            connection->identities,  connection->host_keys, connection->config,
                            connection->known_hosts, bastion->key,          bastion->chain };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free((char *)owned[i]);
    vec_free(&bastion->links);
    free(bastion);
}

/* ---- its end ---- */

static void lose_link(struct ssh_link *link, const struct ssh_bastion *bastion,
                      enum transport_error error, const char *why, const char *hint)
{
    struct ssh *user = link->user;
    link->bastion = NULL;
    link->channel = NULL;
    if (!user) {
        ssh_link_free(link);
        return;
    }
    if (user->state >= SSH_RUNNING && user->state != SSH_PAUSE)
        error = TRANSPORT_LOST;
    else if (error == TRANSPORT_LOST || error == TRANSPORT_OK)
        error = TRANSPORT_UNREACHABLE;
    ssh_fail(user, error, "bastion %s: %s", bastion->chain, why ? why : "it has ended");
    if (hint)
        ssh_hint(user, "%s", hint);
    ssh_wake(user, 0);
}

static void bastion_closed(void *context, enum transport_error error, const char *why,
                           const char *hint)
{
    struct ssh_bastion *bastion = context;
    forget(bastion);
    for (size_t i = 0; i < bastion->links.len; i++)
        lose_link(bastion->links.items[i], bastion, error, why, hint);
    bastion_free(bastion);
}

static void drop_done_links(struct ssh_bastion *bastion)
{
    size_t kept = 0;
    for (size_t i = 0; i < bastion->links.len; i++) {
        struct ssh_link *link = bastion->links.items[i];
        if (link->is_done)
            ssh_link_free(link);
        else
            bastion->links.items[kept++] = link;
    }
    bastion->links.len = kept;
}

void ssh_bastion_check(struct ssh_bastion *bastion)
{
    drop_done_links(bastion);
    if (bastion->links.len > 0)
        return;
    forget(bastion);
    ssh_cut(bastion->ssh);
}

/* ---- its beginning ---- */

static void nothing_opened(void *context)
{
    (void)context;
}

static struct ssh_bastion *start(struct ssh *user, struct vec *all, const char *last, char *rest,
                                 char *key)
{
    static const struct transport_events events = { .opened = nothing_opened,
                                                    .closed = bastion_closed };
    const struct connection *from = user->connection;
    struct ssh_bastion *bastion = mem_alloc(sizeof *bastion);
    struct jump_host host = jump_host_parse(last);
    bastion->all = all;
    bastion->key = key;
    bastion->chain = mem_strdup(user->config->jump);
    bastion->connection = (struct connection){
        .label = bastion->chain,
        .name = host.name,
        .user = host.user,
        .port = host.port,
        .jump = rest,
        .identities = copy(from->identities),
        .known_hosts = copy(from->known_hosts),
        .host_keys = copy(from->host_keys),
        .config = copy(from->config),
        .connect_timeout = from->connect_timeout,
        .keepalive = from->keepalive,
        .never_asks = from->never_asks,
        .is_bastion = true,
    };
    vec_push(all, bastion);
    bastion->ssh = ssh_start(user->loop, &bastion->connection, NULL, bastion, &events, bastion);
    return bastion;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static struct ssh_bastion *find_or_start(struct ssh *user)
{
    struct vec *all = loop_shared(user->loop, bastions_new, bastions_free);
    const struct connection *from = user->connection;
    char *key =
        mem_printf("%s\n%s\n%s\n%s\n%s", user->config->jump, or_empty(from->identities),
                   or_empty(from->known_hosts), or_empty(from->host_keys), or_empty(from->config));
    for (size_t i = 0; i < all->len; i++) {
        struct ssh_bastion *bastion = all->items[i];
        if (strcmp(bastion->key, key) == 0) {
            free(key);
            return bastion;
        }
    }
    char *rest;
    char *last = jump_last(user->config->jump, &rest);
    struct ssh_bastion *bastion = start(user, all, last, rest, key);
    free(last);
    return bastion;
}

/* Configurations can send two bastions through each other. */
static bool leads_in_a_circle(const struct ssh_bastion *bastion, const struct ssh *user)
{
    while (bastion && bastion->ssh != user)
        bastion = bastion->ssh->link ? bastion->ssh->link->bastion : NULL;
    return bastion != NULL;
}

static enum ssh_progress join(struct ssh *ssh)
{
    const struct ssh_config *config = ssh->config;
    str_clear(&ssh->address_text);
    str_addf(&ssh->address_text, "%s port %u (through %s)", config->host, config->port,
             config->jump);
    struct ssh_bastion *bastion = find_or_start(ssh);
    if (leads_in_a_circle(bastion, ssh))
        return ssh_fail(ssh, TRANSPORT_UNREACHABLE, "the way through %s leads in a circle",
                        config->jump);
    struct ssh_link *link = mem_alloc(sizeof *link);
    link->bastion = bastion;
    link->user = ssh;
    link->host = mem_strdup(config->host);
    link->port = config->port;
    vec_push(&bastion->links, link);
    ssh->link = link;
    if (bastion->ssh->state == SSH_CARRY)
        ssh_wake(bastion->ssh, 0);
    return SSH_WAIT;
}

enum ssh_progress ssh_step_join(struct ssh *ssh)
{
    if (!ssh->link)
        return join(ssh);
    return ssh->link->is_open ? SSH_NEXT : SSH_WAIT;
}

/* ---- its work ---- */

static bool has_users(const struct ssh_bastion *bastion)
{
    for (size_t i = 0; i < bastion->links.len; i++)
        if (((const struct ssh_link *)bastion->links.items[i])->user)
            return true;
    return false;
}

/* Whoever has a packet half sent comes first, and alone until it has left. When the last user has
 * gone nothing is waited for: the end of the connection ends its channels. */
enum ssh_progress ssh_step_carry(struct ssh *ssh)
{
    struct ssh_bastion *bastion = ssh->bastion;
    if (bastion->half_sent && !ssh_link_serve(bastion->half_sent))
        return SSH_FAILED;
    for (size_t i = 0; i < bastion->links.len && !bastion->half_sent; i++)
        if (!ssh_link_serve(bastion->links.items[i]))
            return SSH_FAILED;
    if (ssh->is_lost)
        return ssh_fail_lost(ssh);
    drop_done_links(bastion);
    if (has_users(bastion) || bastion->half_sent)
        return SSH_WAIT_LIBRARY;
    forget(bastion);
    libssh2_session_disconnect(ssh->session, "done"); /* a courtesy: "again" does not matter */
    return SSH_FAILED;                                /* without an error: the end */
}
