#include <string.h>

#include "run/file.h"

/* -O: what a recipe prints is held back, so that the outputs of jobs side by side do not mix (GNU
 * make manual, "Output During Parallel Execution"). */

static bool is_held(const struct job_run *job, const struct command *command)
{
    enum output_sync sync = job->run->options->sync;
    return sync == SYNC_LINE || sync == SYNC_RECURSE ||
           (sync == SYNC_TARGET && !(command && command->always));
}

static const char *copy(struct job_run *job, const char *text)
{
    return text ? arena_strdup(job->arena, text) : NULL;
}

/* The texts of the event's own kind live as long as the job, or longer. */
static void hold(struct job_run *job, const struct event *event)
{
    struct event *held = arena_alloc(job->arena, sizeof *held);
    *held = *event;
    held->text = copy(job, event->text);
    if (event->size > 0) {
        char *data = arena_alloc(job->arena, event->size);
        memcpy(data, event->data, event->size);
        held->data = data;
    }
    vec_push(&job->file->held, held);
}

void output_tell(struct job_run *job, const struct command *command, struct event event)
{
    if (is_held(job, command))
        hold(job, &event);
    else
        events_emit(job->run->events, event);
}

void output_release(struct job_run *job)
{
    struct vec *held = &job->file->held;
    for (size_t i = 0; i < held->len; i++)
        events_emit(job->run->events, *(const struct event *)held->items[i]);
    held->len = 0;
}

void output_line_ended(struct job_run *job)
{
    if (job->run->options->sync == SYNC_LINE)
        output_release(job);
}
