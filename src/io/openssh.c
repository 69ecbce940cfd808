#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/agent_private.h"
#include "io/key.h"
#include "io/loop.h"
#include "io/openssh_options.h"
#include "io/openssh_password.h"
#include "io/openssh_words.h"
#include "io/process.h"
#include "io/ssh_accept.h"
#include "io/ssh_config.h"
#include "io/ssh_gate.h"
#include "io/transport.h"

/* The transport through the ssh program: the same bytes over its standard streams. It reaches all
 * that a person reaches by hand, at the price of a process and of the second handshake that it
 * takes for its own reasons. */

enum {
    SSH_FAILED_STATUS = 255, /* of ssh itself; a far side's own 255 is not told apart */
    ERRORS_MAX = 4096,
    LOGIN_SECONDS = 10, /* beyond ConnectTimeout, which ends before the log-in */
    KILL_SECONDS = 10,  /* for the far side to end once it was told to */
};

struct openssh {
    struct loop *loop;
    const struct connection *connection;
    struct transport_events events;
    void *context;
    char *command; /* sh -c '…' */
    struct ssh_query *query;
    const struct ssh_config *config; /* of query */
    struct ssh_pass pass;
    struct ssh_retry retry;
    struct unlocking *unlocking;       /* an encrypted key, before the start */
    size_t unlocked;                   /* identities looked at for that */
    char *agent;                       /* that has it; NULL: the user's */
    struct openssh_password *password; /* ssh_password on its way; NULL */
    struct process *process;
    struct timer *timer; /* the next thing that is due: a start, a limit */
    struct str
        errors;   /* what ssh wrote to its error output, until it is open; then the end of it */
    bool is_open; /* the far sh has written something */
    bool is_closing;
    bool is_overdue;
};

static void start(void *context);

static void set_timer(struct openssh *openssh, unsigned milliseconds, void (*fire)(void *))
{
    timer_cancel(openssh->timer);
    openssh->timer = fire ? loop_after(openssh->loop, milliseconds, fire, openssh) : NULL;
}

/* ---- the end ---- */

static void finish(struct openssh *openssh, enum transport_error error, const char *why,
                   const char *hint)
{
    ssh_gate_leave(&openssh->pass);
    set_timer(openssh, 0, NULL);
    openssh->events.closed(openssh->context, error, why, hint);
    ssh_query_free(openssh->query);
    unlock_cancel(openssh->unlocking);
    openssh_password_free(openssh->password);
    free(openssh->agent);
    str_free(&openssh->errors);
    free(openssh->command);
    free(openssh);
}

static void finish_idle(void *context)
{
    finish(context, TRANSPORT_OK, NULL, NULL);
}

static void finish_unconfigured(void *context)
{
    struct openssh *openssh = context;
    finish(openssh, TRANSPORT_UNREACHABLE, str_text(&openssh->errors), NULL);
}

/* The line that a reader finds most telling where none is known: the last. */
static char *last_line(const char *text)
{
    size_t end = strlen(text);
    while (end > 0 && strchr("\r\n ", text[end - 1]))
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    char *line = mem_strndup(text + begin, end - begin);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    return line;
}

static void finish_lost(struct openssh *openssh, const char *why)
{
    char *line = last_line(str_text(&openssh->errors));
    char *whole = *line ? mem_printf("%s: %s", why, line) : mem_strdup(why);
    finish(openssh, TRANSPORT_LOST, whole, NULL);
    free(whole);
    free(line);
}

/* The far side ended although nobody had told it to. */
static void finish_ended(struct openssh *openssh, int status)
{
    char *why;
    if (WIFSIGNALED(status))
        why = mem_printf("the ssh program was killed by signal %d", WTERMSIG(status));
    else
        why = mem_printf("the sh on the host ended with exit code %d", WEXITSTATUS(status));
    finish(openssh, TRANSPORT_LOST, why, NULL);
    free(why);
}

/* That no algorithm is in common, ssh takes for no error, and LogLevel ERROR keeps it back. */
static void finish_unexplained(struct openssh *openssh)
{
    struct str hint = { 0 };
    char *line = last_line(str_text(&openssh->errors));
    char *why = mem_printf("the ssh program failed: %s", *line ? line : "it does not say why");
    str_addc(&hint, '`');
    ssh_add_accept_command(openssh->connection, openssh->config, &hint);
    str_add(&hint, "` by hand may say more");
    finish(openssh, TRANSPORT_UNREACHABLE, why, str_text(&hint));
    str_free(&hint);
    free(why);
    free(line);
}

