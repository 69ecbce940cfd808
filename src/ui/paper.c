#include "ui/paper.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/color.h"
#include "ui/safe.h"

void paper_init(struct paper *paper, const char *program, struct channel out, struct channel errors)
{
    *paper = (struct paper){ .program = program, .out = out, .errors = errors };
}

void paper_free(struct paper *paper)
{
    for (size_t i = 0; i < paper->host_inks.len; i++)
        free((char *)paper->host_inks.entries[i].key);
    map_free(&paper->host_inks);
    str_free(&paper->text);
}

void paper_write_raw(struct channel *channel, const char *data, size_t size)
{
    if (size == 0)
        return;
    fwrite(data, 1, size, channel->file);
    fflush(channel->file); /* two streams on one terminal keep their order */
    channel->in_line = data[size - 1] != '\n';
}

void paper_write(struct paper *paper, struct channel *channel)
{
    if (paper->text.len > 0 && channel->in_line)
        paper_write_raw(channel, "\n", 1);
    paper_write_raw(channel, str_text(&paper->text), paper->text.len);
    str_clear(&paper->text);
}

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

void paper_add_label(struct paper *paper, const struct channel *channel, const char *host)
{
    unsigned ink = host ? host_ink(paper, host) : INK_FAINT;

    ink_begin(&paper->text, channel->color, ink);
    str_addc(&paper->text, '[');
    paper_add(paper, host ? host : "local");
    str_addc(&paper->text, ']');
    ink_end(&paper->text, channel->color, ink);
    str_addc(&paper->text, ' ');
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
    ink_begin(&paper->text, channel->color, ink);
    str_add(&paper->text, head);
    ink_end(&paper->text, channel->color, ink);
    str_add(&paper->text, *text ? ": " : "");
    paper_add_lines(paper, text, "    ");
    paper_write(paper, channel);
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
