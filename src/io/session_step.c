#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/session_state.h"

/* What comes in of a request: frames and bytes become the story of its steps. */

enum {
    HOLDER_WAIT = 200, /* milliseconds after a step's end for outputs that something holds */
    SIGNAL_AGAIN = 50,
    KILL_WAIT = 5000, /* from TERM to KILL */
    PATIENCE = 15000, /* from KILL to giving the connection up */
    LOST_STATUS = 255,
};

static struct item *find_item(const struct session *session, uint32_t id)
{
    if (!session->requests)
        return NULL;
    for (struct item *item = session->requests->items; item; item = item->next)
        if (item->id == id && (item->kind == ITEM_STEP || item->kind == ITEM_SCRIPT))
            return item;
    return NULL;
}

static void stop_step_timers(struct session *session)
{
    timer_cancel(session->step_limit);
    timer_cancel(session->holder_timer);
    timer_cancel(session->signal_timer);
    session->step_limit = session->holder_timer = session->signal_timer = NULL;
}

/* The end of the item's story, told once. */
static void tell_ended(struct session *session, struct item *item)
{
    if (item->told)
        return;
    item->told = true;
    struct step_result *result = &item->result;
    if (session->running == item) {
        stop_step_timers(session);
        session->running = NULL;
    }
    bool failed = result->is_lost || !item_is_ok(item, result->status);
    if (failed && !result->not_begun && !item->keep_going && item->request->status == 0)
        item->request->status = result->status ? result->status : 1;
    if (item->kind == ITEM_STEP || (item->kind == ITEM_UPLOAD && failed))
        session->events.step_ended(session->context, item->id, result);
}

/* The exit code of a shell's word: above 256 it is ksh's 256 + signal. */
static int read_status(const char *word)
{
    char *end;
    long status = strtol(word, &end, 10);
    if (end == word || status < 0)
        return LOST_STATUS;
    return status > 256 ? (int)(128 + ((status - 256) & 0x7f)) : (int)(status & 0xff);
}

/* The signal that is due, to the running step. */
static void send_signal(struct session *session)
{
    const char *signal = session->signals_sent == 1 ? "TERM" : "KILL";
    char line[64];
    if (session->requests->interrupted)
        snprintf(line, sizeof line, "f_signal %s all\n", signal);
    else
        snprintf(line, sizeof line, "f_signal %s %u\n", signal, (unsigned)session->running->id);
    session_send_control(session, line);
}

/* It came before the step's process was there. */
static void signal_again(void *context)
{
    struct session *session = context;
    timer_cancel(session->signal_timer);
    session->signal_timer = NULL;
    if (session->running && session->running->ended != ON_BOTH && session->signals_sent)
        send_signal(session);
}

/* A signal goes to the running step, then a harder one, then patience ends. */
static void step_overdue(void *context)
{
    struct session *session = context;
    struct item *item = session->running;
    timer_cancel(session->step_limit);
    session->step_limit = NULL;
    if (session->signals_sent == 2) {
        session_fail(session, TRANSPORT_LOST, "the host does not end a step that was killed");
        return;
    }
    session->signals_sent++;
    if (session->requests->interrupted)
        item->result.interrupted = true;
    else
        item->result.timed_out = true;
    send_signal(session);
    session->step_limit = loop_after(
        session->loop, session->signals_sent == 1 ? KILL_WAIT : PATIENCE, step_overdue, session);
}

static void item_began(struct session *session, struct item *item)
{
    if (item->began)
        return;
    item->began = true;
    session->running = item;
    session->signals_sent = 0;
    if (session->requests->interrupted)
        step_overdue(session); /* it slipped in before the signal */
    else if (item->timeout)
        session->step_limit = loop_after(session->loop, item->timeout, step_overdue, session);
    if (item->kind == ITEM_STEP)
        session->events.step_began(session->context, item->id);
    else
        session_moved(session);
}

/* The step's shell has ended and nothing came behind it: a process that it left holds its
 * outputs, and the runner waits for their end. */
static void holder_suspected(void *context)
{
    struct session *session = context;
    timer_cancel(session->holder_timer);
    session->holder_timer = NULL;
    if (!session->running)
        return;
    char line[32];
    snprintf(line, sizeof line, "f_cut %u\n", (unsigned)session->running->id);
    session_send_control(session, line);
}

/* The `e` of the item came on a stream. */
static void item_ended(struct session *session, struct item *item, int stream, int status)
{
    item->ended |= (unsigned)stream;
    item->result.status = status;
    if (item->ended != ON_BOTH)
        return;
    stop_step_timers(session);
    if (item == session->running && item->kind == ITEM_STEP && !item->told)
        session->holder_timer = loop_after(session->loop, HOLDER_WAIT, holder_suspected, session);
}

/* A frame that says that nothing more comes on this stream of what was there before. */
static void leave_current(struct session *session, int stream)
{
    struct item *item = session->current[stream - 1];
    session->current[stream - 1] = NULL;
    if (!item)
        return;
    item->left |= (unsigned)stream;
    if (item->left != ON_BOTH)
        return;
    item->result.is_lost = item->ended != ON_BOTH;
    if (item->result.is_lost)
        item->result.status = LOST_STATUS;
    tell_ended(session, item);
}

/* The next step begins on a stream. While the other stream still carries the one before, this
 * one waits, so that the end of a step is told before the next begins. The other may wait for that,
 * too, but farther on: it goes on when this one has caught up. */
