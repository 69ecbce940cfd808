#include "run/run.h"

#include <string.h>

#include "base/arena.h"
#include "lib/context.h"
#include "lib/questions.h"
#include "plan/plan.h"
#include "run/jobserver.h"
#include "run/places.h"
#include "run/states.h"
#include "step/options.h"
#include "step/step.h"

/* Each line of each recipe that may run must be a step, and what its target says for all of them
 * right, before anything connects. */
static void check_steps(const struct plan *plan)
{
    struct vec recipes = { 0 }, targets = { 0 }, told = { 0 };

    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];
        struct expander expander = { 0 };

        if ((job->kind != JOB_HOST && job->kind != JOB_HERE) || !job->recipe ||
            vec_holds(&targets, job->target))
            continue;
        vec_push(&targets, job->target);
        plan_expander(plan, job, &expander);
        options_check_scope(&expander, &told);
        if (vec_holds(&recipes, job->recipe))
            continue;
        vec_push(&recipes, (void *)job->recipe);
        steps_check(job->recipe, &expander);
    }
    vec_free(&recipes);
    vec_free(&targets);
    vec_free(&told);
}

static struct plan_options *list_goals(struct fake *fake)
{
    struct plan_options *options = &fake->plan_options;
    struct goal *goals =
        arena_alloc(fake->arena, (fake->goals.len + 1) * sizeof *goals); /* never empty */

    for (size_t i = 0; i < fake->goals.len; i++)
        goals[i] = *(const struct goal *)fake->goals.items[i];
    options->goals = goals;
    options->goal_count = fake->goals.len;
    return options;
}

const struct plan *fake_plan(struct fake *fake)
{
    const struct plan_options *options = list_goals(fake);

    diag_begin(&fake->diags);
    fake->plan = plan_make(fake->arena, options);
    if (fake->plan)
        check_steps(fake->plan);
    if (fake->plan && fake->diags.errors == 0)
        places_check_plan(fake->plan);
    return fake->diags.errors > 0 ? NULL : fake->plan;
}

/* 0 is the default in the one and no limit in the other. */
static unsigned jobs_here(unsigned wanted)
{
    return wanted == FAKE_UNLIMITED ? 0 : wanted == 0 ? 1 : wanted;
}

/* In the order of enum output_sync; NULL is none. */
static enum output_sync sync_of(const char *kind)
{
    static const char *const names[] = {
        [SYNC_NONE] = "none",
        [SYNC_LINE] = "line",
        [SYNC_TARGET] = "target",
        [SYNC_RECURSE] = "recurse",
    };

    for (size_t i = 0; kind && i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], kind) == 0)
            return (enum output_sync)i;
    }
    return SYNC_NONE;
}

struct run_options fake_run_options(const struct fake *fake)
{
    const struct fake_settings *settings = &fake->settings;

    return (struct run_options){
        .jobs_here = jobs_here(settings->jobs_here),
        .hosts_at_once = settings->hosts_at_once == FAKE_UNLIMITED ? 0 : settings->hosts_at_once,
        .lock_timeout = settings->lock_timeout,
        .keep_going = settings->keep_going || settings->sandbox,
        .dry_run = settings->dry_run || settings->sandbox,
        .always = settings->always || settings->sandbox,
        .question = settings->question,
        .silent = settings->silent,
        .ignore_errors = settings->ignore_errors,
        .touch = settings->touch,
        .explain = settings->explain,
        .diff = settings->diff,
        .sandbox = settings->sandbox,
        .yes = settings->yes,
        .secrets = fake->secrets,
        .trace = settings->trace,
        .check_links = settings->check_links,
        .inherit = settings->inherit_output,
        .load = settings->load,
        .shuffle = settings->shuffle,
        .sync = sync_of(settings->output_sync),
        .jobserver = fake->jobserver,
        .old_files = settings->old_files,
        .new_files = settings->new_files,
        .project = settings->project,
    };
}

