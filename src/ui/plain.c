#include "ui/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/color.h"
#include "ui/lines.h"
#include "ui/safe.h"
#include "ui/summary.h"

/* Where lines go. */
struct channel {
    FILE *file;
    bool color;
    bool in_line; /* the last byte written was no newline: raw output only */
};

/* The step that a job is at. */
struct step_view {
    bool is_file;
    char *host;
    char *what;            /* "run make install" */
    struct lines lines[2]; /* standard output, standard error */
    struct tail tail;
};

struct plain {
    struct plain_look look;
    struct channel out, errors;
    struct summary *summary;
    struct step_view **steps; /* by number of job; NULL: it is at none */
    size_t steps_size;
    unsigned running; /* steps */
    struct str text;  /* built here, then written at once */
};

static void write_bytes(struct channel *channel, const char *data, size_t size)
{
    if (size == 0)
        return;
    fwrite(data, 1, size, channel->file);
    fflush(channel->file); /* two streams on one terminal keep their order */
    channel->in_line = data[size - 1] != '\n';
}

/* Writes the lines built in plain->text, on lines of their own, and empties it. */
static void write_text(struct plain *plain, struct channel *channel)
{
    if (plain->text.len > 0 && channel->in_line)
        write_bytes(channel, "\n", 1);
    write_bytes(channel, str_text(&plain->text), plain->text.len);
    str_clear(&plain->text);
}

/* "[user@host] " or "[local] ". */
static void add_label(struct plain *plain, const struct channel *channel, const char *host)
{
    unsigned ink = host ? INK_HOST + summary_host_index(plain->summary, host) - 1 : INK_FAINT;

    host = host ? host : "local";
    ink_begin(&plain->text, channel->color, ink);
    str_addc(&plain->text, '[');
    safe_add(&plain->text, host, strlen(host));
    str_addc(&plain->text, ']');
    ink_end(&plain->text, channel->color, ink);
    str_addc(&plain->text, ' ');
}

/* The lines of a text, all but the first behind `margin`. */
static void add_lines(struct plain *plain, const char *text, const char *margin)
{
    size_t length = strcspn(text, "\n");

    safe_add(&plain->text, text, length);
    str_addc(&plain->text, '\n');
    while (text[length] && text[length + 1]) {
        text += length + 1;
        length = strcspn(text, "\n");
        str_add(&plain->text, margin);
        safe_add(&plain->text, text, length);
        str_addc(&plain->text, '\n');
    }
}

static const char *text_of(const struct event *event)
{
    return event->text ? event->text : "";
}

static void add_painted(struct plain *plain, const struct channel *channel, unsigned ink,
                        const char *text)
{
    ink_begin(&plain->text, channel->color, ink);
    str_add(&plain->text, text);
    ink_end(&plain->text, channel->color, ink);
}

/* "[host] HEAD: text" */
static void tell(struct plain *plain, struct channel *channel, const char *host, unsigned ink,
                 const char *head, const char *text)
{
    add_label(plain, channel, host);
    add_painted(plain, channel, ink, head);
    if (*text)
        str_add(&plain->text, ": ");
    add_lines(plain, text, "    ");
    write_text(plain, channel);
}

/* "fake: text" */
static void tell_by_name(struct plain *plain, struct channel *channel, unsigned ink,
                         const char *mark, const char *text)
{
    ink_begin(&plain->text, channel->color, ink);
    str_addf(&plain->text, "%s: %s", plain->look.program, mark);
    safe_add(&plain->text, text, strlen(text));
    ink_end(&plain->text, channel->color, ink);
    str_addc(&plain->text, '\n');
    write_text(plain, channel);
}

static struct step_view *step_of(const struct plain *plain, const struct event *event)
{
    return event->job < plain->steps_size ? plain->steps[event->job] : NULL;
}

static struct step_view **step_slot(struct plain *plain, unsigned job)
{
    if (job >= plain->steps_size) {
        size_t size = (size_t)job + 1 + plain->steps_size;
        plain->steps = mem_resize(plain->steps, size * sizeof(struct step_view *));
        for (size_t i = plain->steps_size; i < size; i++)
            plain->steps[i] = NULL;
        plain->steps_size = size;
    }
    return &plain->steps[job];
}

