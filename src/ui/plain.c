#include "ui/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/color.h"
#include "ui/fold.h"
#include "ui/paper.h"
#include "ui/progress.h"
#include "ui/safe.h"
#include "ui/summary.h"
#include "ui/view.h"

struct plain {
    struct paper paper;
    struct view *view;
    struct fold *fold;
    struct summary *summary;
    struct progress *progress;
    bool verbose, silent, question, dry_run, live;
    bool has_peers; /* several hosts take part */
    bool interrupted;
    double status_time; /* when the status line was last made */
    bool is_command;    /* one for the hosts, from the command line: it is no task */
};

static const char *text_of(const struct event *event)
{
    return event->text ? event->text : "";
}

/* Told together with what the same job does on other hosts. */
static bool is_folded(const struct plain *plain, const struct event *event)
{
    return !plain->verbose && fold_wants(event);
}

/* ---- the run ---- */

static void run_began(struct plain *plain, const struct event *event)
{
    plain->has_peers = event->peers > 1;
    summary_add(plain->summary, event, NULL, NULL);
    plain->is_command = str_starts(text_of(event), "-- ");
}

static void printed(struct plain *plain, const struct event *event)
{
    str_addf(&plain->paper.text, "%s\n", text_of(event));
    paper_write(&plain->paper, &plain->paper.out);
}

static void notice(struct plain *plain, const struct event *event)
{
    if (!plain->silent)
        paper_tell(&plain->paper, &plain->paper.out, INK_PLAIN, "", text_of(event));
}

/* "[web1] warning: deploy, step 2 (Fakefile:14): text" */
static void job_problem(struct plain *plain, const struct event *event, unsigned ink)
{
    struct str text = { 0 };

    if (event->target)
        str_add(&text, event->target);
    if (event->step > 0)
        str_addf(&text, ", step %u", event->step);
    if (event->where.source) {
        str_add(&text, " (");
        location_add(event->where, &text);
        str_addc(&text, ')');
    }
    str_addf(&text, "%s%s", text.len > 0 ? ": " : "", text_of(event));
    if (event->hint)
        str_addf(&text, "\n%s", event->hint);
    if (is_folded(plain, event))
        fold_verdict(plain->fold, event, ink, ink == INK_ERROR ? "error" : "warning",
                     str_text(&text));
    else
        paper_tell_host(&plain->paper, &plain->paper.errors, event->host, ink,
                        ink == INK_ERROR ? "error" : "warning", str_text(&text));
    str_free(&text);
}

/* In the form of diagnostics, which is make's, whether there is a place in a file or not. */
static void problem(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;
    bool is_error = event->kind == EVENT_ERROR;
    struct diag diag = {
        is_error ? DIAG_ERROR : DIAG_WARNING, { NULL, 0, 0 }, text_of(event), event->hint
    };
    struct str text = { 0 };
    size_t head;

    if (event->host || (event->target && !event->is_file)) {
        job_problem(plain, event, is_error ? INK_ERROR : INK_WARNING);
        return;
    }
    diag_render(event->diag ? event->diag : &diag, paper->program, &text);
    head = strcspn(str_text(&text), "\n");
    ink_begin(&paper->text, paper->errors.color, is_error ? INK_ERROR : INK_WARNING);
    safe_add(&paper->text, str_text(&text), head);
    ink_end(&paper->text, paper->errors.color, is_error ? INK_ERROR : INK_WARNING);
    paper_add_lines(paper, str_text(&text) + head, "");
    paper_write(paper, &paper->errors);
    str_free(&text);
}

static void interrupted(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;
    bool again = plain->interrupted;

    plain->interrupted = true;
    paper_set_status(paper, "");
    fold_tell_all(plain->fold);
    paper_tell(paper, &paper->errors, INK_ERROR, "*** ",
               event->text ? event->text : "Interrupted.");
    if (!again)
        progress_report(plain->progress, event->time, &paper->text);
    paper_write(paper, &paper->errors);
}

