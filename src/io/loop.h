#ifndef FAKE_IO_LOOP_H
#define FAKE_IO_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The event loop: the only user of libuv, with the files of this folder. One thread; callbacks run
 * in loop_run, never inside the call that asked for them. */
struct loop;

/* Ignores SIGPIPE in this process: a far side that went away is an error of write. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);    /* after loop_run came back */
void loop_run(struct loop *loop);     /* until nothing is left to wait for */
void loop_stop(struct loop *loop);    /* loop_run comes back soon; it may be called again */
uint64_t loop_now(struct loop *loop); /* milliseconds, monotonic */

/* The versions of the libraries that this folder uses: "libuv 1.44.2, libssh2 1.10.0". */
const char *io_libraries(void);

/* A timer fires once; cancel (also after it fired) frees it. */
struct timer;
struct timer *loop_after(struct loop *loop, unsigned milliseconds, void (*fire)(void *context),
                         void *context);
void timer_cancel(struct timer *timer); /* NULL is allowed */

/* Soon: at the loop's next turn. */
void loop_soon(struct loop *loop, void (*call)(void *context), void *context);

/* Blocking work in the pool: `work` there, then `done` here. */
void loop_work(struct loop *loop, void (*work)(void *context), void (*done)(void *context),
               void *context);

/* Signals, handed to `caught` as loop events; the watch does not keep loop_run going. */
struct signal_watch;
struct signal_watch *loop_watch_signal(struct loop *loop, int number,
                                       void (*caught)(void *context, int number), void *context);
void signal_watch_free(struct signal_watch *watch);

/* What all users of a loop share: caches of keys, the agent's connection. Made by the first who
 * asks with this `make`, the same for those who follow, given to `release` by loop_free. */
void *loop_shared(struct loop *loop, void *(*make)(struct loop *loop),
                  void (*release)(void *shared));

/* A program that was started here asks something on the terminal, or does no longer: who shows
 * something there is told, and keeps quiet meanwhile. */
void loop_watch_terminal(struct loop *loop, void (*taken)(void *context, bool is_taken),
                         void *context);
void loop_take_terminal(struct loop *loop, bool is_taken);

/* Readiness of a descriptor, for transports. events are LOOP_READABLE | LOOP_WRITABLE. */
enum { LOOP_READABLE = 1, LOOP_WRITABLE = 2 };
struct poll_watch;
struct poll_watch *loop_poll(struct loop *loop, int fd,
                             void (*ready)(void *context, unsigned events), void *context);
void poll_watch_set(struct poll_watch *watch, unsigned events); /* 0: none */
void poll_watch_free(struct poll_watch *watch);

#endif
