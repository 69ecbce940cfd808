#include "io/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"

enum {
    REQUEST_IDENTITIES = 11,
    IDENTITIES_ANSWER = 12,
    SIGN_REQUEST = 13,
    SIGN_RESPONSE = 14,
    SIGN_RSA_SHA2_256 = 2, /* flag of SIGN_REQUEST */

    MESSAGE_MAX = 256 * 1024,
    QUIET_MILLISECONDS = 60 * 1000, /* without an answer; a person may have to confirm */
    LIST_MILLISECONDS = 5 * 1000,   /* needs nobody */
};

struct agent_question {
    struct agent_question *next;
    struct agent *agent;
    unsigned patience;        /* milliseconds */
    agent_answered *answered; /* NULL: cancelled */
    void *context;
};

struct agent {
    struct loop *loop;
    char *path;
    int fd;                   /* -1: not connected */
    struct poll_watch *watch; /* only while questions are open, so that the loop can end */
    struct timer *quiet;
    struct timer *failed; /* answers without having asked */
    struct agent_question *first, *last;
    struct str out;
    size_t sent;
    struct str in;
    char *why; /* the connection is broken */
};

/* ---- the agents of a loop ---- */

static void disconnect(struct agent *agent)
{
    timer_cancel(agent->quiet);
    timer_cancel(agent->failed);
    poll_watch_free(agent->watch);
    agent->quiet = agent->failed = NULL;
    agent->watch = NULL;
    if (agent->fd >= 0)
        close(agent->fd);
    agent->fd = -1;
    str_clear(&agent->out);
    str_clear(&agent->in);
    agent->sent = 0;
}

static void *agents_new(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct map));
}

static void agents_free(void *shared)
{
    struct map *agents = shared;
    for (size_t i = 0; i < agents->len; i++) {
        struct agent *agent = agents->entries[i].value;
        disconnect(agent);
        str_free(&agent->out);
        str_free(&agent->in);
        free(agent->path);
        free(agent->why);
        free(agent);
    }
    map_free(agents);
    free(agents);
}

struct agent *agent_find(struct loop *loop, const char *path)
{
    struct map *agents = loop_shared(loop, agents_new, agents_free);
    struct agent *agent = map_get(agents, path);
    if (!agent) {
        agent = mem_alloc(sizeof *agent);
        agent->loop = loop;
        agent->path = mem_strdup(path);
        agent->fd = -1;
        *map_put(agents, agent->path) = agent;
    }
    return agent;
}

/* ---- answers ---- */

static void answer_first(struct agent *agent, const struct wire_string *reply, const char *why)
{
    struct agent_question *question = agent->first;
    agent->first = question->next;
    if (!agent->first)
        agent->last = NULL;
    if (question->answered)
        question->answered(question->context, reply, why);
    free(question);
}

/* Every open question is answered with why; the next one will connect anew. */
static void break_off(struct agent *agent, const char *why)
{
    char *reason = mem_strdup(why);
    struct agent_question *open = agent->first;
    agent->first = agent->last = NULL;
    disconnect(agent);
    while (open) {
        struct agent_question *question = open;
        open = question->next;
        if (question->answered)
            question->answered(question->context, NULL, reason);
        free(question);
    }
    free(reason);
}

static void was_quiet(void *context)
{
    break_off(context, "the ssh agent does not answer");
}

static void watch_agent(struct agent *agent);

/* Whole messages in what has come: uint32 size, then as many bytes. */
static void take_replies(struct agent *agent)
{
    size_t at = 0;
    while (agent->first) {
        struct wire wire = wire_read(agent->in.data + at, agent->in.len - at);
        struct wire_string reply = wire_string(&wire);
        if (wire.bad)
            break;
        at += 4 + reply.size;
        timer_cancel(agent->quiet);
        agent->quiet = NULL;
        answer_first(agent, &reply, NULL);
    }
    memmove(agent->in.data, agent->in.data + at, agent->in.len - at);
    agent->in.len -= at;
}

