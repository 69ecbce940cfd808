#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/session_state.h"

/* Requests: put together, and turned into the text that the far shell runs. */

enum { ARGUMENT_LIMIT = 100 * 1024 }; /* Linux takes 128 KiB in one argument */

struct request *request_new(struct session *session, uint32_t id)
{
    struct request *request = mem_alloc(sizeof *request);
    request->session = session;
    request->id = id;
    request->items_end = &request->items;
    return request;
}

static void free_upload(struct item *item)
{
    if (item->upload.free)
        item->upload.free(item->upload.context);
    item->upload.free = NULL;
}

void request_free(struct request *request)
{
    while (request->items) {
        struct item *item = request->items;
        request->items = item->next;
        free_upload(item);
        if (item->kind == ITEM_UPLOAD)
            free((char *)item->upload.consumer);
        free(item->text);
        free(item->ok);
        free(item->bytes);
        free(item);
    }
    free(request);
}

void request_drop(struct request *request)
{
    request_free(request);
}

static struct item *add_item(struct request *request, enum item_kind kind, uint32_t id)
{
    struct item *item = mem_alloc(sizeof *item);
    item->request = request;
    item->kind = kind;
    item->id = id;
    *request->items_end = item;
    request->items_end = &item->next;
    return item;
}

static size_t read_bytes(void *context, char *buffer, size_t size)
{
    struct item *item = context;
    size_t left = item->byte_count - item->byte_next;
    if (size > left)
        size = left;
    memcpy(buffer, item->bytes + item->byte_next, size);
    item->byte_next += size;
    return size;
}

/* Bytes of ours as $d/PREFIXid there. */
static void add_file(struct request *request, char prefix, uint32_t id, const char *bytes,
                     size_t size)
{
    struct item *item = add_item(request, ITEM_FILE, id);
    item->bytes = mem_alloc(size + 1);
    memcpy(item->bytes, bytes, size);
    item->byte_count = size;
    snprintf(item->name, sizeof item->name, "%c%u", prefix, (unsigned)id);
    item->text = mem_printf("cat >\"$d/%s\"", item->name);
    item->upload = (struct upload){
        .id = id, .consumer = item->text, .size = size, .read = read_bytes, .context = item
    };
}

/* "0,3" as words; what is no exit code is left out. */
static char *ok_words(const char *list)
{
    struct str words = { 0 };
    while (*list) {
        char *end;
        long code = strtol(list, &end, 10);
        if (end != list && code >= 0 && code <= 255)
            str_addf(&words, "%s%ld", words.len ? " " : "", code);
        list = end + (*end != '\0');
    }
    return str_steal(&words);
}

bool item_is_ok(const struct item *item, int status)
{
    if (!item->ok)
        return status == 0;
    char *end;
    for (const char *s = item->ok; *s; s = end)
        if (strtol(s, &end, 10) == status)
            return true;
    return false;
}

void request_step(struct request *request, const struct request_step *step)
{
    struct item *item = add_item(request, ITEM_STEP, step->id);
    item->text = mem_strdup(step->command);
    item->ok = step->ok ? ok_words(step->ok) : NULL;
    item->timeout = step->timeout;
    item->keep_going = step->keep_going;
    item->has_input = step->input && step->input_size;
    item->in_runner = step->in_runner;
    item->is_in_file = !step->in_runner && strlen(step->command) > ARGUMENT_LIMIT;
    if (item->has_input)
        add_file(request, 'i', step->id, step->input, step->input_size);
    if (item->is_in_file)
        add_file(request, 'c', step->id, step->command, strlen(step->command));
}

void request_script(struct request *request, uint32_t id, const char *text)
{
    add_item(request, ITEM_SCRIPT, id)->text = mem_strdup(text);
}

void request_upload(struct request *request, const struct upload *upload)
{
    struct item *item = add_item(request, ITEM_UPLOAD, upload->id);
    item->upload = *upload;
    item->upload.consumer = mem_strdup(upload->consumer);
    snprintf(item->name, sizeof item->name, "%u", (unsigned)upload->id);
}

static bool is_upload(const struct item *item)
{
    return item->kind == ITEM_UPLOAD || item->kind == ITEM_FILE;
}

/* One part of the runner's chain, docs/protocol.md. */
static void add_part(struct str *line, const struct item *item)
{
    unsigned id = (unsigned)item->id;
    if (item->kind == ITEM_SCRIPT) {
        str_addf(line, "f_script %u ", id);
        str_add_quoted(line, item->text);
        return;
    }
    str_add(line, "{ ");
    if (item->has_input) /* out of sight before the step begins: it may be a secret */
        str_addf(line, "rm -f \"$d/i%u\"; ", id);
    if (item->ok)
        str_addf(line, "f_ok '%s' ", item->ok);
    str_addf(line, "%s %u ", item->in_runner ? "f_near" : "f_step", id);
    if (item->is_in_file)
        str_addf(line, "'. \"$0\"' \"$d/c%u\"", id);
    else
        str_add_quoted(line, item->text);
    str_add(line, item->keep_going ? "; :; }" : "; }");
    if (item->has_input)
        str_addf(line, " 8<\"$d/i%u\"", id);
}

/* What the runner does: "f_step … && f_step …; f_both q ID $?". */
static void add_body(struct str *body, const struct request *request)
{
    str_add(body, ":");
    for (const struct item *item = request->items; item; item = item->next) {
        if (is_upload(item))
            continue;
        str_add(body, " && ");
        add_part(body, item);
    }
    str_addf(body, "; f_both q %u $?", (unsigned)request->id);
}

/* The line that hands it over, and counted bytes behind it when it is long. */
static struct str request_line(const struct request *request)
{
    struct str body = { 0 }, line = { 0 };
    add_body(&body, request);
    bool is_long = body.len > SESSION_LINE_LIMIT;
    if (is_long)
        str_addf(&line, "f_take %zu >\"$d/q%u\"; ", body.len, request->file);
    str_addf(&line, "f_run %u %u \"", (unsigned)request->id, request->file);
    for (const struct item *item = request->items; item; item = item->next)
        if (is_upload(item))
            str_addf(&line, " %s", item->name);
    str_add(&line, "\"");
    if (is_long) {
        str_addc(&line, '\n');
        str_addn(&line, body.data, body.len);
    } else {
        str_addc(&line, ' ');
        boot_add_quoted(&line, body.data);
        str_addc(&line, '\n');
    }
    str_free(&body);
    return line;
}

void request_send(struct request *request)
{
    struct session *session = request->session;
    request->file = session->requests_sent++ % 2;
    *session->requests_end = request;
    session->requests_end = &request->next;
    if (session->phase >= SESSION_ENDING) {
        if (session->phase == SESSION_CLOSED)
            session_lose_requests(session);
        return; /* told as lost at the end */
    }
    session_send_folder(session);
    for (struct item *item = request->items; item; item = item->next)
        if (is_upload(item))
            session_send_upload(session, item);
    session_send_runner(session, request_line(request), request);
}
