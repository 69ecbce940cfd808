#ifndef FAKE_STEP_GIT_H
#define FAKE_STEP_GIT_H

#include <stdbool.h>

struct str;

/* A repository of this machine, read by libgit2: no git program is needed. */
struct git;

/* Opens the repository that the folder is in. NULL: *why says why not; the caller frees it, as that
 * of the functions below. */
struct git *git_open(const char *folder, char **why);
void git_close(struct git *git); /* NULL is allowed */

/* Append their value. */

/* The commit that a revision (branch, tag, abbreviation …) stands for, in full. */
bool git_revision(struct git *git, const char *revision, struct str *value, char **why);
/* As `git describe --tags --always`: of a revision, or, when it is empty, of what is checked out,
 * with -dirty behind when something is changed. */
bool git_describe(struct git *git, const char *revision, struct str *value, char **why);
/* The files that git knows in this folder, below the paths (all when there are none), with blanks
 * between. */
bool git_files(struct git *git, const char *paths, struct str *value, char **why);

#endif
