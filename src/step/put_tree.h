#ifndef FAKE_STEP_PUT_TREE_H
#define FAKE_STEP_PUT_TREE_H

#include "step/put.h"

/* What put_tree.c and put_tree_ask.c share. Private to them. */

struct put_item {
    const char *name; /* relative to the root */
    const struct content *content;
    const struct content *source; /* that it is of, or is */
    bool is_there;                /* the host has it as it is to be */
    bool is_sent;
};

struct put_tree {
    const char *root;       /* a folder of the host, that must be there */
    const char *nearest;    /* the only thing that is to be in the root, or the root */
    struct put_item *items; /* folders before what is in them */
    size_t count;
    const char *twice; /* a name that two sources have; NULL */
};

struct put_tree put_tree_list(const struct step *step, const struct content *const *contents);
const char *put_item_path(struct arena *arena, const struct put_item *item); /* here */
unsigned put_item_mode(const struct step *step, const struct put_item *item);

/* Sets is_there by the host's answer. */
void put_tree_compare(const struct step *step, struct put_tree *tree, const char *answer);
/* Text that ends the step as stale when what is there is no longer as it was. */
void put_tree_add_check(struct str *text, const struct step *step, const struct put_tree *tree,
                        const char *answer);

#endif
