#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/process.h"
#include "lang/lang.h"
#include "run/file.h"

/* Running a make rule's recipe: its lines by $(SHELL) -c, one after the other, as make does it and
 * in make's words. */

/* ---- the lines ---- */

/* The end of a line: a newline without a backslash in front. */
static size_t line_length(const char *text)
{
    size_t length = 0;
    while (text[length] && text[length] != '\n')
        length += text[length] == '\\' && text[length + 1] ? 2 : 1;
    return length;
}

static void add_command(struct job_run *job, const struct recipe_line *line, const char *text)
{
    struct command *command = arena_alloc(job->arena, sizeof *command);
    const struct run_options *options = job->run->options;
    unsigned flags = job->job->target->flags | lang_model(job->run->lang)->all_flags;
    command->line = line;
    command->silent = options->silent || (flags & TARGET_SILENT);
    command->ignore = options->ignore_errors || (flags & TARGET_IGNORE);
    command->always = strstr(line->source, "$(MAKE)") || strstr(line->source, "${MAKE}");
    for (; *text && strchr(" \t@-+", *text); text++) {
        command->silent = command->silent || *text == '@';
        command->ignore = command->ignore || *text == '-';
        command->always = command->always || *text == '+';
    }
    command->text = text;
    if (text[strspn(text, " \t\n")])
        vec_push(&job->file->lines, command);
}

/* A line of the Fakefile may expand to several. */
static void split_lines(struct job_run *job, const struct recipe_line *line, const char *text)
{
    while (*text) {
        size_t length = line_length(text);
        add_command(job, line, arena_strndup(job->arena, text, length));
        text += length + (text[length] == '\n');
    }
}

static bool expand_lines(struct job_run *job, struct expander *expander)
{
    const struct recipe *recipe = job->job->recipe;
    struct str whole = { 0 };
    bool fine = true;
    bool one_shell = lang_model(job->run->lang)->one_shell;
    for (size_t i = 0; i < recipe->count && fine; i++) {
        struct str text = { 0 };
        fine = expand(expander, recipe->lines[i].text, &text);
        if (fine && one_shell)
            str_addf(&whole, "%s%s", i ? "\n" : "", str_text(&text));
        else if (fine)
            split_lines(job, &recipe->lines[i], arena_strdup(job->arena, str_text(&text)));
        str_free(&text);
    }
    if (fine && one_shell)
        add_command(job, &recipe->lines[0], arena_strdup(job->arena, str_text(&whole)));
    str_free(&whole);
    return fine;
}

static void make_argv(struct job_run *job)
{
    struct file_run *file = job->file;
    const char *shell = job_value(job, "SHELL", job->arena);
    const char *shell_flags = job_value(job, ".SHELLFLAGS", job->arena);
    char *flags = arena_strdup(job->arena, shell_flags ? shell_flags : "-c");
    const char **argv = arena_alloc(job->arena, (strlen(flags) / 2 + 4) * sizeof *argv);
    size_t count = 0;
    argv[count++] = shell ? shell : "/bin/sh";
    for (char *p = flags; *(p += strspn(p, " \t"));) {
        argv[count++] = p;
        p += strcspn(p, " \t");
        if (*p)
            *p++ = '\0';
    }
    file->line_place = count;
    file->argv = argv;
}

/* ---- its end ---- */

static bool was_touched(const struct job_run *job)
{
    struct stat now;
    const struct stat *before = &job->file->status;
    if (stat(file_path(job->job), &now) != 0 || !S_ISREG(now.st_mode))
        return false;
    return !job->file->exists || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != before->st_mtim.tv_nsec || now.st_ino != before->st_ino;
}

/* A half-made target is not left to be taken for done. */
static void delete_target(struct job_run *job)
{
    const struct model *model = lang_model(job->run->lang);
    unsigned flags = job->job->target->flags;
    if (!(model->delete_on_error || job->run->interrupted) ||
        (flags & (TARGET_PRECIOUS | TARGET_PHONY)) || !was_touched(job))
        return;
    if (unlink(file_path(job->job)) == 0) {
        struct event event = tell_base(job, EVENT_WARNING);
        event.text = arena_printf(job->arena, "*** Deleting file '%s'", job->job->target->name);
        events_emit(job->run->events, event);
    }
}

static void fail(struct job_run *job, const char *why)
{
    job->failure = why;
    job->run->failed = true;
    if (job->run->store)
        store_remove_record(job->run->store, job->job->target->name);
    delete_target(job);
    contents_expire(job->run->contents);
    tell_job(job, EVENT_JOB_ENDED, why);
    run_job_ended(job, OUTCOME_FAILED);
}

