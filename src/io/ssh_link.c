#include "io/ssh_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/ssh_jump.h"
#include "io/ssh_state.h"

enum {
    IN_MAX = 512 * 1024,  /* above it nothing is read from the channel */
    OUT_MAX = 256 * 1024, /* above it nothing is taken from the user */
    READ_SIZE = 32 * 1024,
};

/* ---- the user's side ---- */

static void wake_bastion(struct ssh_link *link)
{
    if (link->bastion)
        ssh_wake(link->bastion->ssh, 0);
}

ssize_t ssh_link_receive(struct ssh_link *link, void *buffer, size_t size)
{
    size_t there = link->in.len - link->in_at;
    if (there == 0 && !link->has_ended && link->bastion) {
        errno = EAGAIN;
        return -1;
    }
    if (size > there)
        size = there;
    memcpy(buffer, link->in.data + link->in_at, size);
    link->in_at += size;
    if (link->in_at == link->in.len) {
        if (link->in.len >= IN_MAX)
            wake_bastion(link);
        str_clear(&link->in);
        link->in_at = 0;
    }
    return (ssize_t)size;
}

ssize_t ssh_link_send(struct ssh_link *link, const void *data, size_t size)
{
    if (!link->bastion) {
        errno = EPIPE;
        return -1;
    }
    if (link->out.len >= OUT_MAX) {
        link->wants_room = true;
        errno = EAGAIN;
        return -1;
    }
    if (link->out.len == 0)
        wake_bastion(link);
    str_addn(&link->out, data, size);
    return (ssize_t)size;
}

int ssh_link_socket(const struct ssh_link *link)
{
    const struct ssh *ssh = link->bastion->ssh;
    return ssh->link ? ssh_link_socket(ssh->link) : ssh->fd;
}

void ssh_link_free(struct ssh_link *link)
{
    str_free(&link->in);
    str_free(&link->sending);
    str_free(&link->out);
    free(link->host);
    free(link);
}

void ssh_link_leave(struct ssh_link *link)
{
    if (!link)
        return;
    link->user = NULL;
    if (!link->bastion)
        ssh_link_free(link);
    else if (link->channel || link->bastion->opening == link)
        wake_bastion(link);
    else {
        link->is_done = true;
        ssh_bastion_check(link->bastion);
    }
}

void ssh_link_wake_user(struct ssh_link *link)
{
    if (link->user)
        ssh_wake(link->user, 0);
}

/* ---- the bastion's side ---- */

/* After "again": notes whether a packet of the call is half sent. */
static void note_half_sent(struct ssh_link *link, enum link_call call)
{
    struct ssh_bastion *bastion = link->bastion;
    int directions = libssh2_session_block_directions(bastion->ssh->session);
    bool is_half_sent = directions & LIBSSH2_SESSION_BLOCK_OUTBOUND;
    link->call = is_half_sent ? call : LINK_NO_CALL;
    bastion->half_sent = is_half_sent ? link : NULL;
}

static void clear_half_sent(struct ssh_link *link)
{
    link->call = LINK_NO_CALL;
    if (link->bastion->half_sent == link)
        link->bastion->half_sent = NULL;
}

/* The bastion says no, or that it got none. */
static void refuse(struct ssh_link *link)
{
    struct ssh *ssh = link->bastion->ssh;
    char *message = NULL;
    libssh2_session_last_error(ssh->session, &message, NULL, 0);
    bool is_prohibited = message && strstr(message, "prohibited");
    if (link->user && is_prohibited) {
        ssh_fail(link->user, TRANSPORT_UNREACHABLE, "%s does not let connections through to %s:%u",
                 link->bastion->chain, link->host, link->port);
        ssh_hint(link->user, "does its sshd_config allow it (AllowTcpForwarding, PermitOpen)?");
    } else if (link->user) {
        ssh_fail(link->user, TRANSPORT_UNREACHABLE, "%s cannot connect to %s:%u",
                 link->bastion->chain, link->host, link->port);
        ssh_hint(link->user,
                 "is the host up, and known there by that name? `nc -vz %s %u` there "
                 "asks the same question",
                 link->host, link->port);
    }
    ssh_link_wake_user(link);
    link->is_done = !link->user; /* else it is when the user has left */
    link->has_ended = true;
}

