#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "run/host.h"
#include "run/job.h"
#include "run/project.h"
#include "run/recall.h"
#include "run/script.h"
#include "run/script_big.h"
#include "run/state.h"
#include "run/tell.h"

/* What stands in front of a job's first step and behind its last: the record goes, what is owed is
 * noted, the record comes; and a line in the host's log for each of the two. */

/* What takes no lock keeps no record: another run could be at it. */
bool job_keeps_record(struct job_run *job)
{
    return job->host && job->host->keeps_records && lock_is_wanted(job);
}

struct name_list {
    struct run *run;
    const struct host *host;
    struct vec *names; /* char *, from the heap */
};

static void add_stage_name(void *context, const char *stage)
{
    struct name_list *list = context;
    struct str name = { 0 };
    record_file_name(stage, list->host->spec, &name);
    vec_push(list->names, str_steal(&name));
}

static void add_record_name(void *context, const struct job *job)
{
    struct name_list *list = context;
    struct str name = { 0 };
    record_file_name(job_record_name(run_job(list->run, job)), job->host->spec, &name);
    vec_push(list->names, str_steal(&name));
}

/* "TIME ID began TARGET BY<tab>FROM<tab>GOALS", "TIME ID done TARGET": fields that may hold
 * anything are escaped, so a line is a line. */
static void add_log(struct job_run *job, const char *what, struct str *text)
{
    struct run *run = job->run;
    struct str line = { 0 };
    bool is_first = strcmp(what, "began") == 0;
    time_t now = time(NULL);
    struct tm parts;
    char stamp[32];
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
    str_addf(&line, "%s %s %s ", stamp, run->id, what);
    record_add_escaped(&line, job->job->target->name);
    const char *const fields[] = { run->by, run->from, run->goals };
    for (size_t i = 0; is_first && i < sizeof fields / sizeof *fields; i++) {
        str_addc(&line, '\t');
        record_add_escaped(&line, fields[i]);
    }
    /* Some of the runs look how long it has become. */
    script_log(text, str_text(&line), is_first && run->id[0] == '0');
    str_free(&line);
}

/* The record of the job, and those of the targets that stand for it, are taken away before it
 * changes anything. */
void taking_add(struct job_run *job, struct request *request)
{
    struct vec names = { 0 };
    struct vec owed = { 0 };
    struct str text = { 0 };
    struct name_list list = { job->run, job->host->host, &names };
    hooks_each_in_chain(job->job, add_record_name, &list);
    chain_each_outside(job, add_stage_name, &list);
    hooks_owe(job, &owed);
    script_take(&text, &names, &owed);
    add_log(job, "began", &text);
    request_script(request, job->script_id, str_text(&text));
    for (size_t i = 0; i < names.len; i++)
        free(names.items[i]);
    vec_free(&names);
    vec_free(&owed);
    str_free(&text);
    job->took_record = true;
    job->host->took_records = true;
}

void taking_add_writing(struct job_run *job, struct request *request)
{
    struct run *run = job->run;
    const struct host_record *slot = map_get(&job->host->records, job_record_name(job));
    struct vec places = { 0 };
    struct str head = { 0 };
    struct str text = { 0 };
    struct record record = {
        .target = job_record_name(job),
        .host = job->host->host->spec,
        .machine = session_facts(job->host->session)->machine,
        .time = run->time,
        .by = run->by,
        .from = run->from,
        .revision = project_revision(run),
        .salt = job->salt,
    };
    job->wrote_record = true;
    bool is_wanted = slot && job->has_fingerprint;
    if (is_wanted && places_list(job, &places)) {
        record_write_head(&record, &job->fingerprint, &head);
        struct script_big big = { .is_sent = places_only_sent(job) };
        struct vec before = { 0 };
        big.keeps = big.is_sent && slot->is_present && slot->is_same && !slot->newer;
        if (big.keeps && recall_places(job, &before))
            big.before = &before;
        script_write(&text, slot->file, str_text(&head), &places, &big);
        vec_free(&before);
    } else if (is_wanted) {
        tell_job(job, EVENT_WARNING,
                 "it keeps no record, so it will run again: a name that it sends has a newline");
    }
    places_refresh_others(job, &text);
    add_log(job, "done", &text);
    request_script(request, host_next_id(job->host), str_text(&text));
    vec_free(&places);
    str_free(&head);
    str_free(&text);
}
