#include "run/run.h"
#include "run/recall.h"

#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"
#include "lang/lang.h"
#include "run/file.h"
#include "run/host.h"
#include "run/job.h"
#include "run/journal.h"
#include "run/project.h"
#include "run/quick.h"
#include "run/script.h"
#include "run/slots.h"
#include "run/state.h"
#include "run/tell.h"

/* ---- what the scheduler asks for ---- */

/* The rest of the run hears of it as of one that was skipped the long way. */
static void end_quickly(struct run *run, const struct job *job)
{
    if (job->kind == JOB_FILE)
        events_emit(run->events, (struct event){ .kind = EVENT_JOB_SKIPPED,
                                                 .job = job->index + 1,
                                                 .target = job->target->name,
                                                 .is_file = true });
    scheduler_end(run->scheduler, job, OUTCOME_SKIPPED);
}

static void start_job(void *context, const struct job *job)
{
    struct run *run = context;
    if ((job->kind == JOB_SOURCE || job->kind == JOB_FILE) && quick_is_done(run->quick, job)) {
        end_quickly(run, job);
        return;
    }
    struct job_run *job_run = run_job(context, job);
    if (job->kind == JOB_SOURCE)
        source_start(job_run);
    else if (job->kind == JOB_FILE)
        file_start(job_run);
    else
        job_start(job_run);
}

static void resume_job(void *context, const struct job *job, bool well)
{
    struct job_run *job_run = run_job(context, job);
    if (job->kind == JOB_FILE)
        file_resume(job_run, well);
    else
        job_resume(job_run, well);
}

static void job_dropped(void *context, const struct job *job, const struct job *cause)
{
    struct job_run *job_run = run_job(context, job);
    if (!job->is_goal && job->kind == JOB_SOURCE)
        return;
    if (job->is_goal && cause && job->kind == JOB_FILE)
        file_not_remade(job_run);
    struct str text = { 0 };
    if (!cause)
        str_add(&text, "not started after a failure");
    else if (cause->host && cause->host != job->host)
        str_addf(&text, "%s failed on %s", cause->target->name, cause->host->spec);
    else
        str_addf(&text, "%s failed", cause->target->name);
    tell_job(job_run, EVENT_JOB_DROPPED, str_text(&text));
    str_free(&text);
}

static void end_signals(struct run *run)
{
    for (size_t i = 0; i < sizeof run->watches / sizeof *run->watches; i++) {
        if (run->watches[i])
            signal_watch_free(run->watches[i]);
        run->watches[i] = NULL;
    }
}

static bool may_start(void *context, unsigned active)
{
    const struct run *run = context;
    return slots_take(run->slots, active);
}

static void place_given_up(void *context, unsigned active)
{
    const struct run *run = context;
    slots_give(run->slots, active);
}

static void terminal_taken(void *context, bool is_taken)
{
    const struct run *run = context;
    events_pause(run->events, is_taken);
}

static void go_on(void *context)
{
    const struct run *run = context;
    scheduler_go_on(run->scheduler);
}

static void all_finished(void *context)
{
    struct run *run = context;
    run->is_over = true;
    pulse_end(run);
    slots_stop(run->slots);
    intermediate_remove_all(run);
    for (size_t i = 0; i < run->host_count; i++)
        host_close(&run->hosts[i], false);
    lock_end(run);
}

void run_job_ended(struct job_run *job, enum outcome outcome)
{
    struct run *run = job->run;
    job->state = JOB_ENDED;
    if (job->job->triggers.len > 0 && (outcome == OUTCOME_RAN || outcome == OUTCOME_SKIPPED))
        hooks_strike(job);
    if (run->options->question && run->to_do)
        scheduler_stop(run->scheduler); /* the answer is known */
    scheduler_end(run->scheduler, job->job, outcome);
}

/* ---- signals ---- */

static void watch_signals(struct run *run)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        run->watches[i] = loop_watch_signal(run->loop, numbers[i], interrupt_run, run);
}

