#include "ui/lines.h"

#include <string.h>

#include "ui/safe.h"

static void keep(struct lines *lines, const char *data, size_t size)
{
    size_t room = LINE_MAXIMUM - lines->part.len;
    size_t kept = size < room ? size : room;

    str_addn(&lines->part, data, kept);
    lines->dropped += size - kept;
}

static void hand_over(struct lines *lines, line_taker *take, void *context)
{
    const char *line = str_text(&lines->part);
    size_t length = lines->part.len;

    if (length > 0 && lines->dropped == 0 && line[length - 1] == '\r')
        length--;
    take(context, line, length, lines->dropped);
    str_clear(&lines->part);
    lines->dropped = 0;
}

void lines_add(struct lines *lines, const char *data, size_t size, line_taker *take, void *context)
{
    while (size > 0) {
        const char *newline = memchr(data, '\n', size);
        size_t length = newline ? (size_t)(newline - data) : size;

        keep(lines, data, length);
        if (!newline)
            return;
        hand_over(lines, take, context);
        data += length + 1;
        size -= length + 1;
    }
}

void lines_end(struct lines *lines, line_taker *take, void *context)
{
    if (lines->part.len > 0)
        hand_over(lines, take, context);
    str_free(&lines->part);
}

void tail_add(struct tail *tail, const char *line, size_t length)
{
    struct str *slot = &tail->lines[tail->count++ % TAIL_LINES];

    str_clear(slot);
    str_addn(slot, line, utf8_cut(line, length, TAIL_WIDTH));
}

void tail_text(const struct tail *tail, struct str *out)
{
    size_t first = tail->count > TAIL_LINES ? tail->count - TAIL_LINES : 0;

    for (size_t i = first; i < tail->count; i++) {
        const struct str *line = &tail->lines[i % TAIL_LINES];
        str_addn(out, str_text(line), line->len);
        str_addc(out, '\n');
    }
}

void tail_free(struct tail *tail)
{
    for (size_t i = 0; i < TAIL_LINES; i++)
        str_free(&tail->lines[i]);
}
