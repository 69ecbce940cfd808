#include "cli/init_find.h"

#include <ctype.h>
#include <glob.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

/* All of these look into files of other languages as a reader does who has a minute: for the line
 * that such a file mostly has. What they miss is one line of the Fakefile to mend. */

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The file's text, "" when it cannot be read; the caller frees it. */
static char *text_of(const char *path)
{
    struct str text = { 0 };

    if (!file_read(path, &text))
        str_clear(&text);
    str_add(&text, "");
    return text.data ? str_steal(&text) : mem_strdup("");
}

static bool mentions(const char *path, const char *word)
{
    char *text = text_of(path);
    bool found = strstr(text, word) != NULL;

    free(text);
    return found;
}

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || strchr("_-.", c);
}

/* The value of the first `key = value` or `key='value'` in text, of a name's characters; or NULL.
 */
static char *value_in(const char *text, const char *key)
{
    size_t length = strlen(key), size;
    const char *s = text;

    while ((s = strstr(s, key))) {
        bool begins = s == text || !is_name_character(s[-1]);
        s += length;
        if (!begins)
            continue;
        s += strspn(s, " \t");
        if (*s != '=')
            continue;
        s++;
        s += strspn(s, " \t\"'");
        for (size = 0; s[size] && is_name_character(s[size]); size++)
            continue;
        if (size > 0)
            return mem_strndup(s, size);
    }
    return NULL;
}

static char *value_of(const char *path, const char *key)
{
    char *text = text_of(path), *value = value_in(text, key);

    free(text);
    return value;
}

/* The first path that the pattern fits, and that is none of tests; or NULL. */
static char *first_that_fits(const char *pattern)
{
    glob_t found;
    char *first = NULL;

    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; !first && i < found.gl_pathc; i++)
            first = str_starts(found.gl_pathv[i], "test") ? NULL : mem_strdup(found.gl_pathv[i]);
    }
    globfree(&found);
    return first;
}

/* ---- names ---- */

static char *folder_name(void)
{
    char *path = realpath(".", NULL);
    const char *slash = path ? strrchr(path, '/') : NULL;
    char *name = mem_strdup(slash && slash[1] ? slash + 1 : "project");

    for (char *s = name; *s; s++) {
        if (!is_name_character(*s))
            *s = '-';
    }
    free(path);
    return name;
}

static char *find_name(void)
{
    static const char *const files[] = { "pyproject.toml", "setup.cfg", "setup.py" };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *name = value_of(files[i], "name");
        if (name)
            return name;
    }
    return folder_name();
}

static char *package_called(const char *name)
{
    char *package = mem_strdup(name), *file;

    for (char *s = package; *s; s++)
        *s = *s == '-' ? '_' : *s;
    file = mem_printf("%s/__init__.py", package);
    if (!exists(file)) {
        free(package);
        package = NULL;
    }
    free(file);
    return package;
}

static char *find_package(const char *name)
{
    char *package = package_called(name), *file;

    if (package || !(file = first_that_fits("*/__init__.py")))
        return package;
    package = mem_strndup(file, strcspn(file, "/"));
    free(file);
    return package;
}

/* ---- what is served ---- */

/* The name before ` = CALL` or behind `def `, where one of both makes the application. */
static char *object_in(const char *text)
{
    const char *call = strstr(text, "= Flask("), *begin = call;

    if (call) {
        while (begin > text && isblank((unsigned char)begin[-1]))
            begin--;
        call = begin;
        while (begin > text && is_name_character(begin[-1]))
            begin--;
        return begin < call ? mem_strndup(begin, (size_t)(call - begin)) : NULL;
    }
    return strstr(text, "application")  ? mem_strdup("application")
           : strstr(text, "create_app") ? mem_strdup("create_app()")
                                        : NULL;
}

/* FILE, which is MODULE of Python's, when it makes an application. */
static char *app_in(const char *file, const char *module)
{
    char *text = text_of(file), *object = object_in(text), *app = NULL;

    if (object)
        app = mem_printf("%s:%s", module, object);
    free(object);
    free(text);
    return app;
}

static char *app_in_package(const char *package)
{
    static const char *const files[] = { "__init__", "wsgi", "app" };
    char *app = NULL;

    for (size_t i = 0; !app && i < sizeof files / sizeof *files; i++) {
        char *file = mem_printf("%s/%s.py", package, files[i]);
        char *module = i == 0 ? mem_strdup(package) : mem_printf("%s.%s", package, files[i]);
        app = app_in(file, module);
        free(module);
        free(file);
    }
    return app;
}

