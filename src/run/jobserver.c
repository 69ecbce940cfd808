#include "run/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { TOKEN = '+', TOKENS_MAXIMUM = 4096 /* fewer than a pipe holds: writing never waits */ };

struct jobserver {
    char *auth;
    int pipe[2];  /* ours, for others to inherit; -1: not ours */
    int read_end; /* an open file of our own: what is said of it (not to wait) is said of no other
                   */
    int write_end;
    struct str taken; /* the bytes, to be given back as they were */
};

/* The same pipe, opened once more. */
static int open_again(int fd, int mode)
{
    static const char *const folders[] = { "/proc/self/fd", "/dev/fd" };
    int again = -1;

    for (size_t i = 0; again < 0 && i < sizeof folders / sizeof *folders; i++) {
        char path[64];

        snprintf(path, sizeof path, "%s/%d", folders[i], fd);
        again = open(path, mode | O_NONBLOCK | O_CLOEXEC);
    }
    return again;
}

static struct jobserver *make(const char *auth)
{
    struct jobserver *jobserver = mem_alloc(sizeof *jobserver);

    jobserver->auth = mem_strdup(auth);
    jobserver->pipe[0] = jobserver->pipe[1] = -1;
    jobserver->read_end = jobserver->write_end = -1;
    return jobserver;
}

static bool open_ends(struct jobserver *jobserver, int read_end, int write_end)
{
    jobserver->read_end = open_again(read_end, O_RDONLY);
    jobserver->write_end = open_again(write_end, O_WRONLY);
    return jobserver->read_end >= 0 && jobserver->write_end >= 0;
}

struct jobserver *jobserver_new(unsigned jobs)
{
    struct jobserver *jobserver = make("");
    const char token = TOKEN;
    bool is_fine =
        pipe(jobserver->pipe) == 0 && open_ends(jobserver, jobserver->pipe[0], jobserver->pipe[1]);

    for (unsigned i = 1; is_fine && i < jobs && i <= TOKENS_MAXIMUM; i++)
        is_fine = write(jobserver->write_end, &token, 1) == 1;
    if (!is_fine) {
        int error = errno;

        jobserver_free(jobserver);
        errno = error;
        return NULL;
    }
    free(jobserver->auth);
    jobserver->auth = mem_printf("%d,%d", jobserver->pipe[0], jobserver->pipe[1]);
    return jobserver;
}

/* A descriptor that the environment names may be anything; only a pipe will do. */
static bool is_pipe(int fd)
{
    struct stat status;

    return fd >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

static bool join_pipe(struct jobserver *jobserver, const char *auth)
{
    int ends[2], length = 0;

    return sscanf(auth, "%d,%d%n", &ends[0], &ends[1], &length) == 2 && !auth[length] &&
           is_pipe(ends[0]) && is_pipe(ends[1]) && open_ends(jobserver, ends[0], ends[1]);
}

static bool join_fifo(struct jobserver *jobserver, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0 || !S_ISFIFO(status.st_mode))
        return false;
    /* The reading end first: without a reader the other cannot be opened without waiting. */
    jobserver->read_end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    jobserver->write_end = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return jobserver->read_end >= 0 && jobserver->write_end >= 0;
}

struct jobserver *jobserver_join(const char *auth)
{
    struct jobserver *jobserver = make(auth);
    const char *fifo = str_starts(auth, "fifo:") ? auth + strlen("fifo:") : NULL;

    if (fifo ? join_fifo(jobserver, fifo) : join_pipe(jobserver, auth))
        return jobserver;
    jobserver_free(jobserver);
    return NULL;
}

static void close_end(int fd)
{
    if (fd >= 0)
        close(fd);
}

void jobserver_free(struct jobserver *jobserver)
{
    if (!jobserver)
        return;
    while (jobserver->taken.len > 0)
        jobserver_give(jobserver);
    close_end(jobserver->read_end);
    close_end(jobserver->write_end);
    close_end(jobserver->pipe[0]);
    close_end(jobserver->pipe[1]);
    str_free(&jobserver->taken);
    free(jobserver->auth);
    free(jobserver);
}

const char *jobserver_auth(const struct jobserver *jobserver)
{
    return jobserver->auth;
}

bool jobserver_take(struct jobserver *jobserver)
{
    char token;
    ssize_t size;

    do
        size = read(jobserver->read_end, &token, 1);
    while (size < 0 && errno == EINTR);
    if (size == 1)
        str_addc(&jobserver->taken, token);
    return size == 1;
}

void jobserver_give(struct jobserver *jobserver)
{
    if (jobserver->taken.len == 0)
        return;
    while (write(jobserver->write_end, &jobserver->taken.data[--jobserver->taken.len], 1) < 0 &&
           errno == EINTR)
        jobserver->taken.len++;
}

int jobserver_fd(const struct jobserver *jobserver)
{
    return jobserver->read_end;
}
