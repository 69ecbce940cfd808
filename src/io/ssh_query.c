#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/ssh_config.h"
#include "io/ssh_user.h"
#include "io/transport.h"

/* Asking `ssh -G`, once for each (host, user, port, configuration file) of a run, a few at a time.
 */

enum { PROGRAMS_MAX = 8 };

struct answers;

struct answer {
    struct answers *all;
    char *key;
    struct str output;
    struct str complaint;
    struct process *process;
    bool is_queued;
    bool is_open;       /* not asked yet, or not answered */
    char *why;          /* it failed */
    struct vec waiting; /* struct ssh_query * */
};

struct ssh_query {
    const struct connection *connection;
    struct answer *answer;
    struct timer *soon;
    struct ssh_config config;
    void (*found)(void *context, const struct ssh_config *config, const char *why);
    void *context;
};

struct answers {
    struct loop *loop;
    struct map by_key;
    bool has_config;
    bool hashes_names; /* the system's configuration says so, where nothing is asked */
    unsigned running;
    struct vec queue; /* struct answer *, whose turn comes, from `next` on */
    size_t next;
};

static void *answers_new(struct loop *loop)
{
    struct answers *answers = mem_alloc(sizeof *answers);
    answers->loop = loop;
    answers->has_config = ssh_user_has_config();
    answers->hashes_names = ssh_user_system_hashes_names();
    return answers;
}

static void answers_free(void *shared)
{
    struct answers *answers = shared;
    for (size_t i = 0; i < answers->by_key.len; i++) {
        struct answer *answer = answers->by_key.entries[i].value;
        str_free(&answer->output);
        str_free(&answer->complaint);
        vec_free(&answer->waiting);
        free(answer->why);
        free(answer->key);
        free(answer);
    }
    map_free(&answers->by_key);
    vec_free(&answers->queue);
    free(answers);
}

/* ---- the program ---- */

static void tell(struct ssh_query *query)
{
    const struct answer *answer = query->answer;
    if (answer->why) {
        query->found(query->context, NULL, answer->why);
        return;
    }
    const char *home = ssh_user_home();
    ssh_config_defaults(&query->config, query->connection->name, home);
    query->config.hash_names = answer->all->hashes_names;
    ssh_config_read(&query->config, str_text(&answer->output), home);
    ssh_config_overlay(&query->config, query->connection, home);
    query->found(query->context, &query->config, NULL);
}

static void program_wrote(void *context, int stream, const char *data, size_t size)
{
    struct answer *answer = context;
    str_addn(stream == 1 ? &answer->output : &answer->complaint, data, size);
}

static void start_programs(struct answers *answers);

static void program_ended(void *context, int status, bool held, const char *why)
{
    (void)held;
    struct answer *answer = context;
    answer->process = NULL;
    answer->is_open = false;
    answer->all->running--;
    if (status != 0 && answer->waiting.len == 0) {
        answer->is_open = true; /* ended by us */
        str_clear(&answer->output);
    } else if (status != 0) {
        str_addc(&answer->complaint, '\n');
        const char *line = why ? why : str_text(&answer->complaint);
        answer->why =
            mem_printf("cannot read the ssh configuration: %.*s", (int)strcspn(line, "\r\n"), line);
    }
    while (answer->waiting.len > 0)
        tell(vec_pop(&answer->waiting));
    start_programs(answer->all);
}

static bool names_config(const struct connection *connection)
{
    return connection->config && *connection->config;
}

static void start_program(struct answer *answer, const struct connection *connection)
{
    char port[16];
    snprintf(port, sizeof port, "%u", connection->port);
    char *other = names_config(connection) ? NULL : ssh_user_other_config();
    const char *file = names_config(connection) ? connection->config : other;
    const char *argv[11] = { "ssh", "-G" }; /* all of the below, and the NULL */
    int count = 2;
    if (file) {
        argv[count++] = "-F";
        argv[count++] = file;
    }
    if (connection->port) {
        argv[count++] = "-p";
        argv[count++] = port;
    }
    if (connection->user && *connection->user) {
        argv[count++] = "-l";
        argv[count++] = connection->user;
    }
    argv[count++] = "--";
    argv[count++] = connection->name;
    static const struct process_events events = { .output = program_wrote, .ended = program_ended };
    answer->process = process_start(answer->all->loop, &(struct process_options){ .argv = argv },
                                    &events, answer);
    free(other);
}

/* An answer that nobody waits for any more stays open until somebody asks again. */
static void start_programs(struct answers *answers)
{
    while (answers->running < PROGRAMS_MAX && answers->next < answers->queue.len) {
        struct answer *answer = answers->queue.items[answers->next++];
        answer->is_queued = false;
        if (answer->waiting.len == 0)
            continue;
        const struct ssh_query *first = answer->waiting.items[0];
        answers->running++;
        start_program(answer, first->connection);
    }
    if (answers->next == answers->queue.len)
        answers->queue.len = answers->next = 0;
}

/* ---- queries ---- */

static void found_soon(void *context)
{
    tell(context);
}

static struct answer *answer_for(struct loop *loop, const struct connection *connection)
{
    struct answers *answers = loop_shared(loop, answers_new, answers_free);
    char *key =
        mem_printf("%s\n%s\n%u\n%s", connection->name, connection->user ? connection->user : "",
                   connection->port, connection->config ? connection->config : "");
    struct answer *answer = map_get(&answers->by_key, key);
    if (answer) {
        free(key);
        return answer;
    }
    answer = mem_alloc(sizeof *answer);
    answer->all = answers;
    answer->key = key;
    answer->is_open = answers->has_config || names_config(connection);
    *map_put(&answers->by_key, key) = answer;
    return answer;
}

static void wait_for_answer(struct answer *answer, struct ssh_query *query)
{
    vec_push(&answer->waiting, query);
    if (answer->process || answer->is_queued)
        return;
    answer->is_queued = true;
    vec_push(&answer->all->queue, answer);
    start_programs(answer->all);
}

struct ssh_query *ssh_config_ask(struct loop *loop, const struct connection *connection,
                                 void (*found)(void *context, const struct ssh_config *config,
                                               const char *why),
                                 void *context)
{
    struct ssh_query *query = mem_alloc(sizeof *query);
    query->connection = connection;
    query->found = found;
    query->context = context;
    query->answer = answer_for(loop, connection);
    if (query->answer->is_open)
        wait_for_answer(query->answer, query);
    else
        query->soon = loop_after(loop, 0, found_soon, query);
    return query;
}

void ssh_query_free(struct ssh_query *query)
{
    if (!query)
        return;
    struct vec *waiting = &query->answer->waiting;
    for (size_t i = 0; i < waiting->len; i++)
        if (waiting->items[i] == query)
            waiting->items[i] = waiting->items[--waiting->len];
    if (query->answer->process && waiting->len == 0)
        process_kill(query->answer->process, SIGKILL);
    timer_cancel(query->soon);
    ssh_config_clear(&query->config);
    free(query);
}
