#ifndef FAKE_IO_SSH_USER_H
#define FAKE_IO_SSH_USER_H

#include <stdbool.h>

/* Who runs this, and which configuration of ssh is theirs. */

const char *ssh_user_name(void); /* "" when unknown */
const char *ssh_user_home(void); /* $HOME, else the user database's; "" when unknown */

/* What ssh takes for the home folder, whatever $HOME says. */
const char *ssh_user_database_home(void);

/* The configuration file to name to ssh where $HOME is not what it takes for the home folder; NULL
 * where it finds the files by itself. The caller frees it. */
char *ssh_user_other_config(void);

/* True when the system's configuration has new lines of known_hosts hashed for everyone. */
bool ssh_user_system_hashes_names(void);

/* True when there is a configuration worth asking ssh for: the user's own, or a system's that does
 * more than the one in the package. */
bool ssh_user_has_config(void);

#endif
