#include <stdio.h>

#include "base/mem.h"
#include "io/session_state.h"

/* What a far side owes us has a limit, also where its kernel goes on acknowledging: a shell that is
 * stopped, or that looks at a file system which hangs, answers no ping and says nothing. Steps are
 * the user's; they have limits of their own. */

enum {
    TOLD_AFTER = 10,   /* seconds without an answer, or a byte taken, until the user is told */
    ENDED_AFTER = 600, /* until it is the end; some 150 GB can be hashed in that time */
};

/* What there is to wait for, behind "has not"; NULL: nothing. */
static const char *owed(const struct session *session)
{
    if (session->phase == SESSION_BOOTING || session->first_queries)
        return "answered the first question";
    if (session->queries)
        return "answered a question";
    if (session->uploads &&
        !(session->queue && session->queue->runner_of)) /* that waits its turn */
        return "taken anything of what is sent";
    if (session->running && session->running->kind == ITEM_SCRIPT)
        return "got on with its records";
    return NULL;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* In seconds. */
static unsigned limit_of(const struct session *session)
{
    const struct connection *connection = session->connection;
    unsigned limit = connection->answer_wait ? connection->answer_wait
                                             : larger(ENDED_AFTER, connection->connect_timeout);
    return session->queries ? larger(limit, session->queries->limit) : limit;
}

/* In milliseconds: when it is told, and how often it is looked at. */
static unsigned interval(unsigned limit)
{
    return limit > 2 * TOLD_AFTER ? TOLD_AFTER * 1000 : limit * 500;
}

static void tell(struct session *session, const char *what, unsigned seconds, unsigned limit)
{
    char line[160];
    session->wait.is_told = true;
    snprintf(line, sizeof line, "has not %s for %u s; after %u s it is given up", what, seconds,
             limit);
    if (session->events.notice)
        session->events.notice(session->context, line);
}

static void give_up(struct session *session, const char *what, unsigned limit)
{
    snprintf(session->overdue, sizeof session->overdue, "the host has not %s for %u s", what,
             limit);
    session->hint = "does a file system hang there? `df` on the host shows it; where it only takes "
                    "so long, a longer ssh_connect_timeout waits";
    session_fail(session, TRANSPORT_LOST, session->overdue);
}

/* Bytes on their way through a slow line are progress. */
static void count_queued(struct session *session)
{
    size_t queued = session->transport->queued(session->channel);
    if (queued != session->wait.queued)
        session->wait.moved = loop_now(session->loop);
    session->wait.queued = queued;
}

static void look(void *context)
{
    struct session *session = context;
    const char *what = owed(session);
    session_stop_waiting(session);
    if (!what || session->phase >= SESSION_ENDING)
        return;
    count_queued(session);
    unsigned limit = limit_of(session), tell_after = interval(limit);
    uint64_t quiet = loop_now(session->loop) - session->wait.moved;
    if (quiet >= limit * (uint64_t)1000) {
        give_up(session, what, limit);
        return;
    }
    if (quiet >= tell_after && !session->wait.is_told)
        tell(session, what, (unsigned)(quiet / 1000), limit);
    unsigned left = quiet < tell_after ? tell_after - (unsigned)quiet : tell_after;
    session->wait.timer = loop_after(session->loop, left, look, session);
}

char *session_stalled(const struct session *session, const char *why)
{
    const char *what = session->wait.timer ? owed(session) : NULL;
    uint64_t quiet = loop_now(session->loop) - session->wait.moved;
    if (!what || quiet < interval(limit_of(session)))
        return NULL;
    return mem_printf("the host has not %s for %u s; then %s", what, (unsigned)(quiet / 1000), why);
}

void session_moved(struct session *session)
{
    session->wait.moved = loop_now(session->loop);
    if (!session->wait.timer && session->phase < SESSION_ENDING)
        session->wait.timer = loop_after(session->loop, interval(limit_of(session)), look, session);
}

void session_stop_waiting(struct session *session)
{
    timer_cancel(session->wait.timer);
    session->wait.timer = NULL;
}
