#include "cli/option_table.h"

#include <string.h>

#include "base/diag.h"
#include "cli/options.h"

#define AT(member)  offsetof(struct command_line, member)
#define SET(member) offsetof(struct command_line, settings.member)

static const char *const list_formats[] = { "text", "json", NULL };

static const struct option options[] = {
    { OPTION_HEADING, 0, NULL, 0, NULL, "What is read", NULL },
    { OPTION_LIST, 'f', "file", AT(files), "FILE", "Read FILE as the Fakefile; several, in turn.",
      NULL },
    { OPTION_LIST, 0, "makefile", AT(files), "FILE", NULL, NULL },
    { OPTION_LIST, 'C', "directory", AT(folders), "FOLDER", "Go to FOLDER before anything else.",
      NULL },
    { OPTION_LIST, 'I', "include-dir", AT(includes), "FOLDER",
      "Look for included files in FOLDER too.", NULL },
    { OPTION_FLAG, 'e', "environment-overrides", SET(environment_overrides), NULL,
      "Environment variables beat the Fakefile's.", NULL },
    { OPTION_LIST, 0, "eval", AT(evals), "TEXT", "Read TEXT before the Fakefile.", NULL },
    { OPTION_FLAG, 0, "warn-undefined-variables", SET(warn_undefined), NULL,
      "Warn where an undefined variable is used.", NULL },

    { OPTION_HEADING, 0, NULL, 0, NULL, "Where it runs", NULL },
    { OPTION_JOINED, 'H', "hosts", SET(hosts), "HOSTS",
      "Only these hosts: web1,admin@web[02-20]:2222", NULL },
    { OPTION_JOINED, 'R', "roles", SET(roles), "ROLES",
      "Only hosts of these roles, with their variables.", NULL },
    { OPTION_JOINED, 'x', "exclude", SET(exclude), "HOSTS", "Not these hosts.", NULL },
    { OPTION_TEXT, 0, "limit", SET(limit), "PATTERN", "Of all these, only hosts that match: 'web*'",
      NULL },
    { OPTION_TEXT, 'u', "user", SET(user), "NAME", "Log in as NAME.", NULL },
    { OPTION_TEXT, 0, "port", SET(port), "NUMBER", "The port of the ssh servers.", NULL },
    { OPTION_TEXT, 0, "identity", SET(identity), "FILE", "Log in with the key in FILE.", NULL },

    { OPTION_HEADING, 0, NULL, 0, NULL, "How it runs", NULL },
    { OPTION_FLAG, 'n', "dry-run", SET(dry_run), NULL,
      "Change nothing; say what would run and why.", NULL },
    { OPTION_FLAG, 0, "just-print", SET(dry_run), NULL, NULL, NULL },
    { OPTION_FLAG, 0, "recon", SET(dry_run), NULL, NULL, NULL },
    { OPTION_FLAG, 'B', "always-make", SET(always), NULL, "Run what is unchanged, too.", NULL },
    { OPTION_FLAG, 'q', "question", SET(question), NULL,
      "Run nothing; exit code 1: something is to do.", NULL },
    { OPTION_FLAG, 't', "touch", SET(touch), NULL, "Take files for made without making them.",
      NULL },
    { OPTION_FLAG, 'k', "keep-going", SET(keep_going), NULL,
      "After a failure, run what does not depend on it.", NULL },
    { OPTION_CLEAR, 'S', "stop", SET(keep_going), NULL, NULL, NULL },
    { OPTION_CLEAR, 0, "no-keep-going", SET(keep_going), NULL, NULL, NULL },
    { OPTION_FLAG, 'i', "ignore-errors", SET(ignore_errors), NULL,
      "Go on as if no command had failed.", NULL },
    { OPTION_LIMIT, 'j', "jobs", SET(jobs_here), "N", "Run N jobs at once here; without N, all.",
      NULL },
    { OPTION_NUMBER, 'P', "hosts-at-once", SET(hosts_at_once), "N",
      "Work on N hosts at once (default: on all).", NULL },
    { OPTION_SECONDS, 0, "lock-timeout", SET(lock_timeout), "SECONDS",
      "Wait for a host that another run has locked.", NULL },
    { OPTION_FLAG, 0, "yes", SET(yes), NULL, "Answer yes to what is asked, and take defaults.",
      NULL },

    { OPTION_HEADING, 0, NULL, 0, NULL, "What is shown", NULL },
    { OPTION_FLAG, 's', "silent", SET(silent), NULL, "Only what commands print, and what is wrong.",
      NULL },
    { OPTION_FLAG, 0, "quiet", SET(silent), NULL, NULL, NULL },
    { OPTION_FLAG, 0, "verbose", AT(verbose), NULL, "Connections and skipped jobs, too.", NULL },
    { OPTION_FLAG, 0, "explain", SET(explain), NULL, "Why each job runs or is skipped.", NULL },
    { OPTION_CHOICE, 0, "list", AT(list_format), "json",
      "List targets, their hosts and hooks; run nothing.", list_formats },
    { OPTION_FLAG, 0, "json", AT(json), NULL, "Print each event as a line of JSON.", NULL },
    { OPTION_FLAG, 0, "no-color", AT(no_color), NULL,
      "No colours. NO_COLOR and TERM=dumb mean it, too.", NULL },
    { OPTION_FLAG, 'w', "print-directory", AT(print_directory), NULL,
      "Name the folder, before and after.", NULL },
    { OPTION_FLAG, 0, "no-print-directory", AT(no_print_directory), NULL, NULL, NULL },
    { OPTION_FLAG, 'h', "help", AT(help), NULL, "This text.", NULL },
    { OPTION_FLAG, 'v', "version", AT(version), NULL, "The version, and those of the libraries.",
      NULL },
    { OPTION_FLAG, 'r', "no-builtin-rules", AT(nothing), NULL, NULL, NULL },
    { OPTION_FLAG, 'b', NULL, AT(nothing), NULL, NULL, NULL },
    { OPTION_FLAG, 'm', NULL, AT(nothing), NULL, NULL, NULL },
};

