#ifndef FAKE_RUN_PLACES_H
#define FAKE_RUN_PLACES_H

struct plan;

/* Two jobs of the plan that write the same place on one host, as far as that is known before
 * anything runs, are an error; reported. The rest is found out when the host has been asked. */
void places_check_plan(const struct plan *plan);

#endif
