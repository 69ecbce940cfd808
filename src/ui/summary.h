#ifndef FAKE_UI_SUMMARY_H
#define FAKE_UI_SUMMARY_H

#include <stdbool.h>

#include "base/event.h"

struct str;

/* Counts what happened on which host, and tells it in the end. */
struct summary;
struct summary *summary_new(const char *program);
void summary_free(struct summary *summary);

/* Takes what it needs of an event. Of a failed step, `what` is the step as the user wrote it ("run
 * make") and `tail` the last lines of its output; NULL otherwise. False for a failure that earlier
 * events have told already. */
bool summary_add(struct summary *summary, const struct event *event, const char *what,
                 const char *tail);

/* True for the end of a step or a task's job because the run was interrupted. */
bool summary_is_interruption(const struct event *event);
/* True for the end of a job that its host's failure has ended, with the same words. */
bool summary_is_host_failure(const struct summary *summary, const struct event *event);

/* The table host × (ran, skipped, failed, seconds), failed hosts last. Of many hosts those with the
 * same numbers share a row, with the seconds of the fastest and of the slowest. Nothing when no
 * task ran on a host. */
void summary_table(const struct summary *summary, bool color, struct str *out);
/* "'deploy' is up to date on 2 hosts.", for a run that ended well and had nothing to do; else
 * nothing. */
void summary_nothing_to_do(const struct summary *summary, struct str *out);
/* Each failure that is no interruption, with the last lines of its output, and what was not run
 * because of them. Nothing when nothing failed. */
void summary_failures(const struct summary *summary, bool color, struct str *out);

/* Why a step or host failed, in words: its text, else "exit code 1". */
void summary_reason(const struct event *event, struct str *out);

#endif
