/* The functions on file names. GNU make manual, "Functions for File Names". */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lang/functions.h"
#include "lang/words.h"

/* Appends what becomes of each word; false leaves the word and its blank out. */
typedef bool word_visitor(void *context, struct span word, struct str *out);

static void map_words(const char *list, word_visitor *visit, void *context, struct str *out)
{
    struct span word;
    size_t end;
    bool is_first = true;

    while (word_next(&list, &word)) {
        end = out->len;
        if (!is_first)
            str_addc(out, ' ');
        if (visit(context, word, out))
            is_first = false;
        else
            out->len = end;
    }
    if (out->data)
        out->data[out->len] = '\0';
}

/* The bytes of a word up to and with its last slash. */
static size_t folder_length(struct span word)
{
    size_t length = word.len;

    while (length > 0 && word.data[length - 1] != '/')
        length--;
    return length;
}

/* Where the suffix begins: its last dot, if that stands behind the last slash; else word.len. */
static size_t suffix_start(struct span word)
{
    size_t folder = folder_length(word), i;

    for (i = word.len; i > folder; i--)
        if (word.data[i - 1] == '.')
            return i - 1;
    return word.len;
}

static bool add_folder(void *context, struct span word, struct str *out)
{
    size_t length = folder_length(word);

    (void)context;
    if (length > 0)
        str_addn(out, word.data, length);
    else
        str_add(out, "./");
    return true;
}

static bool add_file(void *context, struct span word, struct str *out)
{
    size_t folder = folder_length(word);

    (void)context;
    str_addn(out, word.data + folder, word.len - folder);
    return true;
}

static bool add_suffix(void *context, struct span word, struct str *out)
{
    size_t start = suffix_start(word);

    (void)context;
    str_addn(out, word.data + start, word.len - start);
    return start < word.len;
}

static bool add_base(void *context, struct span word, struct str *out)
{
    (void)context;
    str_addn(out, word.data, suffix_start(word));
    return true;
}

bool function_dir(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    map_words(call->values[0], add_folder, NULL, out);
    return true;
}

bool function_notdir(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    map_words(call->values[0], add_file, NULL, out);
    return true;
}

bool function_suffix(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    map_words(call->values[0], add_suffix, NULL, out);
    return true;
}

bool function_basename(struct expander *expander, const struct call *call, struct str *out)
{
    (void)expander;
    map_words(call->values[0], add_base, NULL, out);
    return true;
}

/* What $(addprefix) and $(addsuffix) put around each word. */
struct around {
    const char *prefix;
    const char *suffix;
};

static bool add_around(void *context, struct span word, struct str *out)
{
    const struct around *around = context;

    str_add(out, around->prefix);
    str_addn(out, word.data, word.len);
    str_add(out, around->suffix);
    return true;
}

bool function_addprefix(struct expander *expander, const struct call *call, struct str *out)
{
    struct around around = { call->values[0], "" };

    (void)expander;
    map_words(call->values[1], add_around, &around, out);
    return true;
}

bool function_addsuffix(struct expander *expander, const struct call *call, struct str *out)
{
    struct around around = { "", call->values[0] };

    (void)expander;
    map_words(call->values[1], add_around, &around, out);
    return true;
}

bool function_join(struct expander *expander, const struct call *call, struct str *out)
{
    const char *left = call->values[0], *right = call->values[1];
    size_t start = out->len;
    struct span a, b;
    bool has_a = word_next(&left, &a), has_b = word_next(&right, &b);

    (void)expander;
    while (has_a || has_b) {
        word_separate(out, start);
        if (has_a)
            str_addn(out, a.data, a.len);
        if (has_b)
            str_addn(out, b.data, b.len);
        has_a = word_next(&left, &a);
        has_b = word_next(&right, &b);
    }
    return true;
}

static void add_working_folder(struct str *path)
{
    size_t room = 256;

    for (;; room *= 2) {
        str_reserve(path, room);
        if (getcwd(path->data + path->len, room)) {
            path->len += strlen(path->data + path->len);
            return;
        }
        if (room > 64 * 1024) { /* no such folder any more */
            path->data[path->len] = '\0';
            return;
        }
    }
}

/* Adds the parts of a path behind `root`, each with a slash before it; "." and "//" add nothing,
 * ".." takes the last one away. */
static void add_parts(struct span path, size_t root, struct str *out)
{
    const char *s = path.data, *end = path.data + path.len, *part;

    while (s < end) {
        for (part = s; s < end && *s != '/';)
            s++;
        if (s - part == 2 && part[0] == '.' && part[1] == '.') {
            while (out->len > root && out->data[out->len - 1] != '/')
                out->len--;
            if (out->len > root)
                out->len--;
        } else if (s > part && !(s - part == 1 && part[0] == '.')) {
            str_addc(out, '/');
            str_addn(out, part, (size_t)(s - part));
        }
        s++;
    }
}

static bool add_absolute(void *context, struct span word, struct str *out)
{
    struct str *folder = context;
    size_t start = out->len;

    if (word.data[0] != '/') {
        if (folder->len == 0)
            add_working_folder(folder);
        add_parts((struct span){ str_text(folder), folder->len }, start, out);
    }
    add_parts(word, start, out);
    if (out->len == start)
        str_addc(out, '/');
    return true;
}

bool function_abspath(struct expander *expander, const struct call *call, struct str *out)
{
    struct str folder = { 0 };

    (void)expander;
    map_words(call->values[0], add_absolute, &folder, out);
    str_free(&folder);
    return true;
}

static bool add_real(void *context, struct span word, struct str *out)
{
    struct str *path = context;
    char *real;

    str_clear(path);
    str_addn(path, word.data, word.len);
    real = realpath(str_text(path), NULL);
    if (!real)
        return false;
    str_add(out, real);
    free(real);
    return true;
}

bool function_realpath(struct expander *expander, const struct call *call, struct str *out)
{
    struct str path = { 0 };

    (void)expander;
    map_words(call->values[0], add_real, &path, out);
    str_free(&path);
    return true;
}
