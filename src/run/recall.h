#ifndef FAKE_RUN_RECALL_H
#define FAKE_RUN_RECALL_H

#include <stdbool.h>
#include <stddef.h>

struct job_run;
struct run;
struct vec;

/* Gives a step its answer without asking, when it is known what the host has. False: ask. */
bool recall_answer(struct job_run *job, size_t index);
/* All places (const struct place *, the job's arena) of the record that was set aside, when that is
 * known, too. */
bool recall_places(struct job_run *job, struct vec *places);
/* Remembers the trees that the job sent. */
void recall_keep(struct job_run *job);
void recall_free(struct run *run);

#endif
