#ifndef FAKE_IO_AGENT_PRIVATE_H
#define FAKE_IO_AGENT_PRIVATE_H

#include <stdbool.h>

struct connection;
struct loop;

/* Encrypted key files: ssh-add asks the passphrase on the terminal, once a run and file, and a
 * private ssh-agent that dies with this process uses the key from then on. */

/* Somebody is there who can be asked. */
bool unlock_may_ask(const struct connection *connection);

/* `unlocked` is called once, from the loop, with the socket of the agent that has the key, or with
 * NULL and why not. unlock_cancel ends the waiting, before the call. */
struct unlocking;
struct unlocking *unlock_key(struct loop *loop, const char *path,
                             void (*unlocked)(void *context, const char *agent, const char *why),
                             void *context);
void unlock_cancel(struct unlocking *unlocking); /* NULL is allowed */

#endif
