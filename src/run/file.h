#ifndef FAKE_RUN_FILE_H
#define FAKE_RUN_FILE_H

#include <sys/stat.h>

#include "run/state.h"

/* A line of a recipe, expanded, for the shell. */
struct command {
    const char *text;
    const struct recipe_line *line;
    bool silent, ignore, always; /* @ - + */
};

/* What a job of a make rule has of its own. */
struct file_run {
    struct stat status; /* of the target before its recipe ran */
    bool exists;
    bool is_unfinished;    /* its last run did not come to its end */
    bool is_recorded;      /* its record is of this very file, and as things are now */
    bool keeps_record;     /* its record says more than is now, in what does not count */
    bool was_forced;       /* … and one of that is what `forced_by` is now */
    const char *forced_by; /* a prerequisite that is no file even after its rule ran */
    struct vec changed;    /* struct target: $? */
    struct vec lines;      /* struct command */
    size_t next;
    const char *shell, *shell_flags;
    char **words; /* of the line that runs: what was started; else NULL */
    char **environment;
    bool passed_over; /* a line did not run, for -n, -t or -q */
    struct vec held;  /* struct event: what -O holds back */
    /* An intermediate file that is not there, and need not be until something is made of it. */
    bool is_absent;
    bool is_unknown; /* … and nothing tells what was in it */
    bool is_late;    /* its job has ended; it is made now for those in `waiters` */
    bool was_made_late;
    struct vec waiters;  /* struct job_run */
    unsigned waits_for;  /* absent files that are being made for this one */
    bool late_failed;    /* one of them */
    struct timespec age; /* of the newest thing that it is made of */
};

/* file.c: make's jobs */
void file_start(struct job_run *job);
void file_resume(struct job_run *job, bool well);
void file_interrupt(struct job_run *job, int signal);
void source_start(struct job_run *job);
const char *file_path(const struct job *job);
/* What is hashed of a need: a folder without the target, when that is in it. */
const char *file_need_path(const struct job_run *job, const struct job *need);
void file_write_record(struct job_run *job);                /* its content was wanted */
void file_made(struct job_run *job);                        /* its recipe has ended well */
void file_note_begun(struct job_run *job);                  /* its recipe begins */
void file_note_unfinished(void *store, const char *target); /* of a run that was killed */
void file_not_remade(struct job_run *job);                  /* a goal, because of what it needs */
/* Its recipe has failed: what it left is not taken for done. */
void file_forget(struct job_run *job);
void file_ended(struct job_run *job, enum outcome outcome);
void file_drop(struct job_run *job); /* the run was interrupted before its recipe began */
/* It, all, or the pattern of its rule is .PRECIOUS. */
bool file_is_precious(const struct job_run *job, const struct target *target);
void file_proceed(struct job_run *job); /* the absent files that it needs have been made */
void file_free(struct file_run *file);

/* reasons.c */
void reasons_fingerprint(struct job_run *job);         /* all contents were wanted */
void reasons_find(struct job_run *job);                /* why it is to be remade, and $? */
bool reasons_are_overruled(const struct job_run *job); /* -o or -W names it: it is not remade */
void reasons_note_age(struct job_run *job, const struct job *of); /* of what `of` needs */

/* commands.c */
bool file_expand_commands(struct job_run *job, struct expander *expander); /* false: reported */
void file_find_shell(struct job_run *job);

/* output.c: events of a command (NULL: of the recipe), told now or, with -O, later. */
void output_tell(struct job_run *job, const struct command *command, struct event event);
void output_line_ended(struct job_run *job);
void output_release(struct job_run *job);

/* intermediate.c */

/* Whether the job's file may be absent as long as nothing is made of it. */
bool intermediate_may_be_absent(const struct job_run *job);
/* Makes the absent files that the job needs. False: there are none; else file_proceed follows. */
bool intermediate_make_needs(struct job_run *job);
void intermediate_ended(struct job_run *job, bool well); /* one that was made late */
bool intermediate_wants_place(void *run);                /* for one that waits to be made */
void intermediate_take_place(void *run);
void intermediate_remove_all(struct run *run); /* those that this run has made */

#endif
