#ifndef FAKE_RUN_QUICK_H
#define FAKE_RUN_QUICK_H

#include <stdbool.h>
#include <stdint.h>

#include "run/states.h"

struct arena;
struct job;
struct model;
struct plan_options;
struct run;
struct run_options;
struct target;

/* The short way to "nothing to do". When a make rule's target was found up to date, a hash is kept
 * of its recipe and of the states (device, inode, size, mode, mtime, ctime) of its file and its
 * prerequisites' files. While that hash is the same nothing has changed since: no record is read,
 * no content, and no job_run made. What it does not know goes the long way, which decides.
 *
 * The hashes of a run's goals are one value of the store: a table that is looked into where it
 * lies. */
struct quick;

/* Under which the hashes of these goals are kept. */
const char *quick_key(struct arena *arena, const struct model *model,
                      const struct plan_options *goals);
/* Options make more of a file than its state says. */
bool quick_is_silent(const struct run_options *options);
/* The hash of a file begins with that of its recipe; then itself and what its content is made of
 * are added in turn. False when a state says too little: the file is not there, stands for a whole
 * tree, or is a stamp, which stands for the fingerprint of its job. */
bool quick_hash_add(uint64_t *hash, const struct target *target, bool is_made,
                    struct file_state state);

struct quick *quick_new(struct run *run); /* after store and contents */
void quick_free(struct quick *quick);     /* NULL is allowed */

/* True when the job's file is known to be up to date, or is a source that is there. */
bool quick_is_done(struct quick *quick, const struct job *job);
/* The long way found it up to date, or has made it. */
void quick_learn(struct quick *quick, const struct job *job);
/* Writes what is new, for the next run. */
void quick_save(struct quick *quick);

#endif
