#ifndef FAKE_IO_SSH_LINK_H
#define FAKE_IO_SSH_LINK_H

#include <stddef.h>
#include <sys/types.h>

struct ssh;
struct ssh_link;

/* A connection's way through a bastion, in place of a socket: two buffers, which the bastion's
 * session empties into and fills from a direct-tcpip channel. So no session ever waits within
 * another's call. */

/* As recv and send: -1 with errno set, EAGAIN where the bastion wakes the user later. */
ssize_t ssh_link_receive(struct ssh_link *link, void *buffer, size_t size);
ssize_t ssh_link_send(struct ssh_link *link, const void *data, size_t size);

/* The outermost socket: libssh2 wants one, though it is not used. */
int ssh_link_socket(const struct ssh_link *link);

/* The user needs it no more: what was sent still leaves. NULL is allowed. */
void ssh_link_leave(struct ssh_link *link);

#endif
