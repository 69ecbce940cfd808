#include "lang/lang.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/defaults.h"
#include "lang/reader.h"

/* The context: what it knows before anything is read, and how others reach it. */

static const char features[] =
    "target-specific order-only second-expansion else-if shortest-stem undefine oneshell nocomment "
    "grouped-target extra-prereqs jobserver output-sync check-symlink notintermediate hosts";

static struct span span_of(const char *s)
{
    return (struct span){ s, strlen(s) };
}

static void define(struct lang *lang, const char *name, const char *value, enum origin origin,
                   enum flavor flavor)
{
    variable_set(lang, &lang->model->globals, span_of(name), span_of(value), origin, flavor,
                 (struct location){ 0 });
}

/* Names that fake reads itself: what happens on servers must not hang on whose environment it is
 * (`user` and `hosts` stand in some). */
static bool is_own_name(const char *name, size_t length)
{
    static const char *const names[] = { "hosts",   "user",      "forward_agent", "sudo_password",
                                         "project", "state_dir", "remote_shell" };
    size_t i;

    if (length > 4 && memcmp(name, "ssh_", 4) == 0)
        return true;
    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return false;
}

bool lang_keeps_name(const char *name)
{
    static const char *const given[] = { "host",      "host.name",    "host.user",
                                         "host.port", "host.roles",   "roles",
                                         "failed",    "failed.hosts", "status" };
    size_t i;

    for (i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(given[i], name) == 0)
            return true;
    return strpbrk(name, "@<^+?*%|") || is_own_name(name, strlen(name));
}

/* SHELL is not taken over: what users sit in is not what recipes are written for. */
static bool is_taken_over(const struct lang *lang, struct span name)
{
    if (name.len == 5 && memcmp(name.data, "SHELL", 5) == 0)
        return false;
    return name.len && (lang->options.is_make || !is_own_name(name.data, name.len));
}

static void import_environment(struct lang *lang)
{
    enum origin origin =
        lang->options.environment_overrides ? ORIGIN_ENVIRONMENT_OVERRIDE : ORIGIN_ENVIRONMENT;
    char **entry;

    for (entry = lang->options.environment; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        struct span name = { *entry, equals ? (size_t)(equals - *entry) : 0 };
        struct variable *variable;

        if (!is_taken_over(lang, name))
            continue;
        variable = variable_set(lang, &lang->model->globals, name, span_of(equals + 1), origin,
                                FLAVOR_RECURSIVE, (struct location){ 0 });
        if (variable) {
            variable->export = EXPORT_YES;
            variable->inherited = true;
        }
    }
}