/* What the taker of a step's lines needs. */
struct taking {
    struct plain *plain;
    struct step_view *view;
    int stream;
};

static void take_line(void *context, const char *line, size_t length, size_t dropped)
{
    const struct taking *taking = context;
    struct plain *plain = taking->plain;
    struct channel *channel = taking->stream == 2 ? &plain->errors : &plain->out;

    tail_add(&taking->view->tail, line, length);
    add_label(plain, channel, taking->view->host);
    str_add(&plain->text, taking->stream == 2 ? "err: " : "out: ");
    safe_add(&plain->text, line, length);
    if (dropped > 0)
        str_addf(&plain->text, " … (%zu more bytes in this line)", dropped);
    str_addc(&plain->text, '\n');
}

/* A make rule's output is shown byte for byte: at once while nothing else runs, else when its line
 * is ended. */
static void show_raw(struct plain *plain, struct step_view *view, const struct event *event)
{
    struct channel *channel = event->stream == 2 ? &plain->errors : &plain->out;
    struct str *part = &view->lines[event->stream == 2].part;
    size_t ready;

    str_addn(part, event->data, event->size);
    ready = part->len;
    if (plain->running > 1 && part->len < LINE_MAXIMUM) {
        while (ready > 0 && part->data[ready - 1] != '\n')
            ready--;
        str_addn(&plain->text, str_text(part), ready);
        write_text(plain, channel);
    } else {
        write_bytes(channel, str_text(part), ready);
    }
    memmove(part->data, part->data + ready, part->len - ready + 1);
    part->len -= ready;
}

static void show_output(struct plain *plain, const struct event *event)
{
    struct step_view *view = step_of(plain, event);
    struct taking taking = { plain, view, event->stream };

    if (!view || event->size == 0)
        return;
    if (view->is_file) {
        show_raw(plain, view, event);
        return;
    }
    lines_add(&view->lines[event->stream == 2], event->data, event->size, take_line, &taking);
    write_text(plain, event->stream == 2 ? &plain->errors : &plain->out);
}

/* What a step printed without a newline at its end. */
static void show_rest(struct plain *plain, struct step_view *view)
{
    for (int stream = 1; stream <= 2; stream++) {
        struct channel *channel = stream == 2 ? &plain->errors : &plain->out;
        struct lines *lines = &view->lines[stream - 1];
        struct taking taking = { plain, view, stream };

        if (view->is_file) {
            write_bytes(channel, str_text(&lines->part), lines->part.len);
            str_free(&lines->part);
        } else {
            lines_end(lines, take_line, &taking);
            write_text(plain, channel);
        }
    }
}

static void close_step(struct plain *plain, unsigned job)
{
    struct step_view *view = job < plain->steps_size ? plain->steps[job] : NULL;

    if (!view)
        return;
    show_rest(plain, view);
    tail_free(&view->tail);
    free(view->host);
    free(view->what);
    free(view);
    plain->steps[job] = NULL;
    plain->running--;
}

static void step_began(struct plain *plain, const struct event *event)
{
    struct step_view *view = mem_alloc(sizeof *view);
    const char *verb = event->verb ? event->verb : "";

    close_step(plain, event->job);
    view->is_file = event->is_file;
    view->host = event->host ? mem_strdup(event->host) : NULL;
    view->what = mem_printf("%s %s", verb, text_of(event));
    *step_slot(plain, event->job) = view;
    plain->running++;
    if (event->silent || plain->look.silent)
        return;
    if (event->is_file) {
        str_addf(&plain->text, "%s\n", text_of(event));
        write_text(plain, &plain->out);
    } else {
        tell(plain, &plain->out, event->host, INK_PLAIN, verb, text_of(event));
    }
}

static void file_step_failed(struct plain *plain, const struct event *event)
{
    if (event->ignored)
        tell_by_name(plain, &plain->errors, INK_WARNING, "", text_of(event));
    else
        tell_by_name(plain, &plain->errors, INK_ERROR, "*** ", text_of(event));
}

