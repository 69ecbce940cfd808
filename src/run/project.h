#ifndef FAKE_RUN_PROJECT_H
#define FAKE_RUN_PROJECT_H

struct run;

/* PROJECT of `~/.fake/PROJECT`: --project's, the variable `project`, else the last part of the git
 * remote `origin`, else this folder's name. From the run's arena. */
const char *project_name(struct run *run);

/* The commit that is checked out here, abbreviated; NULL: no git repository. From the run's arena.
 */
const char *project_revision(struct run *run);

#endif
