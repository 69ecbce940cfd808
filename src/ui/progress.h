#ifndef FAKE_UI_PROGRESS_H
#define FAKE_UI_PROGRESS_H

#include <stdbool.h>

#include "base/event.h"

struct str;

/* What every host is doing. */
struct progress;
struct progress *progress_new(void);
void progress_free(struct progress *progress);
void progress_add(struct progress *progress, const struct event *event);

/* "deploy: 17 of 20 hosts done; web[4,7]: run make (12 s); web9: connecting", of the target that
 * came last; nothing when no host has anything to do. `time` is in seconds, as in events. */
void progress_line(const struct progress *progress, double time, struct str *out);
/* The same of all hosts, a line for those that do the same, for a run that is interrupted. */
void progress_report(const struct progress *progress, double time, struct str *out);

#endif
