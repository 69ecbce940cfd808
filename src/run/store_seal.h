#ifndef FAKE_RUN_STORE_SEAL_H
#define FAKE_RUN_STORE_SEAL_H

#include <stdbool.h>

/* Whether a store is still as it was left. A file beside it holds the state (device, inode, size,
 * times) that the store had when its last user closed it, and a lock that each user shares: who
 * finds it free is the only one. */
struct store_seal;

/* In the folder of the store at `path`. NULL with errno set: it cannot be made, or its lock stays
 * taken. */
struct store_seal *store_seal_open(const char *path);
/* True: to be looked through before it is used. Nobody else uses it until store_seal_share. */
bool store_seal_is_broken(const struct store_seal *seal);
void store_seal_share(struct store_seal *seal);
/* After LMDB has closed the store. The last of its users seals it, if it is as it was, or it was
 * this process that wrote it. NULL is allowed. */
void store_seal_close(struct store_seal *seal, bool has_written);

/* To look into it and no more: a descriptor to be closed afterwards; -1: it is not sealed. */
int store_seal_peek(const char *path);

#endif
