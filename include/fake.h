#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* libfake: reads a Fakefile, makes a plan, runs it, and tells what happens as events. It has no
 * global state and prints nothing by itself; sinks do. Strings given to it must outlive the context
 * unless said otherwise. Not for use by two threads at once.
 *
 * The order of calls: fake_new, sinks, fake_enter; fake_assign, fake_eval, fake_goal and fake_load
 * in any order; then fake_list, fake_graph, fake_inspect or fake_run once; fake_print_database;
 * fake_free. */
struct fake;

/* For a count: as many as there are. */
#define FAKE_UNLIMITED ((unsigned)-1)

/* What the command line can say. Zero is the default of each. */
struct fake_settings {
    const char *program;      /* "fake"; "make" reads as make does */
    const char *make_command; /* what $(MAKE) runs; NULL: `program` */
    char **environment;       /* NULL-terminated; NULL: the process's */
    const char *rules_folder;
    const char *const *include_folders; /* NULL-terminated, as the next four */
    const char *const *old_files;       /* -o */
    const char *const *new_files;       /* -W */
    const char *const *answers;         /* an outer fake's, as its FAKEFLAGS has them */
    const char *const *words; /* which a goal without a rule may have meant, beside the targets */
    const char *hosts, *roles, *exclude, *limit, *user, *port, *identity, *project;
    const char *command;     /* run on the selected hosts, in place of goals */
    const char *output_sync; /* -O: "target", "line", "recurse", "none"; NULL: none */
    const char *shuffle;     /* "reverse", or a number that names an order; NULL: as written */
    const char *jobserver;   /* an outer make's, as in its --jobserver-auth; NULL: none */
    double load;             /* -l; 0: any */
    unsigned jobs_here;      /* at once; 0: 1 */
    unsigned hosts_at_once;  /* 0: all */
    unsigned lock_timeout;   /* seconds; 0: fail at once */
    bool keep_going, dry_run, always, question, silent, ignore_errors, touch, explain, yes;
    bool non_interactive; /* nothing is asked: defaults are taken, and without one it is an error */
    bool environment_overrides, warn_undefined, trace, check_links;
    bool diff;           /* what changes in files of hosts is shown line by line */
    bool sandbox;        /* nothing runs: commands are checked by the shells that would run them */
    bool inherit_output; /* recipes of make's rules write to this process's own streams */
    bool search_upwards; /* with no such file here, a Fakefile is looked for in the folders above */
    bool print_directory; /* "Entering directory", "Leaving directory" */
    bool hide_directory;  /* not even when a Fakefile was found above */

    /* What MAKEFLAGS is to say to recipes, but for -j: the letters, "kw", and the options, each
     * with a blank in front; and FAKEFLAGS. NULL is "". */
    const char *flag_letters, *flag_options, *fake_flags;
    /* Called when all is read with the value of MAKEFLAGS that the files leave: puts what it says
     * into the settings. NULL: nobody is asked. */
    void (*take_flags)(void *context, const char *flags, struct fake_settings *settings);
    void *take_flags_context;
};

/* Copies the settings' values. The caller frees it with fake_free. */
struct fake *fake_new(const struct fake_settings *settings);
void fake_free(struct fake *fake); /* NULL is allowed */

/* Sinks: where events go. The streams are not closed, and stay the caller's. */
struct fake_look {
    bool color;        /* of `out` */
    bool errors_color; /* of `errors` */
    bool verbose;
    bool silent;   /* only what commands print, and what is wrong */
    bool question; /* -q: not even what would run */
    bool dry_run;  /* -n: commands are what is to be shown, silent or not */
    bool live;     /* `out` is a terminal: a last line says what every host is doing */
    /* Seconds that hosts which lag are waited for, so that equal output of several is one; 0: 5. */
    unsigned patience;
};
void fake_sink_plain(struct fake *fake, FILE *out, FILE *errors, struct fake_look look);
void fake_sink_json(struct fake *fake, FILE *out);
void fake_sink_report(struct fake *fake, FILE *out); /* a page of HTML, when the run has ended */

/* Changes this process's folder (-C). False when it cannot; that was reported. */
bool fake_enter(struct fake *fake, const char *folder);

/* What is to be read and made; kept, and read by what comes then. Texts must outlive the context.
 */
void fake_assign(struct fake *fake, const char *assignment); /* name=value */
void fake_eval(struct fake *fake, const char *text);         /* --eval */
void fake_goal(struct fake *fake, const char *goal);         /* "deploy" or "deploy:tag=v1" */
void fake_load(struct fake *fake, const char *path); /* a Fakefile; none: looked for (§1) */

/* Each reads the files first. False, or exit code 2, when anything is wrong with them; it was
 * reported to the sinks. */

/* Lists targets with their documentation, hosts and hooks; in words or as JSON. Makes nothing. */
bool fake_list(struct fake *fake, FILE *out, bool json);

/* Draws the jobs for the goals, and what each waits for. Makes nothing. */
enum fake_graph_format { FAKE_GRAPH_DOT, FAKE_GRAPH_SVG, FAKE_GRAPH_JSON };
bool fake_graph(struct fake *fake, FILE *out, enum fake_graph_format format);

/* Makes what is to be read where a rule for it says so, then plans and runs the goals. Returns the
 * exit code of the command (§6). */
int fake_run(struct fake *fake);

/* Whether the files have a target of that name; reads them, and fake_run will not read them again.
 * False, too, when anything is wrong with them. */
bool fake_has_target(struct fake *fake, const char *name);

/* What the selected hosts remember of this project (without a selection: all hosts of the file), in
 * words or as JSON: what is recorded, and what of it has changed since; the past runs; or ends the
 * sessions that hold locks, when the user says yes. Goals do not count. Returns the exit code. */
enum fake_inspection { FAKE_STATUS, FAKE_HISTORY, FAKE_UNLOCK };
int fake_inspect(struct fake *fake, enum fake_inspection what, FILE *out, bool json);

/* After one of these: all variables and rules, as make's -p prints them. */
void fake_print_database(const struct fake *fake, FILE *out);

const char *fake_version(void); /* "0.1" */

/* The libraries at work and their versions, "Jansson 2.14", one by one; NULL behind the last. */
const char *fake_library(unsigned index);

#endif
