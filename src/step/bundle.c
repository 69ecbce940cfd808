#include "step/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "step/content.h"
#include "step/temporary.h"

/* 1980-01-01: the first time that a zip can say. What is packed again from an unpacked archive
 * (a wheel from an sdist) must not be older. */
enum { FIXED_TIME = 315532800 };

struct bundle_form {
    const char *suffix;
    int (*set_filter)(struct archive *archive);
    bool is_zip;
};

static int add_gzip(struct archive *archive)
{
    int result = archive_write_add_filter_gzip(archive);
    if (result == ARCHIVE_OK) /* the header's time is that of now otherwise */
        result = archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
    return result;
}

static const struct bundle_form forms[] = {
    { ".tar.gz", add_gzip, false },
    { ".tar.zst", archive_write_add_filter_zstd, false },
    { ".tar.xz", archive_write_add_filter_xz, false },
    { ".zip", archive_write_add_filter_none, true },
    { ".tgz", add_gzip, false },
    { ".tar", archive_write_add_filter_none, false },
};

enum { FORM_COUNT = sizeof forms / sizeof *forms };

const struct bundle_form *bundle_form_find(const char *path)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (str_ends(path, forms[i].suffix))
            return &forms[i];
    return NULL;
}

const char *bundle_form_list(struct arena *arena)
{
    const char *list = forms[0].suffix;
    for (size_t i = 1; i < FORM_COUNT; i++)
        list = arena_printf(arena, "%s, %s", list, forms[i].suffix);
    return list;
}

static int compare_entries(const void *a, const void *b)
{
    const struct bundle_entry *first = a, *second = b;
    return strcmp(first->name, second->name);
}

/* Permissions as git keeps them: who unpacks has a umask of his own, and who packs, too. */
static struct archive_entry *make_header(const struct bundle_form *form,
                                         const struct bundle_entry *entry)
{
    static const unsigned types[] = {
        [CONTENT_FILE] = AE_IFREG, [CONTENT_FOLDER] = AE_IFDIR, [CONTENT_LINK] = AE_IFLNK
    };
    const struct content *content = entry->content;
    struct archive_entry *header = archive_entry_new();
    bool is_open = content->kind != CONTENT_FILE || (content->mode & 0100);
    archive_entry_set_pathname(header, entry->name);
    archive_entry_set_filetype(header, types[content->kind]);
    archive_entry_set_perm(header, content->kind == CONTENT_LINK ? 0777 : is_open ? 0755 : 0644);
    archive_entry_set_size(header, content->kind == CONTENT_FILE ? (la_int64_t)content->size : 0);
    if (content->kind == CONTENT_LINK)
        archive_entry_set_symlink(header, content->link);
    if (!form->is_zip) /* a zip without has its earliest time, in any zone */
        archive_entry_set_mtime(header, FIXED_TIME, 0);
    return header;
}

/* The file's bytes: as many as the header says. */
static char *add_data(struct archive *archive, const struct bundle_entry *entry)
{
    enum { PIECE = 64 * 1024 };
    uint64_t left = entry->content->size;
    int fd = open(entry->path, O_RDONLY | O_CLOEXEC);
    char *buffer, *why = NULL;
    if (fd < 0)
        return mem_printf("%s: %s", entry->path, strerror(errno));
    buffer = mem_alloc(PIECE);
    while (left > 0 && !why) {
        ssize_t got = read(fd, buffer, left < PIECE ? (size_t)left : PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            why = mem_printf("%s: %s", entry->path, got < 0 ? strerror(errno) : "it got shorter");
        else if (archive_write_data(archive, buffer, (size_t)got) != got)
            why = mem_strdup(archive_error_string(archive));
        else
            left -= (uint64_t)got;
    }
    free(buffer);
    close(fd);
    return why;
}

static char *add_entry(struct archive *archive, const struct bundle_form *form,
                       const struct bundle_entry *entry)
{
    struct archive_entry *header = make_header(form, entry);
    int result = archive_write_header(archive, header);
    archive_entry_free(header);
    if (result != ARCHIVE_OK)
        return mem_printf("%s: %s", entry->name, archive_error_string(archive));
    return entry->content->kind == CONTENT_FILE ? add_data(archive, entry) : NULL;
}

static bool open_archive(struct archive *archive, const struct bundle_form *form, int fd)
{
    int result = form->is_zip ? archive_write_set_format_zip(archive)
                              : archive_write_set_format_gnutar(archive);
    return result == ARCHIVE_OK && form->set_filter(archive) == ARCHIVE_OK &&
           archive_write_open_fd(archive, fd) == ARCHIVE_OK;
}

static char *write_to(int fd, const struct bundle_form *form, const struct bundle_entry *entries,
                      size_t count)
{
    struct archive *archive = archive_write_new();
    char *why = NULL;
    if (!open_archive(archive, form, fd))
        why = mem_strdup(archive_error_string(archive));
    for (size_t i = 0; i < count && !why; i++)
        why = add_entry(archive, form, &entries[i]);
    if (archive_write_close(archive) != ARCHIVE_OK && !why)
        why = mem_strdup(archive_error_string(archive));
    archive_write_free(archive);
    if (!why && fsync(fd) != 0)
        why = mem_strdup(strerror(errno));
    return why;
}

static bool has_same_bytes(const char *path, const char *other)
{
    struct stat a, b;
    struct hash first, second;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           a.st_size == b.st_size && hash_file(path, &first) && hash_file(other, &second) &&
           hash_equal(first, second);
}

/* A name beside path; NULL: there are no random bytes. */
static char *name_beside(const char *path)
{
    char name[TEMPORARY_NAME_SIZE];
    const char *slash = strrchr(path, '/');
    if (!temporary_name(name))
        return NULL;
    return mem_printf("%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, name);
}

char *bundle_write(const char *path, const struct bundle_form *form, struct bundle_entry *entries,
                   size_t count)
{
    char *temporary = name_beside(path), *why;
    int fd = temporary ? open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    if (fd < 0) {
        why = mem_printf("%s: %s", path, strerror(errno));
        free(temporary);
        return why;
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    why = write_to(fd, form, entries, count);
    if (close(fd) != 0 && !why)
        why = mem_strdup(strerror(errno));
    if (why || has_same_bytes(path, temporary)) {
        unlink(temporary);
    } else if (rename(temporary, path) != 0) {
        why = mem_printf("%s: %s", path, strerror(errno));
        unlink(temporary);
    }
    free(temporary);
    return why;
}
