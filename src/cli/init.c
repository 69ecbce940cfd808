#include "cli/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/init_find.h"
#include "cli/init_template.h"

enum { FAILED = 2 };

static const char file_name[] = "Fakefile";

/* The kind that this folder looks like; NULL: none. */
static const char *kind_of(const struct findings *findings)
{
    if (findings->has_manage_py)
        return "django";
    if (findings->uses_flask || findings->app)
        return findings->uses_gunicorn ? "flask-gunicorn" : "flask-mod_wsgi";
    if (findings->has_c_sources)
        return "c-daemon";
    return findings->static_files ? "static" : NULL;
}

static void list_kinds(FILE *out)
{
    const struct init_template *row;

    for (size_t i = 0; (row = init_template_row(i)); i++)
        fprintf(out, "    fake init %-16s%s\n", row->kind, row->help);
}

/* What stands between {{ and }}: the name, and in *mark '?' or '!' or nothing. The caller frees it.
 */
static char *take_name(const char **cursor, char *mark)
{
    const char *begin = *cursor + 2;
    size_t length = strcspn(begin, "?!}");
    char *name = mem_strndup(begin, length);

    *mark = begin[length] == '}' ? '\0' : begin[length];
    *cursor = strstr(begin, "}}") + 2;
    return name;
}

/* One line, without its newline; nothing of it where its condition does not hold. */
static void add_line(const char *line, const struct findings *findings, struct str *out)
{
    const char *end = line + strcspn(line, "\n");

    while (line < end) {
        const char *found;
        char mark, *name;

        if (line[0] != '{' || line[1] != '{') {
            str_addc(out, *line++);
            continue;
        }
        name = take_name(&line, &mark);
        found = findings_get(findings, name);
        free(name);
        if (mark && (mark == '?') != (found != NULL))
            return;
        if (!mark)
            str_add(out, found ? found : "");
    }
    str_addc(out, '\n');
}

static void fill_in(const char *text, const struct findings *findings, struct str *out)
{
    for (; *text; text += strcspn(text, "\n") + 1)
        add_line(text, findings, out);
}

/* Another name for it counts too: fake would read the first of them. */
static const char *existing_file(void)
{
    static const char *const names[] = { file_name, "fakefile" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (access(names[i], F_OK) == 0)
            return names[i];
    }
    return NULL;
}

/* O_EXCL: what another has written in the meantime stays. Returns what went wrong; NULL: nothing.
 */
static const char *write_new(const struct str *text)
{
    int file = open(file_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const char *why = NULL;
    ssize_t written;

    if (file < 0)
        return strerror(errno);
    written = write(file, text->data, text->len);
    if (written != (ssize_t)text->len)
        why = written < 0 ? strerror(errno) : strerror(ENOSPC);
    if (close(file) != 0 && !why)
        why = strerror(errno);
    if (why)
        unlink(file_name);
    return why;
}

static int write_fakefile(const struct init_template *template, const struct findings *findings)
{
    struct str text = { 0 };
    const char *why;

    fill_in(template->text, findings, &text);
    why = write_new(&text);
    str_free(&text);
    if (why) {
        fprintf(stderr, "fake: *** %s: %s.  Stop.\n", file_name, why);
        return FAILED;
    }
    printf("%s: for %s, %s. Look through it: the servers are yours to name.\n", file_name,
           findings->name, template->kind);
    return 0;
}

static int refuse(const char *kind)
{
    if (kind)
        fprintf(stderr, "fake: *** init knows no kind '%s':\n", kind);
    else
        fputs("fake: *** nothing here says what kind of project this is: say which.\n", stderr);
    list_kinds(stderr);
    return FAILED;
}

int init_run(const char *kind)
{
    const struct init_template *template;
    const char *existing = existing_file();
    struct findings findings;
    int code;

    if (existing) {
        fprintf(stderr, "fake: *** there is a %s: it is not written over.  Stop.\n", existing);
        return FAILED;
    }
    if (kind && !init_template_find(kind))
        return refuse(kind);
    findings_make(&findings);
    if (!kind)
        kind = kind_of(&findings);
    template = kind ? init_template_find(kind) : NULL;
    code = template ? write_fakefile(template, &findings) : refuse(NULL);
    findings_free(&findings);
    return code;
}
