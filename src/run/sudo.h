#ifndef FAKE_RUN_SUDO_H
#define FAKE_RUN_SUDO_H

#include <stdbool.h>

struct job_run;
struct step;

/* sudo's password. Whoever mistypes it must not lock an account on fifty hosts: while it is not
 * known to be right one job alone tries it, and once refused it is tried on no other host. */
/* What answers sudo for the step: sudo_password, else ssh_password; NULL when there is none, or
 * none is needed. */
const char *sudo_password(struct job_run *job, const struct step *step);

enum sudo_turn {
    SUDO_NOW,
    SUDO_LATER,   /* another job tries the password: this one is advanced when that has ended */
    SUDO_REFUSED, /* it was refused: *why */
};
enum sudo_turn sudo_ask_turn(struct job_run *job, const char *password, const char **why);

/* A step that had the password has ended; `refused`: sudo did not take it. */
void sudo_note(struct job_run *job, const char *password, bool refused);
/* The job's request has ended: if it was trying, another may. */
void sudo_end_turn(struct job_run *job);

#endif
