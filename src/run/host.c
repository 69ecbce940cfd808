#include "run/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "run/job.h"
#include "run/recall.h"
#include "run/script.h"
#include "run/tell.h"
#include "step/gate.h"
#include "step/verb.h"

/* A host's session: connecting, the first questions, and to whom what it tells belongs. */

enum {
    HANDSHAKES_AT_ONCE = 64,
    ASKS_MUCH = 16384, /* bytes of a question */
    PUT_OFF = 120,     /* the answer's status, when it was not asked */
    GATE_MOMENT = 10,  /* seconds */
};

uint32_t host_next_id(struct host_run *host)
{
    return host->next_id++;
}

/* ---- questions ---- */

static uint32_t expect_answer(struct host_run *host, struct job_run *job, size_t step)
{
    struct question *question = mem_alloc(sizeof *question);
    question->id = host_next_id(host);
    question->job = job;
    question->step = step;
    question->next = host->questions;
    host->questions = question;
    return question->id;
}

static struct question *take_question(struct host_run *host, uint32_t id)
{
    for (struct question **link = &host->questions; *link; link = &(*link)->next) {
        struct question *question = *link;
        if (question->id != id)
            continue;
        *link = question->next;
        return question;
    }
    return NULL;
}

static bool is_asking(const struct host_run *host, const struct job_run *job)
{
    for (const struct question *question = host->questions; question; question = question->next)
        if (question->job == job)
            return true;
    return false;
}

static bool is_asked(const struct host_run *host, const struct job_run *job, size_t step)
{
    for (const struct question *question = host->questions; question; question = question->next)
        if (question->job == job && question->step == step)
            return true;
    return false;
}

void host_forget_question(struct host_run *host, const struct job_run *job, size_t step)
{
    for (struct question **link = &host->questions; *link;) {
        struct question *question = *link;
        bool is_it = question->job == job && question->step == step;
        if (is_it)
            *link = question->next;
        else
            link = &question->next;
        if (is_it)
            free(question);
    }
}

/* A gate is asked when its job's turn has come. */
static bool wants_answer(const struct job_run *job, size_t index)
{
    const struct step_run *step = &job->step_runs[index];
    return step->is_prepared && step->question.len > 0 && !step->answer && !step->is_put_off &&
           (job->steps.items[index].verb->place != STEP_GATE ||
            (job == job->host->active && !job->run->options->sandbox));
}

/* Of a gate's command, when it has longer than what fake itself asks; and a moment to say so. */
static unsigned limit_of(const struct step *step)
{
    return step->verb->place == STEP_GATE ? step_gate_limit(step) + GATE_MOMENT : 0;
}

/* Of a mirror, not what the records know is read again. */
static void add_question(struct str *text, const struct job_run *job, size_t index)
{
    if (job->steps.items[index].options.mirror)
        script_known(text);
    str_add(text, str_text(&job->step_runs[index].question));
}

bool host_ask(struct host_run *host, struct job_run *job)
{
    struct str text = { 0 };
    for (size_t i = 0; i < job->steps.count; i++)
        if (wants_answer(job, i) && !is_asked(host, job, i) && !recall_answer(job, i)) {
            uint32_t id = expect_answer(host, job, i);
            job->step_runs[i].asked_at = host->acts;
            str_clear(&text);
            bool may_tell = recall_add_question(job, i, &text);
            str_add(&text, may_tell ? "else\n" : "");
            add_question(&text, job, i);
            str_add(&text, may_tell ? "\nfi" : "");
            session_query_within(host->session, &(struct session_query){
                                                    .id = id,
                                                    .text = str_text(&text),
                                                    .limit = limit_of(&job->steps.items[i]),
                                                });
        }
    str_free(&text);
    return is_asking(host, job);
}

static const size_t difference_step = SIZE_MAX; /* in place of one */

void host_ask_difference(struct job_run *job, const char *text)
{
    uint32_t id = expect_answer(job->host, job, difference_step);
    session_query(job->host->session, id, text);
}

void host_query(struct host_run *host, const char *text)
{
    session_query(host->session, host_next_id(host), text);
}

/* ---- the first question ---- */

static void write_first_question(struct host_run *host, struct str *text)
{
    const struct inspect_hooks *inspect = &host->run->inspect;
    if (inspect->ask) {
        inspect->ask(inspect->context, host, text);
        return;
    }
    if (host->run->plan->options->command)
        return; /* `-- CMD`: no lock, no records */
    asking_list_records(host);
    script_library(text, host->folder, host->shares_folder);
    asking_add(host, text);
}

static void free_records(struct host_run *host)
{
    for (size_t i = 0; i < host->records.len; i++) {
        struct host_record *record = host->records.entries[i].value;
        record_free(&record->record);
        vec_free(&record->differing);
        vec_free(&record->modes);
        vec_free(&record->owed);
        record->is_present = record->is_same = false;
        record->newer = NULL;
    }
}

