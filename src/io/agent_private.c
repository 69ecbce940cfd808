#include "io/agent_private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/children.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/transport.h"

extern char **environ;

/* One key file that somebody wants. */
struct locked {
    struct safe *safe;
    char *path;
    enum { LOCKED_QUEUED, LOCKED_OPEN, LOCKED_REFUSED } state;
    char *why;          /* it was refused */
    struct vec waiting; /* struct unlocking * */
};

struct unlocking {
    struct locked *locked;
    void (*unlocked)(void *context, const char *agent, const char *why);
    void *context;
    struct timer *soon; /* the answer is known already */
};

/* What a loop has of it. The agent runs a shell that waits for the end of its input and then ends
 * the agent: that comes when we let it go, and also when we are killed. */
struct safe {
    struct loop *loop;
    char *folder; /* private; NULL: none could be made */
    char *socket;
    struct process *agent;
    bool is_ready;
    bool is_released;
    struct map keys;
    struct vec queue; /* struct locked *: to be asked for, from `next` on */
    size_t next;
    struct process *add; /* ssh-add of `asked`; it has the terminal, so one at a time */
    struct locked *asked;
};

/* ---- the safe of a loop ---- */

static void *safe_new(struct loop *loop)
{
    struct safe *safe = mem_alloc(sizeof *safe);
    children_open(loop);
    safe->loop = loop;
    return safe;
}

static void safe_free(struct safe *safe)
{
    for (size_t i = 0; i < safe->keys.len; i++) {
        struct locked *locked = safe->keys.entries[i].value;
        vec_free(&locked->waiting);
        free(locked->why);
        free(locked->path);
        free(locked);
    }
    if (safe->folder) {
        unlink(safe->socket);
        rmdir(safe->folder);
    }
    map_free(&safe->keys);
    vec_free(&safe->queue);
    free(safe->socket);
    free(safe->folder);
    free(safe);
}

static void free_when_over(struct safe *safe)
{
    if (safe->is_released && !safe->agent && !safe->add)
        safe_free(safe);
}

/* loop_free runs the loop once more, so that the processes can end. */
static void safe_release(void *shared)
{
    struct safe *safe = shared;
    safe->is_released = true;
    if (safe->add)
        process_kill(safe->add, SIGTERM);
    if (safe->agent) {
        process_keep_loop(safe->agent, true);
        process_end_input(safe->agent);
    }
    free_when_over(safe);
}

/* ---- answers ---- */

static void tell(struct unlocking *unlocking)
{
    const struct locked *locked = unlocking->locked;
    bool is_open = locked->state == LOCKED_OPEN;
    unlocking->unlocked(unlocking->context, is_open ? locked->safe->socket : NULL, locked->why);
    timer_cancel(unlocking->soon);
    free(unlocking);
}

static void tell_soon(void *context)
{
    tell(context);
}

static void settle(struct locked *locked, const char *why)
{
    locked->state = why ? LOCKED_REFUSED : LOCKED_OPEN;
    locked->why = why ? mem_strdup(why) : NULL;
    while (locked->waiting.len > 0)
        tell(vec_pop(&locked->waiting));
}

static void refuse_all(struct safe *safe, const char *why)
{
    while (safe->next < safe->queue.len)
        settle(safe->queue.items[safe->next++], why);
}

/* ---- ssh-add ---- */

/* This process's, but for the agent, and for a window that would ask in place of the terminal. */
static char **environment_for(const struct safe *safe)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **copy = mem_array(count + 3, sizeof *copy);
    char **end = copy;
    *end++ = mem_printf("SSH_AUTH_SOCK=%s", safe->socket);
    *end++ = mem_strdup("SSH_ASKPASS_REQUIRE=never");
    for (size_t i = 0; i < count; i++)
        if (!str_starts(environ[i], "SSH_AUTH_SOCK=") &&
            !str_starts(environ[i], "SSH_ASKPASS_REQUIRE="))
            *end++ = mem_strdup(environ[i]);
    return copy;
}

static void ask_next(struct safe *safe);

static void add_ended(void *context, int status, bool held, const char *why)
{
    (void)held;
    struct safe *safe = context;
    safe->add = NULL;
    loop_take_terminal(safe->loop, false);
    if (why) {
        char *reason = mem_printf("is encrypted, and ssh-add cannot be started: %s", why);
        settle(safe->asked, reason);
        free(reason);
    } else {
        settle(safe->asked, status == 0 ? NULL : "is encrypted, and its passphrase was not given");
    }
    if (!safe->is_released)
        ask_next(safe);
    free_when_over(safe);
}

