#include <stdlib.h>
#include <string.h>

#include "lang/lang.h"
#include "run/host.h"
#include "run/job.h"
#include "run/state.h"
#include "step/on.h"
#include "step/step.h"

/* Steps with --on: on other hosts for the sake of the job's own, one after the other, one such step
 * at a time on each. */

/* ---- before the run: whom to connect to and lock ---- */

struct scan {
    struct run *run;
    const struct job *job;
    struct map seen; /* variables */
    struct vec *hosts;
};

static void visit_reference(void *context, enum text_use use, const char *name,
                            struct location where);

/* The word behind "--on=", which may hold $(…) with blanks in it. */
static size_t word_length(const char *word)
{
    size_t length = 0, depth = 0;
    for (; word[length] && (depth > 0 || !strchr(" \t\n", word[length])); length++) {
        depth += word[length] == '(';
        depth -= depth > 0 && word[length] == ')';
    }
    return length;
}

/* What cannot be expanded yet is told at its step's turn. */
static void scan_word(struct scan *scan, const char *word, struct location where)
{
    struct arena *arena = scan->run->arena;
    struct expander expander;
    struct str value = { 0 };
    const char *why;
    struct vec found = { 0 };
    plan_expander(scan->run->plan, scan->job, &expander);
    expander.mode = EXPAND_AHEAD;
    expander.undefined_is_error = false;
    if (expand_string(&expander, arena_strndup(arena, word, word_length(word)), where, &value) &&
        value.len > 0 &&
        on_find_hosts(scan->run->lang, arena, arena_strdup(arena, value.data), where, &found, &why))
        for (size_t i = 0; i < found.len; i++)
            vec_push(scan->hosts, found.items[i]);
    vec_free(&found);
    str_free(&value);
}

static void scan_source(struct scan *scan, const char *source, struct location where)
{
    static const char option[] = "--on=";
    while ((source = strstr(source, option))) {
        source += sizeof option - 1;
        scan_word(scan, source, where);
    }
}

static void visit_reference(void *context, enum text_use use, const char *name,
                            struct location where)
{
    struct scan *scan = context;
    struct variable *variable = scope_find(scan->job->scope, name);
    if (use == TEXT_CALLS || !variable || map_get(&scan->seen, variable->name))
        return;
    *map_put(&scan->seen, variable->name) = variable;
    scan_source(scan, variable->value, where);
    if (variable->flavor != FLAVOR_RECURSIVE)
        return;
    if (!variable->text)
        variable->text = text_compile(lang_arena(scan->run->lang), variable->value,
                                      variable->length, variable->where);
    text_visit(variable->text, visit_reference, scan);
}

static void scan_job(struct run *run, const struct job *job, struct vec *hosts)
{
    struct scan scan = { .run = run, .job = job, .hosts = hosts };
    for (size_t i = 0; i < job->recipe->count; i++) {
        const struct recipe_line *line = &job->recipe->lines[i];
        scan_source(&scan, line->source, line->where);
        text_visit(line->text, visit_reference, &scan);
    }
    map_free(&scan.seen);
}

/* Hosts of the same roles share their scope, and stand together in the plan. */
void visit_find_hosts(struct run *run, struct vec *hosts)
{
    const struct job *last = NULL;
    for (size_t i = 0; i < run->plan->jobs.len; i++) {
        const struct job *job = run->plan->jobs.items[i];
        if (!job->host || !job->recipe ||
            (last && last->recipe == job->recipe && last->scope == job->scope))
            continue;
        scan_job(run, job, hosts);
        last = job;
    }
}

/* ---- at the step's turn ---- */

/* The step's hosts, once. False: the job has failed. */
static bool begin(struct job_run *job, const struct step *step)
{
    const char *why = NULL;
    if (job->visits.len > 0)
        return true;
    if (!on_find_hosts(job->run->lang, job->arena, step->options.on, step->where, &job->visits,
                       &why) ||
        job->visits.len == 0) {
        job_fail(job, FAKE_FAILED, why ? why : "--on names no host");
        return false;
    }
    job->visit = 0;
    return true;
}

static struct host_run *host_of(struct job_run *job)
{
    const struct host *host = job->visits.items[job->visit];
    struct run *run = job->run;
    bool is_known = host->index < run->host_count && run->hosts[host->index].host;
    struct host_run *there = is_known ? &run->hosts[host->index] : NULL;
    if (there && (!lock_is_wanted(job) || there->lock != LOCK_UNWANTED || run->lock_hosts.len == 0))
        return there;
    job_fail(job, FAKE_FAILED,
             arena_printf(job->arena,
                          "--on: %s was not locked when the run began: name it where the recipe is "
                          "written, by no value that is known later",
                          host->spec));
    return NULL;
}

struct host_run *visit_begin(struct job_run *job, const struct step *step)
{
    struct host_run *there = begin(job, step) ? host_of(job) : NULL;
    if (!there)
        return NULL;
    if (job->run->interrupted) {
        job_fail(job, FAKE_INTERRUPTED, "interrupted");
        return NULL;
    }
    if (there->state == HOST_FAILED || there->state == HOST_CLOSED) {
        job_fail_at(there, job, FAKE_UNREACHABLE,
                    arena_printf(job->arena, "--on: %s: %s", there->host->spec,
                                 there->why ? there->why : "the connection ended"));
        return NULL;
    }
    if (there->state != HOST_READY || there->visitor) {
        vec_push(&there->visitors, job);
        if (there->state == HOST_IDLE)
            host_connect(there);
        return NULL;
    }
    there->visitor = job;
    job->at = there;
    job->visit_from = there->next_id;
    return there;
}

void visit_wake(struct host_run *host)
{
    struct vec waiting = host->visitors;
    host->visitors = (struct vec){ 0 };
    for (size_t i = 0; i < waiting.len; i++)
        job_advance(waiting.items[i]);
    vec_free(&waiting);
}

void visit_end(struct job_run *job)
{
    struct host_run *there = job->at;
    if (!there)
        return;
    job->at = NULL;
    there->visitor = NULL;
    visit_wake(there);
}

bool visit_next(struct job_run *job)
{
    if (++job->visit < job->visits.len)
        return true;
    job->visits.len = 0;
    return false;
}

struct job_run *visit_job(const struct host_run *host, uint32_t id)
{
    struct job_run *visitor = host->visitor;
    return visitor && id >= visitor->visit_from && id < visitor->visit_to ? visitor : host->active;
}
