#include "ui/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "ui/safe.h"

/* One target on one host. */
struct job {
    char *target;
    char *host;      /* NULL: this machine */
    const char *end; /* a word; NULL: it is not at its end */
    bool is_failed;
    double seconds;
    struct str steps; /* HTML */
    size_t printed;   /* bytes of the step that runs */
    bool in_output;   /* within <pre> */
};

struct report {
    FILE *out;
    const char *program;
    char *goals;
    char began[32];
    struct vec jobs;     /* struct job, by number; NULL: not met */
    struct str messages; /* HTML: what belongs to no job */
};

/* ---- text ---- */

/* What must not stand in HTML as it is. */
static const char *entity(char c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
}

/* Also what would be no character of a page stands as \xNN, but for line ends. */
static void add_escaped(struct str *out, const char *text, size_t size)
{
    while (size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t length = newline ? (size_t)(newline - text) : size;
        struct str line = { 0 };

        safe_add(&line, text, length);
        for (size_t i = 0; i < line.len; i++) {
            if (entity(line.data[i]))
                str_add(out, entity(line.data[i]));
            else
                str_addc(out, line.data[i]);
        }
        str_free(&line);
        if (newline)
            str_addc(out, '\n');
        text += length + (newline != NULL);
        size -= length + (newline != NULL);
    }
}

static void add_text(struct str *out, const char *text)
{
    if (text)
        add_escaped(out, text, strlen(text));
}

/* <TAG class="CLASS">text</TAG> */
static void add_element(struct str *out, const char *tag, const char *class, const char *text)
{
    str_addf(out, "<%s class=\"%s\">", tag, class);
    add_text(out, text);
    str_addf(out, "</%s>\n", tag);
}

/* ---- what happens ---- */

static struct job *job_of(struct report *report, const struct event *event)
{
    struct job *job;

    while (report->jobs.len <= event->job)
        vec_push(&report->jobs, NULL);
    job = report->jobs.items[event->job];
    if (!job) {
        job = report->jobs.items[event->job] = mem_alloc(sizeof *job);
        job->target = mem_strdup(event->target ? event->target : "the command");
        job->host = event->host ? mem_strdup(event->host) : NULL;
    }
    return job;
}

static void end_output(struct job *job)
{
    if (job->in_output)
        str_add(&job->steps, "</pre>\n");
    job->in_output = false;
}

static void run_began(struct report *report, const struct event *event)
{
    free(report->goals);
    report->goals = mem_strdup(event->text ? event->text : "");
}

static void message(struct report *report, const struct event *event)
{
    bool is_bad = event->kind == EVENT_ERROR || event->kind == EVENT_HOST_FAILED;
    struct str text = { 0 };

    str_addf(&text, "%s%s%s", event->host ? event->host : "", event->host ? ": " : "",
             event->text ? event->text : event_kind_name(event->kind));
    if (event->hint)
        str_addf(&text, "\n%s", event->hint);
    add_element(&report->messages, "p", is_bad ? "bad" : "", str_text(&text));
    str_free(&text);
}

static void reason(struct report *report, const struct event *event)
{
    add_element(&job_of(report, event)->steps, "p", "why", event->text);
}

static void step_began(struct report *report, const struct event *event)
{
    struct job *job = job_of(report, event);

    end_output(job);
    job->printed = 0;
    str_add(&job->steps, "<pre class=\"step\">");
    if (event->verb)
        str_addf(&job->steps, "<b>%s</b> ", event->verb);
    add_text(&job->steps, event->text);
    str_add(&job->steps, "</pre>\n");
}

static void step_output(struct report *report, const struct event *event)
{
    struct job *job = job_of(report, event);
    size_t room = job->printed < REPORT_MAXIMUM ? REPORT_MAXIMUM - job->printed : 0;

    job->printed += event->size;
    if (room == 0)
        return;
    if (!job->in_output)
        str_add(&job->steps, "<pre>");
    job->in_output = true;
    if (event->stream == 2)
        str_add(&job->steps, "<i>");
    add_escaped(&job->steps, event->data, event->size < room ? event->size : room);
    if (event->stream == 2)
        str_add(&job->steps, "</i>");
    if (event->size > room)
        str_add(&job->steps, "\n… (the rest is not kept)");
}

static void step_ended(struct report *report, const struct event *event)
{
    struct job *job = job_of(report, event);

    end_output(job);
    if (event->status == 0)
        return;
    str_addf(&job->steps, "<p class=\"bad\">%s", event->ignored ? "failed, ignored: " : "failed: ");
    if (event->text)
        add_text(&job->steps, event->text);
    else
        str_addf(&job->steps, "exit code %d", event->status);
    str_add(&job->steps, "</p>\n");
}

static void job_ended(struct report *report, const struct event *event)
{
    static const char *const words[] = {
        [EVENT_JOB_SKIPPED] = "skipped",
        [EVENT_JOB_WOULD_RUN] = "would run",
        [EVENT_JOB_ENDED] = "done",
        [EVENT_JOB_DROPPED] = "not run",
    };
    struct job *job = job_of(report, event);

    end_output(job);
    job->is_failed = event->kind == EVENT_JOB_ENDED && event->status != 0;
    job->end = job->is_failed ? "failed" : event->unsure ? "may run" : words[event->kind];
    job->seconds = event->seconds;
    if (event->text)
        add_element(&job->steps, "p", job->is_failed ? "bad" : "why", event->text);
}

