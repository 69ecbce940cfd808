#include "io/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/session_state.h"

/* A session's life: connecting, booting, ready, ending. */

enum {
    BOOT_WAIT = 30,    /* seconds from the open channel to the first frame, unless told otherwise */
    PING_FIRST = 2000, /* it starts the watchdog, which most sessions end before they need */
    PING_EACH = 10000, /* at most: ssh_keepalive may want it more often */
    PINGS_UNANSWERED = 4,
    NOISE_LIMIT = 2048,
    REASON_LIMIT = 400,
};

static const struct frame_events READER_EVENTS[2];

/* The transport ends next, with this as the reason. */
void session_fail(struct session *session, enum transport_error error, const char *why)
{
    if (session->why || session->phase == SESSION_CLOSED)
        return;
    session->error = error;
    session->why = why;
    session->phase = SESSION_ENDING;
    session->transport->close(session->channel, true);
}

static void boot_overdue(void *context)
{
    struct session *session = context;
    snprintf(session->overdue, sizeof session->overdue, "the host's shell did not answer in %u s",
             session->boot_wait);
    session_fail(session, TRANSPORT_LOST, session->overdue);
}

static void set_limit(struct session *session, unsigned milliseconds, void (*overdue)(void *))
{
    timer_cancel(session->limit);
    session->limit = overdue ? loop_after(session->loop, milliseconds, overdue, session) : NULL;
}

static unsigned ping_each(const struct session *session)
{
    unsigned seconds = session->connection->keepalive;
    return seconds > 0 && seconds < PING_EACH / 1000 ? seconds * 1000 : PING_EACH;
}

static void ping(void *context)
{
    struct session *session = context;
    /* A long query or upload keeps the far shell from answering, not from living. */
    if (session->queries || session->uploads)
        session->unanswered = 0;
    if (session->unanswered >= PINGS_UNANSWERED) {
        session_fail(session, TRANSPORT_LOST, "the host does not answer any more");
        return;
    }
    char line[32];
    snprintf(line, sizeof line, "f_ping %u\n", ++session->pings);
    session->unanswered++;
    session_send_folder(session); /* with it the watchdog */
    session_send_control(session, line);
    timer_cancel(session->ping_timer);
    session->ping_timer = loop_after(session->loop, ping_each(session), ping, session);
}

void session_tell_ready(struct session *session)
{
    if (session->phase != SESSION_READY || session->first_queries)
        return;
    session->events.ready(session->context);
    session_pump(session);
}

static void became_ready(struct session *session)
{
    set_limit(session, 0, NULL);
    session->phase = SESSION_READY;
    str_free(&session->noise);
    session->ping_timer = loop_after(session->loop, PING_FIRST, ping, session);
    session_pump(session);
    session_tell_ready(session);
}

static void folder_made(struct session *session, const char *path)
{
    if (!*path) {
        session_fail(session, TRANSPORT_UNSUPPORTED,
                     "no folder for private files: none of $XDG_RUNTIME_DIR, /dev/shm, /tmp, $HOME "
                     "can be written (or mkfifo is missing)");
        return;
    }
    free(session->folder);
    session->folder = mem_strdup(path);
    session->facts.folder = session->folder;
}

static void frame_came(struct session *session, int stream, char *words)
{
    if (session->phase == SESSION_BOOTING && session->limit) {
        set_limit(session, 0, NULL);
        session_moved(session);
    }
    char *rest = strchr(words, ' ');
    if (rest)
        *rest++ = '\0';
    else
        rest = words + strlen(words);
    if (strcmp(words, "ready") == 0) {
        if (session->phase == SESSION_BOOTING)
            became_ready(session);
    } else if (strcmp(words, "n") == 0) {
        frame_reader_set_nonce(&session->readers[0], session->nonce);
    } else if (strcmp(words, "p") == 0) {
        session->unanswered = 0;
    } else if (strcmp(words, "d") == 0) {
        folder_made(session, rest);
    } else if (!session_query_frame(session, words, rest)) {
        session_step_frame(session, stream, words, rest);
    }
}

