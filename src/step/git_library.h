#ifndef FAKE_STEP_GIT_LIBRARY_H
#define FAKE_STEP_GIT_LIBRARY_H

#include <git2.h>

/* libgit2, loaded when a Fakefile first needs it: linked, it and the ten libraries that it brings
 * would double the time of every start. Included by the files git_*.c alone. */

/* name, its result, its parameters */
#define GIT_FUNCTIONS(X)                                                                           \
    X(git_libgit2_init, int, (void))                                                               \
    X(git_libgit2_shutdown, int, (void))                                                           \
    X(git_error_last, const git_error *, (void))                                                   \
    X(git_repository_open_ext, int, (git_repository **, const char *, unsigned, const char *))     \
    X(git_repository_free, void, (git_repository *))                                               \
    X(git_repository_workdir, const char *, (const git_repository *))                              \
    X(git_repository_index, int, (git_index **, git_repository *))                                 \
    X(git_index_free, void, (git_index *))                                                         \
    X(git_index_entrycount, size_t, (const git_index *))                                           \
    X(git_index_get_byindex, const git_index_entry *, (git_index *, size_t))                       \
    X(git_revparse_single, int, (git_object **, git_repository *, const char *))                   \
    X(git_object_peel, int, (git_object **, const git_object *, git_object_t))                     \
    X(git_object_free, void, (git_object *))                                                       \
    X(git_object_id, const git_oid *, (const git_object *))                                        \
    X(git_oid_tostr, char *, (char *, size_t, const git_oid *))                                    \
    X(git_oid_cpy, int, (git_oid *, const git_oid *))                                              \
    X(git_describe_workdir, int,                                                                   \
      (git_describe_result **, git_repository *, git_describe_options *))                          \
    X(git_describe_commit, int, (git_describe_result **, git_object *, git_describe_options *))    \
    X(git_describe_format, int,                                                                    \
      (git_buf *, const git_describe_result *, const git_describe_format_options *))               \
    X(git_describe_result_free, void, (git_describe_result *))                                     \
    X(git_buf_dispose, void, (git_buf *))                                                          \
    X(git_commit_tree, int, (git_tree **, const git_commit *))                                     \
    X(git_commit_author, const git_signature *, (const git_commit *))                              \
    X(git_commit_committer, const git_signature *, (const git_commit *))                           \
    X(git_commit_message, const char *, (const git_commit *))                                      \
    X(git_commit_parentcount, unsigned, (const git_commit *))                                      \
    X(git_commit_parent_id, const git_oid *, (const git_commit *, unsigned))                       \
    X(git_commit_lookup, int, (git_commit **, git_repository *, const git_oid *))                  \
    X(git_tree_lookup, int, (git_tree **, git_repository *, const git_oid *))                      \
    X(git_tree_free, void, (git_tree *))                                                           \
    X(git_tree_id, const git_oid *, (const git_tree *))                                            \
    X(git_tree_entrycount, size_t, (const git_tree *))                                             \
    X(git_tree_entry_byindex, const git_tree_entry *, (const git_tree *, size_t))                  \
    X(git_tree_entry_byname, const git_tree_entry *, (const git_tree *, const char *))             \
    X(git_tree_entry_bypath, int, (git_tree_entry **, const git_tree *, const char *))             \
    X(git_tree_entry_free, void, (git_tree_entry *))                                               \
    X(git_tree_entry_name, const char *, (const git_tree_entry *))                                 \
    X(git_tree_entry_id, const git_oid *, (const git_tree_entry *))                                \
    X(git_tree_entry_filemode, git_filemode_t, (const git_tree_entry *))                           \
    X(git_blob_lookup, int, (git_blob **, git_repository *, const git_oid *))                      \
    X(git_blob_free, void, (git_blob *))                                                           \
    X(git_blob_rawcontent, const void *, (const git_blob *))                                       \
    X(git_blob_rawsize, git_object_size_t, (const git_blob *))

struct git_library {
    void *handle;
#define MEMBER(name, result, parameters) result(*name) parameters;
    GIT_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* The library, ready for use; NULL when it cannot be had, *why says so (the caller frees it). */
struct git_library *git_library_open(char **why);
void git_library_close(struct git_library *library); /* NULL is allowed */

/* A repository. */
struct git {
    struct git_library *library;
    git_repository *repository;
};

/* What libgit2 said last, on the heap. */
char *git_why(const struct git *git);
/* The object of a revision, as a commit or tree (GIT_OBJECT_…); NULL: *why. */
git_object *git_find(const struct git *git, const char *revision, git_object_t type, char **why);

#endif
