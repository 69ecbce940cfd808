#ifndef FAKE_CLI_INIT_FIND_H
#define FAKE_CLI_INIT_FIND_H

#include <stdbool.h>

/* What lies in this folder, for the Fakefile that `fake init` writes. A text that is NULL was not
 * found. */
struct findings {
    char *name;         /* of the project: never NULL */
    char *package;      /* the Python package */
    char *app;          /* module:object, that a WSGI server serves */
    char *requirements; /* requirements.txt */
    char *static_files; /* the folder that holds index.html */
    char *makefile;     /* the Makefile that has a rule for the program */
    char *remote;       /* the git remote `origin` */
    char *branch;       /* that is checked out */
    bool has_manage_py, has_c_sources, uses_flask, uses_gunicorn;
};

void findings_make(struct findings *findings);
void findings_free(struct findings *findings);
/* The text of this member, as the templates call it; NULL: not found, or no member. */
const char *findings_get(const struct findings *findings, const char *name);

#endif
