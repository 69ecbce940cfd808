#include "ui/paper.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "ui/color.h"
#include "ui/hosts.h"
#include "ui/safe.h"

void paper_init(struct paper *paper, const char *program, struct channel out, struct channel errors)
{
    *paper = (struct paper){ .program = program, .out = out, .errors = errors };
}

/* ---- the status line ---- */

enum { COLUMNS_DEFAULT = 80 };

static size_t terminal_columns(FILE *file)
{
    struct winsize size;

    return ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                          : COLUMNS_DEFAULT;
}

/* "Erase in line" (ECMA-48, 8.3.41). */
static void hide_status(struct paper *paper)
{
    if (!paper->status_shown)
        return;
    fputs("\r\033[K", paper->out.file);
    paper->status_shown = false;
}

static void show_status(struct paper *paper)
{
    FILE *file = paper->out.file;
    const char *text = str_text(&paper->status);

    if (paper->status.len > 0 && !paper->is_paused && !paper->out.in_line &&
        !paper->errors.in_line) {
        /* Behind the last column a terminal would begin a new line. */
        fwrite(text, 1, columns_cut(text, terminal_columns(file) - 1), file);
        paper->status_shown = true;
    }
    fflush(file);
}

void paper_set_status(struct paper *paper, const char *text)
{
    if (strcmp(text, str_text(&paper->status)) == 0)
        return;
    hide_status(paper);
    str_clear(&paper->status);
    str_add(&paper->status, text);
    show_status(paper);
}

/* ---- while somebody is asked ---- */

/* What came meanwhile. */
struct held {
    struct channel *channel;
    struct str text;
};

static void hold(struct paper *paper, struct channel *channel, const char *data, size_t size)
{
    struct held *last = paper->held.len > 0 ? paper->held.items[paper->held.len - 1] : NULL;

    if (!last || last->channel != channel) {
        last = mem_alloc(sizeof *last);
        last->channel = channel;
        vec_push(&paper->held, last);
    }
    str_addn(&last->text, data, size);
}

static void write_held(struct paper *paper)
{
    struct vec all = paper->held;

    paper->held = (struct vec){ 0 };
    for (size_t i = 0; i < all.len; i++) {
        struct held *held = all.items[i];
        paper_write_raw(paper, held->channel, str_text(&held->text), held->text.len);
        str_free(&held->text);
        free(held);
    }
    vec_free(&all);
}

void paper_pause(struct paper *paper, bool paused)
{
    hide_status(paper);
    paper->is_paused = paused;
    if (!paused)
        write_held(paper);
    show_status(paper);
}

/* ---- writing ---- */

void paper_write_raw(struct paper *paper, struct channel *channel, const char *data, size_t size)
{
    if (size == 0)
        return;
    if (paper->is_paused) {
        hold(paper, channel, data, size);
        return;
    }
    hide_status(paper);
    if (channel != &paper->out)
        fflush(paper->out.file); /* two streams on one terminal keep their order */
    fwrite(data, 1, size, channel->file);
    channel->in_line = data[size - 1] != '\n';
    if (channel != &paper->out)
        fflush(channel->file);
    show_status(paper);
}

void paper_write(struct paper *paper, struct channel *channel)
{
    if (paper->text.len > 0 && channel->in_line)
        paper_write_raw(paper, channel, "\n", 1);
    paper_write_raw(paper, channel, str_text(&paper->text), paper->text.len);
    str_clear(&paper->text);
}

/* ---- building lines ---- */

void paper_add(struct paper *paper, const char *text)
{
    safe_add(&paper->text, text, strlen(text));
}

/* The hosts of a run take the inks in turn. */
static unsigned host_ink(struct paper *paper, const char *host)
{
    uintptr_t ink = (uintptr_t)map_get(&paper->host_inks, host);

    if (ink == 0) {
        ink = INK_HOST + paper->host_inks.len;
        *map_put(&paper->host_inks, mem_strdup(host)) = (void *)ink;
    }
    return (unsigned)ink;
}

static void add_label(struct paper *paper, const struct channel *channel, unsigned ink,
                      const char *label)
{
    ink_begin(&paper->text, channel->color, ink);
    str_addf(&paper->text, "[%s]", label);
    ink_end(&paper->text, channel->color, ink);
    str_addc(&paper->text, ' ');
}