static void run_ended(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;

    summary_add(plain->summary, event, NULL, NULL);
    view_end(plain->view);
    fold_tell_all(plain->fold);
    paper_set_status(paper, "");
    plain->live = false;
    if (!plain->is_command && (event->status != 0 || !plain->silent))
        summary_table(plain->summary, paper->out.color, &paper->text);
    if (!plain->silent && event->status == 0)
        summary_nothing_to_do(plain->summary, &paper->text);
    paper_write(paper, &paper->out);
    summary_failures(plain->summary, paper->errors.color, &paper->text);
    paper_write(paper, &paper->errors);
}

/* ---- hosts ---- */

static void host_news(struct plain *plain, const struct event *event, const char *head)
{
    if (plain->verbose)
        paper_tell_host(&plain->paper, &plain->paper.out, event->host, INK_FAINT, head,
                        text_of(event));
}

static void host_connecting(struct plain *plain, const struct event *event)
{
    host_news(plain, event, "connecting");
}

static void host_ready(struct plain *plain, const struct event *event)
{
    char head[64];

    snprintf(head, sizeof head, "connected after %.2f s", event->seconds);
    host_news(plain, event, head);
}

static void host_closed(struct plain *plain, const struct event *event)
{
    host_news(plain, event, "disconnected");
}

/* When it happens. With several hosts the end of its job is told instead, together with others'. */
static bool host_failure_is_told(const struct plain *plain)
{
    return plain->verbose || !plain->has_peers;
}

/* What to do about it stands in the summary. */
static void host_failed(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (host_failure_is_told(plain))
        paper_tell_host(&plain->paper, &plain->paper.errors, event->host, INK_ERROR, "failed",
                        text_of(event));
}

/* ---- jobs ---- */

/* "HEAD deploy on web1: text" */
static void job_news(struct plain *plain, const char *head, const struct event *event)
{
    struct paper *paper = &plain->paper;

    if (is_folded(plain, event)) {
        fold_news(plain->fold, event, head, true);
        return;
    }
    str_add(&paper->text, head);
    paper_add(paper, event->target ? event->target : "the command");
    if (event->host) {
        str_add(&paper->text, " on ");
        paper_add(paper, event->host);
    }
    if (event->text) {
        str_add(&paper->text, ": ");
        paper_add(paper, event->text);
    }
    str_addc(&paper->text, '\n');
    paper_write(paper, &paper->out);
}

static void job_began(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;
    char *head = mem_printf("Executing task '%s'", event->target ? event->target : "");
    bool is_told = !event->is_file && !plain->is_command && !plain->silent;

    summary_add(plain->summary, event, NULL, NULL);
    if (is_folded(plain, event)) {
        if (is_told)
            fold_news(plain->fold, event, head, false);
        fold_job_began(plain->fold, event);
    } else if (is_told) {
        paper_add_label(paper, &paper->out, event->host);
        paper_add_lines(paper, head, "");
        paper_write(paper, &paper->out);
    }
    free(head);
}

/* It will do nothing more. */
static void job_over(struct plain *plain, const struct event *event)
{
    if (is_folded(plain, event))
        fold_job_over(plain->fold, event);
}

static void job_skipped(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (event->is_file && event->text && !plain->silent)
        paper_tell(&plain->paper, &plain->paper.out, INK_PLAIN, "", event->text);
    else if (!event->is_file && plain->verbose)
        job_news(plain, "skipped ", event);
    job_over(plain, event);
}

static void job_would_run(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (!plain->question && (!event->is_file || plain->verbose))
        job_news(plain, event->unsure ? "may run " : "would run ", event);
    job_over(plain, event);
}

