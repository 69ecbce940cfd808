#include "step/git_content.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "step/content.h"
#include "step/content_name.h"
#include "step/git.h"
#include "step/git_attributes.h"
#include "step/git_library.h"
#include "step/git_subst.h"

/* What the contents of a tree need as long as they live. */
struct store {
    struct vec repositories; /* struct git_source: the tree's own, and its submodules' */
};

/* A repository, and the commit of it that is read. */
struct git_source {
    struct git *git;
    git_commit *commit;
};

/* A tree being read. */
struct reading {
    struct store *store;
    const struct git_source *source;
    struct content *entries;
    size_t count, cap;
    char *why;
    const struct content_memory *memory;
};

static void release(void *context)
{
    struct store *store = context;
    for (size_t i = 0; i < store->repositories.len; i++) {
        struct git_source *source = store->repositories.items[i];
        if (source->commit)
            source->git->library->git_object_free((git_object *)source->commit);
        git_close(source->git);
        free(source);
    }
    vec_free(&store->repositories);
    free(store);
}

/* ---- bytes ---- */

static bool read_blob(const struct git *git, const git_oid *id, struct str *bytes)
{
    const struct git_library *library = git->library;
    git_blob *blob;
    if (library->git_blob_lookup(&blob, git->repository, id) != 0)
        return false;
    str_addn(bytes, library->git_blob_rawcontent(blob), (size_t)library->git_blob_rawsize(blob));
    library->git_blob_free(blob);
    return true;
}

static bool load_plain(const struct content *content, struct str *bytes)
{
    const struct git_source *source = content->store;
    return read_blob(source->git, (const git_oid *)(const void *)content->id, bytes);
}

static bool load_replaced(const struct content *content, struct str *bytes)
{
    const struct git_source *source = content->store;
    struct str written = { 0 };
    bool fine = load_plain(content, &written);
    if (fine)
        git_subst(source->git, source->commit, str_text(&written), written.len, bytes);
    str_free(&written);
    return fine;
}

/* ---- the tree ---- */

static void fail(struct reading *reading, const char *path, char *why)
{
    if (!reading->why)
        reading->why = *path ? mem_printf("%s: %s", path, why) : mem_strdup(why);
    free(why);
}

static struct content *add_entry(struct reading *reading, const char *path, enum content_kind kind,
                                 unsigned mode)
{
    if (reading->count == reading->cap) {
        reading->cap = reading->cap ? 2 * reading->cap : 64;
        reading->entries = mem_resize(reading->entries, reading->cap * sizeof *reading->entries);
    }
    struct content *entry = &reading->entries[reading->count++];
    *entry = (struct content){ .path = mem_strdup(path), .kind = kind, .mode = mode };
    return entry;
}

_Static_assert(sizeof((git_oid *)NULL)->id == CONTENT_BLOB_ID, "the name of a blob");

/* What is replaced in it is another content in each commit. */
static void hash_file_entry(struct reading *reading, struct content *entry)
{
    const struct content_memory *memory =
        reading->memory && reading->memory->find_blob && entry->load == load_plain ? reading->memory
                                                                                   : NULL;
    const unsigned char *id = (const unsigned char *)entry->id;
    struct str bytes = { 0 };
    if (memory && memory->find_blob(memory->context, id, &entry->size, &entry->hash, entry->sha256))
        return;
    if (!entry->load(entry, &bytes))
        fail(reading, entry->path, git_why(reading->source->git));
    entry->size = bytes.len;
    entry->hash = hash_bytes(str_text(&bytes), bytes.len);
    hash_bytes_sha256(str_text(&bytes), bytes.len, entry->sha256);
    if (memory && !reading->why)
        memory->learn_blob(memory->context, id, entry->size, entry->hash, entry->sha256);
    str_free(&bytes);
}

static void add_blob(struct reading *reading, const char *path, const git_oid *id,
                     git_filemode_t mode, bool is_replaced)
{
    struct content *entry;
    if (mode == GIT_FILEMODE_LINK) {
        struct str text = { 0 };
        entry = add_entry(reading, path, CONTENT_LINK, 0777);
        if (!read_blob(reading->source->git, id, &text))
            fail(reading, path, git_why(reading->source->git));
        entry->link = text.data ? str_steal(&text) : mem_strdup("");
        entry->hash = hash_bytes(entry->link, strlen(entry->link));
        return;
    }
    entry =
        add_entry(reading, path, CONTENT_FILE, mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644);
    entry->load = is_replaced ? load_replaced : load_plain;
    entry->store = (void *)reading->source;
    git_oid *copy = mem_alloc(sizeof *copy);
    reading->source->git->library->git_oid_cpy(copy, id);
    entry->id = (const char *)copy;
    hash_file_entry(reading, entry);
}

