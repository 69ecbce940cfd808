#ifndef FAKE_STEP_GIT_ATTRIBUTES_H
#define FAKE_STEP_GIT_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>

/* What .gitattributes of a commit say of export-ignore and export-subst (gitattributes(5),
 * "Creating an archive"). Those of the work tree do not count: the input is the commit. */

enum git_attribute {
    GIT_EXPORT_IGNORE,
    GIT_EXPORT_SUBST,
};

/* The file of a folder, and those of the folders above it. */
struct git_attributes;

/* A .gitattributes of the folder `path` ("" is the top, else "docs"). `outer` outlives it. */
struct git_attributes *git_attributes_new(const struct git_attributes *outer, const char *path,
                                          const char *text, size_t size);
void git_attributes_free(struct git_attributes *attributes); /* not the outer ones */

/* NULL for attributes: nothing is said. */
bool git_attributes_has(const struct git_attributes *attributes, enum git_attribute attribute,
                        const char *path, bool is_folder);

#endif
