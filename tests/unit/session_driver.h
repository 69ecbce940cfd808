#ifndef TESTS_SESSION_DRIVER_H
#define TESTS_SESSION_DRIVER_H

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/session.h"

/* Drives one session over the local transport with a chosen shell as `sh`, and keeps what is told,
 * so that a test reads as: send, wait, compare. */

static const char *const SHELLS[] = { "dash", "bash", "busybox", "mksh", "ksh93", "zsh" };
enum { SHELL_COUNT = 6, STORY_COUNT = 512 };

struct story {
    bool began, ended;
    bool was_early; /* something that it printed was told before its beginning */
    unsigned order; /* of its beginning */
    struct str out, err;
    struct step_result result;
    int answer_status; /* of a query */
};

struct driver {
    struct loop *loop;
    struct session *session;
    struct connection connection;
    bool is_ready, is_closed, gave_up;
    enum transport_error error;
    struct str why;
    struct story stories[STORY_COUNT];
    unsigned steps_begun, requests_ended, answers;
    int request_status;
    bool overlapped; /* a step was told to begin before the one before had ended */
    uint32_t running;
};

static void driver_ready(void *context)
{
    struct driver *driver = context;
    driver->is_ready = true;
    loop_stop(driver->loop);
}

static void driver_began(void *context, uint32_t id)
{
    struct driver *driver = context;
    driver->overlapped |= driver->running != 0;
    driver->running = id;
    driver->stories[id].began = true;
    driver->stories[id].order = ++driver->steps_begun;
    loop_stop(driver->loop);
}

static void driver_output(void *context, uint32_t id, int stream, const char *data, size_t size)
{
    struct driver *driver = context;
    struct story *story = &driver->stories[id];
    story->was_early |= !story->began;
    str_addn(stream == 1 ? &story->out : &story->err, data, size);
    loop_stop(driver->loop);
}

static void driver_step_ended(void *context, uint32_t id, const struct step_result *result)
{
    struct driver *driver = context;
    if (driver->running == id)
        driver->running = 0;
    ck_assert(!driver->stories[id].ended);
    driver->stories[id].ended = true;
    driver->stories[id].result = *result;
    loop_stop(driver->loop);
}

static void driver_request_ended(void *context, uint32_t id, int status)
{
    (void)id;
    struct driver *driver = context;
    driver->requests_ended++;
    driver->request_status = status;
    loop_stop(driver->loop);
}

static void driver_answered(void *context, uint32_t id, int status, const char *data, size_t size)
{
    struct driver *driver = context;
    struct story *story = &driver->stories[id];
    ck_assert(!story->ended);
    story->ended = true;
    story->answer_status = status;
    str_addn(&story->out, data, size);
    driver->answers++;
    loop_stop(driver->loop);
}

static void driver_closed(void *context, enum transport_error error, const char *why,
                          const char *hint)
{
    (void)hint;
    struct driver *driver = context;
    driver->is_closed = true;
    driver->error = error;
    str_add(&driver->why, why ? why : "");
    loop_stop(driver->loop);
}

static const struct session_events DRIVER_EVENTS = {
    .ready = driver_ready,
    .step_began = driver_began,
    .output = driver_output,
    .step_ended = driver_step_ended,
    .request_ended = driver_request_ended,
    .answered = driver_answered,
    .closed = driver_closed,
};

static void driver_give_up(void *context)
{
    struct driver *driver = context;
    driver->gave_up = true;
    loop_stop(driver->loop);
}

/* Runs the loop until *flag holds; a test that waits for ever fails after 20 seconds. */
static inline void driver_wait(struct driver *driver, const bool *flag)
{
    struct timer *limit = loop_after(driver->loop, 20000, driver_give_up, driver);
    while (!*flag && !driver->gave_up && (flag == &driver->is_closed || !driver->is_closed))
        loop_run(driver->loop);
    timer_cancel(limit);
    ck_assert_msg(!driver->gave_up, "nothing came in 20 seconds");
    ck_assert_msg(*flag, "the session closed: %s", str_text(&driver->why));
}

static inline void driver_wait_request(struct driver *driver, unsigned count)
{
    struct timer *limit = loop_after(driver->loop, 20000, driver_give_up, driver);
    while (driver->requests_ended < count && !driver->gave_up)
        loop_run(driver->loop);
    timer_cancel(limit);
    ck_assert_msg(!driver->gave_up, "the request did not end in 20 seconds");
}

/* A folder of links: each shell under the name sh. Made once a process, in the test's own folder.
 */
