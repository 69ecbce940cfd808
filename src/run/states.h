#ifndef FAKE_RUN_STATES_H
#define FAKE_RUN_STATES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct model;
struct target;

/* What tells that a file is the one it was, without reading it. */
struct file_state {
    uint64_t hash; /* of its name, device, inode, size, mode, mtime, ctime; 0: it is not there */
    bool is_young; /* changed a moment ago: it could change again within its time stamp */
    bool is_regular;
    bool is_empty;
};

/* `path`: where the target's file is. */
struct file_state file_state_at(const struct target *target, const char *path, time_t now);

/* The states of the files that targets name, each looked at once. In a large graph a second thread
 * looks ahead, from the last target to the first: that is most of the time of a run in which
 * nothing has changed. Of targets that are made later nothing is kept. */
struct states;

struct states *states_new(const struct model *model, time_t now);
void states_free(struct states *states); /* NULL is allowed */
struct file_state states_of(struct states *states, const struct target *target);

#endif