/* ---- the page ---- */

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}pre{margin:.2em 0 .2em 1.5em;white-space:pre-wrap}"
    "pre.step{margin-left:0;background:#f3f3f3;padding:.2em .5em}"
    "summary{cursor:pointer}summary span{display:inline-block;min-width:6em}"
    ".bad,.failed{color:#b00020}.why,.skipped{color:#767676}i{font-style:normal;color:#8a4b00}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}"
    "pre.step{background:#282828}.bad,.failed{color:#ff7b7b}i{color:#e0a060}}";

static void add_job(const struct job *job, struct str *page)
{
    const char *end = job->end ? job->end : "not ended";

    str_addf(page, "<details%s><summary><span class=\"%s\">%s</span> ",
             job->is_failed ? " open" : "", job->is_failed ? "failed" : end, end);
    add_text(page, job->host ? job->host : "this machine");
    if (job->seconds > 0)
        str_addf(page, ", %.1f s", job->seconds);
    str_add(page, "</summary>\n");
    str_addn(page, str_text(&job->steps), job->steps.len);
    str_add(page, "</details>\n");
}

static struct vec *jobs_of(struct map *targets, const char *target)
{
    void **jobs = map_put(targets, target);

    if (!*jobs)
        *jobs = mem_alloc(sizeof(struct vec));
    return *jobs;
}

/* What failed stands first. */
static void add_target(const char *name, const struct vec *jobs, struct str *page)
{
    add_element(page, "h2", "", name);
    for (int failed = 1; failed >= 0; failed--) {
        for (size_t i = 0; i < jobs->len; i++) {
            const struct job *job = jobs->items[i];
            if (job->is_failed == failed)
                add_job(job, page);
        }
    }
}

/* By target. */
static void add_jobs(const struct report *report, struct str *page)
{
    struct map targets = { 0 };

    for (size_t i = 0; i < report->jobs.len; i++) {
        struct job *job = report->jobs.items[i];
        if (!job)
            continue;
        end_output(job);
        vec_push(jobs_of(&targets, job->target), job);
    }
    for (size_t i = 0; i < targets.len; i++) {
        add_target(targets.entries[i].key, targets.entries[i].value, page);
        vec_free(targets.entries[i].value);
        free(targets.entries[i].value);
    }
    map_free(&targets);
}

static void run_ended(struct report *report, const struct event *event)
{
    struct str page = { 0 };

    str_add(&page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    add_text(&page, report->program);
    str_add(&page, " ");
    add_text(&page, report->goals);
    str_addf(&page, "</title>\n<style>%s</style></head><body>\n<h1>", style);
    add_text(&page, report->program);
    str_add(&page, " ");
    add_text(&page, report->goals);
    str_addf(&page, "</h1>\n<p class=\"%s\">%s, exit code %d, %s, %.1f s</p>\n",
             event->status ? "bad" : "", event->status ? "Failed" : "Done", event->status,
             report->began, event->seconds);
    str_addn(&page, str_text(&report->messages), report->messages.len);
    add_jobs(report, &page);
    str_add(&page, "</body></html>\n");
    fwrite(page.data, 1, page.len, report->out);
    fflush(report->out);
    str_free(&page);
}

/* ---- the sink ---- */

static void (*const handlers[EVENT_RUN_ENDED + 1])(struct report *report,
                                                   const struct event *event) = {
    [EVENT_RUN_BEGAN] = run_began,     [EVENT_PRINTED] = message,
    [EVENT_NOTICE] = message,          [EVENT_WARNING] = message,
    [EVENT_ERROR] = message,           [EVENT_HOST_FAILED] = message,
    [EVENT_INTERRUPTED] = message,     [EVENT_EXPLAIN] = reason,
    [EVENT_JOB_BEGAN] = reason,        [EVENT_JOB_SKIPPED] = job_ended,
    [EVENT_JOB_WOULD_RUN] = job_ended, [EVENT_JOB_ENDED] = job_ended,
    [EVENT_JOB_DROPPED] = job_ended,   [EVENT_STEP_BEGAN] = step_began,
    [EVENT_STEP_OUTPUT] = step_output, [EVENT_STEP_ENDED] = step_ended,
    [EVENT_DIFFERENCE] = reason,       [EVENT_RUN_ENDED] = run_ended,
};

static void take(void *self, const struct event *event)
{
    if (handlers[event->kind])
        handlers[event->kind](self, event);
}

static void report_free(void *self)
{
    struct report *report = self;

    for (size_t i = 0; i < report->jobs.len; i++) {
        struct job *job = report->jobs.items[i];
        if (!job)
            continue;
        free(job->target);
        free(job->host);
        str_free(&job->steps);
        free(job);
    }
    vec_free(&report->jobs);
    str_free(&report->messages);
    free(report->goals);
    free(report);
}

struct event_sink report_sink(FILE *out, const char *program)
{
    struct report *report = mem_alloc(sizeof *report);
    time_t now = time(NULL);
    struct tm parts;

    report->out = out;
    report->program = program;
    gmtime_r(&now, &parts);
    strftime(report->began, sizeof report->began, "%Y-%m-%d %H:%M:%S UTC", &parts);
    return (struct event_sink){ .event = take, .free = report_free, .self = report };
}