/* Another run had the host meanwhile: what was asked before counts no longer. */
void host_ask_lock(struct host_run *host)
{
    struct str text = { 0 };
    if (host->state != HOST_READY) {
        lock_answered(host, LOCK_HOPELESS, "");
        return;
    }
    free_records(host);
    for (size_t i = 0; i < host->jobs.len; i++) {
        struct job_run *job = host->jobs.items[i];
        for (size_t k = 0; k < job->steps.count; k++) {
            free(job->step_runs[k].answer);
            job->step_runs[k].answer = NULL;
        }
    }
    asking_add(host, &text);
    session_query(host->session, expect_answer(host, NULL, 0), str_text(&text));
    str_free(&text);
}

void host_give_up(struct host_run *host, const char *why, const char *hint)
{
    host->why = why;
    host->state = HOST_FAILED;
    host->was_ready = false;
    tell_host(host, EVENT_HOST_FAILED, why, hint);
    session_close(host->session, false);
}

/* ---- what the session tells ---- */

static void start_waiting(struct run *run);

static void end_handshake(struct host_run *host)
{
    if (host->state != HOST_CONNECTING)
        return;
    host->run->handshakes--;
    start_waiting(host->run);
}

static void on_ready(void *context)
{
    struct host_run *host = context;
    const struct inspect_hooks *inspect = &host->run->inspect;
    end_handshake(host);
    host->state = HOST_READY;
    if (inspect->answer) {
        inspect->answer(inspect->context, host, str_text(&host->first_answer),
                        host->first_answer.len);
        return;
    }
    if (host->run->plan->options->command) {
        host->was_ready = true;
        tell_host(host, EVENT_HOST_READY, NULL, NULL);
    } else {
        answer_take(host, str_text(&host->first_answer), host->first_answer.len);
    }
    if (host->active)
        job_advance(host->active);
    visit_wake(host);
}

static void on_answered(void *context, uint32_t id, int status, const char *data, size_t size)
{
    struct host_run *host = context;
    struct question *question = take_question(host, id);
    if (!question)
        return; /* nobody waits for it */
    struct job_run *job = question->job;
    if (job && question->step == difference_step) {
        difference_take(job, data, size);
    } else if (job) {
        struct step_run *step = &job->step_runs[question->step];
        step->is_put_off = status == PUT_OFF;
        free(step->answer);
        step->answer = step->is_put_off ? NULL
                       : status == 0    ? mem_strndup(data, size)
                                        : mem_strdup("");
        recall_take_answer(job, question->step);
    } else if (host->state == HOST_READY) {
        answer_take(host, data, size); /* the lock, once more */
    } else {
        str_addn(&host->first_answer, data, size);
    }
    free(question);
    if (job && host->state == HOST_READY && !is_asking(host, job) && job == host->active)
        job_advance(job);
}

static void on_began(void *context, uint32_t id)
{
    struct host_run *host = context;
    struct job_run *job = visit_job(host, id);
    if (job)
        request_began(job, id);
}

static void on_output(void *context, uint32_t id, int stream, const char *data, size_t size)
{
    struct host_run *host = context;
    struct job_run *job = visit_job(host, id);
    if (job)
        request_output(job, id, stream, data, size);
}

static void on_step_ended(void *context, uint32_t id, const struct step_result *result)
{
    struct host_run *host = context;
    struct job_run *job = visit_job(host, id);
    if (job)
        request_step_ended(job, id, result);
}

static void on_request_ended(void *context, uint32_t id, int status)
{
    struct host_run *host = context;
    struct job_run *job = visit_job(host, id);
    if (job)
        request_ended(job, id, status);
}

static void on_closed(void *context, enum transport_error error, const char *why, const char *hint)
{
    struct host_run *host = context;
    struct run *run = host->run;
    bool was_ready = host->state == HOST_READY;
    end_handshake(host);
    host->session = NULL;
    if (error == TRANSPORT_OK && (host->state != HOST_CONNECTING || !host->has_booted)) {
        if (host->state == HOST_READY)
            tell_host(host, EVENT_HOST_CLOSED, NULL, NULL);
        if (host->state == HOST_READY || host->state == HOST_CONNECTING)
            host->state = HOST_CLOSED;
        return;
    }
    host->state = HOST_FAILED;
    host->why = arena_strdup(run->arena, why ? why : "the connection ended");
    host->was_unreachable = !was_ready && !run->interrupted;
    tell_host(host, EVENT_HOST_FAILED, host->why, hint);
    lock_answered(host, LOCK_HOPELESS, "");
    if (host->active)
        job_advance(host->active);
    visit_wake(host);
}

static void on_notice(void *context, const char *text)
{
    struct host_run *host = context;
    const char *line = arena_printf(host->run->arena, "%s %s", host->connection.label, text);
    tell_host(host, EVENT_NOTICE, line, NULL);
}

static const struct session_events events = {
    .ready = on_ready,
    .step_began = on_began,
    .output = on_output,
    .step_ended = on_step_ended,
    .request_ended = on_request_ended,
    .answered = on_answered,
    .closed = on_closed,
    .notice = on_notice,
};

