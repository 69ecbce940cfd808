#include <string.h>

#include "run/job.h"
#include "run/state.h"

/* How a job's texts are expanded. */

/* $(failed), $(status), $(failed.hosts) of an on-failure task. */
static bool failure_variable(struct job_run *job, const char *name, struct str *value)
{
    struct run *run = job->run;
    if (job->job->hook != HOOK_ON_FAILURE || job->job->triggers.len == 0)
        return false;
    if (strcmp(name, "failed") == 0)
        str_add(value, run->failed_step ? run->failed_step : "");
    else if (strcmp(name, "status") == 0)
        str_addf(value, "%d", run->failed_status);
    else if (strcmp(name, "failed.hosts") == 0)
        str_add(value, str_text(&run->failed_hosts));
    else
        return false;
    return true;
}

/* The plan's calls have a context of their own: ours stand in front and pass on. */

static bool call_automatic(void *context, const char *name, struct str *value)
{
    struct job_run *job = context;
    if (failure_variable(job, name, value))
        return true;
    return job->calls.automatic && job->calls.automatic(job->calls.context, name, value);
}

static bool call_ask_host(void *context, const char *function, unsigned ordinal,
                          const char *argument, struct str *value)
{
    struct job_run *job = context;
    struct host_answer *answer = job->answers;
    while (answer &&
           (answer->step != job->answering || answer->ordinal != ordinal ||
            strcmp(answer->function, function) != 0 || strcmp(answer->argument, argument) != 0))
        answer = answer->next;
    if (!answer) {
        answer = arena_alloc(job->arena, sizeof *answer);
        answer->step = job->answering;
        answer->ordinal = ordinal;
        answer->function = arena_strdup(job->arena, function);
        answer->argument = arena_strdup(job->arena, argument);
        answer->next = job->answers;
        job->answers = answer;
    }
    if (!answer->value)
        return false;
    str_add(value, answer->value);
    return true;
}

static enum stepped call_stepped(void *context, const char *name, struct str *value)
{
    const struct job_run *job = context;
    const char *known = job->host ? map_get(&job->host->values, name) : NULL;
    if (job->answering == SIZE_MAX)
        return STEPPED_LATER;
    if (known)
        str_add(value, known);
    return known ? STEPPED_SET : STEPPED_UNSET;
}

/* $(each): what its text is expanded with for each host is the plan's, but for --into's values. */
struct each_call {
    struct job_run *job;
    void (*one)(void *state, const struct scope *scope, const struct expand_calls *calls);
    void *state;
    const struct expand_calls *calls; /* of the host that it is at */
    const struct host_run *host;      /* NULL: not in this run */
};

static bool each_automatic(void *context, const char *name, struct str *value)
{
    const struct each_call *each = context;
    return each->calls->automatic && each->calls->automatic(each->calls->context, name, value);
}

static enum stepped each_stepped(void *context, const char *name, struct str *value)
{
    const struct each_call *each = context;
    const char *known = each->host ? map_get(&each->host->values, name) : NULL;
    if (each->job->answering == SIZE_MAX)
        return STEPPED_LATER;
    if (known)
        str_add(value, known);
    return known ? STEPPED_SET : STEPPED_UNSET;
}

static const struct host_run *find_host(const struct run *run, const struct expand_calls *calls)
{
    struct str spec = { 0 };
    const struct host_run *found = NULL;
    if (calls->automatic && calls->automatic(calls->context, "host", &spec))
        for (size_t i = 0; i < run->host_count && !found; i++)
            if (run->hosts[i].host && strcmp(run->hosts[i].host->spec, str_text(&spec)) == 0)
                found = &run->hosts[i];
    str_free(&spec);
    return found;
}

static void each_one(void *state, const struct scope *scope, const struct expand_calls *calls)
{
    struct each_call *each = state;
    each->calls = calls;
    each->host = find_host(each->job->run, calls);
    const struct expand_calls ours = { .context = each,
                                       .automatic = each_automatic,
                                       .stepped = each_stepped };
    each->one(each->state, scope, &ours);
}

static bool call_each_host(void *context, const char *hosts,
                           void (*one)(void *state, const struct scope *scope,
                                       const struct expand_calls *calls),
                           void *state)
{
    struct job_run *job = context;
    struct each_call each = { .job = job, .one = one, .state = state };
    return job->calls.each_host && job->calls.each_host(job->calls.context, hosts, each_one, &each);
}

static bool call_function(void *context, const char *name, const char *const *arguments,
                          unsigned count, struct str *value, const char **error)
{
    struct job_run *job = context;
    *error = "not possible here";
    return job->calls.function &&
           job->calls.function(job->calls.context, name, arguments, count, value, error);
}

void job_expander(struct job_run *job, struct expander *expander, enum expand_mode mode)
{
    *expander = (struct expander){ 0 };
    plan_expander(job->run->plan, job->job, expander);
    job->calls = expander->calls;
    expander->calls = (struct expand_calls){
        .context = job,
        .automatic = call_automatic,
        .stepped = call_stepped,
        .ask_host = job->host ? call_ask_host : NULL,
        .each_host = job->calls.each_host ? call_each_host : NULL,
        .function = job->calls.function ? call_function : NULL,
    };
    expander->mode = mode;
}

void job_open_arena(struct job_run *job)
{
    if (!job->arena)
        job->arena = arena_new();
}

/* Without blanks around it; NULL: nothing is left. */
static const char *trim(const char *text, struct arena *arena)
{
    const char *begin = text + strspn(text, " \t\n");
    size_t length = strlen(begin);
    while (length > 0 && strchr(" \t\n", begin[length - 1]))
        length--;
    return length > 0 ? arena_strndup(arena, begin, length) : NULL;
}

const char *job_value(struct job_run *job, const char *name, struct arena *arena)
{
    struct expander expander;
    struct held_errors held;
    struct str value = { 0 };
    const char *text = NULL;
    job_open_arena(job);
    job_expander(job, &expander, EXPAND_VALUE);
    expander.undefined_is_error = false;
    if (!scope_find(expander.scope, name))
        return NULL; /* not used by the Fakefile: nothing to warn of */
    if (job->failed_value && strcmp(job->failed_value, name) == 0)
        return NULL; /* told already */
    unknown_hold(job, &held);
    if (expand_variable(&expander, name, job->job->target->where, &value))
        text = trim(str_text(&value), arena);
    else
        job->failed_value = arena_strdup(job->run->arena, name);
    unknown_release(&held, &expander, true);
    str_free(&value);
    return text;
}

const char *job_record_name(struct job_run *job)
{
    const struct target *target = job->job->target;
    if (!job->record_name && variables_get(target->variables, "record"))
        job->record_name = job_value(job, "record", job->run->arena);
    if (!job->record_name)
        job->record_name = target->name;
    return job->record_name;
}
