#ifndef FAKE_RUN_PROJECT_H
#define FAKE_RUN_PROJECT_H

struct arena;
struct job_run;
struct run;

/* PROJECT of `~/.fake/PROJECT`: --project's, the variable `project`, else the last part of the git
 * remote `origin`, else this folder's name. From the run's arena. */
const char *project_name(struct run *run);

/* A variable in a job's scope, blanks off its ends; NULL when it is empty. From the arena. */
const char *project_variable(struct job_run *job, const char *name, struct arena *arena);

#endif
