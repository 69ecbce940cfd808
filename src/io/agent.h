#ifndef FAKE_IO_AGENT_H
#define FAKE_IO_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "io/ssh_wire.h"

struct loop;
struct str;

/* A client of ssh-agent that never waits (draft-miller-ssh-agent). One connection a run serves all
 * sessions; the agent answers in the order of the questions. */
struct agent;

/* The agent that listens on that socket; made once a loop and owned by it. Nothing is connected
 * yet. */
struct agent *agent_find(struct loop *loop, const char *path);

/* A question. `answered` is called once, from the loop, with the reply, or with NULL and why; the
 * question is freed after it. After agent_cancel it is not called. */
struct agent_question;
typedef void agent_answered(void *context, const struct wire_string *reply, const char *why);

struct agent_question *agent_ask_identities(struct agent *agent, agent_answered *answered,
                                            void *context);
/* The key as the agent knows it; RSA keys sign with SHA-256. */
struct agent_question *agent_ask_signature(struct agent *agent, const struct str *key,
                                           const void *data, size_t size, agent_answered *answered,
                                           void *context);
void agent_cancel(struct agent_question *question); /* NULL is allowed */

/* Reads a reply to agent_ask_identities: the number of keys, then each. */
uint32_t agent_read_count(struct wire *reply);
struct agent_identity {
    struct wire_string key;
    struct wire_string comment;
};
bool agent_read_identity(struct wire *reply, struct agent_identity *identity);

/* Appends the inner signature of a reply to agent_ask_signature. False when the agent refused. */
bool agent_read_signature(struct wire_string reply, struct str *signature);

#endif
