#ifndef FAKE_UI_SUMMARY_STATE_H
#define FAKE_UI_SUMMARY_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

/* What summary.c counts and summary_text.c tells. */

/* A row of the table. */
struct row {
    const char *name;
    unsigned index; /* 1-based; 0: this machine */
    unsigned ran, skipped, failed;
    double seconds;
    const char *why; /* the host could not be reached, or was lost; NULL: fine */
    bool is_told;    /* as the reason of a job's failure */
    const char *hint;
};

/* What is said of a failure. */
struct failure_words {
    const char *what; /* "run pip install …"; NULL: no step */
    const char *reason;
    const char *hint;
    const char *tail;
};

/* One thing that went wrong, on one host or in the same way on many. */
struct failure {
    const char *target; /* NULL: a command for the hosts */
    unsigned step;
    const char *place; /* of the step, "Fakefile:3"; or "" */
    bool is_host;      /* the host failed beside its jobs */
    struct failure_words words;
    struct failure_words general; /* with $(host) for the host's name */
    const char *hint_host; /* the hint is this one's, as the others' differ; NULL: it is for all */
    struct vec hosts;      /* const char *; none: on this machine */
};

/* Jobs of one target that were not run. */
struct dropped {
    const char *target;
    struct vec hosts;
};

struct summary {
    struct arena *arena; /* all strings and structs */
    const char *program;
    const char *goals;
    struct map rows;  /* host ▶ struct row; "" is this machine */
    struct vec order; /* its keys; by name when the run has ended */
    struct vec failures;
    struct map by_words; /* what is said ▶ struct failure, of those on hosts */
    struct map dropped;  /* target ▶ struct dropped */
    bool *is_told;       /* by number of job: its failure is among `failures` */
    size_t is_told_size;
    unsigned hosts;
    unsigned ran, skipped, would_run;
    bool said_nothing_to_do; /* of a make rule's goal, in make's words */
};

#endif