static void frame_on_output(void *context, char *words)
{
    frame_came(context, 1, words);
}

static void frame_on_errors(void *context, char *words)
{
    frame_came(context, 2, words);
}

static void add_noise(struct session *session, const char *data, size_t size)
{
    if (session->noise.len < NOISE_LIMIT)
        str_addn(&session->noise, data,
                 size < NOISE_LIMIT - session->noise.len ? size : NOISE_LIMIT - session->noise.len);
}

static void data_on_output(void *context, const char *data, size_t size)
{
    struct session *session = context;
    if (session->answering)
        str_addn(&session->answer, data, size);
    else if (session->phase == SESSION_BOOTING)
        add_noise(session, data, size);
    else
        session_step_data(session, 1, data, size);
}

static void data_on_errors(void *context, const char *data, size_t size)
{
    struct session *session = context;
    if (session->phase == SESSION_BOOTING)
        add_noise(session, data, size);
    else
        session_step_data(session, 2, data, size);
}

static const struct frame_events READER_EVENTS[2] = {
    { .data = data_on_output, .frame = frame_on_output },
    { .data = data_on_errors, .frame = frame_on_errors },
};

void session_pause(struct session *session, int stream)
{
    frame_reader_pause(&session->readers[stream - 1]);
}

void session_resume(struct session *session, int stream)
{
    struct frame_reader *reader = &session->readers[stream - 1];
    if (reader->is_paused)
        frame_reader_resume(reader, &READER_EVENTS[stream - 1], session);
}

static void transport_opened(void *context)
{
    struct session *session = context;
    if (session->phase != SESSION_CONNECTING)
        return;
    session->phase = SESSION_BOOTING;
    set_limit(session, session->boot_wait * 1000, boot_overdue);
    session_pump(session);
}

static void transport_read(void *context, int stream, const char *data, size_t size)
{
    struct session *session = context;
    if (session->phase == SESSION_CONNECTING)
        transport_opened(session); /* the far side was faster than the news of it */
    frame_reader_feed(&session->readers[stream - 1], data, size, &READER_EVENTS[stream - 1],
                      session);
}

static void transport_drained(void *context)
{
    session_pump(context);
}

/* What came instead of `ready`, as one line. */
static char *boot_failure(struct session *session)
{
    struct str line = { 0 };
    str_add(&line, "no shell session: ");
    size_t before = line.len;
    for (size_t i = 0; i < session->noise.len && line.len < REASON_LIMIT; i++) {
        unsigned char c = (unsigned char)session->noise.data[i];
        if (c > ' ' && c != 0x7f)
            str_addc(&line, (char)c);
        else if (line.len > before && line.data[line.len - 1] != ' ')
            str_addc(&line, ' ');
    }
    if (line.len == before)
        str_add(&line, "sh ended without a word");
    return str_steal(&line);
}

static void session_free(struct session *session)
{
    set_limit(session, 0, NULL);
    session_stop_waiting(session);
    timer_cancel(session->ping_timer);
    session_free_queue(session);
    session_free_queries(session);
    frame_reader_free(&session->readers[0]);
    frame_reader_free(&session->readers[1]);
    str_free(&session->noise);
    free(session);
}

static void transport_closed(void *context, enum transport_error error, const char *why,
                             const char *hint)
{
    struct session *session = context;
    char *reason = NULL;
    for (int i = 0; i < 2; i++)
        frame_reader_end(&session->readers[i], &READER_EVENTS[i], session);
    if (session->why) {
        error = session->error;
        why = session->why;
        hint = session->hint;
    } else if (session->phase == SESSION_BOOTING &&
               (error == TRANSPORT_OK || (error == TRANSPORT_LOST && session->noise.len))) {
        error = TRANSPORT_LOST;
        why = reason = boot_failure(session);
    } else if (session->phase == SESSION_ENDING) {
        error = TRANSPORT_OK;
    } else if (error == TRANSPORT_OK) {
        error = TRANSPORT_LOST;
        why = "the host ended the session";
    }
    if (error == TRANSPORT_LOST && !session->why && !reason &&
        (reason = session_stalled(session, why)))
        why = reason;
    session->phase = SESSION_CLOSED;
    session_lose_requests(session);
    session->events.closed(session->context, error, why, hint);
    free(reason);
    session_free(session);
}

