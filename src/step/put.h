#ifndef FAKE_STEP_PUT_H
#define FAKE_STEP_PUT_H

#include "step/verb.h"

/* What the parts of put share. Private to them. */
struct put {
    struct arena *arena;
    size_t source_count;         /* wildcards expanded: as step_sources gave them last */
    const char *unmatched;       /* a pattern that no file here fits; NULL */
    bool is_folder;              /* DST ends in a slash: what is sent keeps its name in it */
    const struct content **made; /* --text, --expand: what is sent in place of sources; NULL */
    bool is_inside;              /* of one file, by the host's answer: DST is a folder there */
    bool *unchanged;             /* of a tree's items, once compiled: never sent; NULL: not known */
    size_t unchanged_count;
};

bool put_keeps_names(const struct put *put);          /* is_folder, or there are several sources */
const char *put_destination(const struct step *step); /* host path */
const char *put_name(struct arena *arena, const char *path);   /* its last part */
const char *put_parent(struct arena *arena, const char *path); /* what is in front of it */
const char *put_path(struct arena *arena, const char *folder, const char *name); /* FOLDER/NAME */
const char *put_join(struct arena *arena, const char *folder, const char *name); /* … there */
/* Sends the step's text, by sudo where --sudo wants it. */
void put_send(const struct step *step, const char *text, const struct step_target *target);
/* Sets owner, group and check for put_text_own and put_text_check. */
void put_add_options(struct str *text, const struct step *step);
bool put_wants_owner(const struct step *step);
/* What the host says of an owner is what is wanted; NULL: anything is. */
bool put_is_account(const char *wanted, const char *name, const char *number);
/* put --text=NAME DST, put --expand SRC… DST. False: wrong (reported), or a value waits. */
bool put_value_parse(struct steps *steps, struct step *step, struct diags *diags);
bool put_expand_parse(struct steps *steps, struct step *step, struct diags *diags);
/* Makes text, which must live as long as the step, the content of a file to be sent. */
void put_made_set(struct content *content, const char *path, const char *text, unsigned mode);
/* put --mirror, put --unpack: what is sent goes into DST itself. */
bool put_fills(const struct step *step);
unsigned put_mode(const struct step *step, const struct content *content);

/* One file. */
void put_file_ask(const struct step *step, const struct content *content, struct str *query);
bool put_file_compile(struct step *step, const struct content *content, const char *answer,
                      const struct step_target *target, const char **why);
void put_file_places(const struct step *step, struct arena *arena, const struct content *content,
                     const char *answer, struct vec *places);

/* Trees, several files. */
void put_tree_ask(const struct step *step, const struct content *const *contents,
                  struct str *query);
void put_tree_recall(const struct step *step, const struct content *now,
                     const struct content *before, struct str *answer);
bool put_tree_rest(const struct step *step, const struct content *const *contents,
                   struct str *text);
bool put_tree_compile(struct step *step, const struct content *const *contents, const char *answer,
                      const struct step_target *target, const char **why);
void put_tree_places(const struct step *step, struct arena *arena,
                     const struct content *const *contents, struct vec *places);

/* sh text that several of them use; see put_text.c. */
extern const char put_text_hash[];
extern const char put_text_spot[];
extern const char put_text_keep[];
extern const char put_text_say[];
extern const char put_text_own[];
extern const char put_text_check[];
void put_add_variable(struct str *text, const char *name, const char *value); /* "name='value'; " */

#endif