static void add_tree(struct reading *reading, const git_tree *tree, const char *path,
                     const char *inside, const struct git_attributes *outer);

/* The repository and commit of a submodule; NULL: it cannot be read (reported). */
static const struct git_source *open_submodule(struct reading *reading, const char *path,
                                               const char *inside, const git_oid *id)
{
    const struct git *git = reading->source->git;
    const char *top = git->library->git_repository_workdir(git->repository);
    char *folder = top ? mem_printf("%s%s", top, inside) : NULL, *why = NULL;
    struct git_source *source = mem_alloc(sizeof *source);
    char *dot_git = folder ? mem_printf("%s/.git", folder) : NULL;
    source->git = dot_git ? git_open(dot_git, &why) : NULL;
    if (source->git)
        source->git->library->git_commit_lookup(&source->commit, source->git->repository, id);
    free(folder);
    free(dot_git);
    free(why);
    if (source->commit) {
        vec_push(&reading->store->repositories, source);
        return source;
    }
    git_close(source->git);
    free(source);
    fail(reading, path,
         mem_printf("the commit of this submodule is not here; git submodule update --init %s "
                    "brings it",
                    inside));
    return NULL;
}

static void add_submodule(struct reading *reading, const char *path, const char *inside,
                          const git_oid *id)
{
    const struct git_source *outer = reading->source;
    git_tree *tree;
    add_entry(reading, path, CONTENT_FOLDER, 0755);
    reading->source = open_submodule(reading, path, inside, id);
    if (reading->source) {
        const struct git_library *library = reading->source->git->library;
        if (library->git_commit_tree(&tree, reading->source->commit) == 0) {
            add_tree(reading, tree, path, "", NULL);
            library->git_tree_free(tree);
        } else {
            fail(reading, path, git_why(reading->source->git));
        }
    }
    reading->source = outer;
}

static void add_folder(struct reading *reading, const char *path, const char *inside,
                       const git_oid *id, const struct git_attributes *attributes)
{
    const struct git *git = reading->source->git;
    git_tree *tree;
    add_entry(reading, path, CONTENT_FOLDER, 0755);
    if (git->library->git_tree_lookup(&tree, git->repository, id) != 0) {
        fail(reading, path, git_why(git));
        return;
    }
    add_tree(reading, tree, path, inside, attributes);
    git->library->git_tree_free(tree);
}