/* ---- connecting ---- */

static bool asks_much(const struct job_run *job, size_t index)
{
    return job->steps.items[index].options.mirror || job->step_runs[index].question.len > ASKS_MUCH;
}

/* A record that was found to be as it was says all that is needed of a job that is skipped then,
 * and of a large tree: nothing is asked. */
static const char *first_text(struct host_run *host, struct job_run *job, size_t index)
{
    struct step_run *step = &job->step_runs[index];
    const struct host_record *record = map_get(&host->records, job_record_name(job));
    bool is_gate = job->steps.items[index].verb->place == STEP_GATE;
    step->asked_at = host->acts;
    if (!record || is_gate || !(record->may_skip || asks_much(job, index)))
        return str_text(&step->question);
    struct str text = { 0 };
    str_add(&text, recall_add_question(job, index, &text) ? "el" : "");
    str_add(&text, "if case \"$r_nl$r_ok$r_nl\" in *\"$r_nl\"");
    str_add_quoted(&text, record->file);
    str_addf(&text, "\"$r_nl\"*) ;; *) false;; esac; then f_code %d; else ", PUT_OFF);
    add_question(&text, job, index);
    str_add(&text, "\nfi");
    const char *kept = arena_strdup(job->arena, str_text(&text));
    str_free(&text);
    return kept;
}

void host_ask_after_all(struct host_run *host)
{
    for (size_t i = 0; i < host->records.len; i++) {
        const struct host_record *record = host->records.entries[i].value;
        struct job_run *job = record->job;
        for (size_t k = 0; job && !asking_skips(record) && k < job->steps.count; k++)
            if (!asks_much(job, k))
                job->step_runs[k].is_put_off = false;
    }
}

/* The questions of all jobs on the host that are known by now ride with the connection. */
static size_t add_step_questions(struct host_run *host, struct session_query *queries, size_t count)
{
    for (size_t i = 0; i < host->jobs.len; i++) {
        struct job_run *job = host->jobs.items[i];
        for (size_t k = 0; k < job->steps.count; k++) {
            if (!wants_answer(job, k))
                continue;
            if (queries)
                queries[count] = (struct session_query){
                    .id = expect_answer(host, job, k),
                    .text = first_text(host, job, k),
                    .limit = limit_of(&job->steps.items[k]),
                };
            count++;
        }
    }
    return count;
}

static void boot_session(struct host_run *host)
{
    struct str first = { 0 };
    write_first_question(host, &first);
    size_t count = add_step_questions(host, NULL, 1);
    struct session_query *queries = mem_array(count, sizeof *queries);
    queries[0] = (struct session_query){
        .id = expect_answer(host, NULL, 0),
        .text = str_text(&first),
    };
    add_step_questions(host, queries, 1);
    session_boot(host->session, queries, count);
    free(queries);
    str_free(&first);
}

/* What its questions need may still be read: it is reached meanwhile. */
void host_boot(struct host_run *host)
{
    if (host->state != HOST_CONNECTING || host->has_booted ||
        (host->waits_for_contents && !prepare_ahead(host)))
        return;
    host->has_booted = true;
    host->began = loop_now(host->run->loop);
    boot_session(host);
}

static void open_session(struct host_run *host)
{
    host->state = HOST_CONNECTING;
    host->run->handshakes++;
    tell_host(host, EVENT_HOST_CONNECTING, NULL, NULL);
    host->session = session_open(host->run->loop, &host->connection, &events, host);
    host_boot(host);
}

static void start_waiting(struct run *run)
{
    unsigned limit = run->options->handshakes ? run->options->handshakes : HANDSHAKES_AT_ONCE;
    while (run->handshakes < limit && run->first_waiting < run->waiting_hosts.len) {
        struct host_run *host = run->waiting_hosts.items[run->first_waiting++];
        if (host->state == HOST_WAITING)
            open_session(host);
    }
}

void host_connect(struct host_run *host)
{
    if (host->state != HOST_IDLE)
        return;
    host->state = HOST_WAITING;
    vec_push(&host->run->waiting_hosts, host);
    start_waiting(host->run);
}

void host_close(struct host_run *host, bool at_once)
{
    if (host->session && (host->state == HOST_READY || host->state == HOST_CONNECTING || at_once))
        session_close(host->session, at_once);
    if (host->state == HOST_WAITING || host->state == HOST_IDLE)
        host->state = HOST_CLOSED;
    visit_wake(host);
}

void host_free(struct host_run *host)
{
    while (host->questions) {
        struct question *next = host->questions->next;
        free(host->questions);
        host->questions = next;
    }
    free_records(host);
    map_free(&host->records);
    map_free(&host->places);
    map_free(&host->files);
    map_free(&host->values);
    vec_free(&host->jobs);
    vec_free(&host->visitors);
    str_free(&host->first_answer);
}
