#ifndef FAKE_IO_OPENSSH_OPTIONS_H
#define FAKE_IO_OPENSSH_OPTIONS_H

struct connection;
struct ssh_config;
struct str;
struct vec;

/* Appends to argv (char *, the caller frees each) the ssh program and all that it must be told:
 * what the Fakefile says, and what a run without a terminal wants. The rest it reads from the
 * user's configuration itself. The last word is the host; the command is to follow. */
void openssh_add_arguments(const struct connection *connection, const struct ssh_config *config,
                           const char *agent, struct vec *argv);

#endif
