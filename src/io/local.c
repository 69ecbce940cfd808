#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/transport.h"

/* Transports through a process of this machine: sh itself, or a program that talks to an sh. */

struct channel {
    struct process *process;
    struct loop *loop;
    struct transport_events events;
    void *context;
    struct timer *kill_timer;
};

enum { CLEANING_LIMIT = 8000 }; /* milliseconds */

static void process_output(void *context, int stream, const char *data, size_t size)
{
    struct channel *channel = context;
    channel->events.read(channel->context, stream, data, size);
}

static void process_drained(void *context)
{
    struct channel *channel = context;
    channel->events.drained(channel->context);
}

static void process_ended(void *context, int status, bool held, const char *why)
{
    (void)status; /* the session knows better what an end means */
    (void)held;
    struct channel *channel = context;
    enum transport_error error = why ? TRANSPORT_UNREACHABLE : TRANSPORT_OK;
    timer_cancel(channel->kill_timer);
    channel->events.closed(channel->context, error, why, NULL);
    free(channel);
}

static const struct process_events PROCESS_EVENTS = {
    .output = process_output,
    .ended = process_ended,
    .drained = process_drained,
};

static void tell_opened(void *context)
{
    struct channel *channel = context;
    if (process_pid(channel->process) > 0)
        channel->events.opened(channel->context);
}

static struct channel *start(struct loop *loop, const char *const *argv, const char *input,
                             const struct transport_events *events, void *context)
{
    struct channel *channel = mem_alloc(sizeof *channel);
    channel->loop = loop;
    channel->events = *events;
    channel->context = context;
    struct process_options options = {
        .argv = argv,
        .input = input,
        .input_size = input ? strlen(input) : 0,
        .keep_input = true,
        .extra_fd = -1,
    };
    /* Before the process can tell its end. */
    loop_soon(loop, tell_opened, channel);
    channel->process = process_start(loop, &options, &PROCESS_EVENTS, channel);
    return channel;
}

static void *local_open(struct loop *loop, const struct connection *connection, const char *boot,
                        const struct transport_events *events, void *context)
{
    (void)connection;
    const char *const argv[] = { "sh", "-c", boot, NULL };
    return start(loop, argv, NULL, events, context);
}

static void *command_open(struct loop *loop, const struct connection *connection, const char *boot,
                          const struct transport_events *events, void *context)
{
    const char *command = connection->transport + strlen("command ");
    const char *const argv[] = { "/bin/sh", "-c", command, NULL };
    struct str input = { 0 };
    str_addf(&input, "exec sh -c '%s'\n", boot);
    struct channel *channel = start(loop, argv, input.data, events, context);
    str_free(&input);
    return channel;
}

static void local_write(void *context, const char *data, size_t size)
{
    struct channel *channel = context;
    process_write(channel->process, data, size);
}

static size_t local_queued(const void *context)
{
    const struct channel *channel = context;
    return process_queued(channel->process);
}

static void kill_process(void *context)
{
    struct channel *channel = context;
    process_kill(channel->process, SIGKILL);
}

/* End of file is the order to clean up and end. At once too: killed, sh would leave its steps
 * behind; but then it is not waited for for ever. */
static void local_close(void *context, bool at_once)
{
    struct channel *channel = context;
    if (!at_once) {
        process_end_input(channel->process);
        return;
    }
    process_drop_input(channel->process);
    if (!channel->kill_timer)
        channel->kill_timer = loop_after(channel->loop, CLEANING_LIMIT, kill_process, channel);
}

const struct transport transport_local = {
    .name = "local",
    .open = local_open,
    .write = local_write,
    .queued = local_queued,
    .close = local_close,
};

const struct transport transport_command = {
    .name = "command",
    .boots_by_input = true,
    .open = command_open,
    .write = local_write,
    .queued = local_queued,
    .close = local_close,
};
