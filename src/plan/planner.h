#ifndef FAKE_PLAN_PLANNER_H
#define FAKE_PLAN_PLANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "plan/plan.h"

/* Inside the plan layer. The plan is made in passes, each over the whole:
 *   graph   goals ▶ units (targets) and their links; nothing of hosts yet
 *   select  bindings ▶ hosts; which units are left
 *   weave   hooks ▶ what waits for what
 *   jobs    units × hosts ▶ jobs and edges
 *   scope   jobs ▶ variables, and the check of them */

struct unit;

/* A prerequisite of a unit. */
struct link {
    struct target *target;
    struct unit *unit; /* NULL: not reached yet, or dropped to break a cycle */
    enum edge_kind kind;
    bool wait_before; /* a .WAIT stands in front of it */
    bool is_hidden;   /* of another target of the group: not in $^ */
    bool is_foreign;  /* written in another file than the recipe */
};

/* A point in an ordered list: what is first reached behind it waits for the members before it. The
 * members are `links[from … to)`; those before them are of `previous`, which goes on with the list
 * around this one. Edges along turns lead from what was reached later to what was finished earlier,
 * so they close no cycle. */
struct turn {
    struct turn *previous;
    const struct link *links;
    size_t from, to;
    bool is_hooked;   /* a member here or further back has after-hooks */
    bool is_gated;    /* gate is known */
    struct job *gate; /* waits for all of it and all before; NULL: nothing to wait for */
    uint32_t stamp;   /* of the last search that walked it */
};

/* The hosts of a binding. Bindings that name the same share it: edges are then host by host. */
struct bound {
    const char *key; /* "@", "@db @web" */
    const struct binding *binding;
    struct bound *whole; /* of a .PRIMARY's: the binding's; else this */
    struct vec asked;    /* struct host: as the Fakefile says, before the selection */
    struct vec hosts;    /* struct host: those left */
    uint32_t *positions; /* host index ▶ 1 + place in hosts; 0: not there */
    size_t host_count;   /* of positions */
};

/* Waits that are not written as prerequisites: between hooks, and for hooks. */
struct wait {
    struct unit *unit;
    enum edge_kind kind;
    struct wait *next;
};

/* A hook of a unit. */
struct hooking {
    const struct hook *hook;
    struct unit *unit; /* NULL: dropped */
};

/* A unit's part in hooks; NULL in most. */
struct woven {
    struct hooking *hooks; /* of which the unit is the trigger, in the order read */
    size_t hook_count;
    struct vec triggers;   /* struct unit: what asks for it, when it is a hook */
    struct vec dependents; /* struct unit: who has a link to it */
    uint64_t *reach;       /* of an after-hook: set of the numbers of what it waits for */
};

enum unit_state {
    UNIT_OPEN, /* on the stack of the search: met again it closes a cycle */
    UNIT_DONE,
};

/* One target of the plan with all of its jobs. */
struct unit {
    struct target *target;
    struct unit *parent; /* through which it was first reached, or NULL */
    struct turn *turn;
    struct link *links; /* prerequisites in the order of $^, duplicates included */
    size_t link_count;
    struct wait *waits;
    struct woven *woven;
    const struct binding *binding; /* its own, or for a hook's recipe its trigger's; NULL: make's */
    struct bound *bound;           /* NULL: here */
    const struct recipe *recipe;
    const struct rule *rule;
    const char *stem;
    const char *path;      /* found by VPATH, or NULL */
    struct target **group; /* made together, or NULL */
    size_t group_count;
    struct unit *made_by; /* has the group's recipe, when this has not */
    struct unit *earlier; /* of a double-colon target: the unit of the rule before */
    size_t rule_index;    /* of a double-colon target */
    const struct variables *arguments;
    const char *arguments_of;             /* the goal's name, for messages */
    const struct variables **sets;        /* its own variables and its patterns', innermost first */
    const struct variables **inheritable; /* the same, without what is a target's alone */
    size_t set_count;
    const struct unit *heir; /* the nearest ancestor that has variables to inherit; or NULL */
    const struct scope *here_inherited; /* what jobs of this machine inherit from it; made once */
    struct job *jobs;
    size_t job_count;
    struct job *gate; /* all its jobs; made when first needed */
    uint32_t number;  /* in planner.units */
    enum job_kind kind;
    enum unit_state state;
    bool is_hook; /* asked for by a trigger */
    bool is_goal;
    bool is_wanted;  /* reached from the goals through prerequisites */
    bool is_asked;   /* reached through hooks */
    bool is_missing; /* a file that is not there and that no rule makes */
    bool is_intermediate;
    bool is_noticed;         /* told that it is passed over */
    bool is_counted;         /* its failures count in its roll */
    struct roll *roll;       /* it goes over its hosts with it; or NULL */
    struct roll *inside;     /* it waits for a part of it, and another part waits for it; or NULL */
    struct roll *counts_for; /* only what rolls needs it; or NULL */
};

