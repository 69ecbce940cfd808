#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/command_words.h"
#include "io/loop.h"
#include "io/process.h"
#include "lang/lang.h"
#include "run/file.h"
#include "run/job.h"
#include "run/tell.h"

/* Running a make rule's recipe: its lines by $(SHELL) -c, one after the other, as make does it and
 * in make's words. */

enum { NOT_STARTED = 127 }; /* a shell's exit code for a command that is not there */

/* ---- its end ---- */

static bool was_touched(const char *path, const struct job_run *job)
{
    struct stat now;
    const struct stat *before = &job->file->status;
    bool is_own = strcmp(path, file_path(job->job)) == 0;
    if (stat(path, &now) != 0 || !S_ISREG(now.st_mode))
        return false;
    if (!is_own) /* another of the group: by the time that the recipe began */
        return now.st_mtim.tv_sec >= job->began_at;
    return !job->file->exists || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != before->st_mtim.tv_nsec || now.st_ino != before->st_ino;
}

static void delete_half_made(struct job_run *job, const struct target *target, const char *path)
{
    if ((target->flags & TARGET_PHONY) || file_is_precious(job, target) ||
        !was_touched(path, job) || unlink(path) != 0)
        return;
    const char *name = job->job->target->name;
    tell_message(job, target == job->job->target
                          ? arena_printf(job->arena, "*** Deleting file '%s'", path)
                          : arena_printf(job->arena, "*** [%s] Deleting file '%s'", name, path));
}

/* A half-made target is not left to be taken for done. */
static void delete_targets(struct job_run *job)
{
    const struct model *model = lang_model(job->run->lang);
    const struct job *of = job->job;
    if (!model->delete_on_error && !job->run->interrupted)
        return;
    delete_half_made(job, of->target, file_path(of));
    for (size_t i = 0; i < of->group_count; i++)
        if (of->group[i] != of->target)
            delete_half_made(job, of->group[i], of->group[i]->name);
}

static void end_environment(struct job_run *job)
{
    free(job->file->environment);
    job->file->environment = NULL;
}

static void end_failed(struct job_run *job, const char *why, bool is_told)
{
    struct event event;
    end_environment(job);
    output_release(job);
    job->failure = why;
    job->run->failed = true;
    delete_targets(job);
    file_forget(job);
    contents_expire(job->run->contents);
    event = tell_base(job, EVENT_JOB_ENDED);
    event.text = why;
    event.silent = is_told;
    event.status = job->status ? job->status : FAKE_FAILED;
    event.seconds = tell_seconds(job->run, job->began);
    events_emit(job->run->events, event);
    file_ended(job, OUTCOME_FAILED);
}

static void fail(struct job_run *job, const char *why)
{
    end_failed(job, why, false);
}

/* A diagnostic has told why. */
static void fail_told(struct job_run *job, const char *why)
{
    end_failed(job, why, true);
}

/* ---- running ---- */

static const struct command *current(const struct job_run *job)
{
    return job->file->lines.items[job->file->next];
}

static struct event line_event(const struct job_run *job, enum event_kind kind)
{
    struct event event = tell_base(job, kind);
    const struct command *command = current(job);
    event.step = (unsigned)job->file->next + 1;
    event.text = command->text;
    event.silent = command->silent;
    return event;
}

static void on_output(void *context, int stream, const char *data, size_t size)
{
    struct job_run *job = context;
    struct event event = line_event(job, EVENT_STEP_OUTPUT);
    event.text = NULL;
    event.stream = stream;
    event.data = data;
    event.size = size;
    output_tell(job, current(job), event);
}

/* In make's words; NULL: it ended well. */
static const char *failure_text(struct job_run *job, int status, const char *why)
{
    const char *where = location_text(job->arena, current(job)->line->where);
    const char *name = job->job->target->name, *shuffle = job->run->options->shuffle;
    const char *shuffled = shuffle ? arena_printf(job->arena, " shuffle=%s", shuffle) : "";
    if (status < 0) {
        tell_message(job, arena_printf(job->arena, "%s: %s", job->file->words[0], why));
        return arena_printf(job->arena, "[%s: %s] Error %d%s", where, name, NOT_STARTED, shuffled);
    }
    if (WIFSIGNALED(status))
        return arena_printf(job->arena, "[%s: %s] %s%s", where, name, strsignal(WTERMSIG(status)),
                            shuffled);
    if (WEXITSTATUS(status) != 0)
        return arena_printf(job->arena, "[%s: %s] Error %d%s", where, name, WEXITSTATUS(status),
                            shuffled);
    return NULL;
}

