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

/* What is being taken apart. */
struct unpacking {
    struct archive *archive;
    const char *folder;
    const char *whose; /* names it in messages */
    unsigned strip;
    char *why;
};

/* Behind the parts that are left off; "": there is nothing. The parts that are left off count as
 * they are written. */
static const char *stripped(const char *name, unsigned strip)
{
    for (; name && strip > 0; strip--) {
        name = strchr(name, '/');
        name += name != NULL;
    }
    return name ? name : "";
}

static bool make_hard_link(const struct unpacking *unpacking, const char *target, const char *path)
{
    const char *folder = unpacking->folder;
    char *whole = safe_name(target);
    char *name = whole ? safe_name(stripped(whole, unpacking->strip)) : NULL;
    free(whole);
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

static bool make_entry(const struct unpacking *unpacking, struct archive_entry *entry,
                       const char *name)
{
    struct archive *archive = unpacking->archive;
    const char *folder = unpacking->folder;
    char *path = mem_printf("%s/%s", folder, name);
    bool fine = prepare_folders(folder, name);
    if (fine && archive_entry_hardlink(entry))
        fine = make_hard_link(unpacking, archive_entry_hardlink(entry), path);
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

/* What an archive holds but is not unpacked: the folder itself, and what --strip leaves off. */
static bool is_passed_over(const char *name, unsigned strip)
{
    if (name[strspn(name, "./")] == '\0' && !strstr(name, ".."))
        return true;
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    const char *rest = stripped(name, strip);
    return !rest[strspn(rest, "/")];
}

static char *unknown_form(const struct unpacking *unpacking)
{
    return mem_printf("%s is of no form that is known here (tar, compressed or not, and zip are)",
                      unpacking->whose);
}

/* The next thing of the archive. False: the end, or unpacking->why. */
static bool take_entry(struct unpacking *unpacking)
{
    struct archive_entry *entry;
    int result = archive_read_next_header(unpacking->archive, &entry);
    if (result == ARCHIVE_EOF)
        return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        const char *error = archive_error_string(unpacking->archive);
        unpacking->why = error ? mem_strdup(error) : unknown_form(unpacking);
        return false;
    }
    const char *written = archive_entry_pathname(entry);
    char *whole = safe_name(written), *name = NULL;
    if (written && is_passed_over(written, whole ? unpacking->strip : 0)) {
        free(whole);
        return true;
    }
    if (whole)
        name = safe_name(stripped(whole, unpacking->strip));
    free(whole);
    if (!name)
        unpacking->why = mem_printf("%s has the name '%s', which leads out of the folder",
                                    unpacking->whose, written ? written : "");
    else if (!make_entry(unpacking, entry, name))
        unpacking->why = mem_printf("%s: %s", name, strerror(errno));
    free(name);
    return !unpacking->why;
}

static bool take_apart(struct unpacking *unpacking, const char *path, char **why)
{
    if (archive_read_open_filename(unpacking->archive, path, PIECE) != ARCHIVE_OK)
        unpacking->why = unknown_form(unpacking);
    while (!unpacking->why && take_entry(unpacking))
        ;
    archive_read_free(unpacking->archive);
    *why = unpacking->why;
    return !*why;
}

bool unpack(const char *path, const char *folder, char **why)
{
    struct unpacking unpacking = { .archive = archive_read_new(),
                                   .folder = folder,
                                   .whose = "the stream from the host" };
    archive_read_support_format_tar(unpacking.archive);
    return take_apart(&unpacking, path, why);
}

static void support_all(struct archive *archive)
{
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_format_empty(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
}

bool unpack_archive(const char *path, const char *folder, unsigned strip, char **why)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        *why = mem_strdup(strerror(errno));
        return false;
    }
    struct unpacking unpacking = {
        .archive = archive_read_new(), .folder = folder, .whose = "the archive", .strip = strip
    };
    support_all(unpacking.archive);
    return take_apart(&unpacking, path, why);
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