/* ---- what a run knows from the start ---- */

static const char *who(struct arena *arena)
{
    struct utsname machine;
    const struct passwd *user = getpwuid(geteuid());
    if (uname(&machine) != 0)
        machine.nodename[0] = '\0';
    return user ? arena_printf(arena, "%s@%s", user->pw_name, machine.nodename)
                : arena_printf(arena, "%ld@%s", (long)geteuid(), machine.nodename);
}

static const char *this_folder(struct arena *arena)
{
    char path[4096];
    return arena_strdup(arena, getcwd(path, sizeof path) ? path : ".");
}

static const char *time_now(struct arena *arena)
{
    char text[32];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return arena_strdup(arena, text);
}

static const char *goal_names(const struct plan *plan, struct arena *arena)
{
    struct str text = { 0 };
    struct map seen = { 0 };
    if (plan->options->command)
        str_addf(&text, "-- %s", plan->options->command);
    for (size_t i = 0; !plan->options->command && i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        if (!job->is_goal)
            continue;
        void **slot = map_put(&seen, job->target->name);
        if (!*slot)
            str_addf(&text, "%s%s", text.len ? " " : "", job->target->name);
        *slot = job->target;
    }
    const char *names = arena_strdup(arena, str_text(&text));
    str_free(&text);
    map_free(&seen);
    return names;
}

/* Tells our lock from another run's. A fake that a recipe started counts as the outer run. */
static const char *run_id(struct run *run)
{
    static const char name[] = "FAKE_RUN";
    const struct variables *globals = &lang_model(run->lang)->globals;
    struct variable *outer = variables_get(globals, name);
    struct hash known;
    if (outer && outer->origin == ORIGIN_ENVIRONMENT && hash_parse(outer->value, &known))
        return outer->value;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct hasher *hasher = hasher_new();
    char hex[HASH_HEX_SIZE];
    pid_t pid = getpid();
    hasher_add_string(hasher, run->by);
    hasher_add(hasher, &pid, sizeof pid);
    hasher_add(hasher, &now, sizeof now);
    hash_hex(hasher_end(hasher), hex);
    if (run->plan->hosts.len > 0) {
        lang_define(run->lang, NULL, name, hex, ORIGIN_ENVIRONMENT, FLAVOR_SIMPLE);
        variables_get(globals, name)->export = EXPORT_YES;
    }
    return arena_strdup(run->arena, hex);
}

/* ---- setting up ---- */

static bool needs_store(const struct plan *plan)
{
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        if (job->kind == JOB_FILE || job->kind == JOB_HERE)
            return true;
    }
    return false;
}

static void flush_store(void *store)
{
    store_flush(store);
}

/* For the hashes of a tree's files only. */
static struct store *open_tree_store(void *context, bool may_make)
{
    struct run *run = context;
    char *why = NULL;
    bool reads_only = run->options->dry_run || run->options->question;
    if (access(".fake/store", R_OK) != 0 && (reads_only || !may_make))
        return NULL;
    run->tree_store = store_open(".", &why);
    if (why && run->tree_store)
        tell_text(run, EVENT_WARNING, why, NULL);
    free(why);
    return run->tree_store;
}

static void open_store(struct run *run)
{
    char *why = NULL;
    if (!needs_store(run->plan))
        return;
    bool reads_only = run->options->dry_run || run->options->question;
    if (reads_only && access(".fake/store", R_OK) != 0)
        return; /* nothing is made for it */
    run->store = store_open(".", &why);
    if (why)
        tell_text(run, EVENT_WARNING, why,
                  run->store ? NULL : "what is made here is decided by time stamps");
    free(why);
    if (run->store)
        run->journal = journal_open(".fake", file_note_unfinished, flush_store, run->store);
}

