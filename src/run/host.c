#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "lang/lang.h"
#include "run/script.h"
#include "run/state.h"
#include "step/verb.h"

/* A host's session: connecting, the first questions, and to whom what it tells belongs. */

enum { HANDSHAKES_AT_ONCE = 64 };

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

/* A gate is asked when its job's turn has come. */
static bool wants_answer(const struct job_run *job, size_t index)
{
    const struct step_run *step = &job->step_runs[index];
    return step->is_prepared && step->question.len > 0 && !step->answer &&
           (job->steps.items[index].verb->place != STEP_GATE ||
            (job == job->host->active && !job->run->options->sandbox));
}

bool host_ask(struct host_run *host, struct job_run *job)
{
    for (size_t i = 0; i < job->steps.count; i++)
        if (wants_answer(job, i)) {
            uint32_t id = expect_answer(host, job, i);
            session_query(host->session, id, str_text(&job->step_runs[i].question));
        }
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

/* ---- the first question: lock and records ---- */

static const char *holder_line(struct run *run)
{
    return arena_printf(run->arena, "%s, from %s, since %s, for %s", run->by, run->from, run->time,
                        run->goals);
}

/* A record for each name under which a job on the host keeps one. */
static void list_records(struct host_run *host)
{
    struct run *run = host->run;
    for (size_t i = 0; i < host->jobs.len; i++) {
        struct job_run *job = host->jobs.items[i];
        const char *record_name = job_record_name(job);
        void **slot = map_put(&host->records, record_name);
        if (*slot)
            continue;
        struct str name = { 0 };
        record_file_name(record_name, host->host->spec, &name);
        struct host_record *record = arena_alloc(run->arena, sizeof *record);
        record->target = record_name;
        record->file = arena_strdup(run->arena, str_text(&name));
        *slot = record;
        str_free(&name);
    }
}

static bool reads_only(const struct run *run)
{
    return run->options->dry_run || run->options->question;
}

static void ask_lock_and_records(struct host_run *host, struct str *text)
{
    struct vec names = { 0 };
    if (host->lock == LOCK_WANTED)
        script_lock(text, host->run->id, holder_line(host->run));
    if (!host->keeps_records)
        return;
    for (size_t i = 0; i < host->records.len; i++) {
        const struct host_record *record = host->records.entries[i].value;
        vec_push(&names, (void *)record->file);
    }
    script_read(text, &names, !reads_only(host->run));
    vec_free(&names);
}

static void write_first_question(struct host_run *host, struct str *text)
{
    const struct inspect_hooks *inspect = &host->run->inspect;
    if (inspect->ask) {
        inspect->ask(inspect->context, host, text);
        return;
    }
    if (host->run->plan->options->command)
        return; /* `-- CMD`: no lock, no records */
    list_records(host);
    script_library(text, host->folder, host->shares_folder);
    ask_lock_and_records(host, text);
}

static void free_records(struct host_run *host)
{
    for (size_t i = 0; i < host->records.len; i++) {
        struct host_record *record = host->records.entries[i].value;
        record_free(&record->record);
        vec_free(&record->differing);
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
    ask_lock_and_records(host, &text);
    session_query(host->session, expect_answer(host, NULL, 0), str_text(&text));
    str_free(&text);
}

/* ---- reading the first answer ---- */

static struct host_record *record_by_file(struct host_run *host, const char *file)
{
    for (size_t i = 0; i < host->records.len; i++) {
        struct host_record *record = host->records.entries[i].value;
        if (strcmp(record->file, file) == 0)
            return record;
    }
    return NULL;
}

struct answer_reader {
    struct host_run *host;
    struct host_record *record;
    const char *begin; /* of its text; NULL: none or read */
    bool differs;
    struct vec states; /* const char *: of now, when they differ */
};

/* "hash HEX  PATH", "link PATH -> TEXT", "fixed state … PATH", "folder PATH": the path for people.
 */
static const char *place_of_state(const char *line)
{
    if (str_starts(line, "hash ")) {
        const char *blank = strstr(line + 5, "  ");
        return blank ? blank + 2 : line + 5;
    }
    const char *last = strrchr(line, ' ');
    return str_starts(line, "fixed ") && last ? last + 1 : strchr(line, ' ') + 1;
}

/* The places of `lines` whose line is not among the others. */
static void list_differing(const struct vec *lines, const struct vec *others, struct vec *places)
{
    struct map known = { 0 };
    for (size_t i = 0; i < others->len; i++)
        *map_put(&known, others->items[i]) = others->items[i];
    for (size_t i = 0; i < lines->len; i++)
        if (!map_get(&known, lines->items[i]))
            vec_push(places, (void *)place_of_state(lines->items[i]));
    map_free(&known);
}

static void end_record(struct answer_reader *reader)
{
    struct host_record *record = reader->record;
    if (record && record->is_present && reader->differs) {
        list_differing(&record->record.states, &reader->states, &record->differing);
        if (record->differing.len == 0)
            list_differing(&reader->states, &record->record.states, &record->differing);
    }
    reader->states.len = 0;
    reader->differs = false;
    reader->record = NULL;
}

/* A machine that was made anew, or a restored home of another, has no record. */
static bool is_of_this_machine(const struct host_run *host, const struct record *record)
{
    const char *machine = session_facts(host->session)->machine;
    return strcmp(record->machine ? record->machine : "", machine ? machine : "") == 0;
}

static void read_record(struct answer_reader *reader, const char *end)
{
    struct host_record *record = reader->record;
    if (record && reader->begin)
        record->is_present =
            record_parse(&record->record, reader->host->run->arena, reader->begin,
                         (size_t)(end - reader->begin), record->target, reader->host->host->spec) &&
            is_of_this_machine(reader->host, &record->record);
    reader->begin = NULL;
}

/* "NAME MACHINE" of a newer record: what is there may be another name's work. Names that the
 * Fakefile lists are other hosts, or are known to be the same. */
static void read_newer(struct answer_reader *reader, const char *text)
{
    struct host_run *host = reader->host;
    struct run *run = host->run;
    const struct inventory *inventory = &lang_model(run->lang)->inventory;
    const char *machine = strchr(text, ' ');
    if (!machine || strcmp(machine + 1, session_facts(host->session)->machine) != 0)
        return;
    const char *file = arena_strndup(run->arena, text, (size_t)(machine - text));
    bool is_listed = false;
    for (size_t i = 0; i < inventory->hosts.len && !is_listed; i++) {
        const struct host *listed = inventory->hosts.entries[i].value;
        struct str name = { 0 };
        record_file_name(reader->record->target, listed->spec, &name);
        is_listed = strcmp(str_text(&name), file) == 0;
        str_free(&name);
    }
    if (!is_listed)
        reader->record->newer = file;
}

static void read_answer_line(struct answer_reader *reader, const char *line, const char *at)
{
    struct host_run *host = reader->host;
    if (str_starts(line, "+ ")) {
        end_record(reader);
        reader->record = record_by_file(host, line + 2);
        reader->begin = at + strlen(line) + 1;
    } else if (str_starts(line, "= ") && reader->record) {
        read_record(reader, at);
        reader->record->is_same = strcmp(line, "= same") == 0;
        reader->differs = !reader->record->is_same;
    } else if (str_starts(line, "~ ") && reader->record) {
        read_newer(reader, line + 2);
    } else if (str_starts(line, ". ") && reader->record) {
        read_record(reader, at);
        reader->differs = reader->differs && reader->states.len > 0;
        vec_push(&reader->record->owed, (void *)(line + 2));
    } else if (reader->differs) {
        vec_push(&reader->states, (void *)line);
    }
}

static const struct lock_word {
    const char *word;
    enum host_lock lock;
} lock_words[] = {
    { "locked", LOCK_HELD },
    { "ours", LOCK_SHARED },
    { "held ", LOCK_REFUSED },
};

/* What the first line tells of the lock; *holder is who has it. Else the host cannot be worked on:
 * `why` says so. */
static enum host_lock read_lock(struct host_run *host, const char *line, const char **holder)
{
    for (size_t i = 0; i < sizeof lock_words / sizeof *lock_words; i++) {
        const struct lock_word *word = &lock_words[i];
        if (!str_starts(line, word->word))
            continue;
        *holder = line + strlen(word->word);
        return word->lock;
    }
    host->why = arena_printf(host->run->arena, "records cannot be written in %s there",
                             str_starts(line, "unwritable ") ? line + 11 : "their folder");
    return LOCK_HOPELESS;
}

void host_read_records(struct host_run *host, const char *text)
{
    struct answer_reader reader = { .host = host };
    const char *end = text + strlen(text);
    while (text < end) {
        size_t length = strcspn(text, "\n");
        read_answer_line(&reader, arena_strndup(host->run->arena, text, length), text);
        text += length + (text[length] == '\n');
    }
    end_record(&reader);
    vec_free(&reader.states);
}

/* The lock's line, when it was asked for, stands in front of the records. */
static void take_first_answer(struct host_run *host, const char *data, size_t size)
{
    struct run *run = host->run;
    enum host_lock lock = host->lock;
    const char *holder = "";
    if (run->plan->options->command)
        return;
    if (lock == LOCK_WANTED) {
        const char *newline = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t length = newline ? (size_t)(newline - data) : size;
        lock = read_lock(host, arena_strndup(run->arena, data, length), &holder);
        data += newline ? length + 1 : length;
        size -= newline ? length + 1 : length;
    }
    if (!host->why)
        host_read_records(host, arena_strndup(run->arena, data, size));
    if (host->why) {
        tell_host(host, EVENT_HOST_FAILED, host->why,
                  "set state_dir to a folder that can be written");
        run->failed = true;
        host->state = HOST_FAILED;
        host->was_ready = false;
        session_close(host->session, false);
    } else if (!host->was_ready) {
        host->was_ready = true;
        tell_host(host, EVENT_HOST_READY, NULL, NULL);
    }
    lock_answered(host, lock, holder);
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
        take_first_answer(host, str_text(&host->first_answer), host->first_answer.len);
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
        free(step->answer);
        step->answer = status == 0 ? mem_strndup(data, size) : mem_strdup("");
    } else if (host->state == HOST_READY) {
        take_first_answer(host, data, size); /* the lock, once more */
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
    if (error == TRANSPORT_OK && host->state != HOST_CONNECTING) {
        if (host->state == HOST_READY)
            tell_host(host, EVENT_HOST_CLOSED, NULL, NULL);
        if (host->state == HOST_READY)
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
                    .text = str_text(&job->step_runs[k].question),
                };
            count++;
        }
    }
    return count;
}

static void open_session(struct host_run *host)
{
    struct str first = { 0 };
    host->state = HOST_CONNECTING;
    host->run->handshakes++;
    host->began = loop_now(host->run->loop);
    tell_host(host, EVENT_HOST_CONNECTING, NULL, NULL);
    write_first_question(host, &first);
    size_t count = add_step_questions(host, NULL, 1);
    struct session_query *queries = mem_array(count, sizeof *queries);
    queries[0] = (struct session_query){ expect_answer(host, NULL, 0), str_text(&first) };
    add_step_questions(host, queries, 1);
    host->session = session_open(host->run->loop, &host->connection, queries, count, &events, host);
    free(queries);
    str_free(&first);
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
