#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/flags.h"
#include "cli/options.h"
#include "cli/place.h"
#include "cli/subcommand.h"
#include "fake.h"

enum { FAILED = 2 };

/* In a program called make, everything is make's. */
static bool is_called_make(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, "make") == 0;
}

/* Scripts look for these words before they call a make. */
static int print_version(bool is_make)
{
    const char *library;

    printf(is_make ? "GNU Make 4.4, as fake %s reads it\n" : "fake %s\n", fake_version());
    for (unsigned i = 0; (library = fake_library(i)); i++)
        printf("%s%s", i == 0 ? "with " : ", ", library);
    putchar('\n');
    return 0;
}

static int print_help(bool is_make)
{
    command_line_print_help(is_make, stdout);
    return 0;
}

/* One that can do more than show line after line. */
static bool is_terminal(int stream)
{
    const char *kind = getenv("TERM");

    return kind && strcmp(kind, "dumb") != 0 && isatty(stream);
}

static bool wants_color(const struct command_line *line, int stream)
{
    const char *no_color = getenv("NO_COLOR");

    return !line->no_color && !(no_color && *no_color) && is_terminal(stream);
}

/* Seconds; 0: as the library has it. */
static unsigned patience(void)
{
    const char *text = getenv("FAKE_PATIENCE");
    long seconds = text ? strtol(text, NULL, 10) : 0;

    return seconds > 0 && seconds < 1000000 ? (unsigned)seconds : 0;
}

static void add_sink(struct fake *fake, const struct command_line *line)
{
    struct fake_look look = {
        .color = wants_color(line, STDOUT_FILENO),
        .errors_color = wants_color(line, STDERR_FILENO),
        .verbose = line->verbose,
        .silent = line->settings.silent,
        .question = line->settings.question,
        .dry_run = line->settings.dry_run,
        .live = is_terminal(STDOUT_FILENO),
        .patience = patience(),
    };

    if (line->json)
        fake_sink_json(fake, stdout);
    else if (line->list_format || line->graph_format) /* standard output is theirs alone */
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
    entered = path.len == 0 || fake_enter(fake, str_text(&path));
    str_free(&path);
    return entered;
}

static void give_all(struct fake *fake, const struct command_line *line)
{
    for (size_t i = 0; i < line->assignments.len; i++)
        fake_assign(fake, line->assignments.items[i]);
    for (size_t i = 0; i < line->evals.len; i++)
        fake_eval(fake, line->evals.items[i]);
    for (size_t i = 0; i < line->goals.len; i++)
        fake_goal(fake, line->goals.items[i]);
    for (size_t i = 0; i < line->files.len; i++)
        fake_load(fake, line->files.items[i]);
}

static int draw(struct fake *fake, const char *format)
{
    static const struct {
        const char *name;
        enum fake_graph_format format;
    } formats[] = { { "dot", FAKE_GRAPH_DOT },
                    { "svg", FAKE_GRAPH_SVG },
                    { "json", FAKE_GRAPH_JSON } };
    size_t i = 0;

    while (strcmp(formats[i].name, format) != 0) /* the options know no others */
        i++;
    return fake_graph(fake, stdout, formats[i].format) ? 0 : FAILED;
}

/* A word that is fake's own, and no target of these files. */
static const struct subcommand *subcommand_of(struct fake *fake, const struct command_line *line)
{
    const struct subcommand *found =
        line->goals.len > 0 && !line->is_make ? subcommand_find(line->goals.items[0]) : NULL;

    if (line->subcommand)
        return line->subcommand;
    return found && !fake_has_target(fake, found->name) ? found : NULL;
}

static int run_subcommand(struct fake *fake, const struct command_line *line,
                          const struct subcommand *subcommand)
{
    size_t taken = (line->subcommand ? 0 : 1) + subcommand->arguments;
    const char *extra = line->settings.command    ? line->settings.command
                        : line->goals.len > taken ? line->goals.items[taken]
                                                  : NULL;

    if (!extra)
        return subcommand->run(fake, line);
    fprintf(stderr, "fake: *** %s takes no '%s'%s.  Stop.\n", subcommand->name, extra,
            subcommand->is_here ? "" : ": -H and -R say which hosts");
    return FAILED;
}

static int carry_out(struct fake *fake, const struct command_line *line)
{
    const struct subcommand *subcommand;

    if (line->list_format)
        return fake_list(fake, stdout, strcmp(line->list_format, "json") == 0) ? 0 : FAILED;
    if (line->graph_format)
        return draw(fake, line->graph_format);
    subcommand = subcommand_of(fake, line);
    return subcommand ? run_subcommand(fake, line, subcommand) : fake_run(fake);
}