static bool is_good_name(const char *name)
{
    return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

/* path: in the content; inside: in the repository. */
static void add_one(struct reading *reading, const git_tree_entry *entry, const char *folder,
                    const char *inside_folder, const struct git_attributes *attributes)
{
    const struct git_library *library = reading->source->git->library;
    const char *name = library->git_tree_entry_name(entry);
    const git_oid *id = library->git_tree_entry_id(entry);
    git_filemode_t mode = library->git_tree_entry_filemode(entry);
    bool is_folder = mode == GIT_FILEMODE_TREE || mode == GIT_FILEMODE_COMMIT;
    char *path = mem_printf("%s%s%s", folder, *folder ? "/" : "", name);
    char *inside = mem_printf("%s%s%s", inside_folder, *inside_folder ? "/" : "", name);
    if (!is_good_name(name))
        fail(reading, path, mem_strdup("no name for a file"));
    else if (git_attributes_has(attributes, GIT_EXPORT_IGNORE, inside, is_folder))
        (void)0;
    else if (mode == GIT_FILEMODE_COMMIT)
        add_submodule(reading, path, inside, id);
    else if (mode == GIT_FILEMODE_TREE)
        add_folder(reading, path, inside, id, attributes);
    else
        add_blob(reading, path, id, mode,
                 git_attributes_has(attributes, GIT_EXPORT_SUBST, inside, false));
    free(path);
    free(inside);
}

static struct git_attributes *read_attributes(const struct reading *reading, const git_tree *tree,
                                              const char *inside,
                                              const struct git_attributes *outer)
{
    const struct git *git = reading->source->git;
    const git_tree_entry *entry = git->library->git_tree_entry_byname(tree, ".gitattributes");
    struct git_attributes *attributes = NULL;
    struct str text = { 0 };
    if (entry && read_blob(git, git->library->git_tree_entry_id(entry), &text))
        attributes = git_attributes_new(outer, inside, str_text(&text), text.len);
    str_free(&text);
    return attributes;
}

static void add_tree(struct reading *reading, const git_tree *tree, const char *path,
                     const char *inside, const struct git_attributes *outer)
{
    const struct git_library *library = reading->source->git->library;
    struct git_attributes *own = read_attributes(reading, tree, inside, outer);
    for (size_t i = 0; i < library->git_tree_entrycount(tree) && !reading->why; i++)
        add_one(reading, library->git_tree_entry_byindex(tree, i), path, inside, own ? own : outer);
    git_attributes_free(own);
}

/* ---- from its top, or a folder of it ---- */

/* Goes down to the folder `below`, by way of the attributes of those above it. */
static void read_below(struct reading *reading, const git_tree *tree, const char *inside,
                       const char *below, const struct git_attributes *outer)
{
    const struct git *git = reading->source->git;
    below += strspn(below, "/");
    if (!*below) {
        add_tree(reading, tree, "", inside, outer);
        return;
    }
    struct git_attributes *own = read_attributes(reading, tree, inside, outer);
    char *name = mem_strndup(below, strcspn(below, "/"));
    char *next = mem_printf("%s%s%s", inside, *inside ? "/" : "", name);
    const git_tree_entry *entry = git->library->git_tree_entry_byname(tree, name);
    git_tree *folder;
    if (entry && git->library->git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE &&
        git->library->git_tree_lookup(&folder, git->repository,
                                      git->library->git_tree_entry_id(entry)) == 0) {
        read_below(reading, folder, next, below + strlen(name), own ? own : outer);
        git->library->git_tree_free(folder);
    } else {
        fail(reading, "", mem_printf("there is no folder %s in it", next));
    }
    free(name);
    free(next);
    git_attributes_free(own);
}

static void read_commit(struct content *content, struct reading *reading, const char *below)
{
    const struct git_source *source = reading->source;
    const struct git_library *library = source->git->library;
    char hex[GIT_OID_HEXSZ + 1];
    git_tree *tree;
    if (library->git_commit_tree(&tree, source->commit) != 0) {
        fail(reading, "", git_why(source->git));
        return;
    }
    read_below(reading, tree, "", below, NULL);
    library->git_tree_free(tree);
    library->git_oid_tostr(hex, sizeof hex, library->git_object_id((git_object *)source->commit));
    char *input = mem_printf("%s:%s", hex, below);
    content->hash = hash_bytes(input, strlen(input));
    free(input);
}

static char *part_of(const char *name, unsigned index)
{
    const char *part = "";
    size_t length = 0;
    content_name_part(name, index, &part, &length);
    return mem_strndup(part, length);
}

static void load(struct content *content, const char *name, const struct content_memory *memory)
{
    char *repository = part_of(name, 0), *revision = part_of(name, 1), *below = part_of(name, 2);
    struct store *store = mem_alloc(sizeof *store);
    struct git_source *source = mem_alloc(sizeof *source);
    struct reading reading = { .store = store, .source = source, .memory = memory };
    content->path = mem_strdup(".");
    content->kind = CONTENT_FOLDER;
    content->mode = 0755;
    content->store = store;
    content->release = release;
    vec_push(&store->repositories, source);
    source->git = git_open(repository, &reading.why);
    if (source->git)
        source->commit =
            (git_commit *)git_find(source->git, revision, GIT_OBJECT_COMMIT, &reading.why);
    if (source->commit)
        read_commit(content, &reading, below);
    content->entries = reading.entries;
    content->entry_count = reading.count;
    content->why = reading.why;
    free(repository);
    free(revision);
    free(below);
}

struct loading {
    struct content *content;
    const char *name;
    const struct content_memory *memory;
};

static void *load_in_thread(void *context)
{
    const struct loading *loading = context;
    load(loading->content, loading->name, loading->memory);
    return NULL;
}

/* libgit2 and what it uses keep memory for each thread that was in them, until it ends; those of a
 * pool do not. So this has a thread of its own. */
void git_content_load(struct content *content, const char *name,
                      const struct content_memory *memory)
{
    struct loading loading = { content, name, memory };
    pthread_t thread;
    if (pthread_create(&thread, NULL, load_in_thread, &loading) == 0)
        pthread_join(thread, NULL);
    else
        load(content, name, memory);
}