static void task_step_failed(struct plain *plain, const struct event *event, const char *what)
{
    const char *head = event->ignored ? "failed, ignored" : "failed";
    unsigned ink = event->ignored ? INK_WARNING : INK_ERROR;
    struct str text = { 0 };
    size_t first_line = strcspn(what, "\n");

    str_addn(&text, what, first_line);
    str_add(&text, what[first_line] ? " …: " : ": ");
    summary_reason(event, &text);
    tell(plain, &plain->errors, event->host, ink, head, str_text(&text));
    str_free(&text);
}

static void step_ended(struct plain *plain, const struct event *event)
{
    struct step_view *view = step_of(plain, event);
    struct str tail = { 0 };

    if (view) {
        show_rest(plain, view);
        tail_text(&view->tail, &tail);
    }
    summary_add(plain->summary, event, view ? view->what : NULL, str_text(&tail));
    if (event->status != 0 && event->is_file)
        file_step_failed(plain, event);
    else if (event->status != 0)
        task_step_failed(plain, event, view ? view->what : text_of(event));
    str_free(&tail);
    close_step(plain, event->job);
}

/* "deploy on web1" or "pack". */
static void add_job(struct plain *plain, const struct event *event)
{
    const char *target = event->target ? event->target : "the command";

    safe_add(&plain->text, target, strlen(target));
    if (event->host) {
        str_add(&plain->text, " on ");
        safe_add(&plain->text, event->host, strlen(event->host));
    }
}

/* "HEAD deploy on web1: text" */
static void tell_of_job(struct plain *plain, const char *head, const struct event *event)
{
    str_add(&plain->text, head);
    add_job(plain, event);
    if (*text_of(event)) {
        str_add(&plain->text, ": ");
        safe_add(&plain->text, text_of(event), strlen(text_of(event)));
    }
    str_addc(&plain->text, '\n');
    write_text(plain, &plain->out);
}

static void job_ended(struct plain *plain, const struct event *event)
{
    bool news = summary_add(plain->summary, event, NULL, NULL);

    close_step(plain, event->job);
    if (event->status == 0 && plain->look.verbose && !event->is_file)
        tell_of_job(plain, "done: ", event);
    if (event->status == 0 || !news)
        return;
    if (event->is_file)
        tell_by_name(plain, &plain->errors, INK_ERROR, "*** ", text_of(event));
    else
        tell(plain, &plain->errors, event->host, INK_ERROR, "failed", text_of(event));
}

static void job_began(struct plain *plain, const struct event *event)
{
    struct str text = { 0 };

    summary_add(plain->summary, event, NULL, NULL);
    if (event->is_file || plain->look.silent || !event->target)
        return;
    str_addf(&text, "Executing task '%s'", event->target);
    if (plain->look.verbose && event->text)
        str_addf(&text, " (%s)", event->text);
    add_label(plain, &plain->out, event->host);
    add_lines(plain, str_text(&text), "    ");
    write_text(plain, &plain->out);
    str_free(&text);
}

static void job_skipped(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (plain->look.silent)
        return;
    if (event->is_file && event->text)
        tell_by_name(plain, &plain->out, INK_PLAIN, "", event->text);
    else if (!event->is_file && plain->look.verbose)
        tell_of_job(plain, "skipped ", event);
}

static void job_would_run(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (!event->is_file || plain->look.verbose)
        tell_of_job(plain, "would run ", event);
}

static void job_dropped(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (plain->look.verbose)
        tell_of_job(plain, "not run: ", event);
}

static void explain(struct plain *plain, const struct event *event)
{
    tell_of_job(plain, "explain: ", event);
}

static void printed(struct plain *plain, const struct event *event)
{
    str_addf(&plain->text, "%s\n", text_of(event));
    write_text(plain, &plain->out);
}

static void notice(struct plain *plain, const struct event *event)
{
    if (!plain->look.silent)
        tell_by_name(plain, &plain->out, INK_PLAIN, "", text_of(event));
}

