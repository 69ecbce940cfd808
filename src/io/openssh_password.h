#ifndef FAKE_IO_OPENSSH_PASSWORD_H
#define FAKE_IO_OPENSSH_PASSWORD_H

/* How the ssh program gets ssh_password: it runs a program of ours in place of asking on a terminal
 * (SSH_ASKPASS), and that reads the password from a fifo. So it stands in no argument, environment
 * or file, is gone when this process is, and is given once. */
struct openssh_password;

/* NULL with errno set. */
struct openssh_password *openssh_password_new(const char *password);
void openssh_password_free(struct openssh_password *password); /* NULL is allowed */

/* The environment for ssh: this process's and what leads to the password. Owned by `password`. */
char **openssh_password_environment(struct openssh_password *password);

#endif
