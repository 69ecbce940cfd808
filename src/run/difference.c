#include "step/difference.h"

#include "run/host.h"
#include "run/job.h"
#include "run/state.h"
#include "run/tell.h"

/* What a job's steps will change in files of its host: told with -n by names, with --diff in full,
 * before the first of them. */

enum { NAMES_MAXIMUM = 20 }; /* of one step, with -n: of a tree of thousands, these say enough */

struct telling {
    struct job_run *job;
    const struct step *step;
    size_t count;
};

static bool is_wanted(const struct job_run *job)
{
    const struct run_options *options = job->run->options;

    return !job->has_compared && job->steps.count > 0 && !options->question &&
           (options->diff || options->dry_run);
}

static void list_places(struct job_run *job, size_t index, struct vec *places)
{
    const struct step_run *step = &job->step_runs[index];

    if (step->is_prepared)
        step_places(&job->steps.items[index], job->arena, step->contents, step->answer, places);
}

static void add_question(struct job_run *job, struct str *query)
{
    struct vec places = { 0 };

    for (size_t i = 0; i < job->steps.count; i++)
        list_places(job, i, &places);
    if (places.len > 0)
        difference_ask(&places, job->run->options->diff, query);
    vec_free(&places);
}

static void ask_host(struct job_run *job)
{
    struct str query = { 0 };

    if (job->run->options->sandbox)
        sandbox_ask(job, &query);
    else
        add_question(job, &query);
    job->is_comparing = query.len > 0;
    if (job->is_comparing)
        host_ask_difference(job, str_text(&query));
    str_free(&query);
}

bool difference_is_awaited(struct job_run *job)
{
    if (is_wanted(job) && (!job->host || job->host->state == HOST_READY)) {
        job->has_compared = true;
        if (job->host)
            ask_host(job);
        else if (job->run->options->sandbox)
            sandbox_check_here(job);
    }
    return job->is_comparing && job->host->state == HOST_READY;
}

static void tell(void *context, const struct place *place, const char *what, const char *hunks)
{
    struct telling *telling = context;
    struct str text = { 0 };

    if (telling->count++ >= NAMES_MAXIMUM && !telling->job->run->options->diff)
        return;
    str_addf(&text, "%s: %s", place->path, what);
    if (hunks)
        str_addf(&text, "\n%s", hunks);
    tell_step(telling->job, telling->step, EVENT_DIFFERENCE, 0, str_text(&text));
    str_free(&text);
}

static void tell_rest(const struct telling *telling)
{
    struct str text = { 0 };

    if (telling->count <= NAMES_MAXIMUM || telling->job->run->options->diff)
        return;
    str_addf(&text, "and %zu more", telling->count - NAMES_MAXIMUM);
    tell_step(telling->job, telling->step, EVENT_DIFFERENCE, 0, str_text(&text));
    str_free(&text);
}

void difference_take(struct job_run *job, const char *data, size_t size)
{
    job->is_comparing = false;
    if (job->run->options->sandbox) {
        sandbox_take(job, data, size);
        return;
    }
    for (size_t i = 0; i < job->steps.count && size > 0; i++) {
        struct telling telling = { job, &job->steps.items[i], 0 };
        struct vec places = { 0 };
        list_places(job, i, &places);
        size_t taken = difference_each(&places, data, size, tell, &telling);
        tell_rest(&telling);
        job->differences += telling.count;
        data += taken;
        size -= taken;
        vec_free(&places);
    }
}