/* What a file has put into MAKEFLAGS counts as if it stood on the command line. */
static void take_flags(void *context, const char *flags, struct fake_settings *settings)
{
    struct command_line *line = context;

    flags_take_makes(line, flags);
    *settings = *command_line_settings(line);
}

/* ---- files that are written beside ---- */

struct outputs {
    FILE *log, *report;
};

/* Opened before anything else is done: a wrong path is told at once. NULL path: none is wanted. */
static bool open_output(const struct command_line *line, const char *path, const char *mode,
                        FILE **file)
{
    *file = path ? fopen(path, mode) : NULL;
    if (*file || !path)
        return true;
    fprintf(stderr, "%s: *** %s: %s.  Stop.\n", line->is_make ? "make" : "fake", path,
            strerror(errno));
    return false;
}

static bool close_output(const char *path, FILE *file)
{
    if (!file || fclose(file) == 0)
        return true;
    fprintf(stderr, "fake: *** write error: %s: %s.  Stop.\n", path, strerror(errno));
    return false;
}

static int work_with(struct command_line *line, const struct outputs *outputs)
{
    struct fake *fake = fake_new(command_line_settings(line));
    int code = FAILED;

    add_sink(fake, line);
    if (outputs->log)
        fake_sink_plain(fake, outputs->log, outputs->log, (struct fake_look){ .verbose = true });
    if (outputs->report)
        fake_sink_report(fake, outputs->report);
    if (enter(fake, line)) {
        give_all(fake, line);
        code = carry_out(fake, line);
        if (line->print_database)
            fake_print_database(fake, stdout);
    }
    fake_free(fake);
    return code;
}

static int work(struct command_line *line)
{
    struct outputs outputs = { NULL, NULL };
    int code = FAILED;
    bool fine = open_output(line, line->log_path, "a", &outputs.log) &&
                open_output(line, line->report_path, "w", &outputs.report);

    if (fine)
        code = work_with(line, &outputs);
    fine = close_output(line->log_path, outputs.log) && fine;
    fine = close_output(line->report_path, outputs.report) && fine;
    return fine || code ? code : FAILED;
}

/* ---- the environment ---- */

static bool is_in_a_make(void)
{
    const char *level = getenv("MAKELEVEL");

    return level && atoi(level) > 0;
}

/* MAKEFLAGS has what stands in GNUMAKEFLAGS from now on. */
static void take_makes_flags(struct command_line *line)
{
    static const char *const names[] = { "GNUMAKEFLAGS", "MAKEFLAGS" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *flags = getenv(names[i]);
        if (flags)
            flags_take_makes(line, flags);
    }
    unsetenv(names[0]);
}

static void take_fakes_flags(struct command_line *line)
{
    const char *flags = getenv("FAKEFLAGS");

    if (flags && !line->is_make)
        flags_take_fakes(line, flags);
}

/* Before any file is read, whose targets might have it otherwise. */
static bool stays_here(const struct command_line *line)
{
    const struct subcommand *subcommand = line->subcommand;

    if (!subcommand && line->goals.len > 0)
        subcommand = subcommand_find(line->goals.items[0]);
    return subcommand && subcommand->is_here;
}

static void settle(struct command_line *line, const char *program)
{
    struct fake_settings *settings = &line->settings;
    bool inner = is_in_a_make();

    settings->program = program;
    settings->words = line->is_make ? NULL : subcommand_names(line->arena);
    settings->search_upwards =
        line->folders.len == 0 && line->files.len == 0 && !inner && !stays_here(line);
    if (line->list_format || line->graph_format)
        line->no_print_directory = true;
    else if ((inner || line->folders.len > 0) && !settings->silent)
        line->print_directory = true;
    settings->hide_directory =
        line->no_print_directory || (settings->silent && !line->print_directory);
    settings->inherit_output = !line->json && !line->log_path && !line->report_path;
    settings->take_flags = take_flags;
    settings->take_flags_context = line;
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
    const char *called = argc > 0 ? argv[0] : "fake";
    char *rules = place_rules(called), *command = place_command(called);
    struct command_line line;
    int code = FAILED;

    command_line_init(&line);
    line.is_make = is_called_make(called);
    line.settings.rules_folder = rules;
    line.settings.make_command = command;
    take_makes_flags(&line);
    if (command_line_parse(&line, argc > 0 ? argc - 1 : 0, argv + 1, stderr)) {
        take_fakes_flags(&line);
        settle(&line, line.is_make ? "make" : "fake");
        code = line.help      ? print_help(line.is_make)
               : line.version ? print_version(line.is_make)
                              : work(&line);
    }
    command_line_free(&line);
    free(rules);
    free(command);
    return finish_output(code);
}
