#include "step/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/difference.h"
#include "base/file.h"
#include "base/str.h"
#include "step/put.h"
#include "step/step.h"

/* For each place a line: "-" nothing there, "=" the same, "l TEXT" a link, "d" a folder or the
 * like, "u" it cannot be read, "f SIZE" another content, "t SIZE" the same and behind the line the
 * content itself. */
static const char look_text[] =
    "look() { if [ -h \"$1\" ]; then printf 'l %s\\n' \"$(readlink \"$1\")\"; "
    "elif [ ! -e \"$1\" ]; then echo -; elif [ ! -f \"$1\" ]; then echo d; "
    "elif [ ! -r \"$1\" ]; then echo u; else h=$(digest <\"$1\"); "
    "if [ \"${h%% *}\" = \"$2\" ]; then echo =; else n=$(($(wc -c <\"$1\"))); "
    "if [ $n -gt $most ] || [ $((all = all + n)) -gt $total ]; then echo \"f $n\"; "
    "else echo \"t $n\"; cat \"$1\"; fi; fi; fi; }\n";

void difference_ask(const struct vec *places, bool with_text, struct str *query)
{
    str_addf(query, "(all=0 most=%d total=%d; %s%s", with_text ? DIFFERENCE_TEXT : -1,
             DIFFERENCE_TOTAL, put_text_hash, look_text);
    for (size_t i = 0; i < places->len; i++) {
        const struct place *place = places->items[i];
        str_add(query, "look ");
        str_add_quoted(query, place->path);
        str_addf(query, " %s\n", place->sha256[0] ? place->sha256 : "-");
    }
    str_add(query, ") 2>/dev/null\n");
}

/* ---- what it says ---- */

struct seen {
    char kind;        /* the line's first character */
    const char *rest; /* behind it, up to the newline */
    size_t length;
    const char *data; /* a content */
    size_t size;
};

/* False: the answer ends here. */
static bool take(const char **answer, const char *end, struct seen *seen)
{
    const char *line = *answer;
    const char *newline = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;

    if (!newline || newline == line)
        return false;
    *seen = (struct seen){ .kind = *line, .rest = line + 1 };
    seen->rest += newline > seen->rest && *seen->rest == ' ';
    seen->length = (size_t)(newline - seen->rest);
    *answer = newline + 1;
    if (seen->kind != 't')
        return true;
    seen->data = newline + 1;
    seen->size = strtoul(seen->rest, NULL, 10);
    if (seen->size > (size_t)(end - seen->data))
        return false;
    *answer += seen->size;
    return true;
}

/* What will be there; false: it cannot be read here. */
static bool load(const struct place *place, struct str *bytes)
{
    if (!place->content)
        return false;
    return place->content->load ? place->content->load(place->content, bytes)
                                : place->from && file_read(place->from, bytes);
}

static void tell_text(const struct place *place, const struct seen *seen, difference_visitor *visit,
                      void *context)
{
    struct str bytes = { 0 }, hunks = { 0 };
    bool is_text = load(place, &bytes) && difference_is_text(str_text(&bytes), bytes.len) &&
                   difference_is_text(seen->data, seen->size);

    if (is_text)
        difference_add(seen->data, seen->size, str_text(&bytes), bytes.len, &hunks);
    visit(context, place, "changed", hunks.len > 0 ? str_text(&hunks) : NULL);
    str_free(&bytes);
    str_free(&hunks);
}

static void tell_link(const struct place *place, const struct seen *seen, difference_visitor *visit,
                      void *context)
{
    struct str what = { 0 };

    if (place->link && strlen(place->link) == seen->length &&
        memcmp(place->link, seen->rest, seen->length) == 0)
        return;
    str_addf(&what, "a link to %.*s becomes %s%s", (int)seen->length, seen->rest,
             place->link ? "one to " : "a file", place->link ? place->link : "");
    visit(context, place, str_text(&what), NULL);
    str_free(&what);
}

static void tell(const struct place *place, const struct seen *seen, difference_visitor *visit,
                 void *context)
{
    bool is_folder = !place->link && !place->sha256[0];

    if (seen->kind == 'l' && !is_folder)
        tell_link(place, seen, visit, context);
    else if (seen->kind == '-')
        visit(context, place, "new", NULL);
    else if (is_folder || seen->kind == '=')
        return;
    else if (seen->kind == 't' && !place->link)
        tell_text(place, seen, visit, context);
    else if (seen->kind == 'u')
        visit(context, place, "perhaps changed: what is there cannot be read", NULL);
    else
        visit(context, place, seen->kind == 'd' ? "a folder is there" : "changed", NULL);
}

size_t difference_each(const struct vec *places, const char *answer, size_t size,
                       difference_visitor *visit, void *context)
{
    const char *begin = answer, *end = answer + size;
    struct seen seen;

    for (size_t i = 0; i < places->len && take(&answer, end, &seen); i++)
        tell(places->items[i], &seen, visit, context);
    return (size_t)(answer - begin);
}
