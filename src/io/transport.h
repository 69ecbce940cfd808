#ifndef FAKE_IO_TRANSPORT_H
#define FAKE_IO_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

struct loop;

/* Whether the host is to see the user's ssh agent. */
enum agent_forwarding {
    FORWARD_AS_CONFIGURED, /* by the user's ssh configuration */
    FORWARD_YES,
    FORWARD_NO,
};

/* All that is known about how to reach a host, before the user's ssh configuration is asked for
 * the rest. Strings outlive the session. */
struct connection {
    const char *label;        /* the host in messages: "admin@web1:2222" as the Fakefile has it */
    const char *transport;    /* ssh_transport: "auto", "ssh", "openssh", "local", "command …" */
    const char *name;         /* host name or address, an alias of the ssh configuration */
    const char *user;         /* NULL: from the ssh configuration, then this user */
    unsigned port;            /* 0: from the ssh configuration, then 22 */
    const char *identities;   /* ssh_identity: key files, blanks between; NULL */
    const char *password;     /* NULL */
    const char *jump;         /* ssh_jump: hosts, commas between, or "none"; NULL */
    const char *known_hosts;  /* ssh_known_hosts: files, blanks between; NULL: ssh's */
    const char *host_keys;    /* "strict" (also NULL) or "accept-new" */
    const char *config;       /* ssh_config: in place of the user's; NULL */
    unsigned connect_timeout; /* seconds; 0: from the ssh configuration, then 30 */
    unsigned connect_retries;
    unsigned keepalive;   /* seconds; 0: 15 */
    unsigned answer_wait; /* seconds for an answer of its shell; 0: 600, or connect_timeout where
                             that is longer */
    enum agent_forwarding forward_agent;
    bool never_asks; /* no passphrase is asked on the terminal, even where there is one */
    bool is_bastion; /* on the way to another host: the identities are added to its own */
};

enum transport_error {
    TRANSPORT_OK,
    TRANSPORT_UNREACHABLE, /* no address, refused, no route, timed out */
    TRANSPORT_HOST_KEY,    /* unknown, changed or revoked */
    TRANSPORT_AUTH,        /* the server takes none of our keys */
    TRANSPORT_UNSUPPORTED, /* needs what this transport lacks */
    TRANSPORT_LOST,        /* was open and broke */
};

/* What a transport tells its session; always from the loop. */
struct transport_events {
    void (*opened)(void *context);
    void (*read)(void *context, int stream, const char *data, size_t size); /* stream 1 or 2 */
    void (*drained)(void *context); /* all that was written has left */
    /* The end, told once, also when open failed. error is TRANSPORT_OK after an orderly end. why is
     * one line, hint says what to do or is NULL; both are valid during the call. The channel is
     * freed after it. */
    void (*closed)(void *context, enum transport_error error, const char *why, const char *hint);
    /* A line about how the host is reached, where that is not the usual way; may be NULL. */
    void (*notice)(void *context, const char *text);
};

/* One way to a host: a row of the table. `boot` is the text of `sh -c 'boot'`, which runs there. */
struct transport {
    const char *name;
    bool boots_by_input; /* the far program reads ahead: nothing is written before the boot text has
                            run */
    void *(*open)(struct loop *loop, const struct connection *connection, const char *boot,
                  const struct transport_events *events, void *context);
    /* Tells the boot text, once, when `open` was given NULL: the host is reached meanwhile. NULL:
     * `open` must have it. */
    void (*boot)(void *channel, const char *boot);
    /* Takes a copy of the bytes; `drained` tells when the queue is empty again. */
    void (*write)(void *channel, const char *data, size_t size);
    size_t (*queued)(const void *channel);      /* bytes written and not yet sent */
    void (*close)(void *channel, bool at_once); /* end of file to the far side, then the end */
};

extern const struct transport transport_local;   /* sh of this machine */
extern const struct transport transport_command; /* a program of this machine that talks to an sh */
extern const struct transport transport_ssh;     /* libssh2, in this process */
extern const struct transport transport_openssh; /* the ssh program */
extern const struct transport transport_auto;    /* the first of the two that can do it */

/* The row for connection->transport, or NULL. */
const struct transport *transport_find(const struct connection *connection);

#endif
