#ifndef FAKE_MODEL_RULE_H
#define FAKE_MODEL_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/host.h"
#include "model/variable.h"

struct text;

/* Where a task runs. */
enum binding_kind {
    BINDING_NONE,      /* make's rule */
    BINDING_LOCAL,     /* @local: once, here */
    BINDING_SELECTION, /* @: */
    BINDING_ROLES,     /* @web @db1 */
};

struct binding {
    enum binding_kind kind;
    struct vec names; /* const char *, without @, as written: roles or hosts; the arena's */
    struct location where;
};

struct recipe_line {
    struct text *text;  /* without the recipe prefix; continuation lines still joined by \newline */
    const char *source; /* as written: what make hashes */
    struct location where;
};

/* A recipe; several targets of one rule share it. */
struct recipe {
    struct recipe_line *lines;
    size_t count;
    uint64_t hash; /* of its lines as written */
    struct location where;
    bool by_spaces;   /* indented with blanks: allowed for a task when each line is a step */
    bool may_be_task; /* a line begins as a step does */
};

struct prerequisite {
    const char *name;
    struct target *target; /* NULL: to be looked up (it may hold a %) */
    bool order_only;
    bool wait_before; /* a .WAIT stands in front of it */
    struct location where;
};

/* One rule, as read, for one of its targets. */
struct rule {
    struct prerequisite *prerequisites;
    size_t count;
    struct recipe *recipe; /* NULL: none */
    const char *stem;      /* of a static pattern, or NULL */
    struct text *second;   /* the prerequisites to expand again, with .SECONDEXPANSION; or NULL */
    struct location where;
    struct target **group; /* targets made together (&:, or several of one pattern rule); or NULL */
    size_t group_count;
};

/* Flags that special targets give (`.BARRIER: publish`). */
enum target_flag {
    TARGET_PHONY = 1 << 0,
    TARGET_PRECIOUS = 1 << 1,
    TARGET_INTERMEDIATE = 1 << 2,
    TARGET_SECONDARY = 1 << 3,
    TARGET_SILENT = 1 << 4,
    TARGET_IGNORE = 1 << 5,
    TARGET_STAMP = 1 << 6,
    TARGET_ALWAYS = 1 << 7,
    TARGET_BARRIER = 1 << 8,
    TARGET_PRIMARY = 1 << 9,
    TARGET_PARALLEL = 1 << 10,
    TARGET_NOTPARALLEL = 1 << 11,
    TARGET_ASKS = 1 << 16, /* its recipe may ask the user; set by lang_check_target */
};

enum hook_kind {
    HOOK_BEFORE,
    HOOK_AFTER,
    HOOK_ON_FAILURE,
};

/* `before T: A B`. A hook with a recipe of its own has a target made for it, named "before T" and
 * the like with a number when there are several. */
struct hook {
    enum hook_kind kind;
    const char *trigger;
    const char *task;
    struct location trigger_where;
    struct location where; /* of the task's name, or of the line whose recipe it is */
};

/* What is asked of each stands first: of a large graph little is in the processor's memory. Lists
 * are the arena's, added to by model_add_… */
struct target {
    const char *name;
    uint64_t hash;           /* of its name */
    struct vec rules;        /* struct rule: one, or several of double-colon; those without a recipe
                                are merged into the first */
    struct binding *binding; /* NULL: make's */
    unsigned flags;          /* enum target_flag */
    unsigned index;          /* in the order of first mention */
    bool double_colon;
    bool has_recipe;             /* one of its rules has */
    bool may_be_task;            /* a line of its recipe begins as a step does */
    struct variables *variables; /* target-specific; NULL: none */
    struct vec hooks;            /* struct hook, of which this is the trigger, in the order read */
    const char *documentation;   /* its ## text, or NULL */
    struct location where;       /* its first mention as a target; no source: only a prerequisite */
};

/* `vpath PATTERN FOLDERS`. */
struct vpath {
    const char *pattern;
    struct vec folders; /* const char * */
};

/* A pattern rule, or a pattern's variables (`%.o: CFLAGS += -g`). */
struct pattern {
    const char **targets; /* each with one % */
    size_t target_count;
    struct rule rule;            /* prerequisites may hold % */
    struct variables *variables; /* pattern-specific ones: then the rule is empty */
    bool double_colon;           /* terminal */
};

/* What all files of a run say. */
struct model {
    struct arena *arena;      /* session lifetime; not owned */
    struct variables globals; /* the files', and the environment's, the command line's */
    struct map targets;       /* name ▶ struct target, in the order of first mention */
    struct vec target_sets;   /* struct variables, of targets and patterns */
    struct vec patterns;      /* struct pattern, in the order read */
    struct vec vpaths;        /* of the lang layer */
    struct inventory inventory;
    struct vec hooks;              /* struct hook, in the order read */
    const char *default_goal;      /* first target, or .DEFAULT_GOAL; NULL: none */
    struct map stepped_names;      /* names that a step's --into sets (values are not used) */
    struct recipe *default_recipe; /* .DEFAULT */
    unsigned all_flags;            /* flags given to every target (`.SILENT:` alone) */
    bool one_shell;                /* .ONESHELL */
    bool delete_on_error;
    bool not_parallel;
    bool export_all;
    bool posix;
    bool second_expansion;
};

struct target *model_target(struct model *model, const char *name); /* made when absent */
struct target *model_target_named(struct model *model, const char *name, size_t length);
struct target *model_find_target(const struct model *model, const char *name);
/* The target that a prerequisite names; NULL: there is none. */
struct target *model_needed(const struct model *model, const struct prerequisite *prerequisite);
void model_add_rule(struct model *model, struct target *target, struct rule *rule);
void model_add_hook(struct model *model, struct target *target, struct hook *hook);
struct variables *model_variables(struct model *model,
                                  struct target *target);   /* made when absent */
struct variables *model_new_variables(struct model *model); /* of a pattern */

/* Frees what the model keeps on the heap; the rest is the arena's. */
void model_free(struct model *model);

#endif