/* What the command line chose. */
struct selection {
    bool is_given;      /* -H or -R */
    struct vec named;   /* struct host, of -H, in its order */
    struct vec hosts;   /* struct host, of -H and -R */
    struct vec roles;   /* struct role, of -R */
    struct vec exclude; /* const char *, patterns */
    struct vec limit;
    size_t known;                 /* hosts of the Fakefile: those with a smaller index */
    struct vec copies;            /* struct variables: sets of the plan's own */
    const struct scope **tail_of; /* host index ▶ where the scopes of its jobs end */
    size_t tail_count;            /* of tail_of */
    const struct scope *here;     /* where the scopes of this machine's jobs end */
    const struct scope *file;     /* the file's variables alone */
};

struct planner {
    struct plan *plan;
    struct arena *arena;
    const struct plan_options *options;
    struct lang *lang;
    struct model *model;
    struct diags *diags;
    struct selection *selection;
    struct vec units;        /* struct unit, each after its prerequisites */
    struct unit **by_target; /* by target index */
    size_t by_target_count;
    size_t known_targets; /* the Fakefile's: those with a smaller index */
    struct link *goals;
    size_t goal_count;
    struct vec pending;   /* struct unit with after-hooks or on-failure tasks to reach */
    struct vec variables; /* struct pattern that only give variables */
    struct map bounds;    /* key ▶ struct bound */
    struct vec jobs;      /* struct job in the order made */
    uint32_t stamp;       /* of the last search along turns */
    struct map tails;     /* key ▶ struct scope, shared by hosts that are alike */
    const struct scope *file;
    const char *vpath;  /* the value of VPATH; NULL: not asked for yet */
    struct map folders; /* path ▶ struct folder, of find.c */
};

/* graph.c */
void graph_build(struct planner *planner);
struct unit *graph_unit_of(const struct planner *planner,
                           const struct target *target); /* or NULL */

/* rule.c: which rule makes a unit, and of what: fills it but for its links' units. */
void rule_resolve(struct planner *planner, struct unit *unit);

/* find.c: is there a file of this name, here or where VPATH has it? Then *path is set, else NULL.
 */
bool find_file(struct planner *planner, const char *name, const char **path);
bool find_has_folders(struct planner *planner); /* vpath or VPATH names any */
void find_free(struct planner *planner);
/* library.c: of `-lNAME`. */
bool find_library(struct planner *planner, const char *name, const char **path);

/* links.c: prerequisites as names, on the heap. */
struct link_names {
    struct prerequisite *items;
    size_t len, cap;
};
void links_add_name(struct link_names *names, struct prerequisite prerequisite);
void links_free_names(struct link_names *names);
/* Those that a text gives when it is expanded in the unit's scope; of a pattern rule each % is
 * filled first. */
void links_add_second(struct planner *planner, const struct unit *unit, const struct text *text,
                      bool is_pattern, struct link_names *names);
void links_fill(struct planner *planner, struct unit *unit, const struct link_names *names);