struct job_run *run_job(struct run *run, const struct job *job)
{
    struct job_run *job_run = run->jobs[job->index];
    if (!job_run) {
        job_run = run->jobs[job->index] = mem_alloc(sizeof *job_run);
        job_run->run = run;
        job_run->job = run->plan->jobs.items[job->index];
    }
    return job_run;
}

const struct job_run *run_job_seen(const struct run *run, const struct job *job)
{
    static const struct job_run none = { 0 };
    const struct job_run *seen = run->jobs[job->index];
    return seen ? seen : &none;
}

/* A host knows its jobs from the start; what is here is mostly up to date and never needs one. */
static void set_up_jobs(struct run *run)
{
    const struct plan *plan = run->plan;
    run->jobs = mem_array(plan->jobs.len + 1, sizeof *run->jobs);
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        if (job->kind == JOB_HERE)
            run->has_chains = run->has_chains || chain_decides(run_job(run, job));
        if (job->kind != JOB_HOST)
            continue;
        struct job_run *job_run = run_job(run, job);
        run->has_chains = run->has_chains || chain_decides(job_run);
        job_run->host = &run->hosts[job->host->index];
        vec_push(&job_run->host->jobs, job_run);
    }
}

/* A host that is visited alone is locked where those that visit it are. */
static struct job_run *any_visitor(struct run *run)
{
    for (size_t i = 0; i < run->host_count; i++)
        if (run->hosts[i].jobs.len > 0)
            return run->hosts[i].jobs.items[0];
    return NULL;
}

/* The records' folder there, and whether records are kept at all (§5: where each operator logs in
 * as himself, his records say nothing about the others'). */
static void find_folder(struct run *run, struct host_run *host)
{
    struct job_run *job = host->jobs.len > 0 ? host->jobs.items[0] : any_visitor(run);
    const char *state_dir = job ? job_value(job, "state_dir", run->arena) : NULL;
    char *folder = script_folder(state_dir, run->project);
    host->folder = arena_strdup(run->arena, folder);
    free(folder);
    host->shares_folder = state_dir != NULL;
    host->keeps_records =
        !run->plan->options->command && (state_dir || !plan_user_is_open(run->plan, host->host));
}

static void tell_open_user(struct run *run)
{
    for (size_t i = 0; !run->plan->options->command && i < run->host_count; i++)
        if (run->hosts[i].jobs.len > 0 && !run->hosts[i].keeps_records) {
            tell_text(run, EVENT_NOTICE,
                      "nothing is skipped on hosts: nothing says who logs in, and records are kept "
                      "by user",
                      "set user or state_dir in the Fakefile, or give -u");
            return;
        }
}

static bool set_up_host(struct run *run, const struct host *host, struct map *misfits)
{
    struct host_run *host_run = &run->hosts[host->index];
    if (host_run->host)
        return true;
    host_run->run = run;
    host_run->host = host;
    host_run->next_id = 1;
    return plan_connection(run->plan, host, &host_run->connection, misfits);
}

/* The plan's, and those that steps of it visit. */
static bool set_up_hosts(struct run *run)
{
    struct vec visited = { 0 };
    struct map misfits = { 0 };
    const struct vec *lists[] = { &run->plan->hosts, &visited };
    bool fine = true;
    visit_find_hosts(run, &visited);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->len; i++) {
            const struct host *host = lists[k]->items[i];
            if (host->index >= run->host_count)
                run->host_count = host->index + 1;
        }
    run->hosts = mem_array(run->host_count ? run->host_count : 1, sizeof *run->hosts);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->len; i++)
            fine = set_up_host(run, lists[k]->items[i], &misfits) && fine;
    plan_tell_misfits(run->plan, &misfits);
    for (size_t i = 0; i < visited.len; i++)
        run->hosts[((const struct host *)visited.items[i])->index].is_visited = true;
    vec_free(&visited);
    return fine;
}