/* In the form of diagnostics, which is make's, whether there is a place in a file or not. */
static void problem(struct plain *plain, const struct event *event)
{
    bool is_error = event->kind == EVENT_ERROR;
    struct diag diag = {
        is_error ? DIAG_ERROR : DIAG_WARNING, { NULL, 0, 0 }, text_of(event), event->hint
    };
    struct str text = { 0 };

    diag_render(event->diag ? event->diag : &diag, plain->look.program, &text);
    if (text.len > 0 && text.data[text.len - 1] == '\n')
        str_addn(&plain->text, text.data, text.len - 1);
    str_free(&text);
    str_addc(&plain->text, '\n');
    write_text(plain, &plain->errors);
}

static void host_connecting(struct plain *plain, const struct event *event)
{
    if (plain->look.verbose)
        tell(plain, &plain->out, event->host, INK_FAINT, "connecting", text_of(event));
}

static void host_ready(struct plain *plain, const struct event *event)
{
    char after[64];

    if (!plain->look.verbose)
        return;
    snprintf(after, sizeof after, "after %.2f s", event->seconds);
    tell(plain, &plain->out, event->host, INK_FAINT, "connected", after);
}

static void host_failed(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    add_label(plain, &plain->errors, event->host);
    add_painted(plain, &plain->errors, INK_ERROR, "failed: ");
    add_lines(plain, text_of(event), "    ");
    if (event->hint) {
        str_add(&plain->text, "    ");
        add_lines(plain, event->hint, "    ");
    }
    write_text(plain, &plain->errors);
}

static void host_closed(struct plain *plain, const struct event *event)
{
    if (plain->look.verbose)
        tell(plain, &plain->out, event->host, INK_FAINT, "closed", text_of(event));
}

static void interrupted(struct plain *plain, const struct event *event)
{
    tell_by_name(plain, &plain->errors, INK_ERROR, "*** ",
                 event->text ? event->text : "Interrupted.");
}

static void run_began(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
}

static void run_ended(struct plain *plain, const struct event *event)
{
    if (!plain->look.silent || event->status != 0)
        summary_table(plain->summary, plain->out.color, &plain->text);
    if (!plain->look.silent && event->status == 0)
        summary_nothing_to_do(plain->summary, &plain->text);
    write_text(plain, &plain->out);
    summary_failures(plain->summary, plain->errors.color, &plain->text);
    write_text(plain, &plain->errors);
}

static void (*const handlers[])(struct plain *plain, const struct event *event) = {
    [EVENT_RUN_BEGAN] = run_began,     [EVENT_PRINTED] = printed,
    [EVENT_NOTICE] = notice,           [EVENT_WARNING] = problem,
    [EVENT_ERROR] = problem,           [EVENT_HOST_CONNECTING] = host_connecting,
    [EVENT_HOST_READY] = host_ready,   [EVENT_HOST_FAILED] = host_failed,
    [EVENT_HOST_CLOSED] = host_closed, [EVENT_JOB_BEGAN] = job_began,
    [EVENT_JOB_SKIPPED] = job_skipped, [EVENT_JOB_WOULD_RUN] = job_would_run,
    [EVENT_JOB_ENDED] = job_ended,     [EVENT_JOB_DROPPED] = job_dropped,
    [EVENT_STEP_BEGAN] = step_began,   [EVENT_STEP_OUTPUT] = show_output,
    [EVENT_STEP_ENDED] = step_ended,   [EVENT_EXPLAIN] = explain,
    [EVENT_INTERRUPTED] = interrupted, [EVENT_RUN_ENDED] = run_ended,
};

static void show(void *self, const struct event *event)
{
    handlers[event->kind](self, event);
}

static void plain_free(void *self)
{
    struct plain *plain = self;

    for (size_t job = 0; job < plain->steps_size; job++)
        close_step(plain, (unsigned)job);
    free(plain->steps);
    summary_free(plain->summary);
    str_free(&plain->text);
    free(plain);
}

struct event_sink plain_sink(FILE *out, FILE *errors, struct plain_look look)
{
    struct plain *plain = mem_alloc(sizeof *plain);

    plain->look = look;
    plain->out = (struct channel){ out, look.color, false };
    plain->errors = (struct channel){ errors, look.errors_color, false };
    plain->summary = summary_new(look.program);
    return (struct event_sink){ show, plain_free, plain };
}
