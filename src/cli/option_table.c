#include "cli/option_table.h"

#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "cli/options.h"

#define AT(member)  offsetof(struct command_line, member)
#define SET(member) offsetof(struct command_line, settings.member)

static const char *const list_formats[] = { "text", "json", NULL };
static const char *const graph_formats[] = { "dot", "svg", "json", NULL };
static const char *const sync_kinds[] = { "target", "none", "line", "recurse", NULL };

enum {
    FAKES = OPTION_FAKES,
    MAKES = OPTION_MAKES,
    TO_MAKES = OPTION_TO_MAKES,
    TO_FAKES = OPTION_FAKES | OPTION_TO_FAKES,
};

/* A row without help is another name for the one before it, or changes nothing here. */
static const struct option options[] = {
    { OPTION_HEADING, 0, NULL, 0, 0, NULL, "What is read", NULL },
    { OPTION_LIST, 'f', "file", 0, AT(files), "FILE",
      "Read FILE as the Fakefile; several, in turn.", NULL },
    { OPTION_LIST, 0, "makefile", 0, AT(files), "FILE", NULL, NULL },
    { OPTION_LIST, 'C', "directory", 0, AT(folders), "FOLDER", "Go to FOLDER before anything else.",
      NULL },
    { OPTION_LIST, 'I', "include-dir", TO_MAKES, AT(includes), "FOLDER",
      "Look for included files in FOLDER too.", NULL },
    { OPTION_FLAG, 'e', "environment-overrides", TO_MAKES, SET(environment_overrides), NULL,
      "Environment variables beat the Fakefile's.", NULL },
    { OPTION_LIST, 0, "eval", TO_MAKES, AT(evals), "TEXT", "Read TEXT before the Fakefile.", NULL },
    { OPTION_LIST, 'E', NULL, 0, AT(evals), "TEXT", NULL, NULL },
    { OPTION_FLAG, 0, "warn-undefined-variables", TO_MAKES, SET(warn_undefined), NULL,
      "Warn where an undefined variable is used.", NULL },
    { OPTION_HEADING, 0, NULL, 0, 0, NULL, "Where it runs", NULL },
    { OPTION_JOINED, 'H', "hosts", TO_FAKES, SET(hosts), "HOSTS",
      "Only these hosts: web1,admin@web[02-20]:2222", NULL },
    { OPTION_JOINED, 'R', "roles", TO_FAKES, SET(roles), "ROLES",
      "Only hosts of these roles, with their variables.", NULL },
    { OPTION_JOINED, 'x', "exclude", TO_FAKES, SET(exclude), "HOSTS", "Not these hosts.", NULL },
    { OPTION_TEXT, 0, "limit", TO_FAKES, SET(limit), "PATTERN",
      "Of all these, only hosts that match: 'web*'", NULL },
    { OPTION_TEXT, 'u', "user", TO_FAKES, SET(user), "NAME", "Log in as NAME.", NULL },
    { OPTION_TEXT, 0, "port", FAKES, SET(port), "NUMBER", "The port of the ssh servers.", NULL },
    { OPTION_TEXT, 0, "identity", FAKES, SET(identity), "FILE", "Log in with the key in FILE.",
      NULL },
    { OPTION_HEADING, 0, NULL, 0, 0, NULL, "How it runs", NULL },
    { OPTION_FLAG, 'n', "dry-run", TO_MAKES, SET(dry_run), NULL,
      "Change nothing; say what would run and why.", NULL },
    { OPTION_FLAG, 0, "just-print", 0, SET(dry_run), NULL, NULL, NULL },
    { OPTION_FLAG, 0, "recon", 0, SET(dry_run), NULL, NULL, NULL },
    { OPTION_FLAG, 0, "sandbox", FAKES, SET(sandbox), NULL,
      "Run nothing, but let each host's shell check its commands.", NULL },
    { OPTION_FLAG, 'B', "always-make", TO_MAKES, SET(always), NULL, "Run what is unchanged, too.",
      NULL },
    { OPTION_FLAG, 'q', "question", TO_MAKES, SET(question), NULL,
      "Run nothing; exit code 1: something is to do.", NULL },
    { OPTION_FLAG, 't', "touch", TO_MAKES, SET(touch), NULL,
      "Take files for made without making them.", NULL },
    { OPTION_LIST, 'o', "old-file", 0, AT(old_files), "FILE",
      "Take FILE for unchanged, and do not make it.", NULL },
    { OPTION_LIST, 0, "assume-old", 0, AT(old_files), "FILE", NULL, NULL },
    { OPTION_LIST, 'W', "what-if", 0, AT(new_files), "FILE", "Take FILE for changed.", NULL },
    { OPTION_LIST, 0, "new-file", 0, AT(new_files), "FILE", NULL, NULL },
    { OPTION_LIST, 0, "assume-new", 0, AT(new_files), "FILE", NULL, NULL },
    { OPTION_FLAG, 'L', "check-symlink-times", TO_MAKES, SET(check_links), NULL,
      "Where times decide, a link's own counts, too.", NULL },
    { OPTION_FLAG, 'k', "keep-going", TO_MAKES, SET(keep_going), NULL,
      "After a failure, run what does not depend on it.", NULL },
    { OPTION_CLEAR, 'S', "stop", 0, SET(keep_going), NULL, "Not so, whatever MAKEFLAGS says.",
      NULL },
    { OPTION_CLEAR, 0, "no-keep-going", 0, SET(keep_going), NULL, NULL, NULL },
    { OPTION_FLAG, 'i', "ignore-errors", TO_MAKES, SET(ignore_errors), NULL,
      "Go on as if no command had failed.", NULL },
    { OPTION_LIMIT, 'j', "jobs", 0, SET(jobs_here), "N", "Run N jobs at once here; without N, all.",
      NULL },
    { OPTION_LOAD, 'l', "load-average", TO_MAKES, SET(load), "N",
      "No second job here while the load is N or more.", NULL },
    { OPTION_LOAD, 0, "max-load", 0, SET(load), "N", NULL, NULL },
    { OPTION_CHOICE, 0, "shuffle", TO_MAKES, SET(shuffle), "MODE",
      "Make what has no order in a random one; MODE: a number for that one, reverse, none.", NULL },
    { OPTION_NUMBER, 'P', "hosts-at-once", FAKES, SET(hosts_at_once), "N",
      "Work on N hosts at once (default: on all).", NULL },
    { OPTION_SECONDS, 0, "lock-timeout", FAKES, SET(lock_timeout), "SECONDS",
      "Wait for a host that another run has locked.", NULL },
    { OPTION_FLAG, 0, "yes", TO_FAKES, SET(yes), NULL,
      "Answer yes to what is asked, and take defaults.", NULL },
    { OPTION_FLAG, 0, "non-interactive", TO_FAKES, SET(non_interactive), NULL,
      "Ask nothing; what has no default is an error.", NULL },
    { OPTION_LIST, 0, "answer", FAKES, AT(answers), "ANSWER", NULL, NULL },
    { OPTION_HEADING, 0, NULL, 0, 0, NULL, "What is shown", NULL },
    { OPTION_FLAG, 's', "silent", TO_MAKES, SET(silent), NULL,
      "Only what commands print, and what is wrong.", NULL },
    { OPTION_FLAG, 0, "quiet", 0, SET(silent), NULL, NULL, NULL },
    { OPTION_CLEAR, 0, "no-silent", 0, SET(silent), NULL, NULL, NULL },
    { OPTION_CHOICE, 'O', "output-sync", TO_MAKES | OPTION_ADJACENT, SET(output_sync), "KIND",
      "Keep each target's output together; or each line's, each make's (recurse), or none.",
      sync_kinds },
    { OPTION_FLAG, 0, "trace", TO_MAKES, SET(trace), NULL,
      "Say why each file is made, and where its rule is.", NULL },
    { OPTION_FLAG, 0, "verbose", FAKES, AT(verbose), NULL, "Connections and skipped jobs, too.",
      NULL },
    { OPTION_FLAG, 0, "explain", FAKES, SET(explain), NULL, "Why each job runs or is skipped.",
      NULL },
    { OPTION_FLAG, 0, "diff", FAKES, SET(diff), NULL,
      "What changes in the files of hosts, line by line.", NULL },
    { OPTION_FLAG, 'd', NULL, TO_MAKES, AT(debug), NULL, NULL, NULL },
    { OPTION_CHOICE, 0, "debug", 0, AT(debug_levels), "WHAT", NULL, NULL },
    { OPTION_CHOICE, 0, "list", FAKES, AT(list_format), "json",
      "List targets, their hosts and hooks; run nothing.", list_formats },
    { OPTION_CHOICE, 0, "graph", FAKES, AT(graph_format), "dot",
      "The jobs for the goals and what each waits for, as dot, svg or json; run nothing.",
      graph_formats },
    { OPTION_FLAG, 'p', "print-data-base", TO_MAKES, AT(print_database), NULL,
      "Print all variables and rules, too.", NULL },
    { OPTION_FLAG, 0, "json", FAKES, AT(json), NULL, "Print each event as a line of JSON.", NULL },
    { OPTION_TEXT, 0, "log", FAKES, AT(log_path), "FILE", "Add all that is shown to FILE, too.",
      NULL },
    { OPTION_TEXT, 0, "report", FAKES, AT(report_path), "FILE",
      "Write a page of HTML about the run to FILE.", NULL },
    { OPTION_FLAG, 0, "no-color", FAKES, AT(no_color), NULL,
      "No colours. NO_COLOR and TERM=dumb mean it, too.", NULL },
    { OPTION_FLAG, 'w', "print-directory", TO_MAKES, AT(print_directory), NULL,
      "Name the folder, before and after.", NULL },
    { OPTION_FLAG, 0, "no-print-directory", TO_MAKES, AT(no_print_directory), NULL,
      "Never name it.", NULL },
    { OPTION_FLAG, 'h', "help", 0, AT(help), NULL, "This text.", NULL },
    { OPTION_FLAG, 'v', "version", 0, AT(version), NULL, "The version, and those of the libraries.",
      NULL },
    { OPTION_FLAG, 'r', "no-builtin-rules", TO_MAKES, AT(no_rules), NULL, NULL, NULL },
    { OPTION_FLAG, 'R', "no-builtin-variables", MAKES | TO_MAKES, AT(no_variables), NULL, NULL,
      NULL },
    { OPTION_TEXT, 0, "jobserver-auth", MAKES, SET(jobserver), "AUTH", NULL, NULL },
    { OPTION_TEXT, 0, "jobserver-fds", MAKES, SET(jobserver), "AUTH", NULL, NULL },
    { OPTION_TEXT, 0, "jobserver-style", MAKES, AT(ignored), "STYLE", NULL, NULL },
    { OPTION_TEXT, 0, "sync-mutex", MAKES, AT(ignored), "NAME", NULL, NULL },
    { OPTION_FLAG, 'b', NULL, 0, AT(nothing), NULL, NULL, NULL },
    { OPTION_FLAG, 'm', NULL, 0, AT(nothing), NULL, NULL, NULL },
};

enum { OPTION_COUNT = sizeof options / sizeof *options };

static bool is_known(const struct option *option, bool is_make)
{
    return option->kind != OPTION_HEADING &&
           !(option->traits & (is_make ? OPTION_FAKES : OPTION_MAKES));
}

const struct option *option_by_letter(char letter, bool is_make)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (letter && options[i].letter == letter && is_known(&options[i], is_make))
            return &options[i];
    }
    return NULL;
}

const struct option *option_by_name(const char *name, bool is_make)
{
    const struct option *found = NULL;
    bool is_one = true;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];

        if (!option->name || !is_known(option, is_make) || !str_starts(option->name, name))
            continue;
        if (strcmp(option->name, name) == 0)
            return option;
        /* Two names of one thing are not two things. */
        is_one = is_one && (!found || found->place == option->place);
        if (!found)
            found = option;
    }
    return is_one && *name ? found : NULL;
}

const char *option_nearest(const char *name, bool is_make)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].name && is_known(&options[i], is_make))
            nearest_try(&nearest, options[i].name);
    }
    return nearest.best;
}

const struct option *option_row(size_t index)
{
    return index < OPTION_COUNT ? &options[index] : NULL;
}