static void transport_notice(void *context, const char *text)
{
    struct session *session = context;
    if (session->events.notice)
        session->events.notice(session->context, text);
}

static const struct transport_events TRANSPORT_EVENTS = {
    .opened = transport_opened,
    .read = transport_read,
    .drained = transport_drained,
    .closed = transport_closed,
    .notice = transport_notice,
};

static void no_such_transport(void *context)
{
    transport_closed(context, TRANSPORT_UNSUPPORTED, "no such transport",
                     "ssh_transport is auto, ssh, openssh, local or \"command PROGRAM\"");
}

struct session *session_open(struct loop *loop, const struct connection *connection,
                             const struct session_events *events, void *context)
{
    struct session *session = mem_alloc(sizeof *session);
    session->loop = loop;
    session->events = *events;
    session->context = context;
    session->connection = connection;
    session->boot_wait = connection->connect_timeout ? connection->connect_timeout : BOOT_WAIT;
    session->queue_end = &session->queue;
    session->queries_end = &session->queries;
    session->requests_end = &session->requests;
    session->transport = transport_find(connection);
    if (!session->transport)
        loop_soon(loop, no_such_transport, session);
    else if (session->transport->boot)
        session->channel =
            session->transport->open(loop, connection, NULL, &TRANSPORT_EVENTS, session);
    return session;
}

static void tell_boot(struct session *session, const char *boot)
{
    if (session->channel)
        session->transport->boot(session->channel, boot);
    else
        session->channel = session->transport->open(session->loop, session->connection, boot,
                                                    &TRANSPORT_EVENTS, session);
}

void session_boot(struct session *session, const struct session_query *queries, size_t query_count)
{
    if (!session->transport || session->phase >= SESSION_ENDING)
        return;
    char boot_nonce[FRAME_NONCE_LENGTH + 1];
    boot_make_nonce(boot_nonce);
    boot_make_nonce(session->nonce);
    frame_reader_set_nonce(&session->readers[0], boot_nonce);
    frame_reader_set_nonce(&session->readers[1], session->nonce);

    struct str boot = { 0 };
    size_t riding = boot_add_text(&boot, boot_nonce, queries, query_count);
    for (size_t i = 0; i < query_count; i++) {
        struct session_query query = queries[i];
        if (i < riding)
            query.text = NULL;
        session_add_query(session, &query);
    }
    session->first_queries = query_count;
    tell_boot(session, boot.data);
    str_free(&boot);
}

const struct session_facts *session_facts(const struct session *session)
{
    return &session->facts;
}

void session_query(struct session *session, uint32_t id, const char *text)
{
    session_query_within(session, &(struct session_query){ .id = id, .text = text });
}

void session_query_within(struct session *session, const struct session_query *query)
{
    if (!session->queries)
        session_moved(session);
    session_add_query(session, query);
    session_pump(session);
}

static void never_opened(void *context)
{
    transport_closed(context, TRANSPORT_OK, NULL, NULL);
}

static void end(struct session *session)
{
    session->phase = SESSION_ENDING;
    if (session->channel)
        session->transport->close(session->channel, true);
    else if (session->transport)
        loop_soon(session->loop, never_opened, session);
}

/* When nothing runs there, nobody need wait: the far shell reads the end of its input, cleans up
 * and ends by itself, and a run is a round trip shorter. */
void session_check_close(struct session *session)
{
    if (session->close_wanted && !session->requests && !session->queries &&
        session->phase < SESSION_ENDING)
        end(session);
}

void session_close(struct session *session, bool at_once)
{
    session->close_wanted = true;
    if (!at_once)
        session_check_close(session);
    else if (session->phase < SESSION_ENDING ||
             (session->phase == SESSION_ENDING && session->channel))
        end(session);
}