static void end_environment(struct job_run *job)
{
    if (job->file->environment)
        lang_environment_free(job->file->environment);
    job->file->environment = NULL;
}

/* ---- running ---- */

static struct event line_event(const struct job_run *job, enum event_kind kind)
{
    struct event event = tell_base(job, kind);
    const struct command *command = job->file->lines.items[job->file->next];
    event.step = (unsigned)job->file->next + 1;
    event.text = command->text;
    event.silent = command->silent;
    return event;
}

static void on_output(void *context, int stream, const char *data, size_t size)
{
    const struct job_run *job = context;
    struct event event = line_event(job, EVENT_STEP_OUTPUT);
    event.text = NULL;
    event.stream = stream;
    event.data = data;
    event.size = size;
    events_emit(job->run->events, event);
}

static const char *failure_text(struct job_run *job, int status, const char *why)
{
    const struct command *command = job->file->lines.items[job->file->next];
    const char *where = location_text(job->arena, command->line->where);
    const char *name = job->job->target->name;
    if (status < 0)
        return arena_printf(job->arena, "[%s: %s] %s", where, name, why);
    if (WIFSIGNALED(status))
        return arena_printf(job->arena, "[%s: %s] %s", where, name, strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return arena_printf(job->arena, "[%s: %s] Error %d", where, name, WEXITSTATUS(status));
    return NULL;
}

static void run_next(struct job_run *job);

static void on_ended(void *context, int status, bool held, const char *why)
{
    struct job_run *job = context;
    (void)held;
    job->process = NULL;
    const struct command *command = job->file->lines.items[job->file->next];
    const char *failure = failure_text(job, status, why);
    struct event event = line_event(job, EVENT_STEP_ENDED);
    event.text = failure;
    event.status = status < 0            ? 127
                   : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                         : WEXITSTATUS(status);
    event.ignored = failure && command->ignore && !job->run->interrupted;
    events_emit(job->run->events, event);
    job->status = failure ? event.status : 0;
    if (failure && !event.ignored) {
        end_environment(job);
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
    const char *argv[64] = { 0 };
    size_t count = 0;
    while (count < file->line_place && count < 62) {
        argv[count] = file->argv[count];
        count++;
    }
    argv[count] = command->text;
    struct process_options options = { .argv = argv, .environment = file->environment };
    job->process = process_start(job->run->loop, &options, &events, job);
}

static void run_next(struct job_run *job)
{
    struct file_run *file = job->file;
    bool dry = job->run->options->dry_run;
    for (; file->next < file->lines.len; file->next++) {
        const struct command *command = file->lines.items[file->next];
        struct event event = line_event(job, EVENT_STEP_BEGAN);
        event.silent = command->silent && !dry;
        events_emit(job->run->events, event);
        if (dry && !command->always)
            continue;
        start_line(job, command);
        return;
    }
    end_environment(job);
    file_made(job);
}

/* -t: as if the recipe had run. */
static void touch(struct job_run *job)
{
    const char *path = file_path(job->job);
    if (!(job->job->target->flags & TARGET_PHONY) && !job->run->options->dry_run) {
        int fd = open(path, O_WRONLY | O_CREAT, 0666);
        if (fd >= 0)
            close(fd);
        utimensat(AT_FDCWD, path, NULL, 0);
    }
    struct event event = tell_base(job, EVENT_STEP_BEGAN);
    event.text = arena_printf(job->arena, "touch %s", job->job->target->name);
    event.silent = job->run->options->silent;
    events_emit(job->run->events, event);
    file_made(job);
}

void file_resume(struct job_run *job, bool well)
{
    struct expander expander;
    if (!well) {
        fail(job, "a target that runs before it failed");
        return;
    }
    if (job->file->changed.len > 0)
        job->job->changed = &job->file->changed;
    job_expander(job, &expander, EXPAND_VALUE);
    job->began = loop_now(job->run->loop);
    tell_job(job, job->run->options->dry_run ? EVENT_JOB_WOULD_RUN : EVENT_JOB_BEGAN,
             job->reasons.len ? job->reasons.items[0] : NULL);
    if (job->run->options->touch) {
        touch(job);
        return;
    }
    if (!expand_lines(job, &expander)) {
        fail(job, "its recipe cannot be expanded");
        return;
    }
    make_argv(job);
    job->file->environment = lang_environment(job->run->lang, expander.scope, &expander.calls);
    run_next(job);
}

void file_interrupt(struct job_run *job, bool at_once)
{
    if (job->process)
        process_kill(job->process, at_once ? SIGKILL : SIGTERM);
}
