#ifndef FAKE_CLI_INIT_H
#define FAKE_CLI_INIT_H

/* fake init [KIND]: writes a Fakefile with comments into this folder, from what lies there; kind
 * NULL: what it finds says which. Never writes over one. Returns the exit code. */
int init_run(const char *kind);

#endif
