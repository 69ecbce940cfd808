#ifndef FAKE_RUN_QUICK_H
#define FAKE_RUN_QUICK_H

#include <stdbool.h>

struct job;
struct run;

/* The short way to "nothing to do". When a make rule's target was found up to date, a hash is kept
 * of its recipe and of the states (device, inode, size, mode, mtime, ctime) of its file and its
 * prerequisites' files. While that hash is the same nothing has changed since: no record is read,
 * no content, and no job_run made. What it does not know goes the long way, which decides.
 *
 * The hashes of a run's goals are one value of the store: a table that is looked into where it
 * lies. */
struct quick;

struct quick *quick_new(struct run *run); /* after store and contents */
void quick_free(struct quick *quick);     /* NULL is allowed */

/* True when the job's file is known to be up to date, or is a source that is there. */
bool quick_is_done(struct quick *quick, const struct job *job);
/* The long way found it up to date, or has made it. */
void quick_learn(struct quick *quick, const struct job *job);
/* Writes what is new, for the next run. */
void quick_save(struct quick *quick);

#endif