enum { OPTION_COUNT = sizeof options / sizeof *options };

const struct option *option_by_letter(char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].letter == letter && letter)
            return &options[i];
    }
    return NULL;
}

const struct option *option_by_name(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].name && strcmp(options[i].name, name) == 0)
            return &options[i];
    }
    return NULL;
}

const char *option_nearest(const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].name)
            nearest_try(&nearest, options[i].name);
    }
    return nearest.best;
}

enum { HELP_COLUMN = 30, HELP_WIDTH = 79 };

/* "  -j, --jobs[=N]" */
static void add_names(const struct option *option, struct str *out)
{
    bool may = option->kind == OPTION_LIMIT || option->kind == OPTION_CHOICE;

    if (option->letter)
        str_addf(out, "  -%c, ", option->letter);
    else
        str_add(out, "      ");
    str_addf(out, "--%s", option->name);
    if (option->argument)
        str_addf(out, may ? "[=%s]" : "=%s", option->argument);
}

/* Words from `column` on, broken before HELP_WIDTH. */
static void add_wrapped(const char *text, size_t column, struct str *out)
{
    while (*text) {
        size_t length = strcspn(text, " ");

        if (column + 1 + length > HELP_WIDTH) {
            str_addf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            str_addc(out, ' ');
            column++;
        }
        str_addn(out, text, length);
        column += length;
        text += length + strspn(text + length, " ");
    }
}

static const char help_begin[] =
    "Usage: fake [options] [goal | goal:name=value,... | name=value]...\n"
    "       fake [options] -H HOSTS | -R ROLES -- command\n"
    "Builds a project and deploys it to its servers, as the Fakefile here says.\n"
    "\n"
    "  fake pack deploy                       both, in this order, on all their hosts\n"
    "  fake -R staging deploy branch=hotfix   on the hosts of a role, with a variable\n"
    "  fake -H 'web[01-20]' -- uptime         one command on many hosts\n";

static const char help_end[] =
    "\n"
    "Exit codes: 0 done, 1 -q and something is to do, 2 something failed, 3 a host\n"
    "could not be reached, 4 a host is locked by another run, 130 interrupted.\n";

void command_line_print_help(FILE *out)
{
    struct str text = { 0 };

    str_add(&text, help_begin);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];
        size_t start = text.len;

        if (option->kind == OPTION_HEADING) {
            str_addf(&text, "\n%s\n", option->help);
        } else if (option->help) {
            add_names(option, &text);
            if (text.len - start >= HELP_COLUMN) {
                str_addc(&text, '\n');
                start = text.len;
            }
            str_addf(&text, "%*s", (int)(HELP_COLUMN - (text.len - start)), "");
            add_wrapped(option->help, HELP_COLUMN, &text);
            str_addc(&text, '\n');
        }
    }
    str_add(&text, help_end);
    fputs(str_text(&text), out);
    str_free(&text);
}
