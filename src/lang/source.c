#include "lang/source.h"

#include <string.h>

const char *source_normalize(struct str *text)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    char *from, *to, *end;

    if (!text->len)
        return NULL;
    if (text->len >= UINT32_MAX)
        return "larger than 4 GB";
    if (memchr(text->data, '\0', text->len))
        return "it holds a NUL byte: not a text file";
    if (str_starts(text->data, byte_order_mark)) {
        text->len -= strlen(byte_order_mark);
        memmove(text->data, text->data + strlen(byte_order_mark), text->len + 1);
    }
    from = memchr(text->data, '\r', text->len);
    if (!from)
        return NULL;
    end = text->data + text->len;
    for (to = from; from < end; from++)
        if (*from != '\r' || from[1] != '\n')
            *to++ = *from;
    *to = '\0';
    text->len = (size_t)(to - text->data);
    return NULL;
}

static size_t count_backslashes_before(const char *start, const char *at)
{
    const char *s = at;

    while (s > start && s[-1] == '\\')
        s--;
    return (size_t)(at - s);
}

bool cursor_next(struct cursor *cursor, struct line *line)
{
    const char *text = cursor->source->text, *start = text + cursor->offset;
    const char *end = text + cursor->source->size, *at = start;

    if (start >= end)
        return false;
    *line =
        (struct line){ .text = start, .where = { cursor->source, (uint32_t)cursor->offset, 0 } };
    for (;;) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            at = end;
        if (at == end || count_backslashes_before(start, at) % 2 == 0)
            break;
        line->is_continued = true;
        if (++at == end) /* into nothing */
            break;
    }
    line->length = (size_t)(at - start);
    line->where.length = (uint32_t)line->length;
    cursor->offset = (size_t)(at - text) + (at < end);
    return true;
}

/* Each continuation, with the blanks on both sides of it, becomes one blank; of the backslashes
 * before the newline half stay. */
static void collapse(const char *s, size_t n, struct str *out)
{
    const char *end = s + n, *newline;
    size_t slashes;

    while ((newline = memchr(s, '\n', (size_t)(end - s)))) {
        slashes = count_backslashes_before(s, newline);
        str_addn(out, s, (size_t)(newline - s) - slashes);
        for (; slashes > 1; slashes -= 2)
            str_addc(out, '\\');
        while (out->len && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\t'))
            out->len--;
        str_addc(out, ' ');
        for (s = newline + 1; s < end && (*s == ' ' || *s == '\t');)
            s++;
    }
    str_addn(out, s, (size_t)(end - s));
}

struct span line_collapse(const struct line *line, struct str *buffer)
{
    if (!line->is_continued)
        return (struct span){ line->text, line->length };
    str_clear(buffer);
    collapse(line->text, line->length, buffer);
    return (struct span){ str_text(buffer), buffer->len };
}

size_t text_reference_length(const char *s, size_t n)
{
    char open, close;
    size_t depth = 0, i;

    if (n < 2)
        return n;
    open = s[1];
    close = open == '(' ? ')' : open == '{' ? '}' : '\0';
    if (!close)
        return 2;
    for (i = 1; i < n; i++) {
        if (s[i] == open)
            depth++;
        else if (s[i] == close && --depth == 0)
            return i + 1;
    }
    return n;
}

size_t text_find_unquoted(const char *s, size_t n, const char *wanted, bool skip_references,
                          struct str *out)
{
    size_t i = 0, from = 0, slashes;

    while (i < n) {
        if (skip_references && s[i] == '$') {
            i += text_reference_length(s + i, n - i);
            continue;
        }
        if (!is_one_of(s[i], wanted)) {
            i++;
            continue;
        }
        slashes = count_backslashes_before(s + from, s + i);
        if (out) {
            str_addn(out, s + from, i - from - slashes);
            str_addn(out, s + i - slashes, slashes / 2);
        }
        from = i;
        if (slashes % 2 == 0)
            return i;
        i++;
    }
    if (out)
        str_addn(out, s + from, n - from);
    return n;
}

struct span line_clean(const struct line *line, struct str *buffer, struct span *comment)
{
    struct span text = { line->text, line->length };
    struct str collapsed = { 0 };
    size_t cut;

    *comment = (struct span){ NULL, 0 };
    if (!line->is_continued && !memchr(line->text, '#', line->length))
        return text;
    str_clear(buffer);
    if (line->is_continued) {
        collapse(line->text, line->length, &collapsed);
        text = (struct span){ str_text(&collapsed), collapsed.len };
    }
    cut = text_find_unquoted(text.data, text.len, "#", true, buffer);
    if (cut < text.len) {
        /* The comment is kept behind the text, with a NUL between. */
        size_t length = buffer->len;

        str_addc(buffer, '\0');
        str_addn(buffer, text.data + cut + 1, text.len - cut - 1);
        *comment = (struct span){ buffer->data + length + 1, text.len - cut - 1 };
        text.len = length;
    } else {
        text.len = buffer->len;
    }
    text.data = str_text(buffer);
    str_free(&collapsed);
    return text;
}
