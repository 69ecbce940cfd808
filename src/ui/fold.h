#ifndef FAKE_UI_FOLD_H
#define FAKE_UI_FOLD_H

#include <stdbool.h>

#include "base/event.h"
#include "ui/paper.h"

/* Tells what several hosts do alike once for all of them: "[web[01-20,23]] out: done".
 *
 * What the jobs of one target say is held back, step by step, until the last of them has ended the
 * step; then equal heads share a line, and so do equal outputs with the same end. Hosts that lag
 * are not waited for long: `patience` seconds after the last one that ended something, and
 * FOLD_AGE times that after the first, what is there is told, and the rest when it comes. A step
 * that runs longer than the latter, or prints more than FOLD_MAXIMUM, is told line by line from
 * then on. */
enum { FOLD_PATIENCE = 5, FOLD_AGE = 6, FOLD_MAXIMUM = 64 * 1024 };

struct fold;
struct fold *fold_new(struct paper *paper, double patience); /* the paper outlives it */
void fold_free(struct fold *fold);

/* True for an event of a job that has others of its kind on other hosts. */
bool fold_wants(const struct event *event);

/* The time of what follows: seconds, as in events. Tells what was held back for too long. */
void fold_time(struct fold *fold, double time);
/* Tells all that is held back, also of steps that are not at their end. */
void fold_tell_all(struct fold *fold);

/* A line about a job in its turn: "HEAD deploy on web[1-3]: text" with is_news, else
 * "[web[1-3]] HEAD". */
void fold_news(struct fold *fold, const struct event *event, const char *head, bool is_news);
/* "[web[1-3]] HEAD: text", that something is wrong with it. */
void fold_verdict(struct fold *fold, const struct event *event, unsigned ink, const char *head,
                  const char *text);
void fold_job_began(struct fold *fold, const struct event *event);
void fold_job_over(struct fold *fold, const struct event *event);

/* `head` is "run: make"; NULL: the step is not announced. */
void fold_step_began(struct fold *fold, const struct event *event, const char *head);
/* A line that the job's step has printed, already harmless. False: it is not held back. */
bool fold_line(struct fold *fold, unsigned job, int stream, const char *line);
/* `ink`, `head` and `text` as for fold_verdict; NULL: it went well. */
void fold_step_ended(struct fold *fold, const struct event *event, unsigned ink, const char *head,
                     const char *text);

#endif
