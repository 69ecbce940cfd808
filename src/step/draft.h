#ifndef FAKE_STEP_DRAFT_H
#define FAKE_STEP_DRAFT_H

#include "step/step.h"

/* A recipe in pieces: the text of each step, expanded, but not yet taken apart. */
struct draft {
    const char *text;    /* from the verb on, prefix characters off; a block's first line up to { */
    const char *written; /* the same for the fingerprint: volatile calls as written */
    const char *body;    /* of a { } block, common indentation off; NULL: none */
    const char *written_body;
    struct location where;
    size_t first_line, line_count; /* of the recipe */
    unsigned part;                 /* which of the steps that begin in that line */
    bool silent, ignore;
    bool waits; /* text and body are as written: their value is not known yet */
};

struct drafts {
    struct draft *items;
    size_t count;
};

/* Expands the lines of a recipe and finds its steps; with the expander's mode EXPAND_AHEAD, what is
 * not known without a run waits. False when an expansion failed or a block does
 * not end (reported). Everything is from the arena. */
bool drafts_make(struct drafts *drafts, struct arena *arena, const struct recipe *recipe,
                 struct expander *expander);

/* What can be said of a line that is not expanded: skips blanks and prefix characters. */
const char *draft_skip_prefix(const char *text, bool *silent, bool *ignore);
/* True when a command's text, options off, is the beginning of a block. */
bool draft_opens_block(struct arena *arena, const char *text);

#endif
