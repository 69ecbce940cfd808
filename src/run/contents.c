#include "run/contents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "io/loop.h"
#include "run/store.h"

/* Between a folder and what is left out of it. */
enum { WITHOUT = '\n' };

enum { MANY = 256 }; /* files of a tree */

/* Who waits for several paths. */
struct waiter {
    unsigned left;
    void (*ready)(void *context);
    void *context;
};

/* A path that was asked for. */
struct entry {
    struct contents *owner;
    const char *path;
    enum content_need need;
    bool loading;
    unsigned generation; /* when it was read; 0: never */
    struct vec waiters;  /* struct waiter */
    struct stat status;  /* of a plain file, as it was read */
    bool has_status;
    /* what the pool brings */
    struct content *tree;
    struct hash hash;
    struct store *store; /* of a tree: what is known of its files; NULL: none */
    struct vec learned;  /* struct learned: what the store does not know of the tree's files */
    int error;           /* errno; 0: fine */
    time_t began;
};

struct learned {
    struct stat status;
    unsigned char blob[CONTENT_BLOB_ID]; /* in place of the status */
    uint64_t size;
    bool is_blob;
    struct known_content content;
};

struct contents {
    struct loop *loop;
    struct store *store;
    struct store *tree_store; /* by `open`, where that is NULL */
    contents_open *open;
    void *context;
    struct map entries[2]; /* by content_need: path ▶ struct entry */
    struct vec old_trees;  /* struct content: replaced, perhaps still looked at */
    unsigned generation;
    atomic_bool is_stopped;
};

struct contents *contents_new(struct loop *loop, struct store *store)
{
    struct contents *contents = mem_alloc(sizeof *contents);
    contents->loop = loop;
    contents->store = store;
    contents->generation = 1;
    return contents;
}

static void forget_learned(struct entry *entry)
{
    for (size_t i = 0; i < entry->learned.len; i++)
        free(entry->learned.items[i]);
    vec_free(&entry->learned);
    entry->learned = (struct vec){ 0 };
}

void contents_set_opener(struct contents *contents, contents_open *open, void *context)
{
    contents->open = open;
    contents->context = context;
}

void contents_free(struct contents *contents)
{
    if (!contents)
        return;
    for (size_t need = 0; need < 2; need++) {
        struct map *entries = &contents->entries[need];
        for (size_t i = 0; i < entries->len; i++) {
            struct entry *entry = entries->entries[i].value;
            content_free(entry->tree);
            vec_free(&entry->waiters);
            forget_learned(entry);
            free(entry);
        }
        map_free(entries);
    }
    for (size_t i = 0; i < contents->old_trees.len; i++)
        content_free(contents->old_trees.items[i]);
    vec_free(&contents->old_trees);
    free(contents);
}

const char *contents_path_without(struct arena *arena, const char *folder, const char *except)
{
    return arena_printf(arena, "%s%c%s", folder, WITHOUT, except);
}

void contents_stop(struct contents *contents)
{
    atomic_store(&contents->is_stopped, true);
}

void contents_expire(struct contents *contents)
{
    contents->generation++;
}

unsigned contents_generation(const struct contents *contents)
{
    return contents->generation;
}

static struct entry *entry_of(struct contents *contents, enum content_need need, const char *path)
{
    void **slot = map_put(&contents->entries[need], path);
    if (!*slot) {
        struct entry *entry = mem_alloc(sizeof *entry);
        entry->owner = contents;
        entry->path = path;
        entry->need = need;
        *slot = entry;
    }
    return *slot;
}

