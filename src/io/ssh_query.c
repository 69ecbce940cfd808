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

/* Asking `ssh -G`, once for each (host, user, port, configuration file) of a run. */

struct answer {
    char *key;
    struct str output;
    struct str complaint;
    struct process *process; /* NULL: it has ended, or there was nothing to ask */
    char *why;               /* it failed */
    struct vec waiting;      /* struct ssh_query * */
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
    struct map by_key;
    bool has_config;
};

static void *answers_new(struct loop *loop)
{
    (void)loop;
    struct answers *answers = mem_alloc(sizeof *answers);
    answers->has_config = ssh_user_has_config();
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
    ssh_config_read(&query->config, str_text(&answer->output), home);
    ssh_config_overlay(&query->config, query->connection, home);
    query->found(query->context, &query->config, NULL);
}

static void program_wrote(void *context, int stream, const char *data, size_t size)
{
    struct answer *answer = context;
    str_addn(stream == 1 ? &answer->output : &answer->complaint, data, size);
}

static void program_ended(void *context, int status, bool held, const char *why)
{
    (void)held;
    struct answer *answer = context;
    answer->process = NULL;
    if (status != 0) {
        str_addc(&answer->complaint, '\n');
        const char *line = why ? why : str_text(&answer->complaint);
        answer->why =
            mem_printf("cannot read the ssh configuration: %.*s", (int)strcspn(line, "\r\n"), line);
    }
    while (answer->waiting.len > 0)
        tell(vec_pop(&answer->waiting));
}

static void start_program(struct loop *loop, struct answer *answer,
                          const struct connection *connection)
{
    char port[16];
    snprintf(port, sizeof port, "%u", connection->port);
    char *other = connection->config ? NULL : ssh_user_other_config();
    const char *file = connection->config ? connection->config : other;
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
    answer->process =
        process_start(loop, &(struct process_options){ .argv = argv }, &events, answer);
    free(other);
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
    answer->key = key;
    *map_put(&answers->by_key, key) = answer;
    if (answers->has_config || connection->config)
        start_program(loop, answer, connection);
    return answer;
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
    if (query->answer->process)
        vec_push(&query->answer->waiting, query);
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
