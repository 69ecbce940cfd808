#define _GNU_SOURCE /* POSIX_SPAWN_SETSID, posix_spawn_file_actions_addchdir_np, environ */

#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { STANDARD_STREAMS = 3 };

static const char usual_path[] = "/bin:/usr/bin";

/* ---- which file ---- */

static const char *search_path(char *const *environment)
{
    for (; *environment; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return usual_path;
}

/* errno why this file is not to be started; 0: it is. */
static int refusal(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EACCES;
    return access(path, X_OK) == 0 ? 0 : errno;
}

/* Where a name without a slash is found. NULL with *error: nowhere. The heap's. */
static char *find_program(const char *name, char *const *environment, int *error)
{
    const char *path = search_path(environment);
    char *file = mem_resize(NULL, strlen(path) + strlen(name) + sizeof "/");
    *error = ENOENT;
    for (bool more = *name != '\0'; more;) {
        size_t length = strcspn(path, ":");
        char *end = mempcpy(file, path, length);
        if (length > 0)
            *end++ = '/';
        strcpy(end, name);
        int why = refusal(file);
        if (why == 0)
            return file;
        if (why == EACCES) /* what is found but not to be had is told, if nothing else is found */
            *error = why;
        more = path[length] == ':';
        path += length + more;
    }
    free(file);
    return NULL;
}

/* ---- how ---- */

static void set_attributes(posix_spawnattr_t *attributes, bool own_session)
{
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    sigaddset(&set, SIGPIPE); /* ignored here; those that are caught are not passed on */
    posix_spawnattr_setsigdefault(attributes, &set);
    if (own_session)
        flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(attributes, flags);
}

static int add_streams(posix_spawn_file_actions_t *actions, const struct spawn *spawn)
{
    int error = 0;
    for (int i = 0; i < (int)spawn->stream_count && !error; i++) {
        if (spawn->streams[i] >= 0) /* at its own number it is kept open */
            error = posix_spawn_file_actions_adddup2(actions, spawn->streams[i], i);
        else if (i < STANDARD_STREAMS)
            error = posix_spawn_file_actions_addopen(actions, i, "/dev/null",
                                                     i == 0 ? O_RDONLY : O_RDWR, 0);
    }
    return error;
}

/* A file of text without a first line of its own is sh's, as for execvp. */
static int start_as_text(const char *file, const struct spawn *spawn, char *const *environment,
                         const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attributes, pid_t *pid)
{
    size_t count = 0;
    while (spawn->argv[count])
        count++;
    const char **argv = mem_array(count + 2, sizeof *argv);
    argv[0] = "/bin/sh";
    argv[1] = file;
    for (size_t i = 1; i < count; i++)
        argv[i + 1] = spawn->argv[i];
    int error = posix_spawn(pid, argv[0], actions, attributes, (char **)argv, environment);
    free(argv);
    return error;
}

static int start(const char *file, const struct spawn *spawn, char *const *environment, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes, spawn->own_session);
    if (spawn->folder)
        error = posix_spawn_file_actions_addchdir_np(&actions, spawn->folder);
    if (!error)
        error = add_streams(&actions, spawn);
    if (!error)
        error = posix_spawn(pid, file, &actions, &attributes, (char **)spawn->argv, environment);
    if (error == ENOEXEC)
        error = start_as_text(file, spawn, environment, &actions, &attributes, pid);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int spawn_program(const struct spawn *spawn, pid_t *pid)
{
    char *const *environment = spawn->environment ? spawn->environment : environ;
    if (strchr(spawn->argv[0], '/'))
        return start(spawn->argv[0], spawn, environment, pid);
    int error;
    char *file = find_program(spawn->argv[0], environment, &error);
    if (file)
        error = start(file, spawn, environment, pid);
    free(file);
    return error;
}
