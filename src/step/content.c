#include "step/content.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "step/content_name.h"
#include "step/exclude.h"
#include "step/git_content.h"
#include "step/unpack.h"

/* A folder being read. */
struct reading {
    const char *root;
    const struct content_memory *memory;
    char *excludes;     /* of exclude_matches; NULL: none */
    bool is_source;     /* without what is no part of a source */
    struct stat except; /* of a source: a file that is left out; st_ino 0: none */
    struct stat made;   /* … and its folder, which may not have been there without it */
    size_t made_index;  /* of that among the entries; SIZE_MAX: not met */
    struct content *entries;
    size_t count, cap;
    char *why;
};

static void explain(const char **why, int error)
{
    if (!*why)
        *why = mem_strdup(error == ECANCELED ? "interrupted" : strerror(error));
}

static bool is_stopped(const struct content_memory *memory)
{
    return memory && memory->stop && atomic_load_explicit(memory->stop, memory_order_relaxed);
}

/* `status` is from before the reading: of a file that changed meanwhile, it never comes again. */
static void read_file(struct content *content, const char *path, const struct stat *status,
                      const struct content_memory *memory)
{
    content->kind = CONTENT_FILE;
    content->size = (uint64_t)status->st_size;
    if (memory && memory->find(memory->context, status, &content->hash, content->sha256))
        return;
    if (!hash_file_both(path, memory ? memory->stop : NULL, &content->hash, content->sha256))
        explain(&content->why, errno);
    else if (memory)
        memory->learn(memory->context, status, content->hash, content->sha256);
}

static void read_link(struct content *content, const char *path)
{
    char text[PATH_MAX];
    ssize_t size = readlink(path, text, sizeof text - 1);
    content->kind = CONTENT_LINK;
    if (size < 0) {
        explain(&content->why, errno);
        return;
    }
    text[size] = '\0';
    content->link = mem_strdup(text);
    content->hash = hash_bytes(text, (size_t)size);
}

static struct content *add_entry(struct reading *reading)
{
    if (reading->count == reading->cap) {
        reading->cap = reading->cap ? 2 * reading->cap : 64;
        reading->entries = mem_resize(reading->entries, reading->cap * sizeof *reading->entries);
    }
    struct content *entry = &reading->entries[reading->count++];
    *entry = (struct content){ 0 };
    return entry;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* What this program keeps here, which each run changes, and git's state, which `git status` does;
 * of the source of something, what is made of it, too. */
static bool is_left_out(const struct reading *reading, const char *path, const struct stat *status)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (strcmp(name, ".git") == 0 || (strcmp(name, ".fake") == 0 && S_ISDIR(status->st_mode)))
        return true;
    return reading->is_source && is_same_file(&reading->except, status);
}

static bool visit(void *context, const char *path, const struct stat *status, bool *skip)
{
    struct reading *reading = context;
    if (!*path)
        return true;
    *skip = is_left_out(reading, path, status) || exclude_matches(reading->excludes, path);
    if (*skip)
        return true;
    if (is_same_file(&reading->made, status))
        reading->made_index = reading->count;
    struct content *entry = add_entry(reading);
    char *full = mem_printf("%s/%s", reading->root, path);
    entry->path = mem_strdup(path);
    entry->mode = status->st_mode & 07777;
    if (S_ISDIR(status->st_mode))
        entry->kind = CONTENT_FOLDER;
    else if (S_ISLNK(status->st_mode))
        read_link(entry, full);
    else if (S_ISREG(status->st_mode))
        read_file(entry, full, status, reading->memory);
    else
        entry->why = mem_strdup("neither a file, a folder nor a link");
    if (entry->why && !reading->why)
        reading->why = mem_printf("%s: %s", path, entry->why);
    free(full);
    errno = ECANCELED;
    return !is_stopped(reading->memory);
}

static struct hash hash_entries(const struct content *root)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < root->entry_count; i++) {
        const struct content *entry = &root->entries[i];
        char hex[HASH_HEX_SIZE];
        hash_hex(entry->hash, hex);
        char *line = mem_printf("%d %o %s", (int)entry->kind, entry->mode, hex);
        hasher_add_string(hasher, entry->path);
        hasher_add_string(hasher, line);
        free(line);
    }
    return hasher_end(hasher);
}

