#ifndef FAKE_IO_SESSION_STATE_H
#define FAKE_IO_SESSION_STATE_H

#include "base/str.h"
#include "io/boot.h"
#include "io/frame.h"
#include "io/loop.h"
#include "io/session.h"

/* The inside of a session, for the session*.c files. */

enum { ON_OUTPUT = 1, ON_ERRORS = 2, ON_BOTH = 3 }; /* the streams, also as a set */

/* One part of a request. */
enum item_kind {
    ITEM_STEP,
    ITEM_SCRIPT,
    ITEM_UPLOAD,
    ITEM_FILE, /* bytes of ours that a step needs as a file: its input, its long command */
};

struct item {
    struct item *next;
    struct request *request;
    enum item_kind kind;
    uint32_t id;
    char name[16]; /* of an upload: in its frames, and of its files in $d */
    char *text;    /* command, script, or consumer */
    char *ok;      /* "0 3": codes that are success; NULL: 0 alone */
    unsigned timeout;
    bool keep_going;
    bool has_input;  /* $d/iID is its standard input */
    bool is_in_file; /* its command is $d/cID */
    bool in_runner;
    struct upload upload;
    char *bytes; /* of ITEM_FILE; upload.context points to the item */
    size_t byte_count, byte_next;

    /* While it is under way. */
    bool source_failed; /* an upload's bytes broke off here */
    bool began;
    unsigned ended; /* streams that brought its `e` */
    unsigned left;  /* streams that brought a frame behind it */
    bool told;      /* step_ended was called */
    struct step_result result;
};

struct request {
    struct request *next;
    struct session *session;
    uint32_t id;
    struct item *items, **items_end;
    bool runner_sent;
    bool abandoned; /* nothing is run of what was not sent yet */
    bool interrupted;
    unsigned ended; /* streams that brought `q` */
    unsigned file;  /* which of the far side's two it is run from */
    int status;     /* of the first item that failed */
};

/* What waits to be written: a text, or an upload. */
struct outgoing {
    struct outgoing *next;
    struct str text;
    struct item *upload;
    struct request *runner_of; /* the text is this request's runner */
};

/* The upload at the head of the queue. */
struct upload_state {
    bool began;
    bool failed;         /* the source broke off: the rest of the piece is padding */
    uint64_t left;       /* bytes not yet announced */
    uint64_t piece_left; /* bytes announced and not yet written */
    size_t piece;        /* size of the next piece */
    uint64_t piece_time; /* when the last piece was begun */
};

struct pending_query {
    struct pending_query *next;
    uint32_t id;
    unsigned limit;
    char *text; /* NULL: already sent */
};

/* For what the far side owes: an answer, the end of a script, taking an upload's bytes. */
struct wait {
    struct timer *timer;
    uint64_t moved; /* when it last got on */
    size_t queued;  /* in the transport, at the last look */
    bool is_told;
};

struct session {
    unsigned boot_wait; /* seconds for the shell's first words */
    char overdue[128];  /* why, when they or what they owe did not come */
    struct wait wait;
    struct loop *loop;
    const struct transport *transport;
    void *channel; /* NULL: not opened yet */
    struct session_events events;
    void *context;
    const struct connection *connection;

    enum {
        SESSION_CONNECTING,
        SESSION_BOOTING,
        SESSION_READY,
        SESSION_ENDING, /* the far side was told to end */
        SESSION_CLOSED, /* it is gone; the last is being told */
    } phase;
    bool close_wanted; /* when the running request is over */
    enum transport_error error;
    const char *why;     /* our own reason for an end; NULL: the transport's */
    const char *hint;    /* with it, or NULL */
    struct timer *limit; /* of the boot, then of the end */

    char nonce[FRAME_NONCE_LENGTH + 1]; /* the secret one */
    bool nonce_sent;
    struct frame_reader readers[2];
    struct item *current[2]; /* whose bytes come on each stream */
    struct str noise;        /* what came before `ready` */

    struct str facts_text;
    struct session_facts facts;
    char *folder;

    struct pending_query *queries, **queries_end;
    size_t first_queries; /* of session_boot's, not yet answered: `ready` is told after them */
    bool answering;       /* stream 1 carries an answer's bytes */
    struct str answer;

    struct outgoing *queue, **queue_end;
    struct upload_state upload;
    struct str controls; /* lines that wait for the end of an upload's piece */
    bool folder_asked;
    unsigned uploads; /* sent or queued, not yet answered */

    struct request *requests, **requests_end; /* the first runs */
    unsigned requests_sent;
    struct item *running;     /* the step begun and not ended */
    struct timer *step_limit; /* its time-out, then the KILL, then our patience */
    unsigned signals_sent;    /* 0, 1: TERM, 2: KILL */
    struct timer *holder_timer;
    struct timer *signal_timer;

    struct timer *ping_timer;
    unsigned pings, unanswered;
};

/* session.c */
void session_fail(struct session *session, enum transport_error error, const char *why);
void session_tell_ready(struct session *session);        /* once all that goes before it is there */
void session_check_close(struct session *session);       /* an orderly end that waited may begin */
void session_pause(struct session *session, int stream); /* nothing of the stream is told until: */
void session_resume(struct session *session, int stream);

/* session_send.c: what goes out */
enum { SESSION_LINE_LIMIT = 2048 }; /* above it counting costs less than `read` */
void session_send_runner(struct session *session, struct str text, struct request *request);
void session_write_line(struct session *session, struct str *line); /* now, between uploads */
void session_send_control(struct session *session, const char *line);
void session_send_upload(struct session *session, struct item *item);
void session_send_folder(struct session *session); /* once, before the first request */
void session_pump(struct session *session);
/* No step of the request will begin: cuts its running upload, drops those that wait. */
void session_abandon(struct session *session, struct request *request);
void session_free_queue(struct session *session);

/* session_wait.c */
void session_moved(struct session *session); /* what is owed begins, or has got on */
void session_stop_waiting(struct session *session);
/* It ended by itself, as `why` says, after nothing of what is owed had come for as long as is told:
 * why, with that in front, which the caller frees. Else NULL. */
char *session_stalled(const struct session *session, const char *why);

/* session_query.c: text is NULL when it rides with the boot text */
void session_add_query(struct session *session, const struct session_query *query);
void session_send_queries(struct session *session);
bool session_query_frame(struct session *session, const char *verb, char *words);
void session_free_queries(struct session *session);
void session_read_facts(struct session *session);

/* session_request.c */
void request_free(struct request *request);
bool item_is_ok(const struct item *item, int status);

/* session_step.c: what comes in */
void session_step_data(struct session *session, int stream, const char *data, size_t size);
void session_step_frame(struct session *session, int stream, const char *verb, char *words);
void session_lose_requests(struct session *session);

#endif
