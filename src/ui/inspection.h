#ifndef FAKE_UI_INSPECTION_H
#define FAKE_UI_INSPECTION_H

#include <stdbool.h>
#include <stdio.h>

#include "base/vec.h"

/* What hosts remember of fake, as `fake status`, `fake history` and `fake unlock` show it. */

struct shown_target {
    const char *name;
    const char *time; /* of its last success; NULL: none is recorded */
    const char *by, *from;
    const char *revision;  /* NULL: unknown */
    const char *void_name; /* a newer record under this name makes it void; or NULL */
    bool has_drifted;
    struct vec differing; /* const char *: what is not as it was left */
    struct vec owed;      /* const char *: hooks that did not end well */
};

struct shown_host {
    const char *name;
    const char *failure; /* why it could not be asked; NULL: it was */
    const char *holder;  /* of its lock; NULL: nobody */
    struct vec targets;  /* struct shown_target */
};

struct shown_run {
    const char *id, *time, *by, *from, *goals;
    struct vec hosts;      /* const char * */
    struct vec unfinished; /* const char *: "deploy on web1" */
};

struct inspection_shown {
    struct vec hosts; /* struct shown_host, in the order of the plan */
    struct vec runs;  /* struct shown_run, the latest first */
};

/* For people; hosts with the same to tell are told together. Those that could not be asked are left
 * out: they were told as events. */
typedef void inspection_print(const struct inspection_shown *shown, FILE *out);
inspection_print status_print_text, history_print_text, unlock_print_text;
/* Lines of JSON, one a host or run, described in docs/events.md. */
inspection_print status_print_json, history_print_json, unlock_print_json;

/* "web[1-2]: locked by anna@laptop, from …", once for each holder. */
void holders_each(const struct inspection_shown *shown,
                  void (*visit)(void *context, const char *text), void *context);

void inspection_shown_free(struct inspection_shown *shown); /* the lists; texts are the caller's */

#endif
