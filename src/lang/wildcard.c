#include "lang/wildcard.h"

#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/words.h"

bool wildcard_is_pattern(const char *word)
{
    return strpbrk(word, "*?[") != NULL;
}

/* The next word; a blank behind a backslash belongs to it. */
static bool next_pattern(const char **list, struct span *word)
{
    const char *s = *list;

    while (is_blank(*s))
        s++;
    word->data = s;
    while (*s && !is_blank(*s))
        s += s[0] == '\\' && s[1] ? 2 : 1;
    word->len = (size_t)(s - word->data);
    *list = s;
    return word->len > 0;
}

/* The word with ~ or ~user at its begin replaced, if that is known. */
static void add_home(struct span word, const char *home, struct str *pattern)
{
    const char *slash = memchr(word.data, '/', word.len);
    size_t length = slash ? (size_t)(slash - word.data) : word.len;
    const struct passwd *entry;

    if (word.len > 0 && word.data[0] == '~') {
        if (length > 1) {
            str_addn(pattern, word.data + 1, length - 1);
            entry = getpwnam(str_text(pattern));
            str_clear(pattern);
            home = entry ? entry->pw_dir : "";
        }
        if (*home) {
            str_add(pattern, home);
            word.data += length;
            word.len -= length;
        }
    }
    str_addn(pattern, word.data, word.len);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void add_matches(const char *pattern, size_t start, struct str *out)
{
    struct stat status;
    glob_t found;
    size_t i;

    if (!strpbrk(pattern, "*?[\\")) {
        if (lstat(pattern, &status) == 0) {
            word_separate(out, start);
            str_add(out, pattern);
        }
        return;
    }
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_names);
        for (i = 0; i < found.gl_pathc; i++) {
            word_separate(out, start);
            str_add(out, found.gl_pathv[i]);
        }
    }
    globfree(&found);
}

void wildcard_expand(const char *list, const char *home, struct str *out)
{
    struct str pattern = { 0 };
    size_t start = out->len;
    struct span word;

    while (next_pattern(&list, &word)) {
        str_clear(&pattern);
        add_home(word, home, &pattern);
        add_matches(str_text(&pattern), start, out);
    }
    str_free(&pattern);
}
