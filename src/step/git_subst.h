#ifndef FAKE_STEP_GIT_SUBST_H
#define FAKE_STEP_GIT_SUBST_H

#include <stddef.h>

struct str;
struct git;
struct git_commit;

/* Appends the text with each $Format:…$ replaced by what it says of the commit (gitattributes(5),
 * export-subst; git-log(1), PRETTY FORMATS): %H %h %T %t %P %p %an %ae %at %aI %ai %as %cn %ce %ct
 * %cI %ci %cs %s %B %n %%. What is none of these stands as written, as git does it; so do %d and
 * %D, which would change without the commit. */
void git_subst(const struct git *git, const struct git_commit *commit, const char *text,
               size_t size, struct str *out);

#endif
