#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/options.h"
#include "cli/place.h"
#include "fake.h"

enum { FAILED = 2 };

/* In a program called make, everything is make's. */
static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, "make") == 0 ? "make" : "fake";
}

static int print_version(void)
{
    const char *library;

    printf("fake %s\n", fake_version());
    for (unsigned i = 0; (library = fake_library(i)); i++)
        printf("%s%s", i == 0 ? "with " : ", ", library);
    putchar('\n');
    return 0;
}

static int print_help(void)
{
    command_line_print_help(stdout);
    return 0;
}

static bool wants_color(const struct command_line *line, int stream)
{
    const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");

    return !line->no_color && !(no_color && *no_color) && terminal &&
           strcmp(terminal, "dumb") != 0 && isatty(stream);
}

static void add_sink(struct fake *fake, const struct command_line *line)
{
    struct fake_look look = {
        .color = wants_color(line, STDOUT_FILENO),
        .errors_color = wants_color(line, STDERR_FILENO),
        .verbose = line->verbose,
        .silent = line->settings.silent,
        .question = line->settings.question,
    };

    if (line->json)
        fake_sink_json(fake, stdout);
    else if (line->list_format) /* standard output is the list's alone */
        fake_sink_plain(fake, stderr, stderr, look);
    else
        fake_sink_plain(fake, stdout, stderr, look);
}

/* One step for all of -C, each seen from the one before. */
static bool enter(struct fake *fake, const struct command_line *line)
{
    struct str path = { 0 };
    bool entered;

    for (size_t i = 0; i < line->folders.len; i++) {
        const char *folder = line->folders.items[i];
        if (*folder == '/')
            str_clear(&path);
        str_addf(&path, "%s%s", path.len > 0 ? "/" : "", folder);
    }
    if (path.len == 0 && line->print_directory)
        str_add(&path, ".");
    entered = path.len == 0 || fake_enter(fake, str_text(&path));
    str_free(&path);
    return entered;
}

/* What is wrong is told and remembered; all of it is read, so that one run tells all. */
static void read_all(struct fake *fake, const struct command_line *line)
{
    for (size_t i = 0; i < line->assignments.len; i++)
        fake_assign(fake, line->assignments.items[i]);
    for (size_t i = 0; i < line->goals.len; i++)
        fake_goal(fake, line->goals.items[i]);
    for (size_t i = 0; i < line->evals.len; i++)
        fake_eval(fake, line->evals.items[i]);
    for (size_t i = 0; i < line->files.len; i++)
        fake_load(fake, line->files.items[i]);
    if (line->files.len == 0)
        fake_load(fake, NULL);
}

static int work(struct command_line *line)
{
    struct fake *fake = fake_new(command_line_settings(line));
    int code;

    add_sink(fake, line);
    if (enter(fake, line))
        read_all(fake, line);
    if (line->list_format)
        code = fake_list(fake, stdout, strcmp(line->list_format, "json") == 0) ? 0 : FAILED;
    else
        code = fake_run(fake);
    fake_free(fake);
    return code;
}

/* What could not be written must not pass for done. */
static int finish_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("fake: *** write error: standard output.  Stop.\n", stderr);
    return code ? code : FAILED;
}

int main(int argc, char **argv)
{
    const char *called = argc > 0 ? argv[0] : "fake", *level = getenv("MAKELEVEL");
    struct command_line line;
    char *rules = place_rules(called);
    int code = FAILED;

    command_line_init(&line);
    if (command_line_parse(&line, argc > 0 ? argc - 1 : 0, argv + 1, stderr)) {
        line.settings.program = program_name(called);
        line.settings.rules_folder = rules;
        line.settings.search_upwards =
            line.folders.len == 0 && line.files.len == 0 && (!level || atoi(level) == 0);
        line.settings.hide_folders = line.no_print_directory || line.settings.silent;
        code = line.help ? print_help() : line.version ? print_version() : work(&line);
    }
    command_line_free(&line);
    free(rules);
    return finish_output(code);
}
