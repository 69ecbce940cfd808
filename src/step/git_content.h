#ifndef FAKE_STEP_GIT_CONTENT_H
#define FAKE_STEP_GIT_CONTENT_H

struct content;

/* Fills the content with the tree of a revision, as `git archive` would give it: without what is
 * export-ignore, with what is export-subst replaced when it is read. Submodules are followed where
 * they are checked out. `name` is of content_name_revision. */
void git_content_load(struct content *content, const char *name);

#endif