static void job_failed(struct plain *plain, const struct event *event)
{
    if (event->is_file)
        paper_tell(&plain->paper, &plain->paper.errors, INK_ERROR, "*** ", text_of(event));
    else if (is_folded(plain, event))
        fold_verdict(plain->fold, event, INK_ERROR, "failed", text_of(event));
    else
        paper_tell_host(&plain->paper, &plain->paper.errors, event->host, INK_ERROR, "failed",
                        text_of(event));
}

static void job_ended(struct plain *plain, const struct event *event)
{
    bool is_news = summary_add(plain->summary, event, NULL, NULL);

    view_job_ended(plain->view, event);
    if (summary_is_interruption(event) ||
        (host_failure_is_told(plain) && summary_is_host_failure(plain->summary, event)))
        is_news = false;
    if (event->is_file && event->silent) /* what was wrong has been told where it stands */
        is_news = false;
    if (event->status != 0 && is_news)
        job_failed(plain, event);
    job_over(plain, event);
}

static void job_dropped(struct plain *plain, const struct event *event)
{
    summary_add(plain->summary, event, NULL, NULL);
    if (plain->verbose)
        job_news(plain, "not run: ", event);
    job_over(plain, event);
}

static void explain(struct plain *plain, const struct event *event)
{
    job_news(plain, "explain: ", event);
}

/* "[web1] differs: /etc/app.conf: changed", and how. */
static void difference(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;
    char *head = mem_printf("differs: %s", text_of(event));

    if (is_folded(plain, event)) {
        fold_news(plain->fold, event, head, false);
    } else {
        paper_add_label(paper, &paper->out, event->host);
        paper_add_lines(paper, head, "    ");
        paper_write(paper, &paper->out);
    }
    free(head);
}

/* ---- steps ---- */

/* "run: make"; a step that is not announced has none. */
static char *step_head(const struct plain *plain, const struct event *event)
{
    if (event->silent || plain->silent)
        return NULL;
    return mem_printf("%s: %s", event->verb ? event->verb : "", text_of(event));
}

static void task_step_began(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;
    char *head = step_head(plain, event);

    if (is_folded(plain, event)) {
        fold_step_began(plain->fold, event, head);
    } else if (head) {
        paper_add_label(paper, &paper->out, event->host);
        paper_add_lines(paper, head, "    ");
        paper_write(paper, &paper->out);
    }
    free(head);
}

static void step_began(struct plain *plain, const struct event *event)
{
    struct paper *paper = &plain->paper;

    view_step_began(plain->view, event);
    if (!event->is_file) {
        task_step_began(plain, event);
    } else if (!event->silent && (!plain->silent || plain->dry_run)) {
        str_addf(&paper->text, "%s\n", text_of(event));
        paper_write(paper, &paper->out);
    }
}

static void step_output(struct plain *plain, const struct event *event)
{
    view_step_output(plain->view, event);
}

/* "run make: exit code 2" */
static void add_failure(const struct event *event, const char *what, struct str *text)
{
    size_t first_line = strcspn(what, "\n");

    str_addn(text, what, first_line);
    str_add(text, what[first_line] ? " …: " : *what ? ": " : "");
    summary_reason(event, text);
}

static void task_step_ended(struct plain *plain, const struct event *event, const char *what)
{
    unsigned ink = event->ignored ? INK_WARNING : INK_ERROR;
    const char *head = event->ignored ? "failed, ignored" : "failed";
    struct str text = { 0 };

    if (event->status == 0 || summary_is_interruption(event))
        head = NULL;
    if (head && is_folded(plain, event) && !plain->silent && !event->silent)
        summary_reason(event, &text); /* right below what has failed */
    else if (head)
        add_failure(event, what, &text);
    if (is_folded(plain, event))
        fold_step_ended(plain->fold, event, ink, head, str_text(&text));
    else if (head)
        paper_tell_host(&plain->paper, &plain->paper.errors, event->host, ink, head,
                        str_text(&text));
    str_free(&text);
}

