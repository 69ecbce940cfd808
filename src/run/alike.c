#include "lang/lang.h"
#include "run/job.h"
#include "run/state.h"
#include "step/command.h"
#include "step/verb.h"

/* Steps that have the same text for two hosts of a task, and should not: a get would write one file
 * for both, and a command of this machine would do the same twice. */

/* What must differ; NULL: nothing need. */
static const char *own_text(const struct step *step)
{
    const struct verb *verb = step->verb;
    if (verb->is_command)
        return verb->place == STEP_HERE ? step->text : NULL;
    if (!verb->never_skipped || step->argument_count == 0)
        return NULL;
    const struct shell_word *last = &step->arguments[step->argument_count - 1];
    return command_is_folder_path(last) ? NULL : last->text;
}

static void complain(struct job_run *job, const struct step *step, const char *other,
                     const char *text)
{
    struct diags *diags = lang_diags(job->run->lang);
    const char *own = job->host->host->spec;
    if (step->verb->is_command)
        diag_warning(diags, step->where,
                     "this runs once for each host, and is the same for %s and %s", other, own);
    else
        diag_error_hint(diags, step->where,
                        arena_printf(job->arena, "%s and %s would both write %s", other, own, text),
                        "write a folder, with / at its end, or a name with $(host) in it");
}

bool alike_check(struct job_run *job)
{
    struct map *known = &job->run->own_texts; /* text ▶ the first host with it; "": it was told */
    bool fine = true;
    for (size_t i = 0; job->host && i < job->steps.count; i++) {
        const struct step *step = &job->steps.items[i];
        const char *own = job->host->host->spec, *text = own_text(step);
        if (!text)
            continue;
        const char *key = arena_printf(job->arena, "%p %u %s", (const void *)step->where.source,
                                       (unsigned)step->where.offset, text);
        const char *other = map_get(known, key);
        if (!other)
            key = arena_strdup(job->run->arena, key);
        else if (*other && other != own)
            complain(job, step, other, text);
        *map_put(known, key) = (void *)(!other || other == own ? own : "");
        fine = fine && (!other || other == own || step->verb->is_command);
    }
    return fine;
}
