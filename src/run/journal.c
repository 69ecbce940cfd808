#include "run/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

/* The file: entries that end in a NUL, '+' or '-' and the target. Its writer holds a lock on it;
 * one that is not locked is a dead run's. It gets its name when it is locked, not before. */

static const char prefix[] = "making.";

struct journal {
    char *folder;
    char *path; /* NULL: nothing was begun yet */
    int fd;
};

static bool lock(int fd)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    return fcntl(fd, F_SETLK, &whole) == 0;
}

/* ---- those of dead runs ---- */

static void tell_unfinished(const struct str *text, void (*tell)(void *context, const char *target),
                            void *context)
{
    struct map begun = { 0 };
    const char *end = text->data + text->len;
    for (const char *p = text->data; p < end && memchr(p, '\0', (size_t)(end - p));
         p += strlen(p) + 1) {
        if (*p == '+')
            *map_put(&begun, p + 1) = (void *)p;
        else if (*p == '-')
            map_remove(&begun, p + 1);
    }
    for (size_t i = 0; i < begun.len; i++)
        if (begun.entries[i].value)
            tell(context, begun.entries[i].key);
    map_free(&begun);
}

static void settle(const char *path, void (*tell)(void *context, const char *target),
                   void (*flush)(void *context), void *context)
{
    struct str text = { 0 };
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0 && lock(fd) && file_read(path, &text)) {
        if (text.len > 0)
            tell_unfinished(&text, tell, context);
        flush(context);
        unlink(path);
    }
    if (fd >= 0)
        close(fd);
    str_free(&text);
}

struct journal *journal_open(const char *folder, void (*tell)(void *context, const char *target),
                             void (*flush)(void *context), void *context)
{
    DIR *stream = opendir(folder);
    const struct dirent *entry;
    if (!stream)
        return NULL;
    while ((entry = readdir(stream))) {
        if (!str_starts(entry->d_name, prefix))
            continue;
        char *path = mem_printf("%s/%s", folder, entry->d_name);
        settle(path, tell, flush, context);
        free(path);
    }
    closedir(stream);
    struct journal *journal = mem_alloc(sizeof *journal);
    journal->folder = mem_strdup(folder);
    journal->fd = -1;
    return journal;
}

/* ---- our own ---- */

static void create(struct journal *journal)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char *name = mem_printf("%ld-%lld%09ld", (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    char *young = mem_printf("%s/new.%s", journal->folder, name);
    journal->path = mem_printf("%s/%s%s", journal->folder, prefix, name);
    journal->fd = open(young, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (journal->fd >= 0 && (!lock(journal->fd) || rename(young, journal->path) != 0)) {
        close(journal->fd);
        unlink(young);
        journal->fd = -1;
    }
    free(name);
    free(young);
}

static void add(struct journal *journal, char sign, const char *target)
{
    if (!journal)
        return;
    if (!journal->path)
        create(journal);
    if (journal->fd < 0)
        return;
    char *entry = mem_printf("%c%s", sign, target);
    ssize_t written;
    do
        written = write(journal->fd, entry, strlen(entry) + 1);
    while (written < 0 && errno == EINTR);
    free(entry);
}

void journal_begin(struct journal *journal, const char *target)
{
    add(journal, '+', target);
}

void journal_end(struct journal *journal, const char *target)
{
    add(journal, '-', target);
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->fd >= 0) {
        unlink(journal->path);
        close(journal->fd);
    }
    free(journal->path);
    free(journal->folder);
    free(journal);
}
