#ifndef FAKE_LIB_CONTEXT_H
#define FAKE_LIB_CONTEXT_H

#include "base/diag.h"
#include "base/event.h"
#include "base/vec.h"
#include "fake.h"
#include "lang/lang.h"
#include "model/rule.h"
#include "plan/plan.h"
#include "run/run.h"

struct arena;

/* All that a run has. What the files say is read anew when one of them was made in between. */
struct fake {
    struct fake_settings settings;
    struct arena *lasting; /* as long as the context */
    struct events *events;
    struct secrets *secrets; /* masked in all events */
    struct questions *questions;
    struct git *git; /* the repository here; NULL: not asked for yet */
    struct diags diags;
    const char *label;      /* this program in its messages: "fake", in a recipe's "fake[1]" */
    const char *entered;    /* the folder last told with "Entering directory"; or NULL */
    struct vec assignments; /* const char *, as the next three: as they were given */
    struct vec evals;
    struct vec goal_texts;
    struct vec files;
    const char *input;           /* what standard input holds, once a file `-` was read; or NULL */
    bool went_up;                /* it was found in a folder above */
    struct jobserver *jobserver; /* NULL: none, or not asked for yet */
    unsigned restarts;           /* how often it was all read anew */
    bool is_read, is_read_well;  /* fake_read was called, and what came of it */
    bool lacks_include;          /* -k: one could not be made, and the run fails for it */

    struct arena *arena; /* of what is read and planned, from here on */
    struct model model;
    struct lang_options lang_options;
    struct lang *lang;
    struct vec goals;                 /* struct goal */
    struct plan_options plan_options; /* the plan's, as long as that lives */
    struct plan *plan;                /* NULL: not made yet, or it cannot be */
    struct states *states;            /* of files, seen before the plan; or NULL */
};

/* An event that is only a text. */
void fake_tell(struct fake *fake, enum event_kind kind, const char *text);

/* functions.c: answers functions of the files; the context is the fake. */
bool fake_answer(void *context, const char *name, const char *const *arguments, unsigned count,
                 struct str *value, const char **error);

/* read.c: reads all, once; with `makes`, files that are read are made first where rules say so.
 * False: something is wrong, and was reported. */
bool fake_read(struct fake *fake, bool makes);
/* "Entering" or "Leaving": the folder in which all is done. */
void fake_tell_folder(struct fake *fake, const char *what);
/* Forgets all that was read. */
void fake_forget(struct fake *fake);
/* goal.c: a goal's text, taken apart into fake->goals. */
void fake_add_goal(struct fake *fake, const char *text);

/* remake.c */
enum remade {
    REMADE_NOTHING, /* all files are as they were read */
    REMADE_SOME,    /* all is to be read anew */
    REMADE_FAILED,  /* reported */
};
enum remade fake_remake(struct fake *fake);

/* run.c */
struct run_options fake_run_options(const struct fake *fake);
/* Under an outer make its jobserver; else one of our own when there may be several jobs, so that
 * makes which recipes start do not multiply them. Once. */
void fake_open_jobserver(struct fake *fake);
const char *fake_describe_jobs(const struct fake *fake); /* for MAKEFLAGS: " -j4 --jobserver…" */
/* NULL when anything is wrong with the goals or the selection; it was reported. The plan is the
 * context's. */
const struct plan *fake_plan(struct fake *fake);

/* makeflags.c: MAKEFLAGS and what belongs to it. */
void makeflags_define(struct fake *fake);           /* before files are read */
void makeflags_define_overrides(struct fake *fake); /* once assignments are */
/* As recipes see it; jobs is " -j4 --jobserver-auth=3,4" or the like. */
void makeflags_define_for_recipes(struct fake *fake, const char *jobs);
/* Takes what the files have put into it. */
void makeflags_take(struct fake *fake);

#endif
