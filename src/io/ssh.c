#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/ssh_jump.h"
#include "io/ssh_state.h"

/* The transport over libssh2: the machine itself. The steps are in the ssh_*.c beside it. */

enum {
    END_SECONDS = 10,       /* for the far side to end once it was told to */
    SPIN_MILLISECONDS = 20, /* libssh2 says again and names no direction */
};

static enum ssh_progress step_configure(struct ssh *ssh);
static enum ssh_progress step_queue(struct ssh *ssh);
static enum ssh_progress step_pause(struct ssh *ssh);
static enum ssh_progress step_end(struct ssh *ssh);

static const struct phase {
    enum ssh_progress (*step)(struct ssh *ssh);
    const char *doing; /* "timed out … while" */
    bool is_limited;   /* by connect_timeout */
} phases[SSH_STATES] = {
    [SSH_CONFIGURE] = { step_configure, "reading the ssh configuration", true },
    [SSH_RESOLVE] = { ssh_step_resolve, "looking up the name", true },
    [SSH_QUEUE] = { step_queue, "waiting for others to log in", false },
    [SSH_CONNECT] = { ssh_step_connect, "connecting", true },
    [SSH_HANDSHAKE] = { ssh_step_handshake, "waiting for the server's part of the handshake",
                        true },
    [SSH_AUTHENTICATE] = { ssh_step_authenticate, "logging in", true },
    [SSH_OPEN_CHANNEL] = { ssh_step_open_channel, "opening a channel", true },
    [SSH_AWAIT] = { ssh_step_await, "waiting for what is to run", false },
    [SSH_EXECUTE] = { ssh_step_execute, "starting sh", true },
    [SSH_RUNNING] = { ssh_step_run, "running", false },
    [SSH_LEAVE] = { ssh_step_leave, "closing the channel", false },
    [SSH_END] = { step_end, "ending", false },
    [SSH_CARRY] = { ssh_step_carry, "carrying", false },
    [SSH_PAUSE] = { step_pause, "waiting to try again", false },
};

/* ---- failures ---- */

/* Messages quote what servers said: nothing in them may move a terminal or a log. */
static void make_harmless(struct str *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->data[i] < ' ' || text->data[i] == 0x7f)
            text->data[i] = '?';
}

enum ssh_progress ssh_fail(struct ssh *ssh, enum transport_error error, const char *format, ...)
{
    if (ssh->error != TRANSPORT_OK)
        return SSH_FAILED;
    va_list args;
    va_start(args, format);
    ssh->error = error;
    str_clear(&ssh->why);
    str_clear(&ssh->hint);
    str_addv(&ssh->why, format, args);
    va_end(args);
    make_harmless(&ssh->why);
    return SSH_FAILED;
}

enum ssh_progress ssh_hint(struct ssh *ssh, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_clear(&ssh->hint);
    str_addv(&ssh->hint, format, args);
    va_end(args);
    make_harmless(&ssh->hint);
    return SSH_FAILED;
}

/* ---- time ---- */

static void passed_deadline(void *context)
{
    struct ssh *ssh = context;
    if (ssh->state == SSH_CONNECT && ssh_next_address(ssh)) {
        ssh_limit(ssh, ssh->config->connect_timeout);
        ssh_continue(ssh);
        return;
    }
    if (ssh->state >= SSH_RUNNING)
        ssh_fail(ssh, TRANSPORT_LOST, "the host did not end the session within %d s", END_SECONDS);
    else
        ssh_fail(ssh, TRANSPORT_UNREACHABLE, "timed out after %u s while %s",
                 ssh->config ? ssh->config->connect_timeout : 30, phases[ssh->state].doing);
    if (ssh->state == SSH_CONNECT || ssh->state == SSH_RESOLVE)
        ssh_hint(ssh, "is the host up, and its port not blocked by a firewall?");
    ssh_continue(ssh);
}

void ssh_limit(struct ssh *ssh, unsigned seconds)
{
    timer_cancel(ssh->deadline);
    ssh->deadline = seconds ? loop_after(ssh->loop, seconds * 1000, passed_deadline, ssh) : NULL;
}

static void woken(void *context)
{
    ssh_continue(context);
}

void ssh_wake(struct ssh *ssh, unsigned milliseconds)
{
    timer_cancel(ssh->wake);
    ssh->wake = loop_after(ssh->loop, milliseconds, woken, ssh);
}

/* ---- the end of a try, and of all ---- */

/* libssh2 says good-bye when it frees a session: it finds the socket shut, but not yet closed, as
 * the number of a closed one may be another's by then. */
