#ifndef FAKE_LIB_CONTEXT_H
#define FAKE_LIB_CONTEXT_H

#include "base/diag.h"
#include "base/event.h"
#include "base/vec.h"
#include "fake.h"
#include "lang/lang.h"
#include "model/rule.h"
#include "plan/plan.h"

struct arena;

/* All that a run has. */
struct fake {
    struct fake_settings settings;
    struct arena *arena; /* session lifetime */
    struct events *events;
    struct diags diags;
    struct model model;
    struct lang_options lang_options;
    struct lang *lang;
    struct vec goals;                 /* struct goal */
    struct plan_options plan_options; /* the plan's, as long as that lives */
    struct plan *plan;                /* NULL: not made yet, or it cannot be */
    const char *entered;              /* the folder last told with "Entering directory"; or NULL */
    bool has_loaded;                  /* a Fakefile was asked for: goals are known */
    bool is_finished;                 /* lang_finish was called */
};

/* The reader's last word, once: what all files say together. */
void fake_finish(struct fake *fake);
/* An event that is only a text. */
void fake_tell(struct fake *fake, enum event_kind kind, const char *text);

#endif
