#include "step/git_attributes.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static const char *const names[] = {
    [GIT_EXPORT_IGNORE] = "export-ignore",
    [GIT_EXPORT_SUBST] = "export-subst",
};

struct git_attributes {
    const struct git_attributes *outer;
    char *folder; /* with a slash at its end, or empty */
    char *text;
};

struct git_attributes *git_attributes_new(const struct git_attributes *outer, const char *path,
                                          const char *text, size_t size)
{
    struct git_attributes *attributes = mem_alloc(sizeof *attributes);
    attributes->outer = outer;
    attributes->folder = mem_printf("%s%s", path, *path ? "/" : "");
    attributes->text = mem_strndup(text, size);
    return attributes;
}

void git_attributes_free(struct git_attributes *attributes)
{
    if (!attributes)
        return;
    free(attributes->folder);
    free(attributes->text);
    free(attributes);
}

/* ---- patterns: those of gitignore(5), without `!` ---- */

/* One part of a path by one of the pattern. */
static bool matches_part(const char *pattern, size_t pattern_length, const char *part,
                         size_t part_length)
{
    char *a = mem_strndup(pattern, pattern_length), *b = mem_strndup(part, part_length);
    bool matches = fnmatch(a, b, 0) == 0;
    free(a);
    free(b);
    return matches;
}

static const char *behind(const char *part)
{
    part += strcspn(part, "/");
    return part + (*part == '/');
}

/* Part by part; ** is any number of parts: when the rest does not fit, the last one takes one more.
 * At the end ** is at least one part, but for a folder: git gives that a slash at its end, behind
 * which there may be nothing. */
static bool matches_path(const char *pattern, const char *path, bool is_folder)
{
    const char *after_stars = NULL, *taken = NULL;
    while (*path) {
        size_t length = strcspn(pattern, "/");
        if (length == 2 && memcmp(pattern, "**", 2) == 0) {
            pattern = after_stars = behind(pattern);
            taken = path;
            if (!*pattern)
                return true;
        } else if (*pattern && matches_part(pattern, length, path, strcspn(path, "/"))) {
            pattern = behind(pattern);
            path = behind(path);
        } else if (after_stars) {
            pattern = after_stars;
            path = taken = behind(taken);
        } else {
            return false;
        }
    }
    return !*pattern || (is_folder && strcmp(pattern, "**") == 0);
}

static bool matches(char *pattern, const char *path, bool is_folder)
{
    size_t length = strlen(pattern);
    const char *slash = strrchr(path, '/');
    if (length > 1 && pattern[length - 1] == '/') {
        if (!is_folder)
            return false;
        pattern[length - 1] = '\0';
    }
    if (!strchr(pattern, '/'))
        return fnmatch(pattern, slash ? slash + 1 : path, 0) == 0;
    return matches_path(pattern + (*pattern == '/'), path, is_folder);
}

/* ---- lines ---- */

static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " \t\r");
    if (!*word)
        return NULL;
    if (*word == '"') { /* a pattern with blanks; escapes in it are not read */
        char *end = strchr(word + 1, '"');
        *line = end ? end + 1 : word + strlen(word);
        if (end)
            *end = '\0';
        return word + 1;
    }
    *line = word + strcspn(word, " \t\r");
    if (**line)
        *(*line)++ = '\0';
    return word;
}

enum verdict { UNSAID, UNSET, SET };

/* name, -name, !name, name=value */
static enum verdict read_word(const char *word, const char *name)
{
    bool is_off = *word == '-' || *word == '!';
    word += is_off;
    size_t length = strlen(name);
    if (strncmp(word, name, length) != 0 || (word[length] && word[length] != '='))
        return UNSAID;
    return is_off || word[length] ? UNSET : SET;
}

static enum verdict read_line(char *line, const char *name, const char *path, bool is_folder)
{
    enum verdict verdict = UNSAID;
    char *pattern = next_word(&line), *word;
    if (!pattern || *pattern == '#' || *pattern == '!' || str_starts(pattern, "[attr]") ||
        !matches(pattern, path, is_folder))
        return UNSAID;
    while ((word = next_word(&line))) {
        enum verdict said = read_word(word, name);
        if (said != UNSAID)
            verdict = said;
    }
    return verdict;
}

/* The last line that says something of it counts. */
static enum verdict read_file(const struct git_attributes *attributes, const char *name,
                              const char *path, bool is_folder)
{
    enum verdict verdict = UNSAID;
    const char *text = attributes->text;
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = mem_strndup(text, length);
        enum verdict said = read_line(line, name, path, is_folder);
        if (said != UNSAID)
            verdict = said;
        free(line);
        text += length + (text[length] == '\n');
    }
    return verdict;
}

bool git_attributes_has(const struct git_attributes *attributes, enum git_attribute attribute,
                        const char *path, bool is_folder)
{
    for (; attributes; attributes = attributes->outer) {
        enum verdict verdict =
            read_file(attributes, names[attribute], path + strlen(attributes->folder), is_folder);
        if (verdict != UNSAID)
            return verdict == SET;
    }
    return false;
}
