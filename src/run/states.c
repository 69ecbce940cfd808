#include "run/states.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "model/rule.h"

enum {
    YOUNG_SECONDS = 2,
    LARGE = 1000, /* files for which a thread pays */
};

enum { UNSEEN, TAKEN, SEEN };

struct looked {
    struct file_state state;
    atomic_uchar progress; /* who takes it writes the state */
};

struct states {
    struct looked *looked; /* by target index, as the next */
    const struct target **targets;
    size_t count;
    time_t now;
    pthread_t thread;
    bool has_thread;
    atomic_bool is_over;
};

static bool is_young(const struct stat *status, time_t now)
{
    return status->st_ctim.tv_sec + YOUNG_SECONDS > now ||
           status->st_mtim.tv_sec + YOUNG_SECONDS > now;
}

struct file_state file_state_at(const struct target *target, const char *path, time_t now)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return (struct file_state){ 0 };
    const uint64_t parts[] = {
        target->hash,
        (uint64_t)status.st_dev,
        (uint64_t)status.st_ino,
        (uint64_t)status.st_size,
        (uint64_t)status.st_mode,
        (uint64_t)status.st_mtim.tv_sec,
        (uint64_t)status.st_mtim.tv_nsec,
        (uint64_t)status.st_ctim.tv_sec,
        (uint64_t)status.st_ctim.tv_nsec,
    };
    return (struct file_state){
        .hash = hash_bytes64(parts, sizeof parts) | 1,
        .is_young = is_young(&status, now),
        .is_regular = S_ISREG(status.st_mode),
        .is_empty = status.st_size == 0,
    };
}

/* Looks, unless the other thread has taken it. */
static bool take(struct states *states, const struct target *target)
{
    struct looked *looked = &states->looked[target->index];
    unsigned char unseen = UNSEEN;
    if (!atomic_compare_exchange_strong(&looked->progress, &unseen, TAKEN))
        return false;
    looked->state = file_state_at(target, target->name, states->now);
    atomic_store_explicit(&looked->progress, SEEN, memory_order_release);
    return true;
}

static void *look_ahead(void *context)
{
    struct states *states = context;
    for (size_t i = states->count; i-- > 0 && !atomic_load(&states->is_over);)
        take(states, states->targets[i]);
    return NULL;
}

/* Signals are the other thread's. Without a thread it goes on alone. */
static void start_thread(struct states *states)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    states->has_thread = pthread_create(&states->thread, NULL, look_ahead, states) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct states *states_new(const struct model *model, time_t now)
{
    struct states *states = mem_alloc(sizeof *states);
    states->count = model->targets.len;
    states->looked = mem_array(states->count, sizeof *states->looked);
    states->targets = mem_array(states->count, sizeof *states->targets);
    for (size_t i = 0; i < states->count; i++)
        states->targets[i] = model->targets.entries[i].value;
    states->now = now;
    if (states->count >= LARGE && sysconf(_SC_NPROCESSORS_ONLN) > 1)
        start_thread(states);
    return states;
}

void states_free(struct states *states)
{
    if (!states)
        return;
    atomic_store(&states->is_over, true);
    if (states->has_thread)
        pthread_join(states->thread, NULL);
    free(states->looked);
    free(states->targets);
    free(states);
}

/* One that the other thread is just looking at is not waited for. */
struct file_state states_of(struct states *states, const struct target *target)
{
    const struct looked *looked = &states->looked[target->index];
    if (target->index >= states->count)
        return file_state_at(target, target->name, states->now);
    if (atomic_load_explicit(&looked->progress, memory_order_acquire) == SEEN ||
        take(states, target) ||
        atomic_load_explicit(&looked->progress, memory_order_acquire) == SEEN)
        return looked->state;
    return file_state_at(target, target->name, states->now);
}
