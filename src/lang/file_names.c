#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "lang/reader.h"

void names_add(struct names *names, struct span name)
{
    if (names->len == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 16;
        names->items = mem_resize(names->items, names->cap * sizeof *names->items);
    }
    names->items[names->len++] = name;
}

void names_clear(struct names *names)
{
    names->len = 0;
}

void names_free(struct names *names)
{
    free(names->items);
}

/* Bytes that may end a name, or make more of it than its bytes. */
static const bool notable[UCHAR_MAX + 1] = {
    [' '] = true,  ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true,
    ['\r'] = true, ['|'] = true,  [':'] = true,  ['\\'] = true, ['*'] = true,
    ['?'] = true,  ['['] = true,  ['~'] = true,
};

/* Most of a large file is gone through here. */
static const char *skip_plain(const char *s, const char *end)
{
    while (s < end && !notable[(unsigned char)*s])
        s++;
    return s;
}

bool file_name_next(struct span *list, char stop, struct span *name)
{
    const char *s = list->data, *end = list->data + list->len;

    while (s < end && is_blank(*s))
        s++;
    name->data = s;
    if (stop && s < end && *s == stop)
        s++;
    else
        while ((s = skip_plain(s, end)) < end && *s != stop && !is_blank(*s))
            s += *s == '\\' && s + 1 < end ? 2 : 1;
    name->len = (size_t)(s - name->data);
    *list = (struct span){ s, (size_t)(end - s) };
    return name->len > 0;
}

/* Takes the backslashes away that quote blanks, colons and the like; those before other characters
 * stay. */
static void unquote(struct span name, struct str *out)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        if (name.data[i] == '\\' && i + 1 < name.len && strchr(" \t:|;#&", name.data[i + 1]))
            i++;
        str_addc(out, name.data[i]);
    }
}

/* Leading ./ are taken off, as make does; a bare one stays. */
static struct span without_dots(struct span name)
{
    while (name.len > 2 && name.data[0] == '.' && name.data[1] == '/') {
        size_t n = 2;

        while (n < name.len && name.data[n] == '/')
            n++;
        if (n == name.len)
            break;
        name = (struct span){ name.data + n, name.len - n };
    }
    return name;
}

/* ~ and ~user in front of a name. */
static void replace_tilde(struct lang *lang, struct str *name)
{
    size_t length = strcspn(name->data, "/");
    struct str replaced = { 0 };
    const char *home = NULL;
    const struct passwd *entry;

    name->data[length] = '\0';
    if (length == 1) {
        struct str value = { 0 };
        struct expander expander = lang_expander(lang, NULL);

        if (expand_variable(&expander, "HOME", (struct location){ 0 }, &value) && value.len)
            str_add(&replaced, str_text(&value));
        str_free(&value);
    } else {
        entry = getpwnam(name->data + 1);
        home = entry ? entry->pw_dir : NULL;
        if (home)
            str_add(&replaced, home);
    }
    if (length < name->len)
        name->data[length] = '/';
    if (replaced.len) {
        str_add(&replaced, name->data + length);
        str_free(name);
        *name = replaced;
    }
}

static void add_matches(const char *pattern, file_name_visitor *add, void *context)
{
    glob_t found = { 0 };
    size_t i;

    if (glob(pattern, 0, NULL, &found) == 0)
        for (i = 0; i < found.gl_pathc; i++)
            add(context, (struct span){ found.gl_pathv[i], strlen(found.gl_pathv[i]) });
    else
        add(context, (struct span){ pattern, strlen(pattern) });
    globfree(&found);
}

/* Whether a name is more than its bytes: quoted, a wildcard, somebody's home. */
static bool is_special(struct span name)
{
    const char *end = name.data + name.len;

    for (const char *s = skip_plain(name.data, end); s < end; s = skip_plain(s + 1, end))
        if (is_one_of(*s, "\\*?[~"))
            return true;
    return false;
}

void file_name_expand(struct lang *lang, struct span name, bool wildcards, file_name_visitor *add,
                      void *context)
{
    struct str text = { 0 };

    if (!is_special(name)) {
        add(context, without_dots(name));
        return;
    }
    unquote(name, &text);
    if (text.len && text.data[0] == '~' && wildcards)
        replace_tilde(lang, &text);
    name = without_dots((struct span){ str_text(&text), text.len });
    if (wildcards && strpbrk(name.data, "*?["))
        add_matches(name.data, add, context);
    else
        add(context, name);
    str_free(&text);
}
