#ifndef FAKE_UI_LIST_H
#define FAKE_UI_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "base/vec.h"

/* A target, for `fake --list`. Lists hold const char *. */
struct list_target {
    const char *name;
    const char *documentation; /* NULL: none */
    const char *file;          /* where it is first defined */
    unsigned line;
    bool is_task, is_default;
    bool is_notable; /* listed for people, too: a task, or a file that somebody asks for by name */
    const char *binding; /* "@web @db", "@local", "@:"; NULL: a make rule's */
    const char
        *place; /* its hosts as people read them: "web[01-20]"; NULL: no hosts, or selected */
    struct vec hosts;
    struct vec prerequisites;
    struct vec before, after, on_failure; /* its hooks, in their order */
};

struct list_role {
    const char *name;
    const char *place; /* "web[01-20]" */
    struct vec hosts;
};

/* What a Fakefile offers. */
struct list {
    const char *default_goal; /* NULL: none */
    struct vec targets;       /* struct list_target, in the order of the file */
    struct vec roles;         /* struct list_role */
};

void list_print_text(const struct list *list, FILE *out);
/* One object, described in docs/events.md. */
void list_print_json(const struct list *list, FILE *out);

#endif