static inline void use_shell(const char *shell)
{
    static const char *const PLACES[] = { "/usr/bin", "/bin", "/usr/local/bin" };
    char folder[64], link_name[96], path[256];
    snprintf(folder, sizeof folder, "/tmp/fake-unit-%s-%ld", shell, (long)getpid());
    snprintf(link_name, sizeof link_name, "%s/sh", folder);
    mkdir(folder, 0700);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", PLACES[i], shell);
        if (access(path, X_OK) == 0 && symlink(path, link_name) == 0)
            break;
    }
    ck_assert_msg(access(link_name, X_OK) == 0, "%s is not installed", shell);
    char *search = mem_printf("%s:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", folder);
    setenv("PATH", search, 1);
    setenv("XDG_RUNTIME_DIR", folder, 1); /* no other session sweeps there */
    free(search);
}

static inline void drop_shell(const char *shell)
{
    char folder[64], link_name[96];
    snprintf(folder, sizeof folder, "/tmp/fake-unit-%s-%ld", shell, (long)getpid());
    snprintf(link_name, sizeof link_name, "%s/sh", folder);
    unlink(link_name);
    rmdir(folder);
}

static inline struct driver *driver_start(const char *shell, const char *transport,
                                          const struct session_query *queries, size_t count)
{
    struct driver *driver = mem_alloc(sizeof *driver);
    use_shell(shell);
    driver->loop = loop_new();
    driver->connection = (struct connection){ .label = "test", .transport = transport };
    driver->session = session_open(driver->loop, &driver->connection, &DRIVER_EVENTS, driver);
    session_boot(driver->session, queries, count);
    return driver;
}

static inline struct driver *driver_open(const char *shell)
{
    struct driver *driver = driver_start(shell, "local", NULL, 0);
    driver_wait(driver, &driver->is_ready);
    drop_shell(shell);
    use_shell(shell); /* the far side runs sh by its name */
    return driver;
}

static inline void driver_free(struct driver *driver)
{
    for (size_t i = 0; i < STORY_COUNT; i++) {
        str_free(&driver->stories[i].out);
        str_free(&driver->stories[i].err);
    }
    str_free(&driver->why);
    loop_run(driver->loop);
    loop_free(driver->loop);
    free(driver);
    for (int i = 0; i < SHELL_COUNT; i++)
        drop_shell(SHELLS[i]);
}

/* An orderly end, with nothing left behind. */
static inline void driver_close(struct driver *driver)
{
    char *folder = mem_strdup(session_facts(driver->session)->folder);
    session_close(driver->session, false);
    driver_wait(driver, &driver->is_closed);
    ck_assert_int_eq(driver->error, TRANSPORT_OK);
    ck_assert_msg(!*folder || access(folder, F_OK) != 0, "%s was left", folder);
    ck_assert(!driver->overlapped);
    free(folder);
    driver_free(driver);
}

static inline void add_step(struct request *request, uint32_t id, const char *command)
{
    request_step(request, &(struct request_step){ .id = id, .command = command });
}

/* One step, by itself, to its end. */
static inline struct story *run_step(struct driver *driver, const struct request_step *step)
{
    struct request *request = request_new(driver->session, step->id);
    request_step(request, step);
    request_send(request);
    driver_wait_request(driver, driver->requests_ended + 1);
    return &driver->stories[step->id];
}

static inline struct story *run_command(struct driver *driver, uint32_t id, const char *command)
{
    return run_step(driver, &(struct request_step){ .id = id, .command = command });
}

#define ck_assert_bytes(str, expected, size)                                                       \
    do {                                                                                           \
        ck_assert_uint_eq((str)->len, (size));                                                     \
        ck_assert_mem_eq(str_text(str), (expected), (size));                                       \
    } while (0)
#define ck_assert_text(str, expected) ck_assert_str_eq(str_text(str), (expected))

/* How many processes have this word in their command line. */
static inline int count_processes(const char *word)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc)) != NULL;) {
        char path[300], line[4096];
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        FILE *file = entry->d_name[0] > '0' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        size_t size = fread(line, 1, sizeof line - 1, file);
        fclose(file);
        line[size] = '\0';
        for (size_t at = 0; at < size; at += strlen(line + at) + 1)
            if (strcmp(line + at, word) == 0) {
                count++;
                break;
            }
    }
    if (proc)
        closedir(proc);
    return count;
}

/* Up to `tenths` of a second until no such process is left. */
static inline void pause_for(unsigned milliseconds)
{
    nanosleep(&(struct timespec){ milliseconds / 1000, milliseconds % 1000 * 1000000L }, NULL);
}

static inline bool all_gone(const char *word, int tenths)
{
    for (int i = 0; i < tenths && count_processes(word); i++)
        pause_for(100);
    return count_processes(word) == 0;
}

#endif
