#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

bool file_read(const char *path, struct str *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error;
    ssize_t got;

    if (fd < 0)
        return false;
    do {
        str_reserve(text, 64 * 1024);
        got = read(fd, text->data + text->len, text->cap - text->len - 1);
        if (got > 0)
            text->len += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    error = got < 0 ? errno : 0;
    if (text->data)
        text->data[text->len] = '\0';
    close(fd);
    errno = error;
    return !error;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t put = write(fd, data, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

bool file_replace(const char *path, const void *data, size_t size, mode_t mode)
{
    char *temporary = mem_printf("%s.XXXXXX", path);
    int fd = mkstemp(temporary), error = 0;

    if (fd < 0) {
        free(temporary);
        return false;
    }
    if (!write_all(fd, data, size) || fchmod(fd, mode) != 0 || fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && !error)
        error = errno;
    if (!error && rename(temporary, path) != 0)
        error = errno;
    if (error)
        unlink(temporary);
    free(temporary);
    errno = error;
    return !error;
}

bool file_make_folders(const char *path, mode_t mode)
{
    char *copy = mem_strdup(path), *slash = copy;
    bool ok = true;

    while (ok && (slash = strchr(slash + 1, '/'))) {
        *slash = '\0';
        ok = mkdir(copy, mode) == 0 || errno == EEXIST;
        *slash = '/';
    }
    ok = ok && (mkdir(copy, mode) == 0 || errno == EEXIST);
    free(copy);
    return ok;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; the caller frees each and the list. */
static bool list_folder(const char *path, struct vec *names)
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    if (!folder)
        return false;
    while ((errno = 0, entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            vec_push(names, mem_strdup(entry->d_name));
    }
    closedir(folder);
    if (names->len)
        qsort(names->items, names->len, sizeof *names->items, compare_names);
    return true;
}

struct walk {
    struct str path; /* root and what is below it, as one path of the file system */
    size_t root;     /* where the part below root begins */
    file_visitor *visit;
    void *context;
};

/* Depth is bounded by the file system's limit on a path's length. */
static bool walk_one(struct walk *walk)
{
    const char *relative = walk->path.len > walk->root ? walk->path.data + walk->root : "";
    size_t length = walk->path.len, i;
    struct vec names = { 0 };
    struct stat status;
    bool skip = false, ok;
    int error;

    if (lstat(walk->path.data, &status) != 0 ||
        !walk->visit(walk->context, relative, &status, &skip))
        return false;
    if (!S_ISDIR(status.st_mode) || skip)
        return true;
    ok = list_folder(walk->path.data, &names);
    for (i = 0; ok && i < names.len; i++) {
        if (walk->path.data[length - 1] != '/')
            str_addc(&walk->path, '/');
        str_add(&walk->path, names.items[i]);
        ok = walk_one(walk);
        walk->path.len = length;
        walk->path.data[length] = '\0';
    }
    error = errno;
    for (i = 0; i < names.len; i++)
        free(names.items[i]);
    vec_free(&names);
    errno = error;
    return ok;
}

bool file_walk(const char *root, file_visitor *visit, void *context)
{
    struct walk walk = { .visit = visit, .context = context };
    bool ok;
    int error;

    str_add(&walk.path, *root ? root : ".");
    walk.root = walk.path.len + (str_ends(walk.path.data, "/") ? 0 : 1);
    ok = walk_one(&walk);
    error = errno;
    str_free(&walk.path);
    errno = error;
    return ok;
}

struct tree_hash {
    struct hasher *hasher;
    const char *root;
    const char *except;
    const atomic_bool *stop;
};

static bool is_left_out(const char *path)
{
    const char *name = strrchr(path, '/');

    name = name ? name + 1 : path;
    return strcmp(name, ".fake") == 0 || strcmp(name, ".git") == 0;
}

static bool hash_link(struct tree_hash *tree, const char *path)
{
    char text[4096];
    ssize_t length = readlink(path, text, sizeof text - 1);

    if (length < 0)
        return false;
    text[length] = '\0';
    hasher_add_string(tree->hasher, text);
    return true;
}

static bool hash_entry(void *context, const char *path, const struct stat *status, bool *skip)
{
    struct tree_hash *tree = context;
    uint32_t mode = (uint32_t)status->st_mode & (S_IFMT | 07777);
    struct hash content;
    char *full;
    bool ok = true;

    if (is_left_out(path) || (tree->except && strcmp(path, tree->except) == 0)) {
        *skip = true;
        return true;
    }
    hasher_add_string(tree->hasher, path);
    hasher_add(tree->hasher, &mode, sizeof mode);
    full = *path ? mem_printf("%s/%s", tree->root, path) : mem_strdup(tree->root);
    if (S_ISREG(status->st_mode)) {
        ok = hash_file_until(full, tree->stop, &content);
        hasher_add(tree->hasher, &content, sizeof content);
    } else if (S_ISLNK(status->st_mode)) {
        ok = hash_link(tree, full);
    }
    free(full);
    return ok;
}

bool file_hash_tree(const char *root, const char *except, const atomic_bool *stop,
                    struct hash *hash)
{
    struct tree_hash tree = { hasher_new(), root, except, stop };
    bool ok = file_walk(root, hash_entry, &tree);
    int error = errno;

    *hash = hasher_end(tree.hasher);
    errno = error;
    return ok;
}