static bool same_state(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Whether what was read can still be told. For a plain file its state says so. */
static bool is_fresh(struct entry *entry)
{
    struct contents *contents = entry->owner;
    if (entry->generation == contents->generation)
        return true;
    struct stat now;
    if (entry->generation == 0 || !entry->has_status || stat(entry->path, &now) != 0 ||
        !same_state(&now, &entry->status))
        return false;
    entry->generation = contents->generation;
    return true;
}

/* Answers at once what needs no reading: what is not there, and what the store knows. */
static bool answer_at_once(struct entry *entry)
{
    struct contents *contents = entry->owner;
    entry->has_status = stat(entry->path, &entry->status) == 0;
    entry->error = entry->has_status || strchr(entry->path, WITHOUT) ? 0 : errno;
    if (entry->has_status && !S_ISREG(entry->status.st_mode))
        entry->has_status = false;
    if (entry->need == NEED_TREE)
        return false;
    struct known_content known;
    bool found = entry->has_status && contents->store &&
                 store_find_content(contents->store, &entry->status, &known);
    if (found)
        entry->hash = known.hash;
    if (!found && !entry->error)
        return false;
    entry->generation = contents->generation;
    return true;
}

/* ---- in the pool ---- */

static bool hash_tree(const char *path, const atomic_bool *stop, struct hash *hash)
{
    const char *mark = strchr(path, WITHOUT);
    if (!mark)
        return file_hash_tree(path, NULL, stop, hash);
    char *folder = mem_strndup(path, (size_t)(mark - path));
    bool fine = file_hash_tree(folder, mark + 1, stop, hash);
    int error = errno;
    free(folder);
    errno = error;
    return fine;
}

/* Of a tree. A store that is there is looked at; one is made for what takes long to read. */
static struct store *tree_store(struct contents *contents, bool may_make)
{
    if (!contents->store && !contents->tree_store && contents->open)
        contents->tree_store = contents->open(contents->context, may_make);
    return contents->store ? contents->store : contents->tree_store;
}

struct store *contents_store(struct contents *contents)
{
    return tree_store(contents, false);
}

static bool find(void *context, const struct stat *status, struct hash *hash,
                 char sha256[HASH_SHA256_HEX_SIZE])
{
    const struct entry *entry = context;
    struct known_content known;
    if (!entry->store || !store_find_content(entry->store, status, &known) || !known.sha256[0])
        return false;
    *hash = known.hash;
    memcpy(sha256, known.sha256, sizeof known.sha256);
    return true;
}

static void learn(void *context, const struct stat *status, struct hash hash,
                  const char sha256[HASH_SHA256_HEX_SIZE])
{
    struct entry *entry = context;
    struct learned *learned = mem_alloc(sizeof *learned);
    learned->status = *status;
    learned->content.hash = hash;
    memcpy(learned->content.sha256, sha256, sizeof learned->content.sha256);
    vec_push(&entry->learned, learned);
}

static bool find_blob(void *context, const unsigned char *id, uint64_t *size, struct hash *hash,
                      char sha256[HASH_SHA256_HEX_SIZE])
{
    const struct entry *entry = context;
    struct known_content known;
    if (!entry->store || !store_find_blob(entry->store, id, size, &known))
        return false;
    *hash = known.hash;
    memcpy(sha256, known.sha256, sizeof known.sha256);
    return true;
}

static void learn_blob(void *context, const unsigned char *id, uint64_t size, struct hash hash,
                       const char sha256[HASH_SHA256_HEX_SIZE])
{
    struct entry *entry = context;
    struct learned *learned = mem_alloc(sizeof *learned);
    learned->is_blob = true;
    learned->size = size;
    learned->content.hash = hash;
    memcpy(learned->blob, id, sizeof learned->blob);
    memcpy(learned->content.sha256, sha256, sizeof learned->content.sha256);
    vec_push(&entry->learned, learned);
}

static void load(void *context)
{
    struct entry *entry = context;
    const atomic_bool *stop = &entry->owner->is_stopped;
    bool fine = true;
    const struct content_memory memory = { .find = find,
                                           .learn = learn,
                                           .find_blob = find_blob,
                                           .learn_blob = learn_blob,
                                           .context = entry,
                                           .stop = stop };
    if (entry->need == NEED_TREE)
        entry->tree = content_load(entry->path, &memory);
    else if (entry->has_status)
        fine = hash_file_until(entry->path, stop, &entry->hash);
    else
        fine = hash_tree(entry->path, stop, &entry->hash);
    entry->error = fine ? 0 : errno;
}

static void keep_learned(struct entry *entry)
{
    struct store *store = entry->store;
    if (!store && entry->learned.len >= MANY)
        store = tree_store(entry->owner, true);
    for (size_t i = 0; store && i < entry->learned.len; i++) {
        const struct learned *learned = entry->learned.items[i];
        if (learned->is_blob)
            store_keep_blob(store, learned->blob, learned->size, &learned->content);
        else
            store_keep_content(store, &learned->status, &learned->content, entry->began);
    }
    forget_learned(entry);
}

static void loaded(void *context)
{
    struct entry *entry = context;
    struct contents *contents = entry->owner;
    entry->loading = false;
    entry->generation = contents->generation;
    keep_learned(entry);
    struct stat now;
    if (entry->has_status && entry->need == NEED_HASH && !entry->error && contents->store &&
        stat(entry->path, &now) == 0 && same_state(&now, &entry->status)) {
        struct known_content known = { .hash = entry->hash };
        store_keep_content(contents->store, &entry->status, &known, entry->began);
    }
    struct vec waiters = entry->waiters;
    entry->waiters = (struct vec){ 0 };
    for (size_t i = 0; i < waiters.len; i++) {
        struct waiter *waiter = waiters.items[i];
        if (--waiter->left > 0)
            continue;
        waiter->ready(waiter->context);
        free(waiter);
    }
    vec_free(&waiters);
}

static void begin_loading(struct entry *entry)
{
    struct contents *contents = entry->owner;
    if (entry->tree)
        vec_push(&contents->old_trees, entry->tree);
    entry->tree = NULL;
    if (entry->need == NEED_TREE)
        entry->store = tree_store(contents, false);
    entry->loading = true;
    entry->began = time(NULL);
    loop_work(contents->loop, load, loaded, entry);
}

bool contents_want(struct contents *contents, enum content_need need, const struct vec *paths,
                   void (*ready)(void *context), void *context)
{
    struct waiter *waiter = NULL;
    for (size_t i = 0; i < paths->len; i++) {
        struct entry *entry = entry_of(contents, need, paths->items[i]);
        if (!entry->loading && (is_fresh(entry) || answer_at_once(entry)))
            continue;
        if (!entry->loading)
            begin_loading(entry);
        if (!waiter) {
            waiter = mem_alloc(sizeof *waiter);
            waiter->ready = ready;
            waiter->context = context;
        }
        waiter->left++;
        vec_push(&entry->waiters, waiter);
    }
    return waiter == NULL;
}

const struct content *contents_tree(const struct contents *contents, const char *path)
{
    const struct entry *entry = map_get(&contents->entries[NEED_TREE], path);
    return entry ? entry->tree : NULL;
}

bool contents_hash(const struct contents *contents, const char *path, struct hash *hash,
                   const char **why)
{
    const struct entry *entry = map_get(&contents->entries[NEED_HASH], path);
    *why = NULL;
    if (!entry || entry->error) {
        if (entry && entry->error != ENOENT && entry->error != ENOTDIR)
            *why = strerror(entry->error);
        return false;
    }
    *hash = entry->hash;
    return true;
}