static int exit_code(int status)
{
    if (status < 0)
        return NOT_STARTED;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void run_next(struct job_run *job);

/* For on-failure tasks: $(failed), $(status). */
static void note_failure(struct job_run *job, int status)
{
    struct run *run = job->run;
    if (run->failed_step)
        return;
    run->failed_step = arena_strdup(run->arena, current(job)->text);
    run->failed_status = status;
}

static void on_ended(void *context, int status, bool held, const char *why)
{
    struct job_run *job = context;
    (void)held;
    job->process = NULL;
    const char *failure = failure_text(job, status, why);
    struct event event = line_event(job, EVENT_STEP_ENDED);
    event.ignored = failure && current(job)->ignore && !job->run->interrupted;
    event.text = event.ignored ? arena_printf(job->arena, "%s (ignored)", failure) : failure;
    event.status = exit_code(status);
    free(job->file->words);
    job->file->words = NULL;
    output_tell(job, current(job), event);
    output_line_ended(job);
    job->status = failure ? event.status : 0;
    if (failure && !event.ignored) {
        note_failure(job, event.status);
        fail(job, failure);
        return;
    }
    job->file->next++;
    run_next(job);
}

static const struct process_events events = { .output = on_output, .ended = on_ended };

static void start_line(struct job_run *job, const struct command *command)
{
    struct file_run *file = job->file;
    bool on_terminal = isatty(STDIN_FILENO);
    const struct run_options *run_options = job->run->options;
    file->words = command_words(file->shell, file->shell_flags, command->text);
    struct process_options options = {
        .argv = (const char *const *)file->words,
        .environment = file->environment,
        .inherit = run_options->inherit && run_options->sync == SYNC_NONE,
        .own_group = !on_terminal, /* else it could not read from there */
        .no_input = run_options->jobs_here != 1,
    };
    job->process = process_start(job->run->loop, &options, &events, job);
}

/* Under -n, -t and -q a line runs only when it has + or starts a make. */
static bool is_passed_over(struct job_run *job, const struct command *command)
{
    const struct run_options *options = job->run->options;
    if (command->always)
        return false;
    job->file->passed_over = true;
    return options->dry_run || options->touch || options->question;
}

static bool is_shown(const struct job_run *job, const struct command *command)
{
    const struct run_options *options = job->run->options;
    if (options->touch || options->question)
        return command->always;
    return true;
}

/* -t: as if the recipe had run. */
static void touch(struct job_run *job)
{
    const char *path = file_path(job->job);
    struct event event = tell_base(job, EVENT_STEP_BEGAN);
    if (job->job->target->flags & TARGET_PHONY)
        return;
    if (!job->run->options->dry_run) {
        int fd = open(path, O_WRONLY | O_CREAT, 0666);
        if (fd >= 0)
            close(fd);
        utimensat(AT_FDCWD, path, NULL, 0);
    }
    job->has_started = true;
    event.text = arena_printf(job->arena, "touch %s", job->job->target->name);
    event.silent = job->run->options->silent;
    events_emit(job->run->events, event);
}

static void end(struct job_run *job)
{
    struct run *run = job->run;
    end_environment(job);
    output_release(job);
    if (run->options->question && job->file->passed_over)
        run->to_do = job->would_run = true;
    if (run->options->touch && (job->file->passed_over || job->file->lines.len == 0))
        touch(job);
    file_made(job);
}

static void run_next(struct job_run *job)
{
    struct file_run *file = job->file;
    for (; file->next < file->lines.len; file->next++) {
        const struct command *command = current(job);
        struct event event = line_event(job, EVENT_STEP_BEGAN);
        bool passed_over = is_passed_over(job, command);
        job->has_started = true;
        event.silent = command->silent && !job->run->options->dry_run;
        if (is_shown(job, command))
            output_tell(job, command, event);
        if (passed_over)
            continue;
        start_line(job, command);
        return;
    }
    end(job);
}

/* --trace, in make's words. */
static void trace(struct job_run *job)
{
    const struct recipe *recipe = job->job->recipe;
    const char *where = location_text(job->arena, recipe->lines[0].where);
    const char *name = job->job->target->name;
    struct str newer = { 0 };
    struct expander expander;
    job_expander(job, &expander, EXPAND_VALUE);
    expand_variable(&expander, "?", recipe->where, &newer);
    if (newer.len > 0)
        tell_text(job->run, EVENT_PRINTED,
                  arena_printf(job->arena, "%s: update target '%s' due to: %s", where, name,
                               str_text(&newer)),
                  NULL);
    else
        tell_text(job->run, EVENT_PRINTED,
                  arena_printf(job->arena, "%s: target '%s' does not exist", where, name), NULL);
    str_free(&newer);
}

static bool holds_folder(const char *list, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    for (; list && *(list += strspn(list, ": \t\n")); list += strcspn(list, ": \t\n"))
        if (strcspn(list, ": \t\n") == length && strncmp(list, path, length) == 0)
            return true;
    return false;
}

/* What VPATH found is remade here, unless its folder is in GPATH. */
static void settle_path(struct job_run *job)
{
    if (!job->job->path || holds_folder(job_value(job, "GPATH", job->arena), job->job->path))
        return;
    job->job->path = NULL;
    job->file->exists = stat(file_path(job->job), &job->file->status) == 0;
}

void file_resume(struct job_run *job, bool well)
{
    struct expander expander;
    if (job->run->interrupted) {
        file_drop(job);
        return;
    }
    if (!well) {
        fail(job, "a target that runs before it failed");
        return;
    }
    settle_path(job);
    if (job->file->changed.len > 0)
        job->job->changed = &job->file->changed;
    job_expander(job, &expander, EXPAND_VALUE);
    job->began = loop_now(job->run->loop);
    job->began_at = time(NULL);
    if (!file_expand_commands(job, &expander)) {
        fail_told(job, "its recipe cannot be expanded");
        return;
    }
    if (job->file->lines.len > 0) {
        tell_job(job, job->run->options->dry_run ? EVENT_JOB_WOULD_RUN : EVENT_JOB_BEGAN,
                 job->reasons.len ? job->reasons.items[0] : NULL);
        if (job->run->options->trace)
            trace(job);
        file_find_shell(job);
        job->file->environment = lang_environment(job->run->lang, expander.scope, &expander.calls);
        if (!job->file->environment) {
            fail_told(job, "its environment cannot be made");
            return;
        }
        file_note_begun(job);
    }
    run_next(job);
}

void file_interrupt(struct job_run *job, int signal)
{
    if (job->process)
        process_kill(job->process, signal);
}
