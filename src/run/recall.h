#ifndef FAKE_RUN_RECALL_H
#define FAKE_RUN_RECALL_H

#include <stdbool.h>
#include <stddef.h>

struct job_run;
struct run;
struct step_memory;
struct str;
struct vec;

/* Gives a step its answer without asking, when it is known what the host has. False: ask. */
bool recall_answer(struct job_run *job, size_t index);
/* All places (const struct place *, the job's arena) of the record that was set aside, when that is
 * known, too. */
bool recall_places(struct job_run *job, struct vec *places);
/* The same for a tree that stands in no record: the host remembers which it is, and how it looked.
 * False: it does not. */
bool recall_find_memory(struct job_run *job, size_t index, struct step_memory *memory);
/* Adds "if … then :; ": the host tells which tree it is, when that is known here; what it is asked
 * else comes behind an else. False: nothing is added. */
bool recall_add_question(struct job_run *job, size_t index, struct str *text);
/* Makes an answer in full of such a one; none, when it does not tell enough: it is asked again. */
void recall_take_answer(struct job_run *job, size_t index);
/* Remembers the trees that the job sent. */
void recall_keep(struct job_run *job);
void recall_free(struct run *run);

#endif
