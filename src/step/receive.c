#include "step/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "step/shell_word.h"
#include "step/temporary.h"
#include "step/unpack.h"

enum { HEADER_LIMIT = 4096 };

enum receive_state {
    RECEIVE_HEADER, /* waiting for the line that says what comes */
    RECEIVE_FILE,
    RECEIVE_TREE,
    RECEIVE_FAILED, /* here: the rest is passed over */
};

struct receive {
    struct arena *arena;
    enum receive_state state;
    const char *folder; /* for what keeps its name, or that the destination is in */
    const char *path;   /* the destination; NULL: what comes keeps its name in folder */
    const char *mode;   /* --mode, or NULL */
    char header[HEADER_LIMIT];
    size_t header_size;
    const char *temporary; /* being written; NULL: none */
    const char *final;     /* where a file goes at its end */
    int fd;
    uint64_t expected, received; /* bytes of a file */
    mode_t permissions;
};

/* A host's name as the name of a folder. */
static const char *folder_name(struct arena *arena, const char *host)
{
    char *name = arena_strdup(arena, host && *host ? host : "host");
    for (char *s = name; *s; s++)
        if (*s == '/' || (unsigned char)*s < ' ' || (s == name && *s == '.'))
            *s = '_';
    return name;
}

struct receive *receive_new(struct arena *arena, const char *host,
                            const struct shell_word *destination, bool is_folder, const char *mode)
{
    struct receive *receive = arena_alloc(arena, sizeof *receive);
    const char *home = destination->from_home ? getenv("HOME") : NULL;
    const char *path =
        home ? arena_printf(arena, "%s/%s", home, destination->text) : destination->text;
    const char *slash = strrchr(path, '/');
    *receive = (struct receive){ .arena = arena, .mode = mode, .fd = -1 };
    if (is_folder) {
        receive->folder = arena_printf(arena, "%s%s%s", path, str_ends(path, "/") ? "" : "/",
                                       folder_name(arena, host));
    } else {
        receive->path = path;
        receive->folder = !slash          ? "."
                          : slash == path ? "/"
                                          : arena_strndup(arena, path, (size_t)(slash - path));
    }
    return receive;
}

struct arena *receive_arena(const struct receive *receive)
{
    return receive->arena;
}

bool receive_takes_many(const struct receive *receive)
{
    return !receive->path;
}

static void drop(struct receive *receive)
{
    if (receive->fd >= 0)
        close(receive->fd);
    receive->fd = -1;
    if (receive->temporary)
        unlink(receive->temporary);
    receive->temporary = NULL;
}

static bool fail(struct receive *receive, const char **why, const char *message)
{
    drop(receive);
    receive->state = RECEIVE_FAILED;
    *why = message;
    return false;
}

static bool fail_with(struct receive *receive, const char **why, const char *path, int error)
{
    return fail(receive, why, arena_printf(receive->arena, "%s: %s", path, strerror(error)));
}

static bool open_temporary(struct receive *receive, const char **why)
{
    char name[TEMPORARY_NAME_SIZE];
    struct stat status;
    if (!receive->path && !file_make_folders(receive->folder, 0777))
        return fail_with(receive, why, receive->folder, errno);
    if (receive->path && stat(receive->path, &status) == 0 && S_ISDIR(status.st_mode))
        return fail(receive, why,
                    arena_printf(receive->arena, "%s is a folder: write %s/", receive->path,
                                 receive->path));
    if (!temporary_name(name))
        return fail_with(receive, why, "/dev/urandom", errno);
    receive->temporary = arena_printf(receive->arena, "%s/%s", receive->folder, name);
    receive->fd = open(receive->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (receive->fd >= 0)
        return true;
    receive->temporary = NULL;
    return fail_with(receive, why, receive->folder, errno);
}

static bool is_safe_name(const char *name)
{
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* "f MODE SIZE NAME" or "t". */
static bool take_header(struct receive *receive, const char **why)
{
    unsigned long long size;
    unsigned mode;
    int name = 0;
    if (strcmp(receive->header, "t") == 0 && !receive->path) {
        receive->state = RECEIVE_TREE;
        return open_temporary(receive, why);
    }
    if (sscanf(receive->header, "f %o %llu %n", &mode, &size, &name) != 2 || name == 0 ||
        !is_safe_name(receive->header + name))
        return fail(receive, why, "the host sent something that is no answer to get");
    receive->state = RECEIVE_FILE;
    receive->expected = size;
    receive->received = 0;
    receive->permissions =
        receive->mode ? (mode_t)strtoul(receive->mode, NULL, 8) : (mode_t)(mode & 0777);
    receive->final = receive->path ? receive->path
                                   : arena_printf(receive->arena, "%s/%s", receive->folder,
                                                  receive->header + name);
    return open_temporary(receive, why);
}

static bool write_piece(struct receive *receive, const char *data, size_t size, const char **why)
{
    receive->received += size;
    while (size > 0) {
        ssize_t put = write(receive->fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_with(receive, why, receive->folder, errno);
        data += put;
        size -= (size_t)put;
    }
    return true;
}

bool receive_take(struct receive *receive, const char *data, size_t size, const char **why)
{
    while (size > 0 && receive->state == RECEIVE_HEADER) {
        char c = *data++;
        size--;
        if (c == '\n' || receive->header_size + 1 == HEADER_LIMIT) {
            receive->header[receive->header_size] = '\0';
            if (!take_header(receive, why))
                return false;
        } else {
            receive->header[receive->header_size++] = c;
        }
    }
    if (size == 0 || receive->state == RECEIVE_FAILED)
        return true;
    return write_piece(receive, data, size, why);
}

static bool end_file(struct receive *receive, const char **why)
{
    if (receive->received != receive->expected)
        return fail(receive, why, "the file changed while it was sent, or did not come whole");
    bool kept = fchmod(receive->fd, receive->permissions) == 0;
    kept = close(receive->fd) == 0 && kept;
    receive->fd = -1;
    if (!kept || rename(receive->temporary, receive->final) != 0)
        return fail_with(receive, why, receive->final, errno);
    receive->temporary = NULL;
    return true;
}

static bool end_tree(struct receive *receive, const char **why)
{
    char name[TEMPORARY_NAME_SIZE];
    char *reason = NULL;
    if (!temporary_name(name))
        return fail_with(receive, why, "/dev/urandom", errno);
    const char *folder = arena_printf(receive->arena, "%s/%s", receive->folder, name);
    if (mkdir(folder, 0700) != 0)
        return fail_with(receive, why, folder, errno);
    if (!unpack(receive->temporary, folder, &reason))
        unpack_remove(folder);
    else
        unpack_move(folder, receive->folder, &reason);
    drop(receive);
    if (!reason)
        return true;
    *why = arena_strdup(receive->arena, reason);
    free(reason);
    return false;
}

bool receive_end(struct receive *receive, bool done, const char **why)
{
    enum receive_state state = receive->state;
    bool fine = true;
    if (done && state == RECEIVE_FILE)
        fine = end_file(receive, why);
    else if (done && state == RECEIVE_TREE)
        fine = end_tree(receive, why);
    else if (done && state == RECEIVE_HEADER)
        fine = fail(receive, why, "nothing came from the host");
    drop(receive);
    receive->state = RECEIVE_HEADER;
    receive->header_size = 0;
    return fine;
}
