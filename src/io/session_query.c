#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/session_state.h"

/* Queries and their answers; the facts are the answer to query 0. */

void session_add_query(struct session *session, const struct session_query *query)
{
    struct pending_query *pending = mem_alloc(sizeof *pending);
    pending->id = query->id;
    pending->text = query->text ? mem_strdup(query->text) : NULL;
    pending->limit = query->limit;
    *session->queries_end = pending;
    session->queries_end = &pending->next;
}

/* While a step may write to the channel, an answer comes as hexadecimal frames; else raw, which
 * costs nothing. */
static bool is_busy(const struct session *session)
{
    return session->requests && session->requests->runner_sent;
}

void session_send_queries(struct session *session)
{
    for (struct pending_query *query = session->queries; query; query = query->next) {
        if (!query->text)
            continue;
        struct str line = { 0 };
        str_addf(&line, "%s %u ", is_busy(session) ? "f_hex" : "f_query", (unsigned)query->id);
        if (session->folder_asked && strlen(query->text) > SESSION_LINE_LIMIT)
            str_add_quoted(&line, query->text); /* counted: newlines may stay */
        else
            boot_add_quoted(&line, query->text);
        free(query->text);
        query->text = NULL;
        session_write_line(session, &line);
    }
}

static void add_hex(struct str *answer, const char *words)
{
    for (char *end; *words; words = end) {
        unsigned long byte = strtoul(words, &end, 16);
        if (end == words)
            return;
        str_addc(answer, (char)byte);
    }
}

static void tell_answer(struct session *session, char *words)
{
    char *end;
    uint32_t id = (uint32_t)strtoul(words, &end, 10);
    int status = (int)strtol(end, NULL, 10);
    session->answering = false;
    if (id == 0) {
        str_clear(&session->facts_text);
        str_addn(&session->facts_text, str_text(&session->answer), session->answer.len);
        session_read_facts(session);
        str_clear(&session->answer);
        return;
    }
    struct pending_query *query = session->queries;
    if (!query || query->id != id || query->text)
        return; /* nothing was asked: an imitation */
    session->queries = query->next;
    if (!session->queries)
        session->queries_end = &session->queries;
    free(query);
    session_moved(session);
    struct str answer = session->answer;
    session->answer = (struct str){ 0 };
    session->events.answered(session->context, id, status, str_text(&answer), answer.len);
    str_free(&answer);
    if (session->first_queries && --session->first_queries == 0)
        session_tell_ready(session);
    session_check_close(session);
}

bool session_query_frame(struct session *session, const char *verb, char *words)
{
    if (strcmp(verb, "a") == 0) {
        session->answering = true;
        str_clear(&session->answer);
    } else if (strcmp(verb, "h") == 0) {
        strtoul(words, &words, 10); /* the query's number */
        add_hex(&session->answer, words);
    } else if (strcmp(verb, "r") == 0) {
        tell_answer(session, words);
    } else {
        return false;
    }
    return true;
}

void session_free_queries(struct session *session)
{
    while (session->queries) {
        struct pending_query *query = session->queries;
        session->queries = query->next;
        free(query->text);
        free(query);
    }
    str_free(&session->answer);
    str_free(&session->facts_text);
    free(session->folder);
}

/* Cuts the next line off, NUL-terminated; "" when there is none. */
static char *next_line(char **text)
{
    char *line = *text;
    char *end = strchr(line, '\n');
    if (end) {
        *end = '\0';
        *text = end + 1;
    } else {
        *text = line + strlen(line);
    }
    return line;
}

/* The lines that FACTS of boot.c prints; the last may itself hold newlines. */
void session_read_facts(struct session *session)
{
    struct session_facts *facts = &session->facts;
    str_addc(&session->facts_text, '\n');
    char *rest = session->facts_text.data;
    facts->system = next_line(&rest);
    facts->user = next_line(&rest);
    facts->has_gzip = *next_line(&rest) != '\0';
    facts->machine = next_line(&rest);
    facts->home = rest;
    size_t length = strlen(rest);
    while (length && rest[length - 1] == '\n')
        rest[--length] = '\0';
    facts->folder = "";
}
