#include "run/sudo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "run/job.h"
#include "run/state.h"
#include "step/sudo.h"

struct password {
    enum { PASSWORD_UNKNOWN, PASSWORD_RIGHT, PASSWORD_REFUSED } state;
    struct job_run *trying;  /* NULL: nobody is */
    struct job_run *refuser; /* whose host refused it */
    struct vec waiting;      /* struct job_run */
};

struct passwords {
    struct map map; /* password ▶ struct password */
};

static void *make_passwords(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct passwords));
}

static void free_passwords(void *shared)
{
    struct passwords *passwords = shared;
    for (size_t i = 0; i < passwords->map.len; i++) {
        struct password *password = passwords->map.entries[i].value;
        vec_free(&password->waiting);
        free(password);
    }
    map_free(&passwords->map);
    free(passwords);
}

static struct passwords *passwords_of(const struct run *run)
{
    return loop_shared(run->loop, make_passwords, free_passwords);
}

static struct password *find(const struct run *run, const char *text)
{
    void **slot = map_put(&passwords_of(run)->map, text);
    if (!*slot)
        *slot = mem_alloc(sizeof(struct password));
    return *slot;
}

const char *sudo_password(struct job_run *job, const struct step *step)
{
    const struct host_run *host = job->at ? job->at : job->host;
    if (!host->session)
        return NULL;
    const char *user = session_facts(host->session)->user;
    if (!sudo_is_used(step) || (!step->options.user && user && strcmp(user, "root") == 0))
        return NULL;
    const char *password = job_value(job, "sudo_password", job->run->arena);
    return password ? password : job_value(job, "ssh_password", job->run->arena);
}

enum sudo_turn sudo_ask_turn(struct job_run *job, const char *text, const char **why)
{
    struct password *password = find(job->run, text);
    if (password->state == PASSWORD_REFUSED) {
        *why = arena_printf(job->arena, "sudo_password was refused on %s: it is not tried again",
                            password->refuser->host->host->spec);
        return SUDO_REFUSED;
    }
    if (password->state == PASSWORD_UNKNOWN && password->trying && password->trying != job) {
        vec_push(&password->waiting, job);
        return SUDO_LATER;
    }
    if (password->state == PASSWORD_UNKNOWN)
        password->trying = job;
    return SUDO_NOW;
}

/* Those waiting ask for their turn again: the first of them tries, or all go on. */
static void wake(const struct run *run, struct password *password)
{
    struct vec waiting = password->waiting;
    password->waiting = (struct vec){ 0 };
    for (size_t i = 0; i < waiting.len; i++) {
        struct job_run *job = waiting.items[i];
        if (run->interrupted)
            job_fail(job, FAKE_INTERRUPTED, "interrupted");
        else
            job_advance(job);
    }
    vec_free(&waiting);
}

void sudo_note(struct job_run *job, const char *text, bool refused)
{
    struct password *password = find(job->run, text);
    if (password->state != PASSWORD_UNKNOWN && !refused)
        return;
    password->state = refused ? PASSWORD_REFUSED : PASSWORD_RIGHT;
    if (refused)
        password->refuser = job;
    password->trying = NULL;
    wake(job->run, password);
}

void sudo_end_turn(struct job_run *job)
{
    struct passwords *passwords = passwords_of(job->run);
    for (size_t i = 0; i < passwords->map.len; i++) {
        struct password *password = passwords->map.entries[i].value;
        if (password->trying != job)
            continue;
        password->trying = NULL;
        wake(job->run, password);
    }
}