/* extra.c: what .EXTRA_PREREQS adds to the unit. */
void extra_add(struct planner *planner, const struct unit *unit, struct link_names *names);

/* implicit.c */
struct implicit {
    const struct pattern *pattern;
    const char *stem;
    struct link_names names; /* what it asks for; the caller's to free */
};
/* The pattern rule for the unit's target. */
bool implicit_search(struct planner *planner, const struct unit *unit, struct implicit *found);
/* A target of the pattern for the stem. */
void implicit_fill(const char *pattern, const char *stem, struct str *out);
/* The stem in name; false when it does not match. */
bool implicit_match(const char *pattern, const char *name, const char **stem, size_t *length);

/* select.c */
void select_read(struct planner *planner);
/* selected.c: $(@role.selected), $(@all.selected). False: not one. */
bool selected_value(const struct plan *plan, const char *name, struct str *value);
bool select_keeps(const struct selection *selection, const struct host *host); /* -x, --limit */
const char *select_role_names(struct planner *planner);                        /* "web, db" */

/* bind.c */
/* The hosts of the units' bindings; adopts hosts of -H for the roles that the units ask for. */
void select_bind_all(struct planner *planner);
/* Marks what is left, tells what is not. */
void select_mark(struct planner *planner);
/* True when edges between the two are host by host, where both have the host. */
bool bound_is_per_host(const struct bound *a, const struct bound *b);

/* arguments.c */
void arguments_spread(struct planner *planner);

/* weave.c: what waits for hooks and between hooks, unit by unit. */
void weave_order(struct planner *planner);
struct woven *weave_of(struct planner *planner, struct unit *unit); /* made when absent */
/* False when waiting for the after-hook would close a cycle. */
bool weave_may_wait(const struct unit *unit, const struct unit *hook);
void weave_free(struct planner *planner);
/* Set of the numbers of all units that it waits for; the caller frees it. */
uint64_t *weave_reach(struct planner *planner, struct unit *unit);

/* roll.c */
void roll_read(struct planner *planner);
/* True when the unit, which rolls, must not wait for this hook, which does not and waits for all
 * batches. */
bool roll_skips(const struct unit *unit, const struct unit *before);
uint32_t roll_batch(const struct roll *roll, const struct host *host); /* 0: none */

/* jobs.c */
void jobs_build(struct planner *planner);
void jobs_add(struct planner *planner, struct job *job);
struct job *jobs_gate(struct planner *planner, const struct unit *unit); /* without needs */

/* edges.c */
void edges_build(struct planner *planner);
struct job *edges_all(struct planner *planner, struct unit *unit); /* all its jobs as one */
struct job *edges_on_host(const struct unit *unit, const struct host *host); /* or NULL */

/* hooks.c: the lists of hooks of jobs. */
void hooks_link(struct planner *planner);
/* order.c: numbers the jobs, each after what it needs; fills plan.jobs, plan.hosts. */
void order_jobs(struct planner *planner);

/* scope.c */
void scope_inherit(struct planner *planner, struct unit *unit); /* fills sets and heir */
void scope_build(struct planner *planner);
/* From the host's own variables outwards. */
const struct scope *scope_of_host(const struct plan *plan, const struct host *host);
/* The scope of a unit that ends with `tail`; from the arena. */
const struct scope *scope_make(struct arena *arena, const struct unit *unit,
                               const struct scope *tail);
/* check.c: what can be found wrong before anything connects. */
void scope_check(struct planner *planner);

/* automatic.c: $@ $< … of a job; the context is a job, also one that is in no plan's list. */
bool automatic_value(void *context, const char *name, struct str *value);

/* connect.c: who logs in and where, as far as the Fakefile and the command line say; or NULL. */
const char *connect_user(const struct plan *plan, const struct host *host);
const char *connect_port(const struct plan *plan, const struct host *host);

/* A vec whose list lies in the arena; the one on the heap is freed. */
void vec_settle(struct arena *arena, struct vec *vec);

#endif
