#ifndef FAKE_BASE_EVENT_H
#define FAKE_BASE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct secrets;

/* What happens in a run, told as it happens: typed, numbered from 1, timed. Everything that a user,
 * a log or a program sees of a run is made from these. docs/events.md has the JSON form. */
enum event_kind {
    EVENT_RUN_BEGAN, /* text: the goals; peers: all hosts of the run */
    EVENT_PRINTED,   /* text: what $(info) prints */
    EVENT_NOTICE,    /* text: something the user should know (a role without hosts, …) */
    EVENT_WARNING,   /* text, hint */
    EVENT_ERROR,     /* text, hint: what belongs to no job (lock held, …) */
    EVENT_HOST_CONNECTING,
    EVENT_HOST_READY,  /* seconds: since connecting */
    EVENT_HOST_FAILED, /* text: why; hint: what to do */
    EVENT_HOST_CLOSED,
    EVENT_JOB_BEGAN,     /* text: why it runs ("no record", "dist/app.tar.gz changed") */
    EVENT_JOB_SKIPPED,   /* text: why ("unchanged") */
    EVENT_JOB_WOULD_RUN, /* -n; text: why */
    EVENT_JOB_ENDED,     /* status 0: done; else text: why it failed. seconds */
    EVENT_JOB_DROPPED,   /* not run because of an earlier failure, or not needed; text */
    EVENT_STEP_BEGAN,    /* step, verb, text: the command or "a -> b" as shown to the user */
    EVENT_STEP_OUTPUT,   /* step, stream, data, size: raw bytes, in any pieces */
    EVENT_STEP_ENDED,    /* step, status; text: why it failed; seconds */
    EVENT_EXPLAIN,       /* text: one reason, with --explain */
    EVENT_DIFFERENCE,    /* step; text: a path of the host and what will change there; unified hunks
                            below it */
    EVENT_INTERRUPTED,
    EVENT_RUN_ENDED, /* status: the exit code; seconds */
};

struct event {
    uint64_t number;
    double time; /* seconds since events_new */
    enum event_kind kind;
    unsigned job;          /* 1-based number of the job in this run; 0: none */
    const char *host;      /* "user@web1" as shown; NULL: this machine or none */
    const char *target;    /* NULL: none */
    unsigned peers;        /* jobs of this target on hosts, this one among them; of one batch only,
                              where the target is rolled in batches. 0: the job is on no host */
    unsigned batch;        /* 1-based; 0: all at once */
    unsigned step;         /* 1-based; 0: none */
    struct location where; /* of the step in the Fakefile */
    const char *verb;      /* NULL: a line of a make rule's recipe */
    const char *text;
    const char *hint;
    const char *data;
    size_t size;
    double seconds;
    int stream; /* 1 or 2 */
    int status;
    bool silent;  /* the step has @ or --quiet: it is not announced; a failure of a make rule's job
                     that a diagnostic has told */
    bool ignored; /* a failure that - forgives, or that it is tried again after */
    bool unsure;  /* it would run only if what is made before it comes out different */
    bool again;   /* the step will be tried again, or goes on on its next host */
    /* The target is a make rule's. Texts are then whole sentences in make's words: "[Fakefile:3:
     * prog] Error 1" where a step or job ended, "'prog' is up to date." where a goal (and only a
     * goal) is skipped; others that are skipped have no text. */
    bool is_file;
    const struct diag *diag; /* what was wrong in a text that was read; or NULL */
};

/* A sink turns events into something. Any function may be NULL: not for me. */
struct event_sink {
    void (*event)(void *self, const struct event *event);
    void (*tick)(void *self, double time); /* about once a second: see events_tick */
    void (*pause)(void *self, bool paused);
    void (*free)(void *self);
    void *self;
};

/* The way of a run's events to its sinks. */
struct events;
struct events *events_new(void);
void events_free(struct events *events); /* frees the sinks too */
void events_add_sink(struct events *events, struct event_sink sink);
/* No sink sees one of these, in whatever pieces it comes. They stay the caller's and may grow. */
void events_mask(struct events *events, const struct secrets *secrets);
/* Numbers and times the event and hands it to every sink. Nothing in it need outlive the call. With
 * secrets the last bytes of an output may be handed on later, at its step's end at the latest. */
void events_emit(struct events *events, struct event event);
/* To be called about once a second while a run goes on, for sinks that hold something back, or show
 * how long something takes. */
void events_tick(struct events *events);
/* Somebody is about to be asked something on the terminal, until it is called with false as often:
 * sinks show what they hold back, and write nothing more until then. */
void events_pause(struct events *events, bool paused);
const char *event_kind_name(enum event_kind kind); /* "job-began": the JSON form's "event" */

#endif
