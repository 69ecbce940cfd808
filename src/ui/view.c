#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fold.h"
#include "ui/lines.h"
#include "ui/safe.h"

/* The step that a job is at. */
struct step {
    unsigned job;
    bool is_file;
    char *host; /* NULL: this machine */
    char *what;
    struct lines lines[2]; /* standard output, standard error */
    struct tail tail;
};

struct view {
    struct paper *paper;
    struct fold *fold;
    struct step **steps; /* by number of job; NULL: it is at none */
    size_t size;
    unsigned running;
};

/* What the taker of a step's lines needs. */
struct taking {
    const struct view *view;
    struct step *step;
    int stream;
};

struct view *view_new(struct paper *paper, struct fold *fold)
{
    struct view *view = mem_alloc(sizeof *view);

    view->paper = paper;
    view->fold = fold;
    return view;
}

static struct step *step_of(const struct view *view, unsigned job)
{
    return job < view->size ? view->steps[job] : NULL;
}

static void put_step(struct view *view, unsigned job, struct step *step)
{
    if (job >= view->size) {
        size_t size = (size_t)job + 1 + view->size;

        view->steps = mem_resize(view->steps, size * sizeof(struct step *));
        for (size_t i = view->size; i < size; i++)
            view->steps[i] = NULL;
        view->size = size;
    }
    view->steps[job] = step;
}

static struct channel *channel_of(const struct view *view, int stream)
{
    return stream == 2 ? &view->paper->errors : &view->paper->out;
}

static void take_line(void *context, const char *line, size_t length, size_t dropped)
{
    const struct taking *taking = context;
    struct paper *paper = taking->view->paper;
    struct str text = { 0 };

    tail_add(&taking->step->tail, line, length);
    safe_add(&text, line, length);
    if (dropped > 0)
        str_addf(&text, " … (%zu more bytes in this line)", dropped);
    if (!fold_line(taking->view->fold, taking->step->job, taking->stream, str_text(&text))) {
        paper_add_label(paper, channel_of(taking->view, taking->stream), taking->step->host);
        str_add(&paper->text, taking->stream == 2 ? "err: " : "out: ");
        str_addn(&paper->text, str_text(&text), text.len);
        str_addc(&paper->text, '\n');
    }
    str_free(&text);
}

/* A make rule's output is shown byte for byte: at once while nothing else runs, else when its line
 * is ended. */
static void show_raw(struct view *view, struct str *part, struct channel *channel)
{
    size_t ready = part->len;

    if (view->running > 1 && part->len < LINE_MAXIMUM) {
        while (ready > 0 && part->data[ready - 1] != '\n')
            ready--;
        str_addn(&view->paper->text, part->data, ready);
        paper_write(view->paper, channel);
    } else {
        paper_write_raw(view->paper, channel, part->data, ready);
    }
    memmove(part->data, part->data + ready, part->len - ready + 1);
    part->len -= ready;
}

void view_step_output(struct view *view, const struct event *event)
{
    struct step *step = step_of(view, event->job);
    struct lines *lines = step ? &step->lines[event->stream == 2] : NULL;
    struct taking taking = { view, step, event->stream };

    if (!step || event->size == 0)
        return;
    if (step->is_file) {
        str_addn(&lines->part, event->data, event->size);
        show_raw(view, &lines->part, channel_of(view, event->stream));
    } else {
        lines_add(lines, event->data, event->size, take_line, &taking);
        paper_write(view->paper, channel_of(view, event->stream));
    }
}

static void show_rest(struct view *view, struct step *step)
{
    for (int stream = 1; stream <= 2; stream++) {
        struct lines *lines = &step->lines[stream - 1];
        struct taking taking = { view, step, stream };

        if (step->is_file) {
            paper_write_raw(view->paper, channel_of(view, stream), str_text(&lines->part),
                            lines->part.len);
            str_free(&lines->part);
        } else {
            lines_end(lines, take_line, &taking);
            paper_write(view->paper, channel_of(view, stream));
        }
    }
}

static void close_step(struct view *view, unsigned job)
{
    struct step *step = step_of(view, job);

    if (!step)
        return;
    show_rest(view, step);
    tail_free(&step->tail);
    free(step->host);
    free(step->what);
    free(step);
    view->steps[job] = NULL;
    view->running--;
}

void view_end(struct view *view)
{
    for (size_t job = 0; job < view->size; job++)
        close_step(view, (unsigned)job);
}

void view_free(struct view *view)
{
    view_end(view);
    free(view->steps);
    free(view);
}

void view_step_began(struct view *view, const struct event *event)
{
    struct step *step = mem_alloc(sizeof *step);

    close_step(view, event->job);
    step->job = event->job;
    step->is_file = event->is_file;
    step->host = event->host ? mem_strdup(event->host) : NULL;
    step->what =
        mem_printf("%s %s", event->verb ? event->verb : "", event->text ? event->text : "");
    put_step(view, event->job, step);
    view->running++;
}

void view_step_ended(struct view *view, const struct event *event, struct str *what,
                     struct str *tail)
{
    struct step *step = step_of(view, event->job);

    if (!step)
        return;
    show_rest(view, step);
    str_add(what, step->what);
    tail_text(&step->tail, tail);
    close_step(view, event->job);
}

void view_job_ended(struct view *view, const struct event *event)
{
    close_step(view, event->job);
}
