#ifndef FAKE_BASE_SPAWN_H
#define FAKE_BASE_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Starting a program, without a copy of this process's page tables (posix_spawn): what a fork costs
 * grows with the graph in memory. */
struct spawn {
    const char *const *argv;  /* argv[0] is looked for in PATH of the environment */
    char *const *environment; /* NULL: this process's */
    const char *folder;       /* NULL: this one */
    /* The child's descriptors by number; -1: /dev/null for the first three, none above. Those of
     * ours that are not below stream_count are at their own number, or above all of these. */
    const int *streams;
    size_t stream_count;
    bool own_session;
};

/* Every signal is as it was before this process, and none is blocked. 0, or errno. */
int spawn_program(const struct spawn *spawn, pid_t *pid);

#endif
