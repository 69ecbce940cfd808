#include "step/git_subst.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"
#include "step/git_library.h"

enum { SHORT = 7 };

/* A commit's text being made. */
struct subst {
    const struct git *git;
    const git_commit *commit;
    struct str *out;
};

static void add_id(struct subst *subst, const git_oid *id, size_t length)
{
    char hex[GIT_OID_HEXSZ + 1];
    subst->git->library->git_oid_tostr(hex, length + 1, id);
    str_add(subst->out, hex);
}

static void add_commit(struct subst *subst, size_t length)
{
    add_id(subst, subst->git->library->git_object_id((const git_object *)subst->commit), length);
}

static void add_tree(struct subst *subst, size_t length)
{
    git_tree *tree;
    if (subst->git->library->git_commit_tree(&tree, subst->commit) != 0)
        return;
    add_id(subst, subst->git->library->git_tree_id(tree), length);
    subst->git->library->git_tree_free(tree);
}

static void add_parents(struct subst *subst, size_t length)
{
    unsigned count = subst->git->library->git_commit_parentcount(subst->commit);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            str_addc(subst->out, ' ');
        add_id(subst, subst->git->library->git_commit_parent_id(subst->commit, i), length);
    }
}

/* In the zone of who signed. */
static void add_time(struct str *out, const git_time *when, char form)
{
    time_t shifted = (time_t)(when->time + (git_time_t)when->offset * 60);
    unsigned minutes = (unsigned)(when->offset < 0 ? -when->offset : when->offset);
    char sign = when->offset < 0 ? '-' : '+', text[64];
    struct tm parts;
    gmtime_r(&shifted, &parts);
    strftime(text, sizeof text,
             form == 'I'   ? "%Y-%m-%dT%H:%M:%S"
             : form == 's' ? "%Y-%m-%d"
                           : "%Y-%m-%d %H:%M:%S",
             &parts);
    str_add(out, text);
    if (form == 'I')
        str_addf(out, "%c%02u:%02u", sign, minutes / 60, minutes % 60);
    else if (form == 'i')
        str_addf(out, " %c%02u%02u", sign, minutes / 60, minutes % 60);
}

static bool add_signature(struct subst *subst, const git_signature *signature, char what)
{
    switch (what) {
    case 'n':
        str_add(subst->out, signature->name);
        return true;
    case 'e':
        str_add(subst->out, signature->email);
        return true;
    case 't':
        str_addf(subst->out, "%lld", (long long)signature->when.time);
        return true;
    case 'I':
    case 'i':
    case 's':
        add_time(subst->out, &signature->when, what);
        return true;
    default:
        return false;
    }
}

/* The lines up to the first empty one, as one. */
static void add_subject(struct subst *subst, const char *message)
{
    message += strspn(message, "\n");
    while (*message && *message != '\n') {
        size_t length = strcspn(message, "\n");
        str_addn(subst->out, message, length);
        message += length + (message[length] == '\n');
        if (*message && *message != '\n')
            str_addc(subst->out, ' ');
    }
}

/* One placeholder behind its %. Returns its length; 0: it is none. */
static size_t add_placeholder(struct subst *subst, const char *s)
{
    const struct git_library *library = subst->git->library;
    switch (*s) {
    case 'H':
    case 'h':
        add_commit(subst, *s == 'H' ? GIT_OID_HEXSZ : SHORT);
        return 1;
    case 'T':
    case 't':
        add_tree(subst, *s == 'T' ? GIT_OID_HEXSZ : SHORT);
        return 1;
    case 'P':
    case 'p':
        add_parents(subst, *s == 'P' ? GIT_OID_HEXSZ : SHORT);
        return 1;
    case 'a':
        return add_signature(subst, library->git_commit_author(subst->commit), s[1]) ? 2 : 0;
    case 'c':
        return add_signature(subst, library->git_commit_committer(subst->commit), s[1]) ? 2 : 0;
    case 's':
        add_subject(subst, library->git_commit_message(subst->commit));
        return 1;
    case 'B':
        str_add(subst->out, library->git_commit_message(subst->commit));
        return 1;
    case 'n':
    case '%':
        str_addc(subst->out, *s == 'n' ? '\n' : '%');
        return 1;
    default:
        return 0;
    }
}

static void add_format(struct subst *subst, const char *format)
{
    for (; *format; format++) {
        size_t length = *format == '%' ? add_placeholder(subst, format + 1) : 0;
        if (length == 0)
            str_addc(subst->out, *format);
        format += length;
    }
}

static const char *find(const char *text, size_t size, const char *wanted)
{
    size_t length = strlen(wanted);
    for (; size >= length; text++, size--)
        if (*text == *wanted && memcmp(text, wanted, length) == 0)
            return text;
    return NULL;
}

void git_subst(const struct git *git, const struct git_commit *commit, const char *text,
               size_t size, struct str *out)
{
    static const char begin[] = "$Format:";
    struct subst subst = { git, commit, out };
    const char *end = text + size, *start, *stop;
    while ((start = find(text, (size_t)(end - text), begin))) {
        const char *format = start + strlen(begin);
        stop = memchr(format, '$', (size_t)(end - format));
        if (!stop)
            break;
        str_addn(out, text, (size_t)(start - text));
        char *copy = mem_strndup(format, (size_t)(stop - format));
        add_format(&subst, copy);
        free(copy);
        text = stop + 1;
    }
    str_addn(out, text, (size_t)(end - text));
}
