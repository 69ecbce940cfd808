#ifndef FAKE_STEP_GIT_CONTENT_H
#define FAKE_STEP_GIT_CONTENT_H

struct content;
struct content_memory;

/* Fills the content with the tree of a revision, as `git archive` would give it: without what is
 * export-ignore, with what is export-subst replaced when it is read. Submodules are followed where
 * they are checked out. `name` is of content_name_revision. A blob that `memory` (NULL: none) knows
 * is not read. */
void git_content_load(struct content *content, const char *name,
                      const struct content_memory *memory);

#endif
