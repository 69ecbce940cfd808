#ifndef FAKE_UI_REPORT_H
#define FAKE_UI_REPORT_H

#include <stdio.h>

#include "base/event.h"

/* A run as one page of HTML that needs nothing else: what ran where, why, how long, with what
 * output. Written when the run has ended; of a step's output at most REPORT_MAXIMUM bytes. The
 * stream stays the caller's. */
enum { REPORT_MAXIMUM = 256 * 1024 };
struct event_sink report_sink(FILE *out, const char *program);

#endif
