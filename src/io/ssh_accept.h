#ifndef FAKE_IO_SSH_ACCEPT_H
#define FAKE_IO_SSH_ACCEPT_H

struct connection;
struct ssh_config;
struct str;

/* Appends the command that shows a person the host's key, asks, and remembers it:
 * "ssh -p 2222 web1 true". */
void ssh_add_accept_command(const struct connection *connection, const struct ssh_config *config,
                            struct str *out);

#endif
