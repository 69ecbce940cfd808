#ifndef FAKE_RUN_SLOTS_H
#define FAKE_RUN_SLOTS_H

#include <stdbool.h>

#include "run/run.h"

struct loop;

/* Whether one more job may start on this machine: what the jobserver of all makes has to give (one
 * is always ours), and the machine's load. Both are asked only beside a job that is at work, so
 * that a run always goes on. */
struct slots;

/* `go_on` is called from the loop when there may be a place for which slots_take said no. */
struct slots *slots_new(struct loop *loop, const struct run_options *options,
                        void (*go_on)(void *context), void *context);
void slots_free(struct slots *slots); /* NULL is allowed */

bool slots_take(struct slots *slots, unsigned active);
void slots_give(struct slots *slots, unsigned active); /* `active` jobs are left */
void slots_stop(struct slots *slots);                  /* nobody waits any more */

#endif
