#ifndef FAKE_IO_SSH_GATE_H
#define FAKE_IO_SSH_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* How many log in at the same time, and who may try again. */

enum ssh_place { SSH_OUTSIDE, SSH_QUEUED, SSH_INSIDE };

/* A connection at the gate. */
struct ssh_pass {
    struct loop *loop;
    void (*let_in)(void *context); /* from a call of another's; must only note it and wake itself */
    void *context;
    enum ssh_place place;
    bool was_shed; /* goes through a narrower gate */
    bool is_narrow;
};

/* True when it is inside; else let_in is called when its turn has come. */
bool ssh_gate_enter(struct ssh_pass *pass);
void ssh_gate_leave(struct ssh_pass *pass); /* logged in, or given up */

/* The tries of one connection. */
struct ssh_retry {
    unsigned tries;      /* that failed and were tried again */
    uint64_t shed_since; /* milliseconds; 0: never shed */
};

/* After a failure that may pass: the milliseconds to wait before all is tried again, or 0 for no
 * more. Who was shed by a busy server tries again until `patience` seconds have gone by; any
 * failure is tried again `retries` times. */
unsigned ssh_retry_pause(struct ssh_retry *retry, struct loop *loop, bool is_shed, unsigned retries,
                         unsigned patience);

#endif
