#ifndef FAKE_STEP_PUT_MIRROR_H
#define FAKE_STEP_PUT_MIRROR_H

#include "step/put_tree.h"

/* put --mirror SRC/ DST/: DST becomes a copy of SRC; with --delete nothing else is left in it. */

/* Reports a DST that must not be mirrored to: /, ~ and what is no path, each however written. */
bool put_mirror_check(const struct step *step, struct diags *diags);

/* find's words for what is not even looked at. */
void put_mirror_add_prunes(struct str *text, const struct step *step);
/* Something is excluded by more than its name. */
bool put_mirror_looks_at_paths(const struct step *step);
/* In the root: leaves the shell where that is / or the home folder. */
void put_mirror_leave_home(struct str *text);

/* The question about the tree, without its names: in the root, when it is there. */
void put_mirror_add_list(struct str *text, const struct step *step);
void put_mirror_add_states(struct str *text, const struct step *step);
void put_mirror_add_hashes(struct str *text, const struct step *step, const struct put_tree *tree);

/* Text that prints all below the root that is no folder, for a step with --delete. False: that
 * would be more than the step removes, or would come to other paths than a record's. */
bool put_mirror_add_rest(struct str *text, const struct step *step, const char *root);

/* Text for the step's turn: an error where the root is, through links, / or the home folder. */
void put_mirror_add_guard(struct str *text, const struct step *step);
/* Text for the step's turn: what must go before the tree comes, and after. Counts what goes. */
size_t put_mirror_add_removals(struct str *before, struct str *after, const struct step *step,
                               const struct put_tree *tree, const char *answer);
/* Makes the root of all that came, when there is none; calls `remember`. */
extern const char put_mirror_root_text[];

#endif
