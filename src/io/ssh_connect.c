#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/ssh_link.h"
#include "io/ssh_state.h"

/* From a name to a socket that is connected: the look-up in the pool, then one address after the
 * other. */

enum {
    KEEPALIVE_IDLE = 15,    /* seconds, unless ssh_keepalive says otherwise */
    KEEPALIVE_INTERVAL = 5, /* seconds */
    KEEPALIVE_PROBES = 4,
};

/* ---- looking up ---- */

/* Outlives the connection that asked, when that ends first: the pool cannot be called back. */
struct ssh_lookup {
    struct ssh *ssh; /* NULL: nobody waits any more */
    char *host;
    char port[16];
    struct addrinfo wanted;
    struct addrinfo *found;
    int error;
    bool is_done;
};

static void look_up(void *context)
{
    struct ssh_lookup *lookup = context;
    lookup->error = getaddrinfo(lookup->host, lookup->port, &lookup->wanted, &lookup->found);
}

static void lookup_free(struct ssh_lookup *lookup)
{
    if (lookup->found)
        freeaddrinfo(lookup->found);
    free(lookup->host);
    free(lookup);
}

static void looked_up(void *context)
{
    struct ssh_lookup *lookup = context;
    lookup->is_done = true;
    if (lookup->ssh)
        ssh_continue(lookup->ssh);
    else
        lookup_free(lookup);
}

static void start_lookup(struct ssh *ssh)
{
    struct ssh_lookup *lookup = mem_alloc(sizeof *lookup);
    lookup->ssh = ssh;
    lookup->host = mem_strdup(ssh->config->host);
    lookup->wanted = (struct addrinfo){ .ai_family = ssh->config->family,
                                        .ai_socktype = SOCK_STREAM,
                                        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
    snprintf(lookup->port, sizeof lookup->port, "%u", ssh->config->port);
    ssh->lookup = lookup;
    look_up(lookup); /* an address needs no name server, so it cannot block */
    if (lookup->error == 0) {
        lookup->is_done = true;
        return;
    }
    lookup->wanted.ai_flags = AI_NUMERICSERV;
    loop_work(ssh->loop, look_up, looked_up, lookup);
}

void ssh_forget_lookup(struct ssh *ssh)
{
    struct ssh_lookup *lookup = ssh->lookup;
    ssh->lookup = NULL;
    if (lookup && lookup->is_done)
        lookup_free(lookup);
    else if (lookup)
        lookup->ssh = NULL;
}

/* Behind a bastion, it is the bastion that knows the name. */
enum ssh_progress ssh_step_resolve(struct ssh *ssh)
{
    if (ssh->config->jump)
        return SSH_NEXT;
    if (!ssh->lookup)
        start_lookup(ssh);
    const struct ssh_lookup *lookup = ssh->lookup;
    if (!lookup->is_done)
        return SSH_WAIT;
    if (lookup->error != 0) {
        ssh_fail(ssh, TRANSPORT_UNREACHABLE, "no address found for %s: %s", lookup->host,
                 lookup->error == EAI_SYSTEM ? strerror(errno) : gai_strerror(lookup->error));
        return ssh_hint(ssh, "is the name right? `getent hosts %s` asks the same question",
                        lookup->host);
    }
    ssh->address = lookup->found;
    return SSH_NEXT;
}

/* ---- connecting ---- */

static void describe_address(struct ssh *ssh)
{
    char host[64]; /* an IPv6 address with its scope */
    int error = getnameinfo(ssh->address->ai_addr, ssh->address->ai_addrlen, host, sizeof host,
                            NULL, 0, NI_NUMERICHOST);
    str_clear(&ssh->address_text);
    str_addf(&ssh->address_text, "%s port %u", error ? "?" : host, ssh->config->port);
}

static void set_option(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof value); /* each is only for the better */
}

static void set_options(int fd, unsigned keepalive)
{
    int idle = keepalive ? (int)keepalive : KEEPALIVE_IDLE;
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
#endif
#ifdef TCP_USER_TIMEOUT
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
               (idle + KEEPALIVE_INTERVAL * KEEPALIVE_PROBES) * 1000);
#endif
}

void ssh_acknowledge(int fd)
{
#ifdef TCP_QUICKACK
    set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
#else
    (void)fd;
#endif
}

static void socket_ready(void *context, unsigned events)
{
    (void)events;
    ssh_continue(context);
}

/* False with errno set. */
static bool start_connect(struct ssh *ssh)
{
    const struct addrinfo *address = ssh->address;
    ssh->fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (ssh->fd < 0)
        return false;
    if (fcntl(ssh->fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(ssh->fd, F_SETFL, O_NONBLOCK) != 0)
        return false;
    set_options(ssh->fd, ssh->connection->keepalive);
    if (connect(ssh->fd, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS)
        return false;
    ssh->watch = loop_poll(ssh->loop, ssh->fd, socket_ready, ssh);
    return true;
}

/* 0: connected; EINPROGRESS: not yet; else why not. */
static int connect_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    struct sockaddr_storage peer;
    socklen_t peer_size = sizeof peer;
    if (error == 0 && getpeername(fd, (struct sockaddr *)&peer, &peer_size) != 0)
        return errno == ENOTCONN ? EINPROGRESS : errno;
    return error;
}

void ssh_hang_up(struct ssh *ssh)
{
    poll_watch_free(ssh->watch);
    ssh->watch = NULL;
    ssh_link_leave(ssh->link);
    ssh->link = NULL;
    if (ssh->fd >= 0)
        close(ssh->fd);
    ssh->fd = -1;
}

bool ssh_next_address(struct ssh *ssh)
{
    if (!ssh->address || !ssh->address->ai_next)
        return false;
    ssh_hang_up(ssh);
    ssh->address = ssh->address->ai_next;
    return true;
}

static enum ssh_progress fail_connect(struct ssh *ssh, int error)
{
    if (error == EMFILE || error == ENFILE) {
        ssh_fail(ssh, TRANSPORT_UNREACHABLE, "too many open files");
        return ssh_hint(ssh, "raise the limit (ulimit -n) or connect to fewer hosts at once");
    }
    ssh_fail(ssh, TRANSPORT_UNREACHABLE, "cannot connect to %s: %s", str_text(&ssh->address_text),
             strerror(error));
    if (error == ECONNREFUSED)
        return ssh_hint(ssh, "nothing listens there: is sshd running, and is %u its port?",
                        ssh->config->port);
    return SSH_FAILED;
}

enum ssh_progress ssh_step_connect(struct ssh *ssh)
{
    if (ssh->config->jump)
        return ssh_step_join(ssh);
    for (;;) {
        int error = 0;
        if (ssh->fd < 0) {
            describe_address(ssh);
            error = start_connect(ssh) ? 0 : errno;
        }
        if (error == 0)
            error = connect_error(ssh->fd);
        if (error == 0)
            return SSH_NEXT;
        if (error == EINPROGRESS)
            return SSH_WAIT_WRITE;
        if (!ssh_next_address(ssh))
            return fail_connect(ssh, error);
    }
}