/* The machine, in the form of GNU's configuration names. */
static void define_host(struct lang *lang)
{
    struct utsname machine;
    char *name;

    if (uname(&machine) != 0)
        return;
    for (char *p = machine.sysname; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    name = mem_printf("%s-pc-%s-gnu", machine.machine, machine.sysname);
    define(lang, "MAKE_HOST", name, ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    free(name);
}

static void define_own(struct lang *lang)
{
    const struct default_variable *row;
    const char *const *include;
    char *folder = getcwd(NULL, 0);
    struct str folders = { 0 };

    for (row = default_variables; row->name; row++)
        if (!variables_get(&lang->model->globals, row->name))
            define(lang, row->name, row->value, ORIGIN_DEFAULT, FLAVOR_RECURSIVE);
    define(lang, "MAKE_COMMAND", lang->options.program, ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, "MAKE", "$(MAKE_COMMAND)", ORIGIN_DEFAULT, FLAVOR_RECURSIVE);
    define(lang, "MAKE_VERSION", "4.4", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define_host(lang);
    define(lang, "SHELL", "/bin/sh", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, ".SHELLFLAGS", "-c", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, ".FEATURES", features, ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, "MAKEFILES", "", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, ".LIBPATTERNS", "lib%.so lib%.a", ORIGIN_DEFAULT, FLAVOR_RECURSIVE);
    define(lang, ".RECIPEPREFIX", "", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, "SUFFIXES", "", ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    define(lang, "MAKEFILE_LIST", "", ORIGIN_FILE, FLAVOR_SIMPLE);
    if (!variables_get(&lang->model->globals, "MAKELEVEL"))
        define(lang, "MAKELEVEL", "0", ORIGIN_ENVIRONMENT, FLAVOR_RECURSIVE);
    for (include = lang->options.include_folders; include && *include; include++)
        str_addf(&folders, "%s%s", folders.len ? " " : "", *include);
    define(lang, ".INCLUDE_DIRS", str_text(&folders), ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    str_free(&folders);
    if (folder)
        define(lang, "CURDIR", folder, ORIGIN_FILE, FLAVOR_SIMPLE);
    free(folder);
}

/* Expansion is recursive: how deep it may go hangs on the stack that there is. */
static void measure_stack(struct lang *lang)
{
    enum { ROOM_MAXIMUM = 64 << 20 };
    struct rlimit limit;
    char here;

    /* cppcheck-suppress autoVariables ; a number to measure from, never followed */
    lang->stack_begin = (uintptr_t)&here;
    lang->stack_room = ROOM_MAXIMUM;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < ROOM_MAXIMUM)
        lang->stack_room = (uintptr_t)limit.rlim_cur;
    lang->stack_room -= lang->stack_room / 4;
}

struct lang *lang_new(struct model *model, struct diags *diags, const struct lang_options *options)
{
    struct lang *lang = mem_alloc(sizeof *lang);

    measure_stack(lang);
    lang->model = model;
    lang->diags = diags;
    lang->options = *options;
    if (!lang->options.expansions_maximum)
        lang->options.expansions_maximum = EXPANSIONS_MAXIMUM;
    lang->scratch = arena_new();
    lang->globals.set = &model->globals;
    lang->recipe_prefix = '\t';
    if (!model->inventory.arena)
        model->inventory.arena = model->arena;
    import_environment(lang);
    define_own(lang);
    lang->default_goal = variable_set(lang, &model->globals, span_of(".DEFAULT_GOAL"), span_of(""),
                                      ORIGIN_FILE, FLAVOR_SIMPLE, (struct location){ 0 });
    return lang;
}

void lang_free(struct lang *lang)
{
    size_t i;

    if (!lang)
        return;
    for (i = 0; i < lang->texts.len; i++)
        free(lang->texts.items[i]);
    vec_free(&lang->texts);
    vec_free(&lang->includes);
    vec_free(&lang->bodies);
    vec_free(&lang->early_uses);
    vec_free(&lang->hosts);
    vec_free(&lang->suffixes);
    map_free(&lang->reported);
    map_free(&lang->pattern_targets);
    arena_free(lang->scratch);
    free(lang);
}

struct model *lang_model(struct lang *lang)
{
    return lang->model;
}

struct diags *lang_diags(struct lang *lang)
{
    return lang->diags;
}

struct arena *lang_arena(struct lang *lang)
{
    return lang->model->arena;
}

struct arena *lang_scratch(struct lang *lang)
{
    return lang->scratch;
}

const struct lang_options *lang_options(struct lang *lang)
{
    return &lang->options;
}

void lang_stop(struct lang *lang)
{
    lang->is_stopped = true;
}

bool lang_is_stopped(const struct lang *lang)
{
    return lang->is_stopped;
}

struct location lang_where(const struct lang *lang)
{
    return lang->reader ? lang->reader->where : (struct location){ 0 };
}

bool lang_special(struct lang *lang, const char *name, struct str *value)
{
    const struct map *map = &lang->model->globals.map;
    size_t i, start = value->len;

    if (strcmp(name, ".VARIABLES") != 0)
        return false;
    for (i = 0; i < map->len; i++) {
        if (!map->entries[i].value)
            continue;
        word_separate(value, start);
        str_add(value, map->entries[i].key);
    }
    return true;
}

const struct source *lang_add_source(struct lang *lang, const char *name, char *text, size_t size,
                                     uint32_t first_line)
{
    struct source *source = arena_alloc(lang->model->arena, sizeof *source);

    *source =
        (struct source){ .name = name,
                         .text = text,
                         .size = size,
                         .first_line = first_line,
                         .counted = arena_alloc(lang->model->arena, sizeof *source->counted) };
    vec_push(&lang->texts, text);
    return source;
}

void lang_define(struct lang *lang, struct variables *set, const char *name, const char *value,
                 enum origin origin, enum flavor flavor)
{
    variable_set(lang, set ? set : &lang->model->globals, span_of(name), span_of(value), origin,
                 flavor, (struct location){ 0 });
}

bool lang_assign(struct lang *lang, const char *assignment)
{
    struct assignment parsed = { .kind = ASSIGNMENT_VALUE };
    size_t size = strlen(assignment);
    const struct source *source;
    struct location where = { .length = (uint32_t)size };

    if (!assignment_parse_definition(span_of(assignment), &parsed))
        return false;
    source = lang_add_source(lang, "command line", mem_strdup(assignment), size, 0);
    where.source = source;
    assignment_parse_definition((struct span){ source->text, size }, &parsed);
    variable_assign(lang, &lang->model->globals, NULL, &parsed, ORIGIN_COMMAND_LINE, where);
    return true;
}

void lang_eval(struct lang *lang, const char *text, const char *source_name)
{
    const char *name = arena_strdup(lang->model->arena, source_name);

    eval_source(lang, lang_add_source(lang, name, mem_strdup(text), strlen(text), 0), NULL);
}

void lang_eval_within(struct lang *lang, const struct expander *around, const char *text,
                      struct location where)
{
    struct location place = lang->reader ? lang->reader->where : where;
    const char *name = place.source ? place.source->name : "eval";
    uint32_t line = location_line(place);

    eval_source(lang, lang_add_source(lang, name, mem_strdup(text), strlen(text), line), around);
}
