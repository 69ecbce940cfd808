#include "base/diag.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* The same at the same place: a variable that cannot be expanded, of two lines or for two hosts. */
static bool is_told(struct diags *diags, const struct diag *diag)
{
    struct hash before = diags->last;
    struct hasher *hasher = hasher_new();

    hasher_add(hasher, &diag->where.source, sizeof diag->where.source);
    hasher_add(hasher, &diag->where.offset, sizeof diag->where.offset);
    hasher_add_string(hasher, diag->message);
    diags->last = hasher_end(hasher);
    return diag->where.source && hash_equal(before, diags->last);
}

static void report(struct diags *diags, const struct diag *diag)
{
    if (diag->severity == DIAG_ERROR) {
        diags->errors++;
        if (is_told(diags, diag))
            return;
    } else if (diag->severity == DIAG_WARNING)
        diags->warnings++;
    if (diags->report)
        diags->report(diags->context, diag);
}

static void report_formatted(struct diags *diags, enum severity severity, struct location where,
                             const char *format, va_list args)
{
    struct str message = { 0 };
    struct diag diag = { severity, where, NULL, NULL };

    str_addv(&message, format, args);
    diag.message = str_text(&message);
    report(diags, &diag);
    str_free(&message);
}

void diag_error(struct diags *diags, struct location where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_formatted(diags, DIAG_ERROR, where, format, args);
    va_end(args);
}

void diag_warning(struct diags *diags, struct location where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_formatted(diags, DIAG_WARNING, where, format, args);
    va_end(args);
}

void diag_message(struct diags *diags, struct location where, const char *text)
{
    struct diag diag = { DIAG_MESSAGE, where, text, NULL };

    report(diags, &diag);
}

void diag_error_hint(struct diags *diags, struct location where, const char *message,
                     const char *hint)
{
    struct diag diag = { DIAG_ERROR, where, message, hint };

    report(diags, &diag);
}

void diag_begin(struct diags *diags)
{
    diags->last = (struct hash){ 0 };
}

unsigned location_line(struct location where)
{
    const struct source *source = where.source;
    struct line_count own = { 0 }, *count;

    if (!source)
        return 0;
    count = source->counted && source->counted->offset <= where.offset ? source->counted : &own;
    for (; count->offset < where.offset && count->offset < source->size; count->offset++)
        count->newlines += source->text[count->offset] == '\n';
    if (source->counted)
        *source->counted = *count;
    return (source->first_line ? source->first_line : 1) + count->newlines;
}

const char *location_text(struct arena *arena, struct location where)
{
    if (!where.source)
        return "";
    return arena_printf(arena, "%s:%u", where.source->name, location_line(where));
}

void location_add(struct location where, struct str *out)
{
    if (where.source)
        str_addf(out, "%s:%u", where.source->name, location_line(where));
}

enum { LINE_SHOWN = 160 };

/* Control characters would move the cursor; they show as `?`, a tab as a blank. */
static void add_shown(struct str *out, const char *s, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        str_addc(out, c == '\t' ? ' ' : c < ' ' || c == 127 ? '?' : (char)c);
    }
}

/* The line of the place, and under it a caret with the length underlined. */
static void render_line(struct location where, struct str *out)
{
    const char *text = where.source->text;
    size_t size = where.source->size;
    size_t start = where.offset < size ? where.offset : size, end, column, i;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    for (end = start; end < size && text[end] != '\n';)
        end++;
    if (end > start && text[end - 1] == '\r')
        end--;
    column = where.offset > start ? where.offset - start : 0;
    if (end == start || column > LINE_SHOWN)
        return;
    str_add(out, "    ");
    add_shown(out, text + start, end - start < LINE_SHOWN ? end - start : LINE_SHOWN);
    str_add(out, "\n    ");
    for (i = 0; i < column; i++)
        if (((unsigned char)text[start + i] & 0xC0) != 0x80) /* a column a character of UTF-8 */
            str_addc(out, ' ');
    str_addc(out, '^');
    for (i = 1; i < where.length && column + i < end - start && column + i < LINE_SHOWN; i++)
        if (((unsigned char)text[start + column + i] & 0xC0) != 0x80)
            str_addc(out, '~');
    str_addc(out, '\n');
}

void diag_render(const struct diag *diag, const char *program, struct str *out)
{
    if (diag->where.source)
        location_add(diag->where, out);
    else
        str_add(out, program);
    str_add(out, ": ");
    if (diag->severity == DIAG_ERROR)
        str_addf(out, "*** %s.  Stop.\n", diag->message);
    else
        str_addf(out, "%s%s\n", diag->severity == DIAG_WARNING ? "warning: " : "", diag->message);
    if (diag->where.source && diag->severity != DIAG_MESSAGE)
        render_line(diag->where, out);
    if (diag->hint)
        str_addf(out, "    %s\n", diag->hint);
}
