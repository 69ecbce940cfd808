#ifndef FAKE_IO_SSH_CONFIG_H
#define FAKE_IO_SSH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "io/ssh_algorithms.h"

struct connection;
struct loop;

/* What is known about a host from the Fakefile and the user's ssh configuration together, the
 * Fakefile first. The configuration is asked of `ssh -G`, which resolves it whole; nothing is asked
 * where there is none beside the one that comes with the system. */
struct ssh_config {
    char *host; /* HostName: what to connect to */
    char *user;
    unsigned port;
    unsigned connect_timeout; /* seconds */
    int family;               /* AF_UNSPEC, AF_INET, AF_INET6 */
    char *key_alias;          /* HostKeyAlias; NULL */
    struct vec identities;    /* char *: paths of key files */
    bool identities_given;    /* named by someone, not ssh's defaults */
    bool identities_only;
    char *agent;            /* path of its socket; NULL: no agent */
    struct vec known_hosts; /* char *: paths, the first is the one to append to */
    bool accept_new;
    bool hash_names; /* HashKnownHosts, for lines that are added */
    char *jump; /* the bastions on the way, "a,user@b:2222", the last is next to the host; NULL */
    char *proxy_command; /* NULL */
    char *certificate;   /* CertificateFile; NULL */
    bool forward_agent;
    bool gssapi; /* may be tried */
    struct ssh_algorithm_choice algorithms[SSH_ALGORITHMS];
    char *login_algorithms; /* PubkeyAcceptedAlgorithms; NULL: all */
    bool compresses;        /* where the server does */
    char *unsupported;      /* "ProxyCommand nc %h 22": the option that libssh2 cannot do; NULL */
};

/* Asks; `found` is called from the loop, with the configuration, which the query owns, or with NULL
 * and why in one line. ssh_query_free ends it, before or after the call; never inside it. */
struct ssh_query;
struct ssh_query *ssh_config_ask(struct loop *loop, const struct connection *connection,
                                 void (*found)(void *context, const struct ssh_config *config,
                                               const char *why),
                                 void *context);
void ssh_query_free(struct ssh_query *query); /* NULL is allowed */

/* The parts, for tests: ssh's own defaults; what `ssh -G` printed over them; the Fakefile's word
 * over that. home is put for ~. */
void ssh_config_defaults(struct ssh_config *config, const char *name, const char *home);
void ssh_config_read(struct ssh_config *config, const char *text, const char *home);
void ssh_config_overlay(struct ssh_config *config, const struct connection *connection,
                        const char *home);
void ssh_config_clear(struct ssh_config *config);

#endif
