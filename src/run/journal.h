#ifndef FAKE_RUN_JOURNAL_H
#define FAKE_RUN_JOURNAL_H

/* What this run is making, in a file beside the store that outlives a run that is killed: what had
 * begun and not ended is made again then. Two runs have one each. */
struct journal;

/* Tells what runs that are no more left unfinished. `flush` puts on disk what was told. NULL when
 * `folder` cannot be written. */
struct journal *journal_open(const char *folder, void (*tell)(void *context, const char *target),
                             void (*flush)(void *context), void *context);
void journal_close(struct journal *journal); /* NULL is allowed, here and below */

void journal_begin(struct journal *journal, const char *target);
void journal_end(struct journal *journal, const char *target);

#endif