/* Django's package is the one with wsgi.py, whatever others there are. */
static char *django_app(void)
{
    char *file = first_that_fits("*/wsgi.py"), *app = NULL;

    if (file)
        app = mem_printf("%.*s.wsgi:application", (int)strcspn(file, "/"), file);
    free(file);
    return app;
}

static char *find_app(const struct findings *findings)
{
    char *app = findings->has_manage_py ? django_app() : NULL;

    if (!app)
        app = app_in("wsgi.py", "wsgi");
    if (!app)
        app = app_in("app.py", "app");
    if (!app && findings->package)
        app = app_in_package(findings->package);
    return app;
}

static char *find_static_files(void)
{
    static const char *const folders[] = { "public", "dist", "_site", "site", "build", "." };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *file = mem_printf("%s/index.html", folders[i]);
        bool found = exists(file);
        free(file);
        if (found)
            return mem_strdup(folders[i]);
    }
    return NULL;
}

/* The Makefile, when a rule of it begins with the name. */
static char *find_makefile(const char *name)
{
    char *text = text_of("Makefile");
    char *rule = mem_printf("\n%s:", name);
    bool found = strncmp(text, rule + 1, strlen(rule + 1)) == 0 || strstr(text, rule);

    free(rule);
    free(text);
    return found ? mem_strdup("Makefile") : NULL;
}

static bool has_c_sources(void)
{
    char *file = first_that_fits("*.c");

    free(file);
    return file != NULL;
}

static bool uses(const char *word, const char *package)
{
    static const char *const files[] = { "requirements.txt", "pyproject.toml", "setup.cfg",
                                         "setup.py",         "app.py",         "wsgi.py" };
    char *init = mem_printf("%s/__init__.py", package ? package : ".");
    bool found = mentions(init, word);

    for (size_t i = 0; !found && i < sizeof files / sizeof *files; i++)
        found = mentions(files[i], word);
    free(init);
    return found;
}

/* ---- git ---- */

static char *line_at(const char *text)
{
    return mem_strndup(text, strcspn(text, "\r\n"));
}

static char *find_remote(void)
{
    char *config = text_of(".git/config"), *remote = NULL;
    const char *section = strstr(config, "[remote \"origin\"]");
    const char *url = section ? strstr(section, "url = ") : NULL;

    if (url)
        remote = line_at(url + strlen("url = "));
    free(config);
    return remote;
}

static char *find_branch(void)
{
    static const char begin[] = "ref: refs/heads/";
    char *head = text_of(".git/HEAD"), *branch = NULL;

    if (str_starts(head, begin))
        branch = line_at(head + strlen(begin));
    free(head);
    return branch;
}

/* ---- all of it ---- */

void findings_make(struct findings *findings)
{
    *findings = (struct findings){ .name = find_name() };
    findings->package = find_package(findings->name);
    findings->has_manage_py = exists("manage.py");
    findings->has_c_sources = has_c_sources();
    findings->app = find_app(findings);
    findings->requirements = exists("requirements.txt") ? mem_strdup("requirements.txt") : NULL;
    findings->static_files = find_static_files();
    findings->makefile = find_makefile(findings->name);
    findings->remote = find_remote();
    findings->branch = find_branch();
    findings->uses_flask = uses("lask", findings->package); /* Flask, flask */
    findings->uses_gunicorn = uses("gunicorn", findings->package);
}

static const struct {
    const char *name;
    size_t offset;
} texts[] = {
    { "name", offsetof(struct findings, name) },
    { "package", offsetof(struct findings, package) },
    { "app", offsetof(struct findings, app) },
    { "requirements", offsetof(struct findings, requirements) },
    { "static", offsetof(struct findings, static_files) },
    { "makefile", offsetof(struct findings, makefile) },
    { "remote", offsetof(struct findings, remote) },
    { "branch", offsetof(struct findings, branch) },
};

static char *text_at(const struct findings *findings, size_t row)
{
    char *text;

    memcpy(&text, (const char *)findings + texts[row].offset, sizeof text);
    return text;
}

const char *findings_get(const struct findings *findings, const char *name)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].name, name) == 0)
            return text_at(findings, i);
    }
    return NULL;
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(text_at(findings, i));
}
