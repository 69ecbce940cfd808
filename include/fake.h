#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* libfake: reads a Fakefile, makes a plan, runs it, and tells what happens as events. It has no
 * global state and prints nothing by itself; sinks do. Strings given to it must outlive the context
 * unless said otherwise. Not for use by two threads at once.
 *
 * The order of calls: fake_new, sinks, fake_enter, fake_assign, fake_eval and fake_goal, fake_load
 * for each Fakefile, then fake_list or fake_run once, fake_free. */
struct fake;

/* For a count: as many as there are. */
#define FAKE_UNLIMITED ((unsigned)-1)

/* What the command line can say. Zero is the default of each. */
struct fake_settings {
    const char *program; /* "fake"; "make" reads as make does */
    char **environment;  /* NULL-terminated; NULL: the process's */
    const char *rules_folder;
    const char *const *include_folders; /* NULL-terminated */
    const char *hosts, *roles, *exclude, *limit, *user, *port, *identity, *project;
    const char *command;    /* run on the selected hosts, in place of goals */
    unsigned jobs_here;     /* at once; 0: 1 */
    unsigned hosts_at_once; /* 0: all */
    unsigned lock_timeout;  /* seconds; 0: fail at once */
    bool keep_going, dry_run, always, question, silent, ignore_errors, touch, explain, yes;
    bool environment_overrides, warn_undefined;
    bool search_upwards; /* with no such file here, a Fakefile is looked for in the folders above */
    bool hide_folders;   /* no "Entering directory" */
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
};
void fake_sink_plain(struct fake *fake, FILE *out, FILE *errors, struct fake_look look);
void fake_sink_json(struct fake *fake, FILE *out);

/* Each returns false when something was wrong; it was reported to the sinks. */
bool fake_enter(struct fake *fake, const char *folder); /* changes this process's folder (-C) */
bool fake_assign(struct fake *fake, const char *assignment); /* name=value */
bool fake_eval(struct fake *fake, const char *text);         /* --eval */
bool fake_goal(struct fake *fake, const char *goal);         /* "deploy" or "deploy:tag=v1" */
bool fake_load(struct fake *fake, const char *path); /* a Fakefile; NULL: looked for (§1) */

/* Lists targets with their documentation, hosts and hooks; in words or as JSON. */
bool fake_list(struct fake *fake, FILE *out, bool json);

/* Plans and runs the goals. Returns the exit code of the command (§6). */
int fake_run(struct fake *fake);

const char *fake_version(void); /* "0.1" */

/* The libraries at work and their versions, "Jansson 2.14", one by one; NULL behind the last. */
const char *fake_library(unsigned index);

#endif