static void ask_next(struct safe *safe)
{
    static const struct process_events events = { .ended = add_ended };
    if (safe->add || safe->next == safe->queue.len)
        return;
    safe->asked = safe->queue.items[safe->next++];
    const char *const argv[] = { "ssh-add", "-q", "--", safe->asked->path, NULL };
    char **environment = environment_for(safe);
    loop_take_terminal(safe->loop, true);
    safe->add = process_start(
        safe->loop,
        &(struct process_options){
            .argv = argv, .environment = environment, .inherit = true, .extra_fd = -1 },
        &events, safe);
    for (char **at = environment; *at; at++)
        free(*at);
    free(environment);
}

/* ---- the agent ---- */

static void agent_wrote(void *context, int stream, const char *data, size_t size)
{
    (void)data, (void)size;
    struct safe *safe = context;
    if (stream != 1 || safe->is_ready)
        return;
    safe->is_ready = true;
    process_keep_loop(safe->agent, false);
    ask_next(safe);
}

static void agent_ended(void *context, int status, bool held, const char *why)
{
    (void)status, (void)held;
    struct safe *safe = context;
    safe->agent = NULL;
    safe->is_ready = false;
    char *reason = mem_printf("is encrypted, and no ssh-agent could be started for it%s%s",
                              why ? ": " : "", why ? why : "");
    refuse_all(safe, reason);
    free(reason);
    free_when_over(safe);
}

/* In memory where there is such a place: only its owner may come in. */
static bool make_folder(struct safe *safe)
{
    const char *places[] = { getenv("XDG_RUNTIME_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp" };
    for (size_t i = 0; i < sizeof places / sizeof *places && !safe->folder; i++) {
        if (!places[i] || !*places[i])
            continue;
        safe->folder = mem_printf("%s/fake-agent-XXXXXX", places[i]);
        if (mkdtemp(safe->folder))
            break;
        free(safe->folder);
        safe->folder = NULL;
    }
    if (safe->folder)
        safe->socket = mem_printf("%s/agent", safe->folder);
    return safe->folder != NULL;
}

static void refuse_for_lack_of_place(void *context)
{
    refuse_all(context, "is encrypted, and there is no place for an agent's socket");
}

static void start_agent(struct safe *safe)
{
    static const struct process_events events = { .output = agent_wrote, .ended = agent_ended };
    if (!safe->folder && !make_folder(safe)) {
        loop_soon(safe->loop, refuse_for_lack_of_place, safe);
        return;
    }
    static const char wait[] =
        "echo; cat >/dev/null; kill \"$SSH_AGENT_PID\"; rm -f \"$SSH_AUTH_SOCK\"; rmdir \"$0\"";
    const char *const argv[] = { "ssh-agent", "-a", safe->socket, "sh",
                                 "-c",        wait, safe->folder, NULL };
    safe->agent = process_start(
        safe->loop, &(struct process_options){ .argv = argv, .keep_input = true, .extra_fd = -1 },
        &events, safe);
}

/* ---- waiting ---- */

bool unlock_may_ask(const struct connection *connection)
{
    return !connection->never_asks && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static struct locked *locked_for(struct safe *safe, const char *path)
{
    struct locked *locked = map_get(&safe->keys, path);
    if (locked)
        return locked;
    locked = mem_alloc(sizeof *locked);
    locked->safe = safe;
    locked->path = mem_strdup(path);
    *map_put(&safe->keys, locked->path) = locked;
    vec_push(&safe->queue, locked);
    return locked;
}

struct unlocking *unlock_key(struct loop *loop, const char *path,
                             void (*unlocked)(void *context, const char *agent, const char *why),
                             void *context)
{
    struct safe *safe = loop_shared(loop, safe_new, safe_release);
    struct unlocking *unlocking = mem_alloc(sizeof *unlocking);
    unlocking->locked = locked_for(safe, path);
    unlocking->unlocked = unlocked;
    unlocking->context = context;
    if (unlocking->locked->state != LOCKED_QUEUED) {
        unlocking->soon = loop_after(loop, 0, tell_soon, unlocking);
        return unlocking;
    }
    vec_push(&unlocking->locked->waiting, unlocking);
    if (safe->is_ready)
        ask_next(safe);
    else if (!safe->agent)
        start_agent(safe);
    return unlocking;
}

void unlock_cancel(struct unlocking *unlocking)
{
    if (!unlocking)
        return;
    struct vec *waiting = &unlocking->locked->waiting;
    for (size_t i = 0; i < waiting->len; i++)
        if (waiting->items[i] == unlocking)
            waiting->items[i] = waiting->items[--waiting->len];
    timer_cancel(unlocking->soon);
    free(unlocking);
}
