#ifndef FAKE_STEP_SENDING_H
#define FAKE_STEP_SENDING_H

#include <stddef.h>
#include <stdint.h>

#include "step/step.h"

/* Uploads in a step's request; each takes the next id of the target. `consumer` is sh text. */

/* A file of this machine, read while it is sent. */
void sending_add_file(const struct step_target *target, const char *path, uint64_t size,
                      const char *consumer);
/* Bytes, which are copied. */
void sending_add_bytes(const struct step_target *target, const char *data, size_t size,
                       const char *consumer);

#endif
