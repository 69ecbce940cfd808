#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/session_state.h"

/* What goes out to the far shell: lines and uploads, in order, through one queue. */

enum {
    BLOCK = 2 * 32700,         /* one write to the transport: what libssh2 sends in two packets */
    QUEUED_LIMIT = 512 * 1024, /* that much may wait in the transport */
    PIECE_ALONE = 1280 * 1024, /* an upload up to this may be one piece */
    PIECE_FIRST = 64 * 1024,   /* of several, the first; they grow while the line is fast */
    PIECE_GROWTH = 4,          /* each costs the host a process: no small one comes last */
    PIECE_LARGE = 4 * 1024 * 1024,
    PIECE_LIMIT = 16 * 1024 * 1024,
    PIECE_FAST = 1000,  /* milliseconds */
    PIECE_FASTER = 100, /* of a large one: more than what lies in buffers has arrived by then */
};

static void write_bytes(struct session *session, const char *data, size_t size)
{
    if (session->phase == SESSION_CLOSED)
        return;
    if (!session->nonce_sent) {
        /* The nonce of the boot text stands in process lists; from here on it is one that does not.
         */
        char line[64];
        int length = snprintf(line, sizeof line, "f_say n; f_nonce=%s\n", session->nonce);
        session->nonce_sent = true;
        session->transport->write(session->channel, line, (size_t)length);
    }
    session->transport->write(session->channel, data, size);
}

static void enqueue(struct session *session, struct outgoing outgoing)
{
    struct outgoing *item = mem_alloc(sizeof *item);
    *item = outgoing;
    item->next = NULL;
    *session->queue_end = item;
    session->queue_end = &item->next;
    session_pump(session);
}

static void dequeue(struct session *session)
{
    struct outgoing *head = session->queue;
    session->queue = head->next;
    if (!session->queue)
        session->queue_end = &session->queue;
    str_free(&head->text);
    free(head);
}

void session_send_folder(struct session *session)
{
    if (session->folder_asked)
        return;
    session->folder_asked = true;
    struct str line = { 0 };
    str_add(&line, "f_folder\n");
    enqueue(session, (struct outgoing){ .text = line });
}

void session_send_runner(struct session *session, struct str text, struct request *request)
{
    enqueue(session, (struct outgoing){ .text = text, .runner_of = request });
}

void session_write_line(struct session *session, struct str *line)
{
    if (line->len > SESSION_LINE_LIMIT &&
        session->folder_asked) { /* f_folder finds out how to count */
        char count[48];
        int length = snprintf(count, sizeof count, "eval \"$(f_take %zu)\"\n", line->len);
        write_bytes(session, count, (size_t)length);
    } else {
        str_addc(line, '\n');
    }
    write_bytes(session, line->data, line->len);
    str_free(line);
}

/* An upload's piece must not be broken into; else a control line overtakes all that waits. */
void session_send_control(struct session *session, const char *line)
{
    if (session->phase != SESSION_READY)
        return;
    if (session->queue && session->queue->upload && session->upload.piece_left)
        str_add(&session->controls, line);
    else
        write_bytes(session, line, strlen(line));
}

void session_send_upload(struct session *session, struct item *item)
{
    session->uploads++;
    enqueue(session, (struct outgoing){ .upload = item });
}

/* A small rest goes with the piece before it. */
static bool is_whole(uint64_t left, size_t piece)
{
    return left <= piece + piece / PIECE_GROWTH;
}

/* Nothing passes a piece on its way, and a watchdog that runs ends a session in which one takes
 * longer than it waits, as it may on a slow line. The first ping starts it. */
static bool is_alone(const struct session *session, const struct item *item)
{
    return item->upload.size <= PIECE_ALONE && session->pings == 0;
}

static void begin_upload(struct session *session, const struct item *item)
{
    bool alone = is_alone(session, item);
    session->upload = (struct upload_state){
        .began = true,
        .left = item->upload.size,
        .piece = alone ? PIECE_ALONE : PIECE_FIRST,
        .piece_time = loop_now(session->loop),
    };
    struct str line = { 0 };
    session_moved(session);
    str_addf(&line, "%s%s %s ", alone ? "" : "f_watch; ",
             item->upload.is_stored ? "f_store" : "f_upload", item->name);
    boot_add_quoted(&line, item->upload.consumer);
    str_addc(&line, '\n');
    write_bytes(session, line.data, line.len);
    str_free(&line);
}

