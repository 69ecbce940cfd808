#ifndef FAKE_UI_JSON_H
#define FAKE_UI_JSON_H

#include <stdio.h>

#include "base/event.h"

/* Raised when a member changes its meaning or goes away; new members and new events do not raise
 * it. */
enum { JSON_EVENTS_VERSION = 1 };

/* Events as lines of JSON, for programs: docs/events.md. The stream stays the caller's. */
struct event_sink json_sink(FILE *out);

const char *json_library(void); /* "Jansson 2.14" */

#endif