/* What `except` is made in is no more part of the source than it, unless there is more in it. */
static void leave_out_made(struct reading *reading)
{
    size_t index = reading->made_index;
    if (index == SIZE_MAX)
        return;
    const char *path = reading->entries[index].path;
    size_t length = strlen(path);
    if (index + 1 < reading->count &&
        strncmp(reading->entries[index + 1].path, path, length) == 0 &&
        reading->entries[index + 1].path[length] == '/')
        return;
    free((char *)path);
    reading->count--;
    memmove(&reading->entries[index], &reading->entries[index + 1],
            (reading->count - index) * sizeof *reading->entries);
}

/* A part of a name, from the heap; NULL: it has none, or it is empty. */
static char *name_part(const char *name, unsigned index)
{
    const char *part;
    size_t length;
    if (!content_name_part(name, index, &part, &length) || length == 0)
        return NULL;
    return mem_strndup(part, length);
}

static void leave_out(struct reading *reading, const char *name)
{
    char *except = name_part(name, 0), *path = except ? except : mem_strdup("");
    char *slash = strrchr(path, '/');
    reading->is_source = true;
    if (stat(path, &reading->except) != 0)
        reading->except.st_ino = 0;
    if (slash)
        *slash = '\0';
    if (!slash || stat(path, &reading->made) != 0)
        reading->made.st_ino = 0;
    free(path);
}

static void read_folder(struct content *content, const char *name,
                        const struct content_memory *memory)
{
    struct reading reading = { .root = content->path, .memory = memory, .made_index = SIZE_MAX };
    bool is_source = content_name_is(name, CONTENT_NAME_SOURCE);
    if (is_source)
        leave_out(&reading, name);
    if (is_source || content_name_is(name, CONTENT_NAME_WITHOUT))
        reading.excludes = name_part(name, is_source ? 1 : 0);
    content->kind = CONTENT_FOLDER;
    if (!file_walk(content->path, visit, &reading))
        explain(&content->why, errno);
    leave_out_made(&reading);
    free(reading.excludes);
    if (!content->why)
        content->why = reading.why;
    else
        free(reading.why);
    content->entries = reading.entries;
    content->entry_count = reading.count;
    content->hash = hash_entries(content);
}

/* ---- an archive: taken apart into a folder of its own, for as long as the content lives ---- */

static void remove_folder(void *store)
{
    unpack_remove(store);
    free(store);
}

static void read_archive(struct content *content, const char *archive, const char *name)
{
    char *strip = name_part(name, 0);
    unsigned left_off = strip ? (unsigned)strtoul(strip, NULL, 10) : 0;
    const char *parent = getenv("TMPDIR");
    char *folder = mem_printf("%s/fake.XXXXXX", parent && *parent ? parent : "/tmp"), *why = NULL;
    content->path = mem_strdup(archive);
    free(strip);
    if (!mkdtemp(folder)) {
        content->why = mem_printf("%s: %s", folder, strerror(errno));
        free(folder);
        return;
    }
    content->release = remove_folder;
    content->store = folder;
    if (!unpack_archive(archive, folder, left_off, &why)) {
        content->why = why;
        return;
    }
    free((char *)content->path);
    content->path = mem_strdup(folder);
    content->mode = 0755;
    read_folder(content, folder, NULL); /* its files are gone tomorrow */
}

struct content *content_load(const char *name, const struct content_memory *memory)
{
    struct content *content = mem_alloc(sizeof *content);
    struct stat status;
    const char *path = content_name_path(name);
    if (content_name_is(name, CONTENT_NAME_REVISION)) {
        git_content_load(content, name, memory);
        return content;
    }
    if (content_name_is(name, CONTENT_NAME_ARCHIVE)) {
        read_archive(content, path, name);
        return content;
    }
    content->path = mem_strdup(path);
    if (stat(path, &status) != 0) {
        explain(&content->why, errno);
        return content;
    }
    content->mode = status.st_mode & 07777;
    if (S_ISDIR(status.st_mode))
        read_folder(content, name, memory);
    else if (S_ISREG(status.st_mode))
        read_file(content, path, &status, memory);
    else
        content->why = mem_strdup("neither a file nor a folder");
    if (content->why && content->kind == CONTENT_FILE)
        content->kind = CONTENT_MISSING;
    return content;
}

static void clear(struct content *content)
{
    free((char *)content->path);
    free((char *)content->link);
    free((char *)content->why);
    free((char *)content->id);
}

void content_free(struct content *content)
{
    if (!content)
        return;
    for (size_t i = 0; i < content->entry_count; i++)
        clear(&content->entries[i]);
    free(content->entries);
    if (content->release)
        content->release(content->store);
    clear(content);
    free(content);
}
