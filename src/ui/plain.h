#ifndef FAKE_UI_PLAIN_H
#define FAKE_UI_PLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "base/event.h"

/* Events as lines for people, in the form that users of Fabric know: "[user@host] run: make",
 * "[user@host] out: done". Whole lines only: lines of different hosts never mix. What several hosts
 * do alike is told once, "[web[01-20,23]] out: done" (ui/fold.h says when), but verbosely each line
 * of each host as it comes. What a make rule prints stands as make shows it. */
struct plain_look {
    const char *program; /* in front of what no host says; must outlive the sink */
    bool color;          /* of `out` */
    bool errors_color;   /* of `errors` */
    bool verbose;
    bool silent;       /* only what the steps print, warnings and failures */
    bool question;     /* not even what would run */
    bool dry_run;      /* -n: commands are what is to be shown, silent or not */
    bool live;         /* `out` is a terminal: a last line says what every host is doing */
    unsigned patience; /* seconds that hosts which lag are waited for; 0: FOLD_PATIENCE */
};

/* What steps print to their standard error, and all that is wrong, goes to `errors`. The streams
 * stay the caller's and may be the same. */
struct event_sink plain_sink(FILE *out, FILE *errors, struct plain_look look);

#endif
