#include "run/project.h"

#include <string.h>

#include "base/file.h"
#include "run/job.h"
#include "run/state.h"

/* "git@host:group/name.git", "/srv/name/": name. */
static const char *last_part(struct arena *arena, const char *path)
{
    size_t length = strcspn(path, "\r\n");
    while (length > 0 && strchr("/ \t", path[length - 1]))
        length--;
    if (length > 4 && memcmp(path + length - 4, ".git", 4) == 0)
        length -= 4;
    size_t start = length;
    while (start > 0 && !strchr("/:", path[start - 1]))
        start--;
    return length > start ? arena_strndup(arena, path + start, length - start) : NULL;
}

/* The url of [remote "origin"] in .git/config. */
static const char *origin(struct arena *arena)
{
    struct str text = { 0 };
    const char *name = NULL;
    bool in_origin = false;
    if (!file_read(".git/config", &text))
        return NULL;
    for (const char *line = str_text(&text); *line && !name;) {
        const char *word = line + strspn(line, " \t");
        if (*word == '[')
            in_origin = str_starts(word, "[remote \"origin\"]");
        else if (in_origin && str_starts(word, "url"))
            name =
                last_part(arena, word + strcspn(word, "=\n") + (word[strcspn(word, "=\n")] == '='));
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    str_free(&text);
    return name;
}

const char *project_name(struct run *run)
{
    const char *name = run->options->project;
    if (name && *name)
        return name;
    name = NULL;
    if (run->plan->jobs.len > 0)
        name = job_value(run_job(run, run->plan->jobs.items[0]), "project", run->arena);
    if (!name)
        name = origin(run->arena);
    if (!name)
        name = last_part(run->arena, run->from);
    return name ? name : "project";
}

/* What a name in .git/ holds: "ref: NAME" is followed. */
static const char *read_reference(struct arena *arena, const char *name, unsigned depth)
{
    struct str text = { 0 };
    const char *path = arena_printf(arena, ".git/%s", name), *found = NULL;
    bool is_there = depth < 4 && !strstr(name, "..") && file_read(path, &text);
    const char *line = arena_strndup(arena, str_text(&text), strcspn(str_text(&text), "\n"));
    str_free(&text);
    if (is_there)
        return str_starts(line, "ref: ") ? read_reference(arena, line + 5, depth + 1) : line;
    if (!file_read(".git/packed-refs", &text))
        return NULL;
    for (const char *at = str_text(&text); *at && !found;
         at += strcspn(at, "\n"), at += *at == '\n') {
        size_t length = strcspn(at, "\n"), hash = strcspn(at, " \n");
        if (hash < length && length - hash - 1 == strlen(name) &&
            memcmp(at + hash + 1, name, strlen(name)) == 0)
            found = arena_strndup(arena, at, hash);
    }
    str_free(&text);
    return found;
}

const char *project_revision(struct run *run)
{
    enum { DIGITS = 12 };
    if (!run->revision) {
        const char *found = read_reference(run->arena, "HEAD", 0);
        bool is_hash =
            found && strlen(found) >= DIGITS && strspn(found, "0123456789abcdef") >= DIGITS;
        run->revision = is_hash ? arena_strndup(run->arena, found, DIGITS) : "";
    }
    return *run->revision ? run->revision : NULL;
}
