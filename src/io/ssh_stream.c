#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif

#include "base/mem.h"
#include "io/loop.h"
#include "io/ssh_state.h"

/* From a session to the end of its one channel. */

enum {
    READ_SIZE = 32 * 1024,
    CHUNK_SIZE = 16 * 1024, /* small writes are gathered up to this */
    UNREAD_LEAST = 256 * 1024,
    UNREAD_RATE = 512, /* bytes a microsecond: what the fastest line carries */
    UNREAD_WAIT = 20,  /* milliseconds */
};

/* ---- what is to be written ---- */

/* libssh2 wants the same bytes at the same place again after "again", so a chunk whose sending has
 * begun is not touched. */
struct ssh_chunk {
    struct ssh_chunk *next;
    size_t size;
    size_t sent;
    size_t room;
    char data[];
};

/* One that an upload has used up is used again: its pages are there. */
static struct ssh_chunk *take_chunk(struct ssh *ssh, size_t room)
{
    struct ssh_chunk *chunk = ssh->spare;
    if (chunk && chunk->room >= room) {
        ssh->spare = chunk->next;
        return chunk;
    }
    chunk = mem_resize(NULL, sizeof *chunk + room); /* not cleared: it is large */
    chunk->room = room;
    return chunk;
}

static void append_chunk(struct ssh *ssh, const char *data, size_t size)
{
    struct ssh_chunk *chunk = take_chunk(ssh, size < CHUNK_SIZE ? CHUNK_SIZE : size);
    *chunk = (struct ssh_chunk){ .size = size, .room = chunk->room };
    memcpy(chunk->data, data, size);
    if (ssh->last)
        ssh->last->next = chunk;
    else
        ssh->first = chunk;
    ssh->last = chunk;
}

void ssh_queue(struct ssh *ssh, const char *data, size_t size)
{
    struct ssh_chunk *last = ssh->last;
    ssh->queued += size;
    if (last && last != ssh->first && size <= last->room - last->size) {
        memcpy(last->data + last->size, data, size);
        last->size += size;
    } else {
        append_chunk(ssh, data, size);
    }
}

static void drop_first(struct ssh *ssh)
{
    struct ssh_chunk *chunk = ssh->first;
    ssh->first = chunk->next;
    if (!ssh->first)
        ssh->last = NULL;
    chunk->next = ssh->spare;
    ssh->spare = chunk;
}

static void free_spare(struct ssh *ssh)
{
    while (ssh->spare) {
        struct ssh_chunk *chunk = ssh->spare;
        ssh->spare = chunk->next;
        free(chunk);
    }
}

void ssh_queue_free(struct ssh *ssh)
{
    while (ssh->first)
        drop_first(ssh);
    free_spare(ssh);
}

/* ---- opening ---- */

