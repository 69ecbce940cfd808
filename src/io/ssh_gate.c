#include "io/ssh_gate.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/loop.h"

/* Not more than so many connections of a loop log in at the same time: servers and firewalls take a
 * storm of them for an attack, and shed it. Who comes first goes first. Those that a server has
 * shed come back a few at a time: sshd counts what has not logged in yet, and its limit may be as
 * low as 3. */

enum {
    WIDTH = 64,
    NARROW_WIDTH = 2,
    PAUSE_MILLISECONDS = 200, /* before the first retry; doubled for each further */
    PAUSE_DOUBLINGS = 4,
};

struct gate {
    unsigned width;
    unsigned inside;
    struct vec waiting; /* struct ssh_pass *, in order from `next`; NULL: gave up */
    size_t next;
};

struct gates {
    struct gate wide;
    struct gate narrow;
};

static void *gates_new(struct loop *loop)
{
    (void)loop;
    struct gates *gates = mem_alloc(sizeof *gates);
    gates->wide.width = WIDTH;
    gates->narrow.width = NARROW_WIDTH;
    return gates;
}

static void gates_free(void *shared)
{
    struct gates *gates = shared;
    vec_free(&gates->wide.waiting);
    vec_free(&gates->narrow.waiting);
    free(gates);
}

static struct gate *gate_of(const struct ssh_pass *pass)
{
    struct gates *gates = loop_shared(pass->loop, gates_new, gates_free);
    return pass->is_narrow ? &gates->narrow : &gates->wide;
}

static void let_in(struct gate *gate)
{
    while (gate->inside < gate->width && gate->next < gate->waiting.len) {
        struct ssh_pass *pass = gate->waiting.items[gate->next++];
        if (!pass)
            continue;
        gate->inside++;
        pass->place = SSH_INSIDE;
        pass->let_in(pass->context);
    }
    if (gate->next == gate->waiting.len)
        gate->waiting.len = gate->next = 0;
}

bool ssh_gate_enter(struct ssh_pass *pass)
{
    if (pass->place != SSH_OUTSIDE)
        return pass->place == SSH_INSIDE;
    pass->is_narrow = pass->was_shed;
    struct gate *gate = gate_of(pass);
    pass->place = gate->inside < gate->width ? SSH_INSIDE : SSH_QUEUED;
    if (pass->place == SSH_INSIDE)
        gate->inside++;
    else
        vec_push(&gate->waiting, pass);
    return pass->place == SSH_INSIDE;
}

void ssh_gate_leave(struct ssh_pass *pass)
{
    if (pass->place == SSH_OUTSIDE)
        return;
    struct gate *gate = gate_of(pass);
    for (size_t i = gate->next; pass->place == SSH_QUEUED && i < gate->waiting.len; i++)
        if (gate->waiting.items[i] == pass)
            gate->waiting.items[i] = NULL;
    if (pass->place == SSH_INSIDE)
        gate->inside--;
    pass->place = SSH_OUTSIDE;
    let_in(gate);
}

/* Half of it by chance, so that many do not come back together. */
static unsigned pause_before(unsigned tries)
{
    unsigned char chance = 0;
    RAND_bytes(&chance, 1);
    unsigned whole = (unsigned)PAUSE_MILLISECONDS
                     << (tries < PAUSE_DOUBLINGS ? tries : PAUSE_DOUBLINGS);
    return whole / 2 + whole * chance / 512;
}

unsigned ssh_retry_pause(struct ssh_retry *retry, struct loop *loop, bool is_shed, unsigned retries,
                         unsigned patience)
{
    uint64_t now = loop_now(loop);
    if (is_shed && retry->shed_since == 0)
        retry->shed_since = now;
    bool is_patient = is_shed && now - retry->shed_since < (uint64_t)patience * 1000;
    if (!is_patient && retry->tries >= retries)
        return 0;
    return pause_before(retry->tries++);
}
