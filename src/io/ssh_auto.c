#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/transport.h"

/* ssh_transport = auto: libssh2 first, at a fiftieth of the cost of a process; what it cannot do,
 * and says so before anything has run, the ssh program does. */

struct choice {
    struct loop *loop;
    const struct connection *connection;
    char *boot; /* once it is known, until it is open */
    struct transport_events events;
    void *context;
    const struct transport *way;
    void *channel; /* NULL: waits for the boot text */
    bool is_closing;
};

static void use(struct choice *choice, const struct transport *way);

static void opened(void *context)
{
    struct choice *choice = context;
    free(choice->boot);
    choice->boot = NULL;
    choice->events.opened(choice->context);
}

static void has_read(void *context, int stream, const char *data, size_t size)
{
    struct choice *choice = context;
    choice->events.read(choice->context, stream, data, size);
}

static void drained(void *context)
{
    struct choice *choice = context;
    choice->events.drained(choice->context);
}

static void notice(void *context, const char *text)
{
    struct choice *choice = context;
    if (choice->events.notice)
        choice->events.notice(choice->context, text);
}

static void tell_change(struct choice *choice, const char *why)
{
    char *text = mem_printf("uses the ssh program: %s", why);
    notice(choice, text);
    free(text);
}

static void closed(void *context, enum transport_error error, const char *why, const char *hint)
{
    struct choice *choice = context;
    if (error == TRANSPORT_UNSUPPORTED && choice->way == &transport_ssh && !choice->is_closing) {
        tell_change(choice, why);
        use(choice, &transport_openssh);
        return;
    }
    choice->events.closed(choice->context, error, why, hint);
    free(choice->boot);
    free(choice);
}

static void use(struct choice *choice, const struct transport *way)
{
    static const struct transport_events events = { opened, has_read, drained, closed, notice };
    bool is_early = !choice->boot && !way->boot;
    choice->way = way;
    choice->channel =
        is_early ? NULL
                 : way->open(choice->loop, choice->connection, choice->boot, &events, choice);
}

static void *auto_open(struct loop *loop, const struct connection *connection, const char *boot,
                       const struct transport_events *events, void *context)
{
    struct choice *choice = mem_alloc(sizeof *choice);
    choice->loop = loop;
    choice->connection = connection;
    choice->boot = boot ? mem_strdup(boot) : NULL;
    choice->events = *events;
    choice->context = context;
    use(choice, &transport_ssh);
    return choice;
}

static void auto_boot(void *channel, const char *boot)
{
    struct choice *choice = channel;
    choice->boot = mem_strdup(boot);
    if (choice->channel)
        choice->way->boot(choice->channel, boot);
    else
        use(choice, choice->way);
}

static void auto_write(void *channel, const char *data, size_t size)
{
    const struct choice *choice = channel;
    choice->way->write(choice->channel, data, size);
}

static size_t auto_queued(const void *channel)
{
    const struct choice *choice = channel;
    return choice->way->queued(choice->channel);
}

static void never_opened(void *context)
{
    closed(context, TRANSPORT_OK, NULL, NULL);
}

static void auto_close(void *channel, bool at_once)
{
    struct choice *choice = channel;
    choice->is_closing = true;
    if (choice->channel)
        choice->way->close(choice->channel, at_once);
    else
        loop_soon(choice->loop, never_opened, choice);
}

const struct transport transport_auto = {
    .name = "auto",
    .open = auto_open,
    .boot = auto_boot,
    .write = auto_write,
    .queued = auto_queued,
    .close = auto_close,
};
