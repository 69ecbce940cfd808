#ifndef FAKE_IO_SSH_ALGORITHMS_H
#define FAKE_IO_SSH_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>

/* The algorithms that a connection may use. A list of them is as the protocol has it: names, commas
 * between, the preferred first. */

enum ssh_algorithm { /* in the order in which a server lists its own */
                     SSH_KEX,
                     SSH_HOST_KEY,
                     SSH_CIPHER,
                     SSH_MAC,
                     SSH_ALGORITHMS,
};

/* What the user's ssh configuration says of one; both are NULL where ssh was not asked. */
struct ssh_algorithm_choice {
    char *listed; /* what ssh would offer */
    char *known;  /* of these, what libssh2 has, in the same order; "" when nothing is left */
};

const char *ssh_algorithm_option(enum ssh_algorithm kind); /* its word in ssh_config(5) */
const char *ssh_algorithm_known(enum ssh_algorithm kind);  /* all that libssh2 has and we use */

/* What to offer; NULL: as libssh2 does by itself. It lives as long as the choice. */
const char *ssh_algorithm_offer(enum ssh_algorithm kind, const struct ssh_algorithm_choice *choice);

void ssh_algorithm_choose(struct ssh_algorithm_choice *choice, enum ssh_algorithm kind,
                          const char *listed);
void ssh_algorithm_clear(struct ssh_algorithm_choice *choice);

/* The first name of the list that stands in the other one, too; NULL: they have none in common. */
const char *ssh_list_common(const char *list, const char *other);
bool ssh_list_has(const char *list, const char *name, size_t size);

#endif
