#ifndef FAKE_STEP_SENDING_H
#define FAKE_STEP_SENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "step/step.h"

/* Uploads in a step's request; each takes the next id of the target. `consumer` and `is_stored` are
 * those of struct upload. */

/* A file of this machine, read while it is sent. */
void sending_add_file(const struct step_target *target, const char *path, uint64_t size,
                      const char *consumer, bool is_stored);
/* Bytes, which are copied. */
void sending_add_bytes(const struct step_target *target, const char *data, size_t size,
                       const char *consumer, bool is_stored);

#endif