static void drop_session(struct ssh *ssh)
{
    ssh_gate_leave(&ssh->pass);
    ssh_login_free(ssh->login);
    ssh->login = NULL;
    if (ssh->session) {
        ssh->is_dropped = true;
        if (ssh->fd >= 0)
            shutdown(ssh->fd, SHUT_RDWR);
        for (int tries = 10; tries > 0; tries--)
            if (libssh2_session_free(ssh->session) != LIBSSH2_ERROR_EAGAIN)
                break;
    }
    ssh_hang_up(ssh);
    ssh->session = NULL;
    ssh->channel = NULL;
    ssh->received = 0;
    ssh->has_ended = false;
    ssh->is_lost = false;
    ssh->is_dropped = false;
    ssh->sender = SSH_NOBODY;
    str_clear(&ssh->greeting);
    str_free(&ssh->ahead);
    ssh->ahead_at = 0;
}

/* The milliseconds to wait before all is tried again; 0: it is not. */
static unsigned pause_before_retry(struct ssh *ssh)
{
    bool could_help = ssh->was_shed || ssh->error == TRANSPORT_UNREACHABLE;
    if (!could_help || ssh->state >= SSH_RUNNING || ssh->is_closing || !ssh->config)
        return 0;
    return ssh_retry_pause(&ssh->retry, ssh->loop, ssh->was_shed, ssh->connection->connect_retries,
                           ssh->config->connect_timeout);
}

static void free_all(struct ssh *ssh)
{
    drop_session(ssh);
    timer_cancel(ssh->deadline);
    timer_cancel(ssh->wake);
    ssh_forget_lookup(ssh);
    ssh_query_free(ssh->query);
    ssh_queue_free(ssh);
    str_free(&ssh->address_text);
    str_free(&ssh->greeting);
    str_free(&ssh->why);
    str_free(&ssh->hint);
    free(ssh->command);
    free(ssh);
}

/* ---- the machine ---- */

static void enter(struct ssh *ssh, enum ssh_state state)
{
    ssh->state = state;
    if (state == SSH_OPEN_CHANNEL)
        ssh_gate_leave(&ssh->pass);
    unsigned limit = ssh->config ? ssh->config->connect_timeout : 30;
    bool is_joining = state == SSH_CONNECT && ssh->config->jump; /* the bastion's limits hold */
    if (phases[state].is_limited && !is_joining)
        ssh_limit(ssh, limit);
    else if (state == SSH_RUNNING)
        ssh_limit(ssh, ssh->is_closing ? END_SECONDS : 0);
    else if (state == SSH_LEAVE)
        ssh_limit(ssh, END_SECONDS);
    else
        ssh_limit(ssh, 0);
}

static void finish(struct ssh *ssh)
{
    drop_session(ssh);
    timer_cancel(ssh->deadline);
    timer_cancel(ssh->wake);
    ssh->deadline = NULL;
    ssh->wake = NULL;
    ssh->is_stepping = true; /* what the callback does is too late */
    ssh->events.closed(ssh->context, ssh->error, ssh->error ? str_text(&ssh->why) : NULL,
                       ssh->hint.len > 0 ? str_text(&ssh->hint) : NULL);
    free_all(ssh);
}

/* Nothing is read then, so what has come must not wake us again and again. */
static bool is_packet_half_sent(const struct ssh *ssh)
{
    return (ssh->state == SSH_RUNNING && ssh->sender != SSH_NOBODY) ||
           (ssh->state == SSH_CARRY && ssh->bastion->half_sent);
}

/* What the last step waits for becomes what the socket is watched for. A link wakes by itself. */
static void watch_socket(struct ssh *ssh)
{
    unsigned events = 0;
    if (ssh->progress == SSH_WAIT_READ)
        events = LOOP_READABLE;
    else if (ssh->progress == SSH_WAIT_WRITE)
        events = LOOP_WRITABLE;
    else if (ssh->progress == SSH_WAIT_LIBRARY) {
        int directions = libssh2_session_block_directions(ssh->session);
        events = is_packet_half_sent(ssh) ? 0 : LOOP_READABLE;
        if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
            events |= LOOP_WRITABLE;
        if (directions == 0)
            ssh_wake(ssh, SPIN_MILLISECONDS);
    }
    if (ssh->watch)
        poll_watch_set(ssh->watch, events);
}

static void try_again_later(struct ssh *ssh, unsigned pause)
{
    drop_session(ssh);
    ssh->pass.was_shed = ssh->pass.was_shed || ssh->was_shed;
    ssh->error = TRANSPORT_OK;
    ssh->was_shed = false;
    enter(ssh, SSH_PAUSE);
    ssh->progress = SSH_WAIT;
    ssh_wake(ssh, pause);
}

static enum ssh_progress step(struct ssh *ssh)
{
    ssh->is_dry = false;
    return ssh->error || ssh->is_cut ? SSH_FAILED : phases[ssh->state].step(ssh);
}

static enum ssh_state state_after(const struct ssh *ssh)
{
    if (ssh->state == SSH_PAUSE)
        return SSH_RESOLVE;
    return ssh->state == SSH_AUTHENTICATE && ssh->bastion ? SSH_CARRY : ssh->state + 1;
}

