#include "step/content.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

/* A folder being read. */
struct reading {
    const char *root;
    struct content *entries;
    size_t count, cap;
    char *why;
};

static void explain(const char **why, int error)
{
    if (!*why)
        *why = mem_strdup(strerror(error));
}

static void read_file(struct content *content, const char *path, const struct stat *status)
{
    content->kind = CONTENT_FILE;
    content->size = (uint64_t)status->st_size;
    if (!hash_file(path, &content->hash) || !hash_file_sha256(path, content->sha256))
        explain(&content->why, errno);
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

static bool visit(void *context, const char *path, const struct stat *status, bool *skip)
{
    (void)skip;
    struct reading *reading = context;
    if (!*path)
        return true;
    struct content *entry = add_entry(reading);
    char *full = mem_printf("%s/%s", reading->root, path);
    entry->path = mem_strdup(path);
    entry->mode = status->st_mode & 07777;
    if (S_ISDIR(status->st_mode))
        entry->kind = CONTENT_FOLDER;
    else if (S_ISLNK(status->st_mode))
        read_link(entry, full);
    else if (S_ISREG(status->st_mode))
        read_file(entry, full, status);
    else
        entry->why = mem_strdup("neither a file, a folder nor a link");
    if (entry->why && !reading->why)
        reading->why = mem_printf("%s: %s", path, entry->why);
    free(full);
    return true;
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

static void read_folder(struct content *content)
{
    struct reading reading = { .root = content->path };
    content->kind = CONTENT_FOLDER;
    if (!file_walk(content->path, visit, &reading))
        explain(&content->why, errno);
    if (!content->why)
        content->why = reading.why;
    else
        free(reading.why);
    content->entries = reading.entries;
    content->entry_count = reading.count;
    content->hash = hash_entries(content);
}

struct content *content_load(const char *path)
{
    struct content *content = mem_alloc(sizeof *content);
    struct stat status;
    content->path = mem_strdup(path);
    if (stat(path, &status) != 0) {
        explain(&content->why, errno);
        return content;
    }
    content->mode = status.st_mode & 07777;
    if (S_ISDIR(status.st_mode))
        read_folder(content);
    else if (S_ISREG(status.st_mode))
        read_file(content, path, &status);
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
}

void content_free(struct content *content)
{
    if (!content)
        return;
    for (size_t i = 0; i < content->entry_count; i++)
        clear(&content->entries[i]);
    free(content->entries);
    clear(content);
    free(content);
}
