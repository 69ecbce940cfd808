#ifndef FAKE_UI_VIEW_H
#define FAKE_UI_VIEW_H

#include <stddef.h>

#include "base/event.h"
#include "base/str.h"
#include "ui/paper.h"

/* The steps that run, and what of their output waits for the end of its line. Lines that the fold
 * wants go there. */
struct view;
struct fold;
struct view *view_new(struct paper *paper, struct fold *fold); /* both outlive it */
void view_free(struct view *view);

void view_step_began(struct view *view, const struct event *event);
void view_step_output(struct view *view, const struct event *event);
/* Shows what the step printed without a newline at its end. `what` is given the step as the user
 * wrote it ("run make"), `tail` the last lines that it printed. */
void view_step_ended(struct view *view, const struct event *event, struct str *what,
                     struct str *tail);
/* All are over: nothing more comes. */
void view_end(struct view *view);
/* The job is over, with whatever its step printed. */
void view_job_ended(struct view *view, const struct event *event);

#endif