void run_tear_down(struct run *run)
{
    quick_free(run->quick);
    recall_free(run);
    store_close(run->store);
    store_close(run->tree_store);
    journal_close(run->journal);
    scheduler_free(run->scheduler);
    for (size_t i = 0; run->jobs && i < run->plan->jobs.len; i++) {
        if (!run->jobs[i])
            continue;
        file_free(run->jobs[i]->file);
        job_free(run->jobs[i]);
        free(run->jobs[i]);
    }
    for (size_t i = 0; i < run->host_count; i++)
        host_free(&run->hosts[i]);
    contents_free(run->contents);
    slots_free(run->slots);
    vec_free(&run->waiting_hosts);
    vec_free(&run->late.queue);
    map_free(&run->peers);
    map_free(&run->own_texts);
    vec_free(&run->lock_hosts);
    vec_free(&run->for_terminal);
    str_free(&run->failed_hosts);
    free(run->jobs);
    free(run->hosts);
    loop_free(run->loop);
    arena_free(run->arena);
}

/* ---- the run ---- */

int run_exit_code(const struct run *run)
{
    if (run->interrupted)
        return FAKE_INTERRUPTED;
    if (run->failed)
        return FAKE_FAILED;
    if (run->locked)
        return FAKE_LOCKED;
    if (run->unreachable)
        return FAKE_UNREACHABLE;
    return run->options->question && run->to_do ? FAKE_TO_DO : FAKE_DONE;
}

bool run_set_up(struct run *run, const struct plan *plan, const struct run_options *options,
                struct events *events)
{
    run->plan = plan;
    run->options = options;
    run->events = events;
    run->lang = plan->options->lang;
    run->loop = loop_new();
    run->arena = arena_new();
    run->by = who(run->arena);
    run->from = this_folder(run->arena);
    run->time = time_now(run->arena);
    run->goals = goal_names(plan, run->arena);
    run->id = run_id(run);
    bool fine = set_up_hosts(run);
    set_up_jobs(run);
    run->project = project_name(run);
    for (size_t i = 0; i < run->host_count; i++)
        if (run->hosts[i].host)
            find_folder(run, &run->hosts[i]);
    return fine;
}

static void execute(struct run *run)
{
    struct scheduler_options options = {
        .jobs_here = lang_model(run->lang)->not_parallel ? 1 : run->options->jobs_here,
        .hosts_at_once = run->options->hosts_at_once,
        .keep_going = run->options->keep_going,
    };
    struct scheduler_calls calls = {
        .context = run,
        .start = start_job,
        .resume = resume_job,
        .dropped = job_dropped,
        .finished = all_finished,
        .pause = pause_begin,
        .may_start = may_start,
        .wants_place = intermediate_wants_place,
        .place_is_free = intermediate_take_place,
        .place_given_up = place_given_up,
    };
    tell_open_user(run);
    lock_set_up(run);
    open_store(run);
    run->contents = contents_new(run->loop, run->store);
    contents_set_opener(run->contents, open_tree_store, run);
    run->slots = slots_new(run->loop, run->options, go_on, run);
    run->quick = quick_new(run);
    run->scheduler = scheduler_new(run->plan, &options, &calls);
    watch_signals(run);
    loop_watch_terminal(run->loop, terminal_taken, run);
    pulse_begin(run);
    scheduler_begin(run->scheduler);
    loop_run(run->loop);
    end_signals(run);
    quick_save(run->quick);
}

int run_plan(const struct plan *plan, const struct run_options *options, struct events *events)
{
    struct run run = { 0 };
    bool fine = run_set_up(&run, plan, options, events);
    events_emit(events, (struct event){ .kind = EVENT_RUN_BEGAN,
                                        .text = run.goals,
                                        .peers = (unsigned)plan->hosts.len });
    uint64_t began = loop_now(run.loop);
    if (fine)
        execute(&run);
    else
        run.failed = true;
    int status = run_exit_code(&run);
    events_emit(events, (struct event){ .kind = EVENT_RUN_ENDED,
                                        .status = status,
                                        .seconds = tell_seconds(&run, began) });
    run_tear_down(&run);
    return status;
}
