#ifndef FAKE_LANG_READER_H
#define FAKE_LANG_READER_H

#include "lang/context.h"
#include "lang/statement.h"

/* One text being read, and the functions that evaluate its statements. */

enum condition_state {
    CONDITION_TAKEN, /* its lines are read */
    CONDITION_WAITS, /* not this branch, maybe a later one */
    CONDITION_DONE,  /* no further branch: one was taken, or all of it stands in what is skipped */
};

struct condition {
    enum condition_state state;
    bool had_else; /* a last one, without another if */
    struct location where;
};

/* Names in the order written; the memory is kept from rule to rule. */
struct names {
    struct span *items;
    size_t len;
    size_t cap;
};

struct prerequisites {
    struct prerequisite *items;
    size_t len;
    size_t cap;
};

/* The rule whose recipe is being read. */
struct draft {
    bool is_open;    /* recipe lines belong to it */
    bool is_nothing; /* its targets expanded to nothing: recipe lines are passed over */
    bool is_task;    /* step lines may be indented with blanks */
    bool is_grouped; /* &: */
    bool is_default; /* .DEFAULT */
    bool in_block;   /* between `run {` and its } */
    bool by_spaces;
    bool may_be_task;    /* a line begins as a step does */
    size_t block_column; /* of the verb */
    bool has_recipe;     /* there were lines, or a ; */
    struct location block_where;
    struct location recipe_where; /* its first line */
    struct location where;
    struct vec rules;      /* struct rule that get the recipe */
    struct vec owners;     /* struct target of each rule; NULL for a pattern's */
    const char *hook_kind; /* "before" …: a hook; NULL: none */
    enum hook_kind hook;
    struct vec triggers; /* struct trigger */
    struct binding *binding;
    struct rule hook_rule; /* its prerequisites */
    struct recipe_line *lines;
    size_t line_count;
    size_t line_capacity;
};

/* What a hook is a hook of. */
struct trigger {
    const char *name;
    struct location where;
};

struct reader {
    struct lang *lang;
    struct reader *outer;
    struct cursor cursor;
    struct parser parser;
    struct location where;         /* of the statement being evaluated */
    const struct expander *around; /* of $(eval); NULL: none */
    struct condition *conditions;
    size_t condition_count;
    size_t condition_capacity;
    struct draft draft;
    struct str documentation; /* of the ## lines just above */
    bool documents;           /* there were some */
    struct names targets;
    struct prerequisites prerequisites;
    struct str expanded; /* a rule's line */
    unsigned depth;
};

/* eval_condition.c */
bool condition_skips(const struct reader *reader);
void condition_if(struct reader *reader, const struct statement *statement);
void condition_else(struct reader *reader, const struct statement *statement);
void condition_endif(struct reader *reader, const struct statement *statement);
void condition_end(struct reader *reader); /* the text ends */

/* eval_variable.c */
void eval_assignment(struct reader *reader, const struct statement *statement);
void eval_export(struct reader *reader, const struct statement *statement);
void eval_host(struct reader *reader, const struct statement *statement);
void define_skip(struct reader *reader);
/* Name and place of a variable get the ## text that stood above, if any. */
const char *reader_documentation(struct reader *reader, const struct statement *statement);

/* include.c, vpath.c */
void eval_include(struct reader *reader, const struct statement *statement);
void eval_vpath(struct reader *reader, const struct statement *statement);

/* rule_head.c */

/* A rule's line, expanded as far as its kind is known, and taken apart. The spans lie in the
 * statement or in reader->expanded. */
struct head {
    struct span targets;
    struct span after;      /* behind the separator: expanded */
    struct span unexpanded; /* the rest of the line, as written */
    struct span recipe;     /* behind the first ; */
    bool has_recipe;
    bool is_grouped; /* &: */
    bool is_double;  /* :: */
};
enum head_result { HEAD_RULE, HEAD_NOTHING, HEAD_FAILED };
/* head := targets (":" | "::" | "&:" | "&::") rest. HEAD_NOTHING: it expanded to nothing. */
enum head_result head_read(struct reader *reader, const struct statement *statement,
                           struct head *head);
/* The assignment of a target's variable that stands behind the separator, if one does; its text is
 * appended to `memory`. */
bool head_assignment(const struct statement *statement, const struct head *head, struct str *memory,
                     struct assignment *assignment);
/* Expands what is left; then `after` is all that stands behind the separator, up to a ;. */
bool head_finish(struct reader *reader, const struct statement *statement, struct head *head);
/* The first colon of s that separates: unquoted, and in no binding's port or address. s.len: none.
 */
size_t head_find_colon(struct span s);

/* eval_pattern.c */
void pattern_add(struct lang *lang, struct pattern *pattern);

/* eval_rule.c */
void eval_rule(struct reader *reader, const struct statement *statement);

/* prerequisites.c */

/* The place of a name that stands in the source itself; else that of its line. */
struct location name_place(struct span name, struct location line);

/* Prerequisites as written, taken apart into `found` (emptied first); each gets a target. */
void prerequisites_parse(struct lang *lang, struct span text, struct location where,
                         struct prerequisites *found);
/* The same text with the % of each word replaced. */
void prerequisites_replace(struct span text, const char *stem, struct str *out);
/* A lasting copy. */
struct prerequisite *prerequisites_keep(struct lang *lang, const struct prerequisites *found);

/* bind.c */

/* The binding that the words after the first target say, or NULL; its words are taken out. */
struct binding *binding_take(struct reader *reader, struct names *targets, struct location where);
/* Binds a target, once. */
void binding_set(struct lang *lang, struct target *target, struct binding *binding);
/* "@web @db1", for messages. */
void binding_show(const struct binding *binding, struct str *out);

/* draft.c */

/* True when the line belongs to the open rule's recipe (and was taken), or to one that is passed
 * over. */
bool draft_take_line(struct reader *reader, const struct line *line);
void draft_add_line(struct reader *reader, struct span text, struct location where);
void draft_close(struct reader *reader);
void draft_free(struct draft *draft);

/* file_names.c */

void names_add(struct names *names, struct span name);
void names_clear(struct names *names);
void names_free(struct names *names);
/* Takes the next file name of *list: its end and where the list goes on. Backslashes quote blanks
 * and `stop` (NUL: none), which end a name. False at the end of the list. */
bool file_name_next(struct span *list, char stop, struct span *name);
/* Calls `add` with the name as make keeps it: unquoted, without ./ in front, ~ replaced, and with a
 * wildcard, each file that matches (itself when none does). */
typedef void file_name_visitor(void *context, struct span name);
void file_name_expand(struct lang *lang, struct span name, bool wildcards, file_name_visitor *add,
                      void *context);

/* suffixes.c */
void suffixes_set(struct lang *lang, const struct prerequisite *names, size_t count);
void suffixes_convert(struct lang *lang); /* after all is read */

/* special.c */
struct special;
const struct special *special_find(struct span name); /* or NULL */
bool special_is_default(const struct special *special);
void special_apply(struct reader *reader, const struct special *special,
                   const struct prerequisite *names, size_t count);

#endif
