#ifndef FAKE_STEP_RECEIVE_H
#define FAKE_STEP_RECEIVE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct shell_word;

/* What get's output from a host becomes here: a temporary file in the destination's folder, renamed
 * or taken apart when all has come. What the host says is not trusted: no name of it leads out of
 * the folder. */
struct receive;

/* host: its name, for a destination that is a folder (each host has one of its own in it). */
struct receive *receive_new(struct arena *arena, const char *host,
                            const struct shell_word *destination, bool is_folder, const char *mode);
struct arena *receive_arena(const struct receive *receive);
bool receive_takes_many(const struct receive *receive); /* the destination is a folder */

/* A piece of the output. False: *why says what is wrong here; what comes after it is passed over.
 */
bool receive_take(struct receive *receive, const char *data, size_t size, const char **why);
/* All has come, or it failed on the host. May be used again afterwards, for another try. */
bool receive_end(struct receive *receive, bool done, const char **why);

#endif
