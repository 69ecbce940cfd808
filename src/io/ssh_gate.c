#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/loop.h"
#include "io/ssh_state.h"

/* Not more than so many connections of a loop log in at the same time: servers and firewalls take a
 * storm of them for an attack, and shed it. Who comes first goes first. */

enum { GATE_WIDTH = 64 };

struct gate {
    unsigned inside;
    struct vec waiting; /* struct ssh *, in order from `next`; NULL: gave up */
    size_t next;
};

static void *gate_new(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct gate));
}

static void gate_free(void *shared)
{
    struct gate *gate = shared;
    vec_free(&gate->waiting);
    free(gate);
}

static struct gate *gate_of(struct ssh *ssh)
{
    return loop_shared(ssh->loop, gate_new, gate_free);
}

/* Lets in those whose turn it is, and steps them from the loop. */
static void let_in(struct gate *gate)
{
    while (gate->inside < GATE_WIDTH && gate->next < gate->waiting.len) {
        struct ssh *ssh = gate->waiting.items[gate->next++];
        if (!ssh)
            continue;
        gate->inside++;
        ssh->gate = SSH_GATE_INSIDE;
        ssh_wake(ssh, 0);
    }
    if (gate->next == gate->waiting.len)
        gate->waiting.len = gate->next = 0;
}

enum ssh_progress ssh_step_queue(struct ssh *ssh)
{
    struct gate *gate = gate_of(ssh);
    if (ssh->gate == SSH_GATE_OUTSIDE && gate->inside < GATE_WIDTH) {
        gate->inside++;
        ssh->gate = SSH_GATE_INSIDE;
    } else if (ssh->gate == SSH_GATE_OUTSIDE) {
        vec_push(&gate->waiting, ssh);
        ssh->gate = SSH_GATE_QUEUED;
    }
    return ssh->gate == SSH_GATE_INSIDE ? SSH_NEXT : SSH_WAIT;
}

void ssh_gate_leave(struct ssh *ssh)
{
    if (ssh->gate == SSH_GATE_OUTSIDE)
        return;
    struct gate *gate = gate_of(ssh);
    for (size_t i = gate->next; ssh->gate == SSH_GATE_QUEUED && i < gate->waiting.len; i++)
        if (gate->waiting.items[i] == ssh)
            gate->waiting.items[i] = NULL;
    if (ssh->gate == SSH_GATE_INSIDE)
        gate->inside--;
    ssh->gate = SSH_GATE_OUTSIDE;
    let_in(gate);
}
