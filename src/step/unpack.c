#include "step/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

enum { PIECE = 64 * 1024 };

/* A name without "./" in front and slashes at its end; NULL when it is none, or leads out of the
 * folder. */
static char *safe_name(const char *name)
{
    if (!name)
        return NULL;
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    size_t length = strlen(name);
    while (length > 0 && name[length - 1] == '/')
        length--;
    if (length == 0 || name[0] == '/')
        return NULL;
    char *safe = mem_strndup(name, length);
    for (const char *part = safe; part; part = strchr(part, '/')) {
        part += *part == '/';
        size_t size = strcspn(part, "/");
        if (size == 0 || (size == 1 && part[0] == '.') ||
            (size == 2 && part[0] == '.' && part[1] == '.')) {
            free(safe);
            return NULL;
        }
    }
    return safe;
}

/* All that leads to the name is a folder, and no link; folders that lack are made. */
static bool prepare_folders(const char *folder, const char *name)
{
    bool fine = true;
    for (const char *slash = strchr(name, '/'); slash && fine; slash = strchr(slash + 1, '/')) {
        struct stat status;
        char *path = mem_printf("%s/%.*s", folder, (int)(slash - name), name);
        if (lstat(path, &status) != 0)
            fine = mkdir(path, 0700) == 0;
        else if (!S_ISDIR(status.st_mode))
            fine = false, errno = ENOTDIR;
        free(path);
    }
    return fine;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            data += put;
            size -= (size_t)put;
        }
    }
    return true;
}

static bool make_file(struct archive *archive, const char *path, mode_t mode)
{
    char buffer[PIECE];
    la_ssize_t got = -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool fine = true;
    while (fine && (got = archive_read_data(archive, buffer, sizeof buffer)) > 0)
        fine = write_all(fd, buffer, (size_t)got);
    if (got < 0)
        fine = false, errno = archive_errno(archive);
    fine = fine && fchmod(fd, mode & 0777) == 0;
    return close(fd) == 0 && fine;
}

static bool make_hard_link(const char *folder, const char *target, const char *path)
{
    char *name = safe_name(target);
    if (!name) {
        errno = EPERM;
        return false;
    }
    char *from = mem_printf("%s/%s", folder, name);
    bool fine = prepare_folders(folder, name) && link(from, path) == 0;
    free(from);
    free(name);
    return fine;
}

static bool make_entry(struct archive *archive, struct archive_entry *entry, const char *folder,
                       const char *name)
{
    char *path = mem_printf("%s/%s", folder, name);
    bool fine = prepare_folders(folder, name);
    if (fine && archive_entry_hardlink(entry))
        fine = make_hard_link(folder, archive_entry_hardlink(entry), path);
    else if (fine && archive_entry_filetype(entry) == AE_IFREG)
        fine = make_file(archive, path, archive_entry_perm(entry));
    else if (fine && archive_entry_filetype(entry) == AE_IFDIR)
        fine = mkdir(path, 0700 | (archive_entry_perm(entry) & 0777)) == 0 || errno == EEXIST;
    else if (fine && archive_entry_filetype(entry) == AE_IFLNK)
        fine = symlink(archive_entry_symlink(entry), path) == 0;
    else if (fine)
        fine = false, errno = ENOTSUP;
    int error = errno;
    free(path);
    errno = error;
    return fine;
}

/* The next thing of the stream. False: the end, or *why. */
static bool take_entry(struct archive *archive, const char *folder, char **why)
{
    struct archive_entry *entry;
    int result = archive_read_next_header(archive, &entry);
    if (result == ARCHIVE_EOF)
        return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        const char *error = archive_error_string(archive);
        *why = mem_strdup(error ? error : "the stream from the host is no archive");
        return false;
    }
    const char *written = archive_entry_pathname(entry);
    if (written && strspn(written, "./") == strlen(written) && !strstr(written, ".."))
        return true; /* the folder itself */
    char *name = safe_name(written);
    if (!name)
        *why = mem_printf("the host sent the name '%s', which leads out of the folder",
                          written ? written : "");
    else if (!make_entry(archive, entry, folder, name))
        *why = mem_printf("%s: %s", name, strerror(errno));
    free(name);
    return !*why;
}

bool unpack(const char *path, const char *folder, char **why)
{
    *why = NULL;
    struct archive *archive = archive_read_new();
    if (!archive || archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_open_filename(archive, path, PIECE) != ARCHIVE_OK)
        *why = mem_strdup("the stream from the host is no archive");
    while (!*why && take_entry(archive, folder, why))
        ;
    archive_read_free(archive);
    return !*why;
}

/* Where a walk moves things to. */
struct moving {
    const char *from, *to;
    char *why;
};

static bool move_one(void *context, const char *path, const struct stat *status, bool *skip)
{
    struct moving *moving = context;
    struct stat there;
    if (!*path)
        return true;
    char *from = mem_printf("%s/%s", moving->from, path);
    char *to = mem_printf("%s/%s", moving->to, path);
    bool is_folder = S_ISDIR(status->st_mode);
    if (!is_folder || stat(to, &there) != 0 || !S_ISDIR(there.st_mode)) {
        *skip = is_folder;
        if (rename(from, to) != 0)
            moving->why = mem_printf("%s: %s", to, strerror(errno));
    }
    free(from);
    free(to);
    return !moving->why;
}

bool unpack_move(const char *from, const char *to, char **why)
{
    struct moving moving = { .from = from, .to = to };
    bool fine = file_walk(from, move_one, &moving);
    if (!fine && !moving.why)
        moving.why = mem_printf("%s: %s", from, strerror(errno));
    unpack_remove(from);
    *why = moving.why;
    return fine;
}

static bool remove_file(void *context, const char *path, const struct stat *status, bool *skip)
{
    (void)skip;
    struct vec *folders = ((void **)context)[1];
    char *full = mem_printf("%s/%s", (const char *)((void **)context)[0], path);
    if (S_ISDIR(status->st_mode)) {
        vec_push(folders, full);
        return true;
    }
    unlink(full);
    free(full);
    return true;
}

void unpack_remove(const char *folder)
{
    struct vec folders = { 0 };
    void *context[] = { (void *)folder, &folders };
    file_walk(folder, remove_file, context);
    for (char *path; (path = vec_pop(&folders));) {
        rmdir(path);
        free(path);
    }
    vec_free(&folders);
}
