#include <string.h>

#include "base/str.h"
#include "cli/option_table.h"
#include "cli/options.h"
#include "cli/subcommand.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 79 };

/* "  -j, --jobs[=N]" */
static void add_names(const struct option *option, struct str *out)
{
    bool may = option->kind == OPTION_LIMIT || option->kind == OPTION_LOAD ||
               option->kind == OPTION_CHOICE;

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
    "  fake -H 'web[01-20]' -- uptime         one command on many hosts\n"
    "\n"
    "Unless a target is called so (--status is always this):\n";

static const char help_begin_make[] =
    "Usage: make [options] [target | name=value]...\n"
    "Builds a project as its Makefile says. This is fake under make's name: what has\n"
    "changed is decided by content, and there are no hosts. `fake --help` tells more.\n";

static const char help_end_make[] =
    "\n"
    "Exit codes: 0 done, 1 -q and something is to do, 2 something failed.\n";

static const char help_end[] =
    "\n"
    "Exit codes: 0 done, 1 -q and something is to do, 2 something failed, 3 a host\n"
    "could not be reached, 4 a host is locked by another run, 130 interrupted.\n";

/* A name, and what it does from HELP_COLUMN on; the name begins at `start`. */
static void add_help(const char *help, size_t start, struct str *text)
{
    if (text->len - start >= HELP_COLUMN) {
        str_addc(text, '\n');
        start = text->len;
    }
    str_addf(text, "%*s", (int)(HELP_COLUMN - (text->len - start)), "");
    add_wrapped(help, HELP_COLUMN, text);
    str_addc(text, '\n');
}

static void add_subcommands(struct str *text)
{
    const struct subcommand *subcommand;

    for (size_t i = 0; (subcommand = subcommand_row(i)); i++) {
        size_t start = text->len;
        str_addf(text, "  %s", subcommand->name);
        add_help(subcommand->help, start, text);
    }
}

/* Those that it knows, under their headings. */
static void add_options(bool is_make, struct str *text)
{
    const struct option *option, *heading = NULL;

    for (size_t i = 0; (option = option_row(i)); i++) {
        size_t start;

        if (option->kind == OPTION_HEADING)
            heading = option;
        if (option->kind == OPTION_HEADING || !option->help ||
            (option->traits & (is_make ? OPTION_FAKES : OPTION_MAKES)))
            continue;
        if (heading)
            str_addf(text, "\n%s\n", heading->help);
        heading = NULL;
        start = text->len;
        add_names(option, text);
        add_help(option->help, start, text);
    }
}

void command_line_print_help(bool is_make, FILE *out)
{
    struct str text = { 0 };

    str_add(&text, is_make ? help_begin_make : help_begin);
    if (!is_make)
        add_subcommands(&text);
    add_options(is_make, &text);
    str_add(&text, is_make ? help_end_make : help_end);
    fputs(str_text(&text), out);
    str_free(&text);
}
