#ifndef FAKE_RUN_JOBSERVER_H
#define FAKE_RUN_JOBSERVER_H

#include <stdbool.h>

/* GNU make's jobserver (its manual, "Sharing Job Slots with GNU make", "POSIX Jobserver
 * Interaction"): a pipe that holds one byte for each job that all makes together may run beside the
 * first of each. Who runs a second job takes a byte, and puts the same one back when a job ends. */
struct jobserver;

/* For `jobs` at once, more than 1. The caller frees it; NULL with errno set. Its pipe is inherited
 * by every process that is started from now on. */
struct jobserver *jobserver_new(unsigned jobs);

/* An outer make's: "3,4" or "fifo:PATH". NULL: it is not open here. */
struct jobserver *jobserver_join(const char *auth);

/* Gives back what was taken. NULL is allowed. */
void jobserver_free(struct jobserver *jobserver);

/* As --jobserver-auth= wants it. */
const char *jobserver_auth(const struct jobserver *jobserver);

/* Never waits: false when there is none now. */
bool jobserver_take(struct jobserver *jobserver);
void jobserver_give(struct jobserver *jobserver); /* one that was taken */

/* Readable when there may be one. */
int jobserver_fd(const struct jobserver *jobserver);

#endif