static bool open_channel(struct ssh_link *link)
{
    struct ssh_bastion *bastion = link->bastion;
    if ((bastion->opening && bastion->opening != link) || link->has_ended || link->is_done)
        return true;
    if (!bastion->opening && link->user)
        ssh_limit(link->user, link->user->config->connect_timeout);
    bastion->opening = link;
    link->channel = libssh2_channel_direct_tcpip_ex(bastion->ssh->session, link->host,
                                                    (int)link->port, "127.0.0.1", 0);
    int error = link->channel ? 0 : libssh2_session_last_errno(bastion->ssh->session);
    if (error == LIBSSH2_ERROR_EAGAIN) {
        note_half_sent(link, LINK_OPEN);
        return true;
    }
    clear_half_sent(link);
    bastion->opening = NULL;
    if (error == LIBSSH2_ERROR_CHANNEL_FAILURE)
        refuse(link);
    else if (error)
        return ssh_fail_library(bastion->ssh, "on opening a channel"), false;
    link->is_open = link->channel != NULL;
    if (link->is_open)
        ssh_link_wake_user(link);
    return true;
}

static bool read_channel(struct ssh_link *link)
{
    char buffer[READ_SIZE];
    size_t before = link->in.len;
    ssize_t count = 0;
    while (link->in.len < IN_MAX &&
           (count = libssh2_channel_read(link->channel, buffer, sizeof buffer)) > 0)
        str_addn(&link->in, buffer, (size_t)count);
    if (count == LIBSSH2_ERROR_EAGAIN)
        note_half_sent(link, LINK_READ);
    else
        clear_half_sent(link);
    if (count < 0 && count != LIBSSH2_ERROR_EAGAIN)
        return ssh_fail_library(link->bastion->ssh, "while it was in use"), false;
    bool had_ended = link->has_ended;
    link->has_ended = libssh2_channel_eof(link->channel);
    if (link->in.len > before || link->has_ended != had_ended)
        ssh_link_wake_user(link);
    return true;
}

/* What the user has sent becomes what is being sent. */
static bool take_out(struct ssh_link *link)
{
    if (link->sending_at < link->sending.len)
        return true;
    struct str empty = link->sending;
    str_clear(&empty);
    link->sending = link->out;
    link->sending_at = 0;
    link->out = empty;
    if (link->wants_room)
        ssh_link_wake_user(link);
    link->wants_room = false;
    return link->sending.len > 0;
}

/* An error is the far side's end: reading tells of it. */
static void write_channel(struct ssh_link *link)
{
    while (take_out(link)) {
        ssize_t count = libssh2_channel_write(link->channel, link->sending.data + link->sending_at,
                                              link->sending.len - link->sending_at);
        if (count == LIBSSH2_ERROR_EAGAIN) {
            note_half_sent(link, LINK_WRITE);
            return;
        }
        clear_half_sent(link);
        if (count == 0)
            return;
        link->sending_at = count < 0 ? link->sending.len : link->sending_at + (size_t)count;
    }
}

static void close_channel(struct ssh_link *link)
{
    if (libssh2_channel_free(link->channel) == LIBSSH2_ERROR_EAGAIN) {
        note_half_sent(link, LINK_CLOSE);
        return;
    }
    clear_half_sent(link);
    link->channel = NULL;
    link->is_done = true;
}

bool ssh_link_serve(struct ssh_link *link)
{
    const struct ssh_bastion *bastion = link->bastion;
    enum link_call again = link->call; /* comes first */
    if (!link->channel && !open_channel(link))
        return false;
    if (!link->channel)
        return true;
    if (again <= LINK_READ && !read_channel(link))
        return false;
    if (again == LINK_WRITE || (again < LINK_WRITE && !bastion->half_sent))
        write_channel(link);
    if (!link->user && (again == LINK_CLOSE || !bastion->half_sent))
        close_channel(link);
    return true;
}
