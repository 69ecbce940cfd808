#ifndef FAKE_RUN_SCRIPT_H
#define FAKE_RUN_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

struct str;
struct vec;

/* What is done with records and the lock on a host, as text for its sh. Trusted text: every value
 * in it is quoted. script_library must have run in the session before the others. */

/* Defines what the others call. `folder` is sh text for the folder of the records (script_folder);
 * `shares`: its group has a part in it. */
void script_library(struct str *out, const char *folder, bool shares);
/* `state_dir` as written, or NULL for the default. From the heap. */
char *script_folder(const char *state_dir, const char *project);

/* Makes the folder and takes the lock. The answer's first word: `locked`, `ours` (another session
 * of the run `id`, on the same machine, holds it), `held` with the holder's line behind it, or
 * `unwritable` with the folder. `holder` is who, from where, since when, for what: one line. */
void script_lock(struct str *out, const char *id, const char *holder);
/* For the question of a tree: what the records know of its files. */
void script_known(struct str *out);
/* "if … then :; ": the host tells which tree is at `root`, when it remembers and `known` (hashes,
 * a blank around each) holds it; see docs/record.md. */
void script_tree(struct str *out, const char *name, const char *root, const char *known);
const char *script_mask(bool shares); /* umask for files in the records' folder */
void script_unlock(struct str *out);  /* gives it back before the session's end */

/* A record to be read. */
struct script_question {
    const char *name;                /* its file's */
    char fingerprint[HASH_HEX_SIZE]; /* one of another is not compared; "": each is */
    const char *rest;                /* sh text: prints what should all be in it; NULL: no such */
    bool may_be_large;               /* false: it is of few places, or not worth being compared */
};

/* Prints records (struct script_question). Of each: "+ NAME", the record's lines when there is one,
 * and "= same", "= stale" (another fingerprint), or "= differs" with a line for what each place is
 * now; "~ NAME MACHINE" for each newer record of the target under another host name; ". NAME" for
 * each hook that is owed. When `refresh`, a record whose places are the same by content, but not by
 * state, gets the states of now. */
void script_read(struct str *out, const struct vec *records, bool refresh);

/* Takes records away; writes down what is owed (file names as in script_owed_name). */
void script_take(struct str *out, const struct vec *names, const struct vec *owed);
/* Writes a record: `head` (lines), then places (const struct place *) and their states as they are.
 * When it cannot, there is none, and SCRIPT_UNWRITTEN behind the reason on the error output. */
#define SCRIPT_UNWRITTEN "fake-record-unwritten"
struct script_big;
void script_write(struct str *out, const char *name, const char *head, const struct vec *places,
                  const struct script_big *big);
/* A line for the host's log, which is cut from time to time. */
void script_log(struct str *out, const char *line, bool may_be_long);

/* For `fake status`: "held BY" when a run is at work, and all records as script_read prints them.
 * For `fake history`: the log. For `fake unlock`: ends the session that holds the lock, and prints
 * "held BY". */
void script_look(struct str *out);
void script_history(struct str *out);
void script_break(struct str *out);

/* A record, if it is there, gets what its places are now. */
void script_refresh(struct str *out, const char *name);
void script_strike(struct str *out, const char *owed_name);

/* The file that says that `record` (a file name) owes the hook. */
void script_owed_name(const char *record, const char *hook, struct str *out);

#endif