void ssh_continue(struct ssh *ssh)
{
    if (ssh->is_stepping)
        return;
    ssh->is_stepping = true;
    while ((ssh->progress = step(ssh)) == SSH_NEXT)
        enter(ssh, state_after(ssh));
    ssh->is_stepping = false;
    if (ssh->progress != SSH_FAILED) {
        watch_socket(ssh);
        return;
    }
    unsigned pause = pause_before_retry(ssh);
    if (pause > 0)
        try_again_later(ssh, pause);
    else
        finish(ssh);
}

static void configured(void *context, const struct ssh_config *config, const char *why)
{
    struct ssh *ssh = context;
    ssh->config = config;
    if (!config)
        ssh_fail(ssh, TRANSPORT_UNREACHABLE, "%s", why);
    ssh_wake(ssh, 0); /* the query may not be freed inside its call */
}

static enum ssh_progress step_configure(struct ssh *ssh)
{
    if (!ssh->query)
        ssh->query = ssh_config_ask(ssh->loop, ssh->connection, configured, ssh);
    if (!ssh->config)
        return SSH_WAIT;
    if (!ssh->config->unsupported)
        return SSH_NEXT;
    ssh_fail(ssh, TRANSPORT_UNSUPPORTED, "%s is more than libssh2 can do",
             ssh->config->unsupported);
    return ssh_hint(ssh, "the ssh program can do it: ssh_transport = openssh");
}

static void let_in(void *context)
{
    ssh_wake(context, 0);
}

/* Those who are inside may be waiting for a bastion: it passes. */
static enum ssh_progress step_queue(struct ssh *ssh)
{
    return ssh->bastion || ssh_gate_enter(&ssh->pass) ? SSH_NEXT : SSH_WAIT;
}

/* Entered with the timer set; stepped when it has fired. */
static enum ssh_progress step_pause(struct ssh *ssh)
{
    (void)ssh;
    return SSH_NEXT;
}

/* Ends without an error, by the same way as a failure. */
static enum ssh_progress step_end(struct ssh *ssh)
{
    (void)ssh;
    return SSH_FAILED;
}

/* ---- the transport's row ---- */

struct ssh *ssh_start(struct loop *loop, const struct connection *connection, char *command,
                      struct ssh_bastion *bastion, const struct transport_events *events,
                      void *context)
{
    struct ssh *ssh = mem_alloc(sizeof *ssh);
    ssh->loop = loop;
    ssh->connection = connection;
    ssh->command = command;
    ssh->bastion = bastion;
    ssh->events = *events;
    ssh->context = context;
    ssh->fd = -1;
    ssh->pass = (struct ssh_pass){ .loop = loop, .let_in = let_in, .context = ssh };
    enter(ssh, SSH_CONFIGURE);
    ssh_wake(ssh, 0);
    return ssh;
}

void ssh_cut(struct ssh *ssh)
{
    ssh->is_closing = true;
    ssh->is_cut = true;
    ssh_wake(ssh, 0);
}

static char *command_of(const char *boot)
{
    struct str command = { 0 };
    str_add(&command, "sh -c ");
    str_add_quoted(&command, boot);
    return str_steal(&command);
}

static void *ssh_open(struct loop *loop, const struct connection *connection, const char *boot,
                      const struct transport_events *events, void *context)
{
    char *command = boot ? command_of(boot) : NULL;
    return ssh_start(loop, connection, command, NULL, events, context);
}

static void ssh_boot(void *channel, const char *boot)
{
    struct ssh *ssh = channel;
    ssh->command = command_of(boot);
    if (ssh->state == SSH_AWAIT)
        ssh_wake(ssh, 0);
}

static void ssh_write(void *channel, const char *data, size_t size)
{
    struct ssh *ssh = channel;
    if (size == 0 || ssh->is_closing || ssh->error)
        return;
    ssh_queue(ssh, data, size);
    if (ssh->state == SSH_RUNNING)
        ssh_wake(ssh, 0);
}

static size_t ssh_queued(const void *channel)
{
    const struct ssh *ssh = channel;
    return ssh->queued;
}

static void ssh_close(void *channel, bool at_once)
{
    struct ssh *ssh = channel;
    ssh->is_closing = true;
    if (at_once || ssh->state < SSH_RUNNING || ssh->state == SSH_PAUSE)
        ssh->is_cut = true;
    else if (ssh->state == SSH_RUNNING)
        ssh_limit(ssh, END_SECONDS);
    ssh_wake(ssh, 0);
}

const struct transport transport_ssh = {
    .name = "ssh",
    .open = ssh_open,
    .boot = ssh_boot,
    .write = ssh_write,
    .queued = ssh_queued,
    .close = ssh_close,
};
