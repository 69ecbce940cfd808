#ifndef FAKE_IO_SSH_JUMP_H
#define FAKE_IO_SSH_JUMP_H

#include <libssh2.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/vec.h"
#include "io/transport.h"

struct ssh;

/* The inside of bastions and links, for ssh_jump.c and ssh_link.c. */

/* A call of libssh2 that has a packet half sent: until it has left, no other may be made. */
enum link_call { LINK_NO_CALL, LINK_OPEN, LINK_READ, LINK_WRITE, LINK_CLOSE };

struct ssh_link {
    struct ssh_bastion *bastion; /* NULL: it has ended */
    struct ssh *user;            /* NULL: it has left */
    LIBSSH2_CHANNEL *channel;    /* NULL: not open */
    char *host;
    unsigned port;
    struct str in;
    size_t in_at;
    struct str sending; /* what libssh2 may have taken in part: not touched until it has all */
    size_t sending_at;
    struct str out; /* what comes behind it */
    enum link_call call;
    bool is_open;    /* the user was told */
    bool has_ended;  /* the far side's end has come */
    bool wants_room; /* the user waits until something has left */
    bool is_done;    /* nothing is left to do for it */
};

/* One session for all who pass through it. */
struct ssh_bastion {
    struct vec *all; /* struct ssh_bastion *: those of the loop that may be joined */
    char *key;
    char *chain;                  /* that leads to it, with it: for messages */
    struct connection connection; /* its strings are the bastion's */
    struct ssh *ssh;
    struct vec links;           /* struct ssh_link * */
    struct ssh_link *opening;   /* libssh2 opens one at a time */
    struct ssh_link *half_sent; /* whose call must be made again, and no other */
};

/* Does what can be done for the link now. False: the bastion's connection is broken; that was
 * noted. */
bool ssh_link_serve(struct ssh_link *link);
void ssh_link_free(struct ssh_link *link);
void ssh_link_wake_user(struct ssh_link *link);
/* A link has left: the bastion goes when it was the last. */
void ssh_bastion_check(struct ssh_bastion *bastion);

#endif
