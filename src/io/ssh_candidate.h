#ifndef FAKE_IO_SSH_CANDIDATE_H
#define FAKE_IO_SSH_CANDIDATE_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"

struct agent;
struct agent_question;
struct key;
struct ssh;
struct unlocking;
struct wire_string;

/* The keys that may be offered to a server, in the order in which they are. */

enum signing {
    SIGN_NOT_ASKED,
    SIGN_LOCKED, /* a person is asked for the passphrase */
    SIGN_ASKED,  /* the agent has the question */
    SIGN_DONE,
    SIGN_REFUSED,
};

struct candidate {
    struct ssh *ssh;
    struct str *unusable;  /* where it is said that it could not be unlocked */
    char *name;            /* in messages */
    const struct key *key; /* of a file; NULL: the agent signs */
    struct agent *agent;   /* NULL with an encrypted file: none has the key yet */
    struct str agent_key;  /* as the agent knows it */
    struct str blob;       /* as the server is told */
    enum signing signing;
    struct unlocking *unlocking;
    struct agent_question *question;
    struct str signature;
};

/* What could not be offered. */
struct unusable {
    struct str keys; /* "id_x is encrypted, …" */
    struct str
        lacking; /* the first that only the ssh program can use: "the certificate x-cert.pub" */
};

/* Adds to candidates: keys of the agent that stand beside a named file, files that were named, the
 * agent's other keys, ssh's default files, last those that are encrypted, where somebody can be
 * asked for a passphrase. identities is the agent's answer, or NULL. */
void candidates_collect(struct ssh *ssh, struct agent *agent, const struct wire_string *identities,
                        struct vec *candidates, struct unusable *unusable);
void candidates_free(struct vec *candidates);

/* libssh2's sign callback; *abstract is the candidate. Says "again" while the agent is asked, which
 * then steps the machine. */
LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(candidate_sign);

#endif
