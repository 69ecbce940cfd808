#include "run/store_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

enum {
    TRIES = 200, /* each of PAUSE: others hold the lock alone only while they look it through */
    PAUSE = 10 * 1000 * 1000,
    TICK = 20 * 1000 * 1000, /* nanoseconds in which two changes may get the same time */
    LARGE = 16 << 20,        /* bytes */
};

/* The file's content. */
struct state {
    int64_t device, inode, size;
    int64_t mtime, mtime_nanoseconds, ctime, ctime_nanoseconds;
    uint64_t sum;
};

struct store_seal {
    int fd;
    bool is_alone;
    char *store;
    struct state state; /* when it was opened */
};

static uint64_t sum_of(const struct state *state)
{
    return hash_bytes64(state, offsetof(struct state, sum));
}

/* False: a change that comes now could leave the same state. */
static bool read_state(const char *path, struct state *state)
{
    struct stat status;
    struct timespec now;
    if (stat(path, &status) != 0)
        return false;
    *state = (struct state){
        .device = (int64_t)status.st_dev,
        .inode = (int64_t)status.st_ino,
        .size = status.st_size,
        .mtime = status.st_mtim.tv_sec,
        .mtime_nanoseconds = status.st_mtim.tv_nsec,
        .ctime = status.st_ctim.tv_sec,
        .ctime_nanoseconds = status.st_ctim.tv_nsec,
    };
    state->sum = sum_of(state);
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age = (now.tv_sec - status.st_ctim.tv_sec) * INT64_C(1000000000) + now.tv_nsec -
                  status.st_ctim.tv_nsec;
    return age > TICK;
}

static bool is_sealed(int fd, const char *store)
{
    struct state then, now;
    return pread(fd, &then, sizeof then, 0) == sizeof then && read_state(store, &now) &&
           then.sum == sum_of(&then) && memcmp(&then, &now, sizeof now) == 0;
}

static int open_file(const char *store, int flags)
{
    char *path = mem_printf("%s-seal", store);
    int fd = open(path, flags | O_CLOEXEC, 0666);
    free(path);
    return fd;
}

/* Alone if nobody has it, else with the others. */
static bool take(int fd, bool *is_alone)
{
    for (int tried = 0; tried < TRIES; tried++) {
        *is_alone = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (*is_alone || flock(fd, LOCK_SH | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE }, NULL);
    }
    return false;
}

struct store_seal *store_seal_open(const char *path)
{
    int fd = open_file(path, O_RDWR | O_CREAT);
    bool is_alone;
    if (fd < 0)
        return NULL;
    if (!take(fd, &is_alone)) {
        int error = errno;
        close(fd);
        errno = error;
        return NULL;
    }
    struct store_seal *seal = mem_alloc(sizeof *seal);
    seal->fd = fd;
    seal->is_alone = is_alone;
    seal->store = mem_strdup(path);
    read_state(path, &seal->state);
    return seal;
}

bool store_seal_is_broken(const struct store_seal *seal)
{
    return seal->is_alone && !is_sealed(seal->fd, seal->store);
}

void store_seal_share(struct store_seal *seal)
{
    if (seal->is_alone)
        flock(seal->fd, LOCK_SH);
    seal->is_alone = false;
}

/* A small store is looked through sooner than waited for. */
static bool settle_state(const char *path, struct state *state)
{
    if (read_state(path, state))
        return true;
    if (state->size < LARGE)
        return false;
    nanosleep(&(struct timespec){ .tv_nsec = TICK }, NULL);
    return read_state(path, state);
}

static void write_seal(struct store_seal *seal, bool has_written)
{
    struct state state = { 0 };
    if (flock(seal->fd, LOCK_EX | LOCK_NB) != 0 || is_sealed(seal->fd, seal->store) ||
        !settle_state(seal->store, &state) ||
        (!has_written && memcmp(&state, &seal->state, sizeof state) != 0))
        return;
    if (pwrite(seal->fd, &state, sizeof state, 0) != sizeof state)
        return; /* half of one is none: its sum is wrong */
}

void store_seal_close(struct store_seal *seal, bool has_written)
{
    if (!seal)
        return;
    write_seal(seal, has_written);
    close(seal->fd);
    free(seal->store);
    free(seal);
}

int store_seal_peek(const char *path)
{
    int fd = open_file(path, O_RDONLY);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0 && is_sealed(fd, path))
        return fd;
    close(fd);
    return -1;
}