static void step_ended(struct plain *plain, const struct event *event)
{
    struct str what = { 0 }, tail = { 0 };

    view_step_ended(plain->view, event, &what, &tail);
    summary_add(plain->summary, event, str_text(&what), str_text(&tail));
    if (!event->is_file)
        task_step_ended(plain, event, str_text(&what));
    else if (event->status != 0)
        paper_tell(&plain->paper, &plain->paper.errors, event->ignored ? INK_WARNING : INK_ERROR,
                   event->ignored ? "" : "*** ", text_of(event));
    str_free(&what);
    str_free(&tail);
}

/* ---- the sink ---- */

static void (*const handlers[])(struct plain *plain, const struct event *event) = {
    [EVENT_RUN_BEGAN] = run_began,     [EVENT_PRINTED] = printed,
    [EVENT_NOTICE] = notice,           [EVENT_WARNING] = problem,
    [EVENT_ERROR] = problem,           [EVENT_HOST_CONNECTING] = host_connecting,
    [EVENT_HOST_READY] = host_ready,   [EVENT_HOST_FAILED] = host_failed,
    [EVENT_HOST_CLOSED] = host_closed, [EVENT_JOB_BEGAN] = job_began,
    [EVENT_JOB_SKIPPED] = job_skipped, [EVENT_JOB_WOULD_RUN] = job_would_run,
    [EVENT_JOB_ENDED] = job_ended,     [EVENT_JOB_DROPPED] = job_dropped,
    [EVENT_STEP_BEGAN] = step_began,   [EVENT_STEP_OUTPUT] = step_output,
    [EVENT_STEP_ENDED] = step_ended,   [EVENT_EXPLAIN] = explain,
    [EVENT_DIFFERENCE] = difference,   [EVENT_INTERRUPTED] = interrupted,
    [EVENT_RUN_ENDED] = run_ended,
};

enum { STATUS_TENTHS = 1 }; /* of a second between two status lines */

static void show_status(struct plain *plain, double time)
{
    struct str text = { 0 };

    if (!plain->live || plain->interrupted || time - plain->status_time < STATUS_TENTHS / 10.0)
        return;
    plain->status_time = time;
    progress_line(plain->progress, time, &text);
    paper_set_status(&plain->paper, str_text(&text));
    str_free(&text);
}

static void show(void *self, const struct event *event)
{
    struct plain *plain = self;

    fold_time(plain->fold, event->time);
    progress_add(plain->progress, event);
    handlers[event->kind](plain, event);
    show_status(plain, event->time);
}

static void tick(void *self, double time)
{
    struct plain *plain = self;

    fold_time(plain->fold, time);
    show_status(plain, time);
}

static void pause_sink(void *self, bool paused)
{
    struct plain *plain = self;

    if (paused)
        fold_tell_all(plain->fold);
    paper_pause(&plain->paper, paused);
}

static void plain_free(void *self)
{
    struct plain *plain = self;

    view_free(plain->view);
    fold_free(plain->fold);
    progress_free(plain->progress);
    summary_free(plain->summary);
    paper_free(&plain->paper);
    free(plain);
}

struct event_sink plain_sink(FILE *out, FILE *errors, struct plain_look look)
{
    struct plain *plain = mem_alloc(sizeof *plain);

    paper_init(&plain->paper, look.program, (struct channel){ .file = out, .color = look.color },
               (struct channel){ .file = errors, .color = look.errors_color });
    plain->fold = fold_new(&plain->paper, look.patience ? look.patience : FOLD_PATIENCE);
    plain->view = view_new(&plain->paper, plain->fold);
    plain->progress = progress_new();
    plain->summary = summary_new(look.program);
    plain->verbose = look.verbose;
    plain->silent = look.silent || look.question;
    plain->question = look.question;
    plain->dry_run = look.dry_run;
    plain->live = look.live && !plain->silent;
    return (struct event_sink){
        .event = show, .tick = tick, .pause = pause_sink, .free = plain_free, .self = plain
    };
}