/* How long bytes are on their way and the news of them back, in microseconds; 0: not known. */
static size_t round_trip(const struct ssh *ssh)
{
#ifdef TCP_INFO
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    if (!ssh->link && getsockopt(ssh->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
        return info.tcpi_min_rtt;
#else
    (void)ssh;
#endif
    return 0;
}

/* What nobody has read there lies in a buffer of sshd, which grows by a packet at a time, each time
 * into new memory: to fill its window of 2 MiB takes it 130 ms. So it is given no more than is on
 * its way, and a little; more where nothing is read for a while, as a server may say so late. */
static void begin_limit(struct ssh *ssh)
{
    size_t time = round_trip(ssh);
    ssh->unread_limit = time ? UNREAD_LEAST + time * UNREAD_RATE : SIZE_MAX;
}

enum ssh_progress ssh_step_open_channel(struct ssh *ssh)
{
    ssh->channel = libssh2_channel_open_session(ssh->session);
    if (ssh->channel)
        return SSH_NEXT;
    if (libssh2_session_last_errno(ssh->session) == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    return ssh_fail_library(ssh, "on opening a channel");
}

enum ssh_progress ssh_step_execute(struct ssh *ssh)
{
    int result = libssh2_channel_exec(ssh->channel, ssh->command);
    if (result == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (result != 0)
        return ssh_fail_library(ssh, "on starting sh");
    free(ssh->command); /* it is long, and there may be many */
    ssh->command = NULL;
    begin_limit(ssh);
    return SSH_NEXT;
}

/* ---- both ways ---- */

/* Remembers whether "again" means that a packet of ours is half sent. */
static bool is_half_sent(struct ssh *ssh, enum ssh_sender sender)
{
    int directions = libssh2_session_block_directions(ssh->session);
    bool half_sent = directions & LIBSSH2_SESSION_BLOCK_OUTBOUND;
    ssh->sender = half_sent ? sender : SSH_NOBODY;
    return half_sent;
}

/* All that has come on one stream. SSH_NEXT: there is no more now. */
static enum ssh_progress read_stream(struct ssh *ssh, int stream, char *buffer)
{
    for (;;) {
        if (ssh->is_cut)
            return SSH_FAILED;
        ssize_t count = libssh2_channel_read_ex(
            ssh->channel, stream == 1 ? 0 : SSH_EXTENDED_DATA_STDERR, buffer, READ_SIZE);
        if (count > 0) {
            ssh->sender = SSH_NOBODY;
            ssh->events.read(ssh->context, stream, buffer, (size_t)count);
            continue;
        }
        if (count == LIBSSH2_ERROR_EAGAIN)
            return is_half_sent(ssh, SSH_READER) ? SSH_WAIT_LIBRARY : SSH_NEXT;
        ssh->sender = SSH_NOBODY;
        return count == 0 ? SSH_NEXT : ssh_fail_library(ssh, "while it was in use");
    }
}

static enum ssh_progress read_streams(struct ssh *ssh)
{
    char buffer[READ_SIZE];
    enum ssh_progress progress = read_stream(ssh, 1, buffer);
    return progress == SSH_NEXT ? read_stream(ssh, 2, buffer) : progress;
}

static bool may_send(struct ssh *ssh)
{
    size_t left = libssh2_channel_window_write(ssh->channel);
    ssh->window = left > ssh->window ? left : ssh->window;
    size_t unread = ssh->window - left;
    uint64_t now = loop_now(ssh->loop);
    bool has_moved = unread < ssh->unread || ssh->unread < ssh->unread_limit;
    ssh->unread = unread;
    if (has_moved)
        ssh->unread_since = now;
    if (unread < ssh->unread_limit)
        return true;
    if (now - ssh->unread_since < UNREAD_WAIT) {
        ssh_wake(ssh, UNREAD_WAIT - (unsigned)(now - ssh->unread_since));
        return false;
    }
    ssh->unread_limit *= 2;
    return true;
}

/* What a server says meanwhile wants an answer: it may ask whether we are there. */
enum ssh_progress ssh_step_await(struct ssh *ssh)
{
    enum ssh_progress progress = ssh->command ? SSH_NEXT : read_streams(ssh);
    if (ssh->command || progress != SSH_NEXT)
        return progress;
    return ssh->is_lost ? ssh_fail_lost(ssh) : SSH_WAIT_LIBRARY;
}

/* SSH_NEXT: all is sent, or the far side has enough and only reading can say when it has not. */
static enum ssh_progress write_queue(struct ssh *ssh)
{
    if (!ssh->first)
        return SSH_NEXT;
    while (ssh->first && (ssh->sender == SSH_WRITER || may_send(ssh))) {
        struct ssh_chunk *chunk = ssh->first;
        ssize_t count = libssh2_channel_write(ssh->channel, chunk->data + chunk->sent,
                                              chunk->size - chunk->sent);
        if (count == LIBSSH2_ERROR_EAGAIN)
            return is_half_sent(ssh, SSH_WRITER) ? SSH_WAIT_LIBRARY : SSH_NEXT;
        ssh->sender = SSH_NOBODY;
        if (count < 0)
            return ssh_fail_library(ssh, "while it was in use");
        if (count == 0)
            return SSH_NEXT;
        chunk->sent += (size_t)count;
        ssh->queued -= (size_t)count;
        if (chunk->sent == chunk->size)
            drop_first(ssh);
    }
    if (ssh->first)
        return SSH_NEXT;
    ssh->events.drained(ssh->context);
    if (!ssh->first)
        free_spare(ssh);
    return SSH_NEXT;
}

static enum ssh_progress write_eof(struct ssh *ssh)
{
    if (!ssh->is_closing || ssh->first || ssh->sent_eof)
        return SSH_NEXT;
    int result = libssh2_channel_send_eof(ssh->channel);
    if (result == LIBSSH2_ERROR_EAGAIN)
        return is_half_sent(ssh, SSH_WRITER) ? SSH_WAIT_LIBRARY : SSH_NEXT;
    ssh->sender = SSH_NOBODY;
    ssh->sent_eof = true;
    return SSH_NEXT;
}

enum ssh_progress ssh_fail_lost(struct ssh *ssh)
{
    const char *address = str_text(&ssh->address_text);
    if (ssh->lost_error == 0)
        return ssh_fail(ssh, TRANSPORT_LOST, "%s closed the connection while it was in use",
                        address);
    return ssh_fail(ssh, TRANSPORT_LOST, "the connection to %s broke: %s", address,
                    strerror(ssh->lost_error));
}

/* Whoever has a packet half sent comes first, and alone until it has left. Reading comes again
 * after writing, as libssh2 takes in packets for all while it writes. */
enum ssh_progress ssh_step_run(struct ssh *ssh)
{
    enum ssh_progress progress = SSH_NEXT;
    if (!ssh->told_opened) {
        ssh->told_opened = true;
        ssh->events.opened(ssh->context);
    }
    if (ssh->sender != SSH_WRITER)
        progress = read_streams(ssh);
    if (progress == SSH_NEXT)
        progress = write_queue(ssh);
    if (progress == SSH_NEXT)
        progress = write_eof(ssh);
    if (progress == SSH_NEXT)
        progress = read_streams(ssh);
    bool has_ended = progress == SSH_NEXT && libssh2_channel_eof(ssh->channel);
    if (ssh->is_lost && !has_ended && progress != SSH_FAILED)
        return ssh_fail_lost(ssh);
    if (progress != SSH_NEXT)
        return progress;
    return has_ended ? SSH_NEXT : SSH_WAIT_LIBRARY;
}

/* ---- the end ---- */

/* The far sh ended although nobody had told it to. */
static enum ssh_progress fail_ended(struct ssh *ssh)
{
    char *signal = NULL;
    size_t size = 0;
    libssh2_channel_get_exit_signal(ssh->channel, &signal, &size, NULL, NULL, NULL, NULL);
    if (signal)
        ssh_fail(ssh, TRANSPORT_LOST, "the sh on the host was killed by SIG%s", signal);
    else
        ssh_fail(ssh, TRANSPORT_LOST, "the sh on the host ended with exit code %d",
                 libssh2_channel_get_exit_status(ssh->channel));
    libssh2_free(ssh->session, signal);
    return SSH_FAILED;
}

enum ssh_progress ssh_step_leave(struct ssh *ssh)
{
    if (libssh2_channel_close(ssh->channel) == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (!ssh->is_closing)
        return fail_ended(ssh);
    libssh2_session_disconnect(ssh->session, "done"); /* a courtesy: "again" does not matter */
    return SSH_NEXT;
}
