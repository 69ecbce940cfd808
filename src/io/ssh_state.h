#ifndef FAKE_IO_SSH_STATE_H
#define FAKE_IO_SSH_STATE_H

#include <libssh2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"
#include "io/ssh_config.h"
#include "io/ssh_gate.h"
#include "io/transport.h"

struct addrinfo;
struct loop;
struct poll_watch;
struct timer;

/* One ssh connection with one channel that runs sh, as a machine of states: each state has a step
 * function that is called whenever something may have moved, until it says that it is done. */

enum ssh_state {
    SSH_CONFIGURE,    /* `ssh -G` is asked */
    SSH_RESOLVE,      /* the name is looked up, in the pool */
    SSH_QUEUE,        /* waits until few enough others log in */
    SSH_CONNECT,      /* an address is tried */
    SSH_HANDSHAKE,    /* banners, keys exchanged, the host's key checked */
    SSH_AUTHENTICATE, /* keys are offered */
    SSH_OPEN_CHANNEL,
    SSH_AWAIT,   /* it is not known yet what is to run */
    SSH_EXECUTE, /* sh is asked for */
    SSH_RUNNING, /* both ways */
    SSH_LEAVE,   /* the far side has ended its output: channel and session are closed */
    SSH_END,     /* nothing is left but to tell */
    SSH_CARRY,   /* a bastion: carries the connections of others, after SSH_AUTHENTICATE */
    SSH_PAUSE,   /* waits before all is tried again from SSH_RESOLVE on */
    SSH_STATES,
};

enum ssh_progress {
    SSH_NEXT,         /* done: the next state begins at once */
    SSH_WAIT,         /* for what calls ssh_continue: a timer, the pool, the agent */
    SSH_WAIT_READ,    /* for the socket */
    SSH_WAIT_WRITE,   /* for the socket, to connect */
    SSH_WAIT_LIBRARY, /* for the socket, in the directions that libssh2 names */
    SSH_FAILED,       /* ssh_fail was called */
};

/* Who has a packet half sent: until it has left, only the same call may be made again. */
enum ssh_sender { SSH_NOBODY, SSH_READER, SSH_WRITER };

struct ssh_bastion;
struct ssh_chunk;
struct ssh_link;
struct ssh_login;
struct ssh_lookup;

struct ssh {
    struct loop *loop;
    const struct connection *connection;
    struct transport_events events;
    void *context;
    char *command;               /* sh -c '…'; NULL: not known yet, or running */
    struct ssh_bastion *bastion; /* what it is to others; NULL: it runs sh */

    enum ssh_state state;
    enum ssh_progress progress; /* what the last step said */
    bool is_stepping;
    bool is_closing; /* close was called: end of file follows what is queued */
    bool is_cut;     /* … at once, or before there was anything to close */
    struct timer *deadline;
    struct timer *wake;

    struct ssh_query *query;
    const struct ssh_config *config; /* of query */
    struct ssh_lookup *lookup;
    struct addrinfo *addresses;
    const struct addrinfo *address; /* being tried, or connected to */
    struct str address_text;
    int fd;
    struct poll_watch *watch;
    struct ssh_link *link;  /* through a bastion, in place of a socket */
    struct ssh_retry retry; /* of the whole connect */
    struct ssh_pass pass;

    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channel;
    struct str greeting; /* what came first, to the server's list of algorithms, for messages */
    size_t received;     /* bytes in all */
    struct str ahead;    /* received with the banner, not yet given to libssh2 */
    size_t ahead_at;
    bool is_dry;     /* there was no more to receive: not asked again in this step */
    bool is_dropped; /* the session is being freed */
    bool has_ended;  /* the connection has */
    bool is_lost;    /* … and libssh2 does not know it yet */
    int lost_error;  /* errno of it; 0: end of file */
    struct ssh_login *login;

    struct ssh_chunk *first; /* queue of what is to be written */
    struct ssh_chunk *last;
    struct ssh_chunk *spare; /* used up, while there is a queue */
    size_t queued;
    size_t window;               /* the most that sshd has taken at once */
    size_t unread, unread_limit; /* of what was sent: not read there */
    uint64_t unread_since;       /* when that last became less, or too much */
    enum ssh_sender sender;
    bool sent_eof;
    bool told_opened;

    enum transport_error error;
    struct str why;
    struct str hint;
    bool was_shed; /* the failure is that of a busy server, and may pass */
};

/* Begins; runs `command`, or carries for others when it is a bastion. The command is then its own.
 */
struct ssh *ssh_start(struct loop *loop, const struct connection *connection, char *command,
                      struct ssh_bastion *bastion, const struct transport_events *events,
                      void *context);
/* Ends at the loop's next turn, whatever it does. */
void ssh_cut(struct ssh *ssh);

/* Steps the machine now, or after the step that runs. Not for use inside of `transport` functions
 * but through ssh_wake. */
void ssh_continue(struct ssh *ssh);
/* Steps the machine from the loop. */
void ssh_wake(struct ssh *ssh, unsigned milliseconds);

/* The state may last so many seconds from now on; 0: as long as it takes. */
void ssh_limit(struct ssh *ssh, unsigned seconds);

/* Notes why the connection ends; the first failure counts. Returns SSH_FAILED. */
enum ssh_progress ssh_fail(struct ssh *ssh, enum transport_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the hint of the failure noted. Returns SSH_FAILED. */
enum ssh_progress ssh_hint(struct ssh *ssh, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A failure that libssh2 reported, while `doing`. */
enum ssh_progress ssh_fail_library(struct ssh *ssh, const char *doing);

/* ---- ssh_connect.c ---- */
enum ssh_progress ssh_step_resolve(struct ssh *ssh);
enum ssh_progress ssh_step_connect(struct ssh *ssh);
bool ssh_next_address(struct ssh *ssh); /* leaves the address; true when there is another */
void ssh_hang_up(struct ssh *ssh);      /* watch and socket */
void ssh_forget_lookup(struct ssh *ssh);
void ssh_acknowledge(int fd); /* no delayed acknowledgement of what was read */

/* ---- ssh_jump.c: the way through bastions ---- */
enum ssh_progress ssh_step_join(struct ssh *ssh);  /* the user's side: until its link is open */
enum ssh_progress ssh_step_carry(struct ssh *ssh); /* the bastion's side */

/* ---- ssh_handshake.c, ssh_offer.c, ssh_hostkey.c, ssh_login.c ---- */
enum ssh_progress ssh_step_handshake(struct ssh *ssh);
enum ssh_progress ssh_fail_offer(struct ssh *ssh); /* the algorithms have nothing in common */
enum ssh_progress ssh_check_host_key(struct ssh *ssh);
void ssh_prefer_host_keys(struct ssh *ssh); /* before the handshake */
enum ssh_progress ssh_step_authenticate(struct ssh *ssh);
void ssh_login_free(struct ssh_login *login); /* NULL is allowed */

/* ---- ssh_stream.c ---- */
enum ssh_progress ssh_step_open_channel(struct ssh *ssh);
enum ssh_progress ssh_step_await(struct ssh *ssh);
enum ssh_progress ssh_step_execute(struct ssh *ssh);
enum ssh_progress ssh_step_run(struct ssh *ssh);
enum ssh_progress ssh_step_leave(struct ssh *ssh);
enum ssh_progress ssh_fail_lost(struct ssh *ssh); /* the connection broke */
void ssh_queue(struct ssh *ssh, const char *data, size_t size);
void ssh_queue_free(struct ssh *ssh);

#endif
