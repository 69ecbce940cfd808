#ifndef FAKE_CLI_OPTIONS_H
#define FAKE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"
#include "base/vec.h"
#include "fake.h"

struct arena;
struct subcommand;

/* What the words of the command line say. */
struct command_line {
    struct arena *arena;
    bool is_make; /* called as make: set before words are taken */
    struct fake_settings settings;
    struct vec folders;     /* -C; const char *, as the lists below, in the order given */
    struct vec files;       /* -f */
    struct vec includes;    /* -I */
    struct vec evals;       /* --eval */
    struct vec old_files;   /* -o */
    struct vec new_files;   /* -W */
    struct vec answers;     /* --answer: an outer fake's, in FAKEFLAGS */
    struct vec assignments; /* name=value */
    struct vec goals;       /* goal, goal:name=value */
    struct str command;     /* the words behind -- */
    const struct subcommand *subcommand; /* --status, …; NULL: none */
    const char *list_format;             /* --list: "text" or "json"; NULL: not asked for */
    const char *graph_format;            /* --graph: "dot", "svg" or "json"; NULL: not asked for */
    const char *log_path;                /* --log; NULL: none */
    const char *report_path;             /* --report; NULL: none */
    const char *debug_levels;            /* --debug: make's; told as --explain tells it */
    bool debug;
    bool json, no_color, verbose, print_database;
    bool print_directory, no_print_directory;
    bool help, version;
    bool no_rules, no_variables; /* -r, and make's -R: always so here, handed on to makes */
    bool nothing;                /* letters that make has and that change nothing here */
    const char *ignored;         /* the same, with a value */
};

/* The caller frees it, parsed or not. Strings point into the words. */
void command_line_init(struct command_line *line);
void command_line_free(struct command_line *line);

/* Takes words, such as those after the program's name; may be called again for more. What is wrong
 * is told on `errors` (NULL: nowhere), all of it; false then. */
bool command_line_parse(struct command_line *line, int count, char **words, FILE *errors);

/* The settings that all the words make, complete; valid until the next call here. */
const struct fake_settings *command_line_settings(struct command_line *line);

/* Of what a program of that name knows, within 80 columns. */
void command_line_print_help(bool is_make, FILE *out);

#endif