void paper_add_label(struct paper *paper, const struct channel *channel, const char *host)
{
    struct str label = { 0 };

    safe_add(&label, host ? host : "local", strlen(host ? host : "local"));
    add_label(paper, channel, host ? host_ink(paper, host) : INK_FAINT, str_text(&label));
    str_free(&label);
}

/* ---- many hosts ---- */

enum { LABEL_COLUMNS = 40 };

/* Says which they are, when that was not said last. */
static void list_hosts(struct paper *paper, struct channel *channel, unsigned ink,
                       const char *label, const struct str *folded)
{
    if (strcmp(str_text(&channel->listed), str_text(folded)) == 0)
        return;
    add_label(paper, channel, ink, label);
    str_addf(&paper->text, "are %s\n", str_text(folded));
    str_clear(&channel->listed);
    str_add(&channel->listed, str_text(folded));
}

void paper_add_hosts(struct paper *paper, struct channel *channel, const struct vec *hosts)
{
    unsigned ink = host_ink(paper, hosts->items[0]);
    struct str folded = { 0 };
    char count[32];

    hosts_add(hosts, &folded);
    if (hosts->len > 1 && columns_of(str_text(&folded)) > LABEL_COLUMNS) {
        snprintf(count, sizeof count, "%zu hosts", hosts->len);
        list_hosts(paper, channel, ink, count, &folded);
        add_label(paper, channel, ink, count);
    } else {
        add_label(paper, channel, ink, str_text(&folded));
    }
    str_free(&folded);
}

void paper_tell_hosts(struct paper *paper, struct channel *channel, const struct vec *hosts,
                      const char *text)
{
    paper_add_hosts(paper, channel, hosts);
    paper_add_lines(paper, text, "    ");
    paper_write(paper, channel);
}

void paper_tell_news(struct paper *paper, const char *head, const struct vec *hosts,
                     const char *text)
{
    paper_add(paper, head);
    str_add(&paper->text, " on ");
    hosts_add(hosts, &paper->text);
    if (text) {
        str_add(&paper->text, ": ");
        paper_add(paper, text);
    }
    str_addc(&paper->text, '\n');
    paper_write(paper, &paper->out);
}

static void tell_inked(struct paper *paper, struct channel *channel, unsigned ink, const char *head,
                       const char *text)
{
    ink_begin(&paper->text, channel->color, ink);
    str_add(&paper->text, head);
    ink_end(&paper->text, channel->color, ink);
    str_add(&paper->text, *text ? ": " : "");
    paper_add_lines(paper, text, "    ");
    paper_write(paper, channel);
}

void paper_tell_verdict(struct paper *paper, const struct vec *hosts, unsigned ink,
                        const char *head, const char *text)
{
    paper_add_hosts(paper, &paper->errors, hosts);
    tell_inked(paper, &paper->errors, ink, head, text);
}

void paper_add_lines(struct paper *paper, const char *text, const char *margin)
{
    size_t length = strcspn(text, "\n");

    safe_add(&paper->text, text, length);
    str_addc(&paper->text, '\n');
    while (text[length] && text[length + 1]) {
        text += length + 1;
        length = strcspn(text, "\n");
        str_add(&paper->text, margin);
        safe_add(&paper->text, text, length);
        str_addc(&paper->text, '\n');
    }
}

void paper_tell_host(struct paper *paper, struct channel *channel, const char *host, unsigned ink,
                     const char *head, const char *text)
{
    paper_add_label(paper, channel, host);
    tell_inked(paper, channel, ink, head, text);
}

void paper_tell(struct paper *paper, struct channel *channel, unsigned ink, const char *mark,
                const char *text)
{
    ink_begin(&paper->text, channel->color, ink);
    str_addf(&paper->text, "%s: %s", paper->program, mark);
    paper_add(paper, text);
    ink_end(&paper->text, channel->color, ink);
    str_addc(&paper->text, '\n');
    paper_write(paper, channel);
}

void paper_free(struct paper *paper)
{
    paper->is_paused = false;
    write_held(paper);
    for (size_t i = 0; i < paper->host_inks.len; i++)
        free((char *)paper->host_inks.entries[i].key);
    map_free(&paper->host_inks);
    str_free(&paper->text);
    str_free(&paper->out.listed);
    str_free(&paper->errors.listed);
    str_free(&paper->status);
}