static bool may_grow(const struct upload_state *upload, uint64_t taken)
{
    return upload->piece < PIECE_LIMIT &&
           taken < (upload->piece < PIECE_LARGE ? PIECE_FAST : PIECE_FASTER);
}

/* Announces the next piece. It may be large only where the line is fast: control lines and the
 * watchdog's counter travel between pieces. */
static void begin_piece(struct session *session)
{
    struct upload_state *upload = &session->upload;
    uint64_t now = loop_now(session->loop), taken = now - upload->piece_time;
    if (may_grow(upload, taken))
        upload->piece *= PIECE_GROWTH;
    else if (taken > 4 * PIECE_FAST && upload->piece > PIECE_FIRST)
        upload->piece /= 2;
    upload->piece_time = now;
    upload->piece_left = is_whole(upload->left, upload->piece) ? upload->left : upload->piece;
    upload->left -= upload->piece_left;
    char line[32];
    int length = snprintf(line, sizeof line, "%llu\n", (unsigned long long)upload->piece_left);
    write_bytes(session, line, (size_t)length);
}

/* Writes one block of the running piece. */
static void write_block(struct session *session, struct item *item, char block[BLOCK])
{
    struct upload_state *upload = &session->upload;
    size_t wanted = upload->piece_left < BLOCK ? (size_t)upload->piece_left : BLOCK;
    size_t got = upload->failed ? 0 : item->upload.read(item->upload.context, block, wanted);
    if (got == 0 || got > wanted) { /* the source broke off: fill up what was announced */
        upload->failed = true;
        memset(block, 0, wanted);
        got = wanted;
    }
    write_bytes(session, block, got);
    session_moved(session);
    upload->piece_left -= got;
}

static void end_piece(struct session *session)
{
    if (session->controls.len)
        write_bytes(session, session->controls.data, session->controls.len);
    str_clear(&session->controls);
}

/* Writes what the transport takes now. Returns true when the upload is out whole. */
static bool pump_upload(struct session *session, struct item *item)
{
    struct upload_state *upload = &session->upload;
    if (!upload->began)
        begin_upload(session, item);
    char block[BLOCK];
    while ((upload->left && !upload->failed) || upload->piece_left) {
        if (session->transport->queued(session->channel) > QUEUED_LIMIT)
            return false; /* `drained` goes on */
        if (upload->piece_left == 0)
            begin_piece(session);
        write_block(session, item, block);
        if (upload->piece_left == 0)
            end_piece(session);
    }
    write_bytes(session, "0\n", 2);
    if (upload->failed) {
        item->source_failed = true;
        item->request->abandoned = true;
    }
    upload->began = false;
    return true;
}

/* The runner of a request waits for its turn: the request before it must be over. Uploads and
 * queries do not wait. */
static bool must_wait(const struct session *session, const struct outgoing *outgoing)
{
    return outgoing->runner_of && outgoing->runner_of != session->requests;
}

/* The runner of a request, or, when there is nothing to run any more, its end alone. */
static void write_text(struct session *session, struct outgoing *outgoing)
{
    struct request *request = outgoing->runner_of;
    if (request && request->abandoned) {
        str_clear(&outgoing->text);
        str_addf(&outgoing->text, "f_both q %u 1\n", (unsigned)request->id);
    }
    if (request)
        request->runner_sent = true;
    write_bytes(session, outgoing->text.data, outgoing->text.len);
}

void session_pump(struct session *session)
{
    if (session->phase < SESSION_BOOTING || session->phase >= SESSION_ENDING ||
        (session->phase == SESSION_BOOTING && session->transport->boots_by_input))
        return;
    while (session->queue) {
        struct outgoing *head = session->queue;
        if (must_wait(session, head))
            break;
        if (!head->upload)
            write_text(session, head);
        else if (!pump_upload(session, head->upload))
            return;
        dequeue(session);
    }
    session_send_queries(session);
}

void session_abandon(struct session *session, struct request *request)
{
    request->abandoned = true;
    struct outgoing **at = &session->queue;
    if (session->queue && session->queue->upload && session->upload.began) {
        if (session->queue->upload->request == request)
            session->upload.failed = true;
        at = &session->queue->next;
    }
    while (*at) {
        struct outgoing *waiting = *at;
        if (waiting->upload && waiting->upload->request == request) {
            *at = waiting->next;
            free(waiting);
            session->uploads--;
        } else {
            at = &waiting->next;
        }
    }
    session->queue_end = at;
    session_pump(session);
}

void session_free_queue(struct session *session)
{
    while (session->queue)
        dequeue(session);
    str_free(&session->controls);
}