/* ---- the jobserver ---- */

void fake_open_jobserver(struct fake *fake)
{
    unsigned jobs = fake->settings.jobs_here;

    if (fake->jobserver)
        return;
    if (fake->settings.jobserver) {
        fake->jobserver = jobserver_join(fake->settings.jobserver);
        if (fake->jobserver)
            return;
        fake->settings.jobserver = NULL;
        fake->settings.jobs_here = 1;
        diag_warning(&fake->diags, (struct location){ 0 },
                     "jobserver unavailable: using -j1.  Add '+' to parent make rule.");
    } else if (jobs > 1 && jobs != FAKE_UNLIMITED) {
        fake->jobserver = jobserver_new(jobs);
    }
}

const char *fake_describe_jobs(const struct fake *fake)
{
    unsigned jobs = fake->settings.jobs_here;

    if (fake->jobserver)
        return arena_printf(fake->arena, " -j%u --jobserver-auth=%s", jobs,
                            jobserver_auth(fake->jobserver));
    return jobs == FAKE_UNLIMITED ? " -j" : "";
}

/* ---- questions ---- */

/* What a job asks only after a failure is not asked before there is one. */
static bool is_for_failures(const struct job *job)
{
    return job->triggers.len > 0 && job->hook == HOOK_ON_FAILURE;
}

static void forget_states(struct fake *fake)
{
    states_free(fake->states);
    fake->states = NULL;
}

/* An answer takes its time: what was seen of files is old then. */
static bool ask_questions(struct fake *fake, const struct plan *plan)
{
    const struct recipe *last = NULL;
    const struct fake_settings *settings = &fake->settings;
    bool asks = false, fine = !settings->dry_run && !settings->sandbox && !settings->question;

    if (!fine)
        return true;
    for (size_t i = 0; i < plan->jobs.len && fine; i++) {
        const struct job *job = plan->jobs.items[i];
        struct expander expander = { 0 };

        if ((job->kind != JOB_HOST && job->kind != JOB_HERE) || !job->recipe ||
            is_for_failures(job))
            continue;
        if (job->recipe != last)
            asks = steps_may_ask(job->target, job->recipe);
        last = job->recipe;
        if (!asks)
            continue;
        forget_states(fake);
        plan_expander(plan, job, &expander);
        fine = steps_ask(job->recipe, &expander);
    }
    return fine;
}

/* ---- the run ---- */

static int run(struct fake *fake, const struct plan *plan)
{
    struct run_options options;

    fake_open_jobserver(fake);
    makeflags_define_for_recipes(fake, fake_describe_jobs(fake));
    options = fake_run_options(fake);
    options.states = fake->states;
    return run_plan(plan, &options, fake->events);
}

static bool is_needless(struct fake *fake)
{
    struct run_options options;

    fake_open_jobserver(fake);
    options = fake_run_options(fake);
    return run_is_needless(list_goals(fake), &options, fake->events, &fake->states);
}

int fake_run(struct fake *fake)
{
    bool is_fine = fake_read(fake, true), is_done = is_fine && is_needless(fake);
    const struct plan *plan = is_fine && !is_done ? fake_plan(fake) : NULL;
    int code;

    if (is_done) {
        code = FAKE_DONE;
    } else if (plan && ask_questions(fake, plan)) {
        code = run(fake, plan);
    } else {
        code = questions_were_interrupted(fake->questions) ? FAKE_INTERRUPTED : FAKE_FAILED;
        if (code == FAKE_INTERRUPTED)
            fake_tell(fake, EVENT_INTERRUPTED, NULL);
        events_emit(fake->events, (struct event){ .kind = EVENT_RUN_ENDED, .status = code });
    }
    forget_states(fake);
    if (fake->entered)
        fake_tell_folder(fake, "Leaving");
    return code == FAKE_DONE && fake->lacks_include ? FAKE_FAILED : code;
}