static void begin_frame(struct session *session, int stream, struct item *item)
{
    struct item *before = session->current[stream - 1];
    int other = ON_BOTH - stream;
    leave_current(session, stream);
    session->current[stream - 1] = item;
    if (before && !before->told) {
        session_pause(session, stream);
        return;
    }
    item_began(session, item);
    if (session->current[other - 1] == item)
        session_resume(session, other);
}

/* far_status is the far side's own word: where steps are left untold, nothing else says that they
 * did not run. */
static void finish_request(struct session *session, int far_status)
{
    struct request *request = session->requests;
    for (struct item *item = request->items; item; item = item->next) {
        if (item->kind != ITEM_STEP || item->told)
            continue;
        item->told = true;
        if (request->status == 0)
            request->status = far_status;
        item->result =
            (struct step_result){ .not_begun = true, .interrupted = request->interrupted };
        session->events.step_ended(session->context, item->id, &item->result);
    }
    if (request->interrupted && request->status == 0)
        request->status = 130;
    session->requests = request->next;
    if (!session->requests)
        session->requests_end = &session->requests;
    session->current[0] = session->current[1] = NULL;
    session->running = NULL;
    stop_step_timers(session);
    session->events.request_ended(session->context, request->id, request->status);
    request_free(request);
    session_pump(session);
    session_check_close(session);
}

static void request_frame(struct session *session, int stream, uint32_t id, int status)
{
    struct request *request = session->requests;
    if (!request || request->id != id || !request->runner_sent)
        return;
    leave_current(session, stream);
    request->ended |= (unsigned)stream;
    if (request->ended == ON_BOTH)
        finish_request(session, status);
}

static struct item *find_upload(const struct session *session, const char *name)
{
    for (struct request *request = session->requests; request; request = request->next)
        for (struct item *item = request->items; item; item = item->next)
            if (item->name[0] && strcmp(item->name, name) == 0)
                return item;
    return NULL;
}

/* `u NAME STATUS the consumer's first line of standard error` */
static void upload_frame(struct session *session, char *words)
{
    char *save;
    const char *name = strtok_r(words, " ", &save);
    const char *status = name ? strtok_r(NULL, " ", &save) : NULL;
    struct item *item = status ? find_upload(session, name) : NULL;
    if (!item || item->ended)
        return;
    item->ended = ON_BOTH;
    session->uploads--;
    session_moved(session);
    item->result.status = read_status(status);
    const char *why = strtok_r(NULL, "", &save);
    if (item->source_failed && item->result.status == 0) {
        item->result.status = 1;
        why = "the bytes to send broke off: the file changed or could not be read\n";
    }
    if (item->result.status == 0)
        return;
    item->request->status = item->request->status ? item->request->status : item->result.status;
    if (why)
        session->events.output(session->context, item->id, 2, why, strlen(why));
    item->kind = ITEM_UPLOAD; /* also for a step's own file: the step has failed with it */
    tell_ended(session, item);
}

void session_step_frame(struct session *session, int stream, const char *verb, char *words)
{
    if (strcmp(verb, "u") == 0) {
        upload_frame(session, words);
        return;
    }
    if (strcmp(verb, "k") == 0) {
        if (session->running && !session->signal_timer)
            session->signal_timer = loop_after(session->loop, SIGNAL_AGAIN, signal_again, session);
        return;
    }
    char *rest;
    uint32_t id = (uint32_t)strtoul(words, &rest, 10);
    if (strcmp(verb, "q") == 0) {
        request_frame(session, stream, id, read_status(rest));
        return;
    }
    struct item *item = find_item(session, id);
    if (!item)
        return;
    if (strcmp(verb, "b") == 0) {
        begin_frame(session, stream, item);
    } else if (strcmp(verb, "e") == 0) {
        item_ended(session, item, stream, read_status(rest));
    } else if (strcmp(verb, "c") == 0) {
        item->result.left_holder = true;
    }
}

void session_step_data(struct session *session, int stream, const char *data, size_t size)
{
    struct item *item = session->current[stream - 1];
    if (!item || item->told || (item->kind == ITEM_SCRIPT && stream == 1))
        return;
    session->events.output(session->context, item->id, stream, data, size);
}

void session_interrupt(struct session *session)
{
    struct request *request = session->requests;
    if (!request || request->interrupted)
        return;
    request->interrupted = true;
    for (struct request *next = request->next; next; next = next->next) {
        next->interrupted = true;
        session_abandon(session, next);
    }
    if (!request->runner_sent) {
        session_abandon(session, request);
    } else if (session->running) {
        timer_cancel(session->step_limit);
        session->signals_sent = 0;
        step_overdue(session);
    } else {
        session_send_control(session, "f_signal TERM all\n");
    }
}

void session_lose_requests(struct session *session)
{
    stop_step_timers(session);
    session->running = NULL;
    while (session->requests) {
        struct request *request = session->requests;
        session->requests = request->next;
        if (!session->requests)
            session->requests_end = &session->requests;
        for (struct item *item = request->items; item; item = item->next) {
            if (item->kind != ITEM_STEP || item->told)
                continue;
            item->told = true;
            item->result.status = LOST_STATUS;
            item->result.is_lost = true;
            session->events.step_ended(session->context, item->id, &item->result);
        }
        session->events.request_ended(session->context, request->id, LOST_STATUS);
        request_free(request);
    }
}