static bool try_again(struct openssh *openssh, const struct openssh_failure *failure)
{
    if (openssh->is_closing || (!failure->is_shed && failure->error != TRANSPORT_UNREACHABLE))
        return false;
    unsigned pause =
        ssh_retry_pause(&openssh->retry, openssh->loop, failure->is_shed,
                        openssh->connection->connect_retries, openssh->config->connect_timeout);
    if (pause == 0)
        return false;
    openssh->pass.was_shed = openssh->pass.was_shed || failure->is_shed;
    ssh_gate_leave(&openssh->pass);
    str_clear(&openssh->errors);
    openssh_password_free(openssh->password);
    openssh->password = NULL;
    openssh->is_overdue = false;
    set_timer(openssh, pause, start);
    return true;
}

static void finish_refused(struct openssh *openssh)
{
    struct openssh_failure failure;
    struct str hint = { 0 };
    if (openssh->is_overdue) {
        failure = (struct openssh_failure){ .error = TRANSPORT_UNREACHABLE };
        str_addf(&failure.why, "timed out after %u s while the ssh program was logging in",
                 openssh->config->connect_timeout + LOGIN_SECONDS);
    } else if (!openssh_explain(str_text(&openssh->errors), &failure)) {
        finish_unexplained(openssh);
        return;
    }
    if (failure.wants_acceptance) {
        str_add(&hint, "if its fingerprint is right, accept it with `");
        ssh_add_accept_command(openssh->connection, openssh->config, &hint);
        str_add(&hint, "`, or set ssh_host_keys = accept-new");
    } else if (failure.hint) {
        str_add(&hint, failure.hint);
    }
    if (!try_again(openssh, &failure))
        finish(openssh, failure.error, str_text(&failure.why),
               hint.len > 0 ? str_text(&hint) : NULL);
    str_free(&failure.why);
    str_free(&hint);
}

static void program_ended(void *context, int status, bool held, const char *why)
{
    (void)held;
    struct openssh *openssh = context;
    openssh->process = NULL;
    set_timer(openssh, 0, NULL);
    bool has_failed = WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED_STATUS;
    if (why) {
        char *text = mem_printf("the ssh program cannot be started: %s", why);
        finish(openssh, TRANSPORT_UNSUPPORTED, text, "install the ssh program of OpenSSH");
        free(text);
    } else if (openssh->is_closing) {
        finish(openssh, TRANSPORT_OK, NULL, NULL);
    } else if (openssh->is_open && has_failed) {
        finish_lost(openssh, "the connection broke");
    } else if (has_failed || openssh->is_overdue) {
        finish_refused(openssh);
    } else {
        if (!openssh->is_open && openssh->errors.len > 0) /* the far side's words, not ssh's */
            openssh->events.read(openssh->context, 2, openssh->errors.data, openssh->errors.len);
        finish_ended(openssh, status);
    }
}

/* ---- the program ---- */

static void is_overdue(void *context)
{
    struct openssh *openssh = context;
    openssh->is_overdue = true;
    process_kill(openssh->process, SIGTERM);
}

/* Keeps the last of it. */
static void keep_errors(struct openssh *openssh, const char *data, size_t size)
{
    str_addn(&openssh->errors, data, size);
    if (openssh->errors.len <= ERRORS_MAX)
        return;
    size_t surplus = openssh->errors.len - ERRORS_MAX;
    memmove(openssh->errors.data, openssh->errors.data + surplus, ERRORS_MAX);
    openssh->errors.len = ERRORS_MAX;
    openssh->errors.data[ERRORS_MAX] = '\0';
}

static void become_open(struct openssh *openssh)
{
    openssh->is_open = true;
    set_timer(openssh, 0, NULL);
    ssh_gate_leave(&openssh->pass);
    free(openssh->command);
    openssh->command = NULL;
    openssh_password_free(openssh->password);
    openssh->password = NULL;
    openssh->events.opened(openssh->context);
    if (openssh->errors.len > 0)
        openssh->events.read(openssh->context, 2, openssh->errors.data, openssh->errors.len);
    str_clear(&openssh->errors);
}

/* The first word of the far sh shows that ssh has logged in; until then its error output may be
 * either's. */
static void program_wrote(void *context, int stream, const char *data, size_t size)
{
    struct openssh *openssh = context;
    if (stream == 1 && !openssh->is_open)
        become_open(openssh);
    if (stream == 2)
        keep_errors(openssh, data, size);
    if (openssh->is_open)
        openssh->events.read(openssh->context, stream, data, size);
}

static void program_drained(void *context)
{
    struct openssh *openssh = context;
    if (openssh->is_open)
        openssh->events.drained(openssh->context);
}