/* False: the connection has ended. */
static bool receive(struct agent *agent)
{
    char buffer[16 * 1024];
    ssize_t count;
    while ((count = recv(agent->fd, buffer, sizeof buffer, 0)) > 0) {
        str_addn(&agent->in, buffer, (size_t)count);
        if (agent->in.len > MESSAGE_MAX)
            return false;
    }
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static bool transmit(struct agent *agent)
{
    while (agent->sent < agent->out.len) {
        ssize_t count = send(agent->fd, agent->out.data + agent->sent, agent->out.len - agent->sent,
                             MSG_NOSIGNAL);
        if (count < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        agent->sent += (size_t)count;
    }
    str_clear(&agent->out);
    agent->sent = 0;
    return true;
}

static void agent_ready(void *context, unsigned events)
{
    (void)events;
    struct agent *agent = context;
    bool is_open = transmit(agent) && receive(agent);
    if (agent->in.len > 0)
        take_replies(agent);
    if (is_open)
        watch_agent(agent);
    else
        break_off(agent, "the ssh agent closed the connection");
}

static void watch_agent(struct agent *agent)
{
    if (!agent->first) {
        poll_watch_free(agent->watch);
        timer_cancel(agent->quiet);
        agent->watch = NULL;
        agent->quiet = NULL;
        return;
    }
    if (!agent->watch)
        agent->watch = loop_poll(agent->loop, agent->fd, agent_ready, agent);
    poll_watch_set(agent->watch, LOOP_READABLE | (agent->out.len > 0 ? LOOP_WRITABLE : 0u));
    if (!agent->quiet)
        agent->quiet = loop_after(agent->loop, agent->first->patience, was_quiet, agent);
}

/* ---- questions ---- */

static bool connect_agent(struct agent *agent)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(agent->path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(address.sun_path, agent->path);
    agent->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return agent->fd >= 0 && fcntl(agent->fd, F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(agent->fd, F_SETFL, O_NONBLOCK) == 0 &&
           connect(agent->fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

static void answer_failure(void *context)
{
    struct agent *agent = context;
    break_off(agent, agent->why);
}

/* Puts the message's size in front of it and sends both. */
static struct agent_question *ask(struct agent *agent, struct str *message, unsigned patience,
                                  agent_answered *answered, void *context)
{
    struct agent_question *question = mem_alloc(sizeof *question);
    *question = (struct agent_question){ NULL, agent, patience, answered, context };
    if (agent->last)
        agent->last->next = question;
    else
        agent->first = question;
    agent->last = question;
    wire_add_string(&agent->out, message->data, message->len);
    str_free(message);
    if (agent->failed)
        return question;
    if ((agent->fd >= 0 || connect_agent(agent)) && transmit(agent)) {
        watch_agent(agent);
        return question;
    }
    free(agent->why);
    agent->why =
        mem_printf("the ssh agent at %s cannot be asked: %s", agent->path, strerror(errno));
    agent->failed = loop_after(agent->loop, 0, answer_failure, agent);
    return question;
}

struct agent_question *agent_ask_identities(struct agent *agent, agent_answered *answered,
                                            void *context)
{
    struct str message = { 0 };
    str_addc(&message, REQUEST_IDENTITIES);
    return ask(agent, &message, LIST_MILLISECONDS, answered, context);
}

struct agent_question *agent_ask_signature(struct agent *agent, const struct str *key,
                                           const void *data, size_t size, agent_answered *answered,
                                           void *context)
{
    struct str message = { 0 };
    struct wire wire = wire_read(key->data, key->len);
    bool is_rsa = wire_equals(wire_string(&wire), "ssh-rsa");
    str_addc(&message, SIGN_REQUEST);
    wire_add_string(&message, key->data, key->len);
    wire_add_string(&message, data, size);
    wire_add_number(&message, is_rsa ? SIGN_RSA_SHA2_256 : 0);
    return ask(agent, &message, QUIET_MILLISECONDS, answered, context);
}

static bool is_wanted(const struct agent *agent)
{
    for (const struct agent_question *question = agent->first; question; question = question->next)
        if (question->answered)
            return true;
    return false;
}

static void leave_unwanted(void *context)
{
    struct agent *agent = context;
    timer_cancel(agent->quiet);
    agent->quiet = NULL;
    if (is_wanted(agent))
        watch_agent(agent);
    else
        break_off(agent, "");
}

/* When nobody waits any more, the agent is left at the loop's next turn, so that the loop can end.
 */
void agent_cancel(struct agent_question *question)
{
    if (!question)
        return;
    struct agent *agent = question->agent;
    question->answered = NULL;
    if (is_wanted(agent))
        return;
    timer_cancel(agent->quiet);
    agent->quiet = loop_after(agent->loop, 0, leave_unwanted, agent);
}

/* ---- replies ---- */

uint32_t agent_read_count(struct wire *reply)
{
    return wire_byte(reply) == IDENTITIES_ANSWER ? wire_number(reply) : 0;
}

bool agent_read_identity(struct wire *reply, struct agent_identity *identity)
{
    identity->key = wire_string(reply);
    identity->comment = wire_string(reply);
    return !reply->bad;
}

/* byte, string signature, which is itself string type, string inner signature. */
bool agent_read_signature(struct wire_string reply, struct str *signature)
{
    struct wire wire = wire_read(reply.data, reply.size);
    if (wire_byte(&wire) != SIGN_RESPONSE)
        return false;
    struct wire_string whole = wire_string(&wire);
    struct wire inside = wire_read(whole.data, whole.size);
    wire_string(&inside);
    struct wire_string inner = wire_string(&inside);
    if (wire.bad || inside.bad || inner.size == 0)
        return false;
    str_addn(signature, (const char *)inner.data, inner.size);
    return true;
}
