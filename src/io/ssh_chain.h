#ifndef FAKE_IO_SSH_CHAIN_H
#define FAKE_IO_SSH_CHAIN_H

/* Chains of bastions, as ssh_jump and ProxyJump have them: "a,user@b:2222", in the order in which
 * they are passed, blanks or commas between. */

/* A bastion: [ssh://][user@]name[:port]. The caller frees user (NULL: not named) and name. */
struct jump_host {
    char *user;
    char *name;
    unsigned port; /* 0: not named */
};
struct jump_host jump_host_parse(const char *text);

/* The bastion next to the host: the last of the chain. rest is the chain that leads to it, or NULL;
 * the caller frees both. */
char *jump_last(const char *chain, char **rest);

#endif