static void start_program(struct openssh *openssh)
{
    static const struct process_events events = { program_wrote, program_ended, program_drained };
    struct vec argv = { 0 };
    const char *password = openssh->connection->password;
    if (password && *password)
        openssh->password = openssh_password_new(password);
    openssh_add_arguments(openssh->connection, openssh->config, openssh->agent, &argv);
    vec_push(&argv, mem_strdup(openssh->command));
    vec_push(&argv, NULL);
    struct process_options options = {
        .argv = (const char *const *)argv.items,
        .environment = openssh->password ? openssh_password_environment(openssh->password) : NULL,
        .keep_input = true,
        .extra_fd = -1,
    };
    openssh->process = process_start(openssh->loop, &options, &events, openssh);
    for (size_t i = 0; i < argv.len; i++)
        free(argv.items[i]);
    vec_free(&argv);
    set_timer(openssh, (openssh->config->connect_timeout + LOGIN_SECONDS) * 1000, is_overdue);
}

static void let_in(void *context)
{
    set_timer(context, 0, start);
}

static void unlocked(void *context, const char *agent, const char *why)
{
    (void)why; /* ssh says what it lacks */
    struct openssh *openssh = context;
    openssh->unlocking = NULL;
    openssh->agent = agent ? mem_strdup(agent) : openssh->agent;
    set_timer(openssh, 0, start);
}

/* Where no agent and no key file can do it, the encrypted files are opened, one after the other:
 * ssh itself cannot ask for the passphrase. True when one is being opened. */
static bool unlock_next(struct openssh *openssh)
{
    const struct ssh_config *config = openssh->config;
    if ((config->agent && *config->agent) || !unlock_may_ask(openssh->connection))
        return false;
    for (size_t i = 0; i < config->identities.len; i++)
        if (key_find(openssh->loop, config->identities.items[i])->state == KEY_READY)
            return false;
    while (openssh->unlocked < config->identities.len) {
        const char *path = config->identities.items[openssh->unlocked++];
        if (key_find(openssh->loop, path)->state != KEY_ENCRYPTED)
            continue;
        openssh->unlocking = unlock_key(openssh->loop, path, unlocked, openssh);
        return true;
    }
    return false;
}

static void start(void *context)
{
    struct openssh *openssh = context;
    set_timer(openssh, 0, NULL);
    if (unlock_next(openssh))
        return;
    if (ssh_gate_enter(&openssh->pass))
        start_program(openssh);
}

static void configured(void *context, const struct ssh_config *config, const char *why)
{
    struct openssh *openssh = context;
    openssh->config = config;
    if (config) {
        set_timer(openssh, 0, start); /* the query may not be freed inside its call */
        return;
    }
    str_add(&openssh->errors, why);
    set_timer(openssh, 0, finish_unconfigured);
}

/* ---- the transport's row ---- */

static void *openssh_open(struct loop *loop, const struct connection *connection, const char *boot,
                          const struct transport_events *events, void *context)
{
    struct openssh *openssh = mem_alloc(sizeof *openssh);
    struct str command = { 0 };
    openssh->loop = loop;
    openssh->connection = connection;
    openssh->events = *events;
    openssh->context = context;
    openssh->pass = (struct ssh_pass){ .loop = loop, .let_in = let_in, .context = openssh };
    str_add(&command, "sh -c ");
    str_add_quoted(&command, boot);
    openssh->command = str_steal(&command);
    openssh->query = ssh_config_ask(loop, connection, configured, openssh);
    return openssh;
}

static void openssh_write(void *channel, const char *data, size_t size)
{
    struct openssh *openssh = channel;
    if (openssh->process && openssh->is_open)
        process_write(openssh->process, data, size);
}

static size_t openssh_queued(const void *channel)
{
    const struct openssh *openssh = channel;
    return openssh->process ? process_queued(openssh->process) : 0;
}

static void kill_program(void *context)
{
    struct openssh *openssh = context;
    process_kill(openssh->process, SIGKILL);
}

/* The far sh cleans up at the end of its input, however that comes. */
static void openssh_close(void *channel, bool at_once)
{
    struct openssh *openssh = channel;
    openssh->is_closing = true;
    if (!openssh->process) {
        unlock_cancel(openssh->unlocking);
        openssh->unlocking = NULL;
        set_timer(openssh, 0, finish_idle);
        return;
    }
    process_end_input(openssh->process);
    if (at_once || !openssh->is_open)
        process_kill(openssh->process, SIGTERM);
    set_timer(openssh, KILL_SECONDS * 1000, kill_program);
}

const struct transport transport_openssh = {
    .name = "openssh",
    .open = openssh_open,
    .write = openssh_write,
    .queued = openssh_queued,
    .close = openssh_close,
};
