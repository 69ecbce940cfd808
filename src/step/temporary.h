#ifndef FAKE_STEP_TEMPORARY_H
#define FAKE_STEP_TEMPORARY_H

#include <stdbool.h>

/* A name for a temporary file on a host or here, that nobody can guess: ".fake-" and 24 hexadecimal
 * digits. False with errno set when the system gives no random bytes. */
enum { TEMPORARY_NAME_SIZE = 31 };
bool temporary_name(char name[TEMPORARY_NAME_SIZE]);

#endif
