#ifndef FAKE_IO_SESSION_H
#define FAKE_IO_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/transport.h"

struct loop;

/* A host's one connection and one long-lived sh, and the protocol between (docs/protocol.md has
 * boot text, requests and frames, and why each is as it is). A session knows bytes, step numbers
 * and exit codes; it knows no target and no verb. */
struct session;

/* What ends a step's story. */
struct step_result {
    int status;       /* exit code 0…255, or 128 + signal */
    bool is_lost;     /* no exit code came: the connection ended first. A failure, never 0 */
    bool timed_out;   /* ended by us at its limit */
    bool interrupted; /* ended by session_interrupt */
    bool left_holder; /* a process it left behind held its outputs; cut off unharmed */
    bool not_begun;   /* an earlier step of its request failed */
};

/* Callbacks come from the loop. Each id is the caller's own number, from 1 up, never reused in a
 * session. */
struct session_events {
    /* The boot script has run: facts are known; the answers of queries given to session_boot
     * have come before. */
    void (*ready)(void *context);
    void (*step_began)(void *context, uint32_t id);
    void (*output)(void *context, uint32_t id, int stream, const char *data, size_t size);
    void (*step_ended)(void *context, uint32_t id, const struct step_result *result);
    /* All steps of the request are told; status is that of the one that ended it (0: all ran
     * well). */
    void (*request_ended)(void *context, uint32_t id, int status);
    /* A query's whole standard output, and its exit code. */
    void (*answered)(void *context, uint32_t id, int status, const char *data, size_t size);
    /* The session is over: after session_close with TRANSPORT_OK, or by itself. Told once; before
     * it every step and request not yet ended is told as lost. why and hint as in transport_events,
     * and what the far side printed when there was no `ready` (a log-in message, "This account is
     * not available"). The session is freed after the call. */
    void (*closed)(void *context, enum transport_error error, const char *why, const char *hint);
    /* A line about how the host is reached, where that is not the usual way; may be NULL. */
    void (*notice)(void *context, const char *text);
};

/* A query: trusted text of ours for the host's loop shell, run at once and in order, never waiting
 * for a step; it may use what the boot text defines. Its output is the answer. */
struct session_query {
    uint32_t id;
    const char *text;
    unsigned limit; /* seconds that it may take, where it is more than 600 */
};

/* Connects, as far as that is possible before session_boot. */
struct session *session_open(struct loop *loop, const struct connection *connection,
                             const struct session_events *events, void *context);
/* Boots, once, unless `closed` was told. The queries ride in the exec request itself where they
 * fit, so their answers cost no round trip. */
void session_boot(struct session *session, const struct session_query *queries, size_t query_count);

/* What the host has, once ready. */
struct session_facts {
    const char *system;  /* uname -srm */
    const char *user;    /* who we are there */
    const char *home;    /* $HOME */
    const char *machine; /* identity of the machine: /etc/machine-id and the like; "" unknown */
    const char *folder;  /* the session's private folder there ($d) */
    bool has_gzip;
};
const struct session_facts *session_facts(const struct session *session);

/* A query after `ready`; may be sent while steps run. */
void session_query(struct session *session, uint32_t id, const char *text);
void session_query_within(struct session *session, const struct session_query *query);

/* A request: uploads and steps that travel together and run in order, each step in a shell and
 * process group of its own, stopping at the first that fails. One request at a time: the next is
 * sent after request_ended. */
struct request;
struct request *request_new(struct session *session, uint32_t id);

/* A step's command for `sh -c`, and its limits. Strings are copied. */
struct request_step {
    uint32_t id;
    const char *command;
    const char *input; /* given on standard input (never in a process list); NULL: empty */
    size_t input_size;
    unsigned timeout; /* milliseconds; 0: none. Then TERM to its group, KILL after 5 s */
    const char *ok;   /* exit codes that count as success, "0,3"; NULL: "0" */
    bool keep_going;  /* a failure does not end the request (make's -) */
    bool in_runner; /* by the request's runner itself, not in a shell and process group of its own:
                       for a command that leaves no process behind, does not ask who it is ($$, $0,
                       variables of a single letter), and stands in ( ) if it changes that */
};
void request_step(struct request *request, const struct request_step *step);

/* Trusted text of ours, run by the request's runner itself between steps (no step of its own, no
 * output told): taking a record away, writing one. It ends by `return`, never `exit`, and leaves
 * folder and umask as they are. When it fails the request ends with its status, and what it printed
 * on standard error comes with request_ended's step `id` as output of stream 2. */
void request_script(struct request *request, uint32_t id, const char *text);

/* Bytes for a consumer there: `consumer` is trusted sh text that reads its standard input (`cat
 * >TMP`). They are sent in front of the request's steps, in order, in pieces; `read` gives the next
 * piece (0: the end; SIZE_MAX: failed), and must give `size` bytes in all, the rest being sent as
 * padding and the upload failing if it does not. A consumer that fails makes the request end before
 * its first step, step_ended being told for `id` with its status and its standard error as output.
 */
struct upload {
    uint32_t id;
    const char *consumer; /* sh text that reads it; of a stored one: that makes the file which the
                             bytes go to and sets f_f to its name, or fails */
    bool is_stored;
    uint64_t size;
    size_t (*read)(void *context, char *buffer, size_t size);
    void (*free)(void *context); /* called once, always; may be NULL */
    void *context;
};
void request_upload(struct request *request, const struct upload *upload);

void request_send(struct request *request); /* frees it */
void request_drop(struct request *request); /* frees it unsent */

void session_interrupt(struct session *session); /* ends the running step's process group */
/* Orderly: after what runs, lets the far sh end by itself and clean up. `at_once` cuts. */
void session_close(struct session *session, bool at_once);

#endif
