#ifndef FAKE_IO_PROCESS_H
#define FAKE_IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct loop;

/* A process of this machine, in a process group of its own, outputs through pipes. */
struct process;

struct process_options {
    const char *const *argv;  /* argv[0] is looked for in PATH of the environment */
    char *const *environment; /* NULL: this process's */
    const char *folder;       /* NULL: this one */
    const char *input;        /* given on standard input; NULL: /dev/null */
    size_t input_size;
    bool keep_input; /* after `input` the standard input stays open for process_write */
    bool inherit;    /* standard streams are this process's (no outputs are told) */
    bool own_group;  /* a process group of its own all the same: it is no terminal's then */
    bool no_input;   /* standard input is /dev/null all the same */
    int extra_fd;    /* passed on under the same number (a jobserver); -1 or 0: none */
};

struct process_events {
    void (*output)(void *context, int stream, const char *data, size_t size); /* stream 1 or 2 */
    /* The process ended and its outputs were read, or were held open by something else for 200 ms
     * after its end (`held` is set then). status is as from waitpid; -1 when it could not be
     * started, and why says so. The process is freed after the callback. */
    void (*ended)(void *context, int status, bool held, const char *why);
    void (*drained)(void *context); /* all of process_write has left; may be NULL */
};

/* Events come from the loop, also for a process that could not be started. */
struct process *process_start(struct loop *loop, const struct process_options *options,
                              const struct process_events *events, void *context);
void process_kill(struct process *process,
                  int signal); /* the whole group; alone if it has none of its own */
pid_t process_pid(const struct process *process);
/* False: loop_run ends although the process still runs. */
void process_keep_loop(struct process *process, bool keeps);

/* With keep_input: takes a copy of the bytes. Nothing happens when the process reads no more. */
void process_write(struct process *process, const char *data, size_t size);
size_t process_queued(const struct process *process); /* bytes written and not yet taken */
void process_end_input(struct process *process);      /* end of file, after what is queued */
void process_drop_input(struct process *process);     /* end of file now; what is queued is lost */

#endif
