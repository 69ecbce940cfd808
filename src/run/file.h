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
    const char *forced_by; /* a prerequisite that is no file even after its rule ran */
    struct vec changed;    /* struct target: $? */
    struct vec lines;      /* struct command */
    size_t next;
    const char *shell;
    const char *const *argv; /* the shell and its flags, a place for the line, NULL */
    size_t line_place;
    char **environment;
};

const char *file_path(const struct job *job);
void file_write_record(struct job_run *job); /* its content was wanted */
void file_made(struct job_run *job);         /* its recipe has ended well */
void file_free(struct file_run *file);

#endif
