#ifndef FAKE_IO_CHILDREN_H
#define FAKE_IO_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

struct loop;

/* A process that this one started, until its end has been told. */
struct child {
    struct child *next;
    pid_t pid;
    int status; /* waitpid's */
    bool keeps; /* loop_run does not end before it */
    void (*ended)(void *context, int status);
    void *context;
};

/* Before the first is started: from here on no end is missed. What shares the loop and has children
 * that it ends when it is released opens them first: they are then released last. */
void children_open(struct loop *loop);
/* Calls child->ended from the loop, once; the child is the caller's and may be freed then. */
void children_add(struct loop *loop, struct child *child);
void children_keep_loop(struct loop *loop, struct child *child, bool keeps);

#endif
