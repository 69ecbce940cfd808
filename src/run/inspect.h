#ifndef FAKE_RUN_INSPECT_H
#define FAKE_RUN_INSPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "plan/plan.h"
#include "run/run.h"

/* What hosts remember of fake: `fake status`, `fake history`, `fake unlock`. Nothing is changed on
 * them, but for what unlock ends. */

enum inspection {
    INSPECT_STATUS,
    INSPECT_HISTORY,
    INSPECT_UNLOCK,
};

/* What a host knows of one target (or record's name). */
struct inspected_target {
    const char *name;
    const char *time; /* of the last success; NULL: only something is owed */
    const char *by, *from;
    const char *revision;  /* NULL: unknown */
    bool has_drifted;      /* something is not as it was left */
    struct vec differing;  /* const char *: which; may be empty */
    struct vec owed;       /* const char *: hooks that did not end well */
    const char *void_name; /* a newer record under this name makes it void; or NULL */
};

/* One run, over all hosts that were asked. */
struct inspected_run {
    const char *id, *time, *by, *from, *goals;
    struct vec hosts;      /* const char *: as in the Fakefile */
    struct vec unfinished; /* const char *: "deploy on web1": begun there, and not ended well */
    size_t number;         /* in which it was met: a later one of the same second is later */
};

/* All may be NULL; texts are valid during the call. Hosts that cannot be reached are told as
 * EVENT_HOST_FAILED. */
struct inspect_calls {
    void *context;
    /* Who is at work there, or (unlock) whose session was ended; NULL: nobody. */
    void (*holder)(void *context, const struct host *host, const char *holder);
    void (*target)(void *context, const struct host *host, const struct inspected_target *target);
    void (*run)(void *context, const struct inspected_run *run); /* the latest first */
};

/* The hosts are those of the plan, which was made with plan_options.command (any text: it does not
 * run). 0; FAKE_TO_DO when options->question and something has drifted or is owed;
 * FAKE_UNREACHABLE. */
int run_inspect(const struct plan *plan, const struct run_options *options,
                enum inspection inspection, const struct inspect_calls *calls,
                struct events *events);

#endif
