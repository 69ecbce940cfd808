#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/context.h"

static const struct location nowhere = { NULL, 0, 0 };

/* ---- which files ---- */

/* What is looked for (LANGUAGE §1): here, and in the folders above. */
static const char *const names_here[] = { "Fakefile", "fakefile", "GNUmakefile",
                                          "makefile", "Makefile", NULL };
static const char *const names_above[] = { "Fakefile", "fakefile", NULL };

/* The first of the names that is there, below folder ("" or ending in a slash); or NULL. */
static const char *find(struct arena *arena, const char *folder, const char *const *names,
                        struct stat *status)
{
    for (; *names; names++) {
        const char *path = arena_printf(arena, "%s%s", folder, *names);
        if (stat(path, status) == 0 && !S_ISDIR(status->st_mode))
            return path;
    }
    return NULL;
}

/* A file that somebody else has put above this folder (into /tmp, say) would run with our rights.
 */
static bool is_trusted(struct fake *fake, const char *path, const struct stat *status)
{
    if (status->st_uid == geteuid() || status->st_uid == 0)
        return true;
    diag_error_hint(&fake->diags, nowhere,
                    arena_printf(fake->lasting, "%s belongs to another user", path),
                    arena_printf(fake->lasting, "fake -C %.*s works with it all the same",
                                 (int)(strrchr(path, '/') - path), path));
    return false;
}

/* Goes to the nearest folder above this one that has a Fakefile. False: there is none, or it was
 * refused (reported). */
static bool go_upwards(struct fake *fake, const char **name)
{
    char *here = realpath(".", NULL);
    struct stat status;
    char *slash;
    bool found = false;

    while (here && !found && (slash = strrchr(here, '/')) && here[1]) {
        const char *path;

        *slash = '\0'; /* "/a/b" ▶ "/a", "/a" ▶ "" */
        path = find(fake->lasting, arena_printf(fake->lasting, "%s/", here), names_above, &status);
        if (path) {
            *name = strrchr(path, '/') + 1;
            found = is_trusted(fake, path, &status) && fake_enter(fake, *here ? here : "/");
            fake->went_up = found;
            break;
        }
    }
    free(here);
    return found;
}

/* The Fakefile, when none was named. */
static void look_for_file(struct fake *fake)
{
    struct stat status;
    const char *name = find(fake->lasting, "", names_here, &status);

    if (!name && fake->settings.search_upwards && !go_upwards(fake, &name))
        name = NULL;
    if (name)
        vec_push(&fake->files, (void *)name);
}

/* -w beats -s. */
void fake_tell_folder(struct fake *fake, const char *what)
{
    const char *text = arena_printf(fake->lasting, "%s directory '%s'", what, fake->entered);

    if (fake->settings.silent)
        fake_tell(fake, EVENT_PRINTED, arena_printf(fake->lasting, "%s: %s", fake->label, text));
    else
        fake_tell(fake, EVENT_NOTICE, text);
}

static void enter_folder(struct fake *fake)
{
    char *path;

    if (fake->settings.hide_directory || !(fake->settings.print_directory || fake->went_up))
        return;
    path = realpath(".", NULL);
    fake->entered = arena_strdup(fake->lasting, path ? path : ".");
    free(path);
    fake_tell_folder(fake, "Entering");
}

/* ---- reading them ---- */

static void print(void *context, const char *text)
{
    fake_tell(context, EVENT_PRINTED, text);
}

static void notice(void *context, const char *text)
{
    fake_tell(context, EVENT_NOTICE, text);
}

/* $(now): one time for all hosts. */
static const char *start_time(struct arena *arena)
{
    time_t seconds = time(NULL);
    struct tm utc;
    char text[sizeof "YYYYMMDDHHMMSS"];

    if (!gmtime_r(&seconds, &utc) || strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc) == 0)
        return "19700101000000";
    return arena_strdup(arena, text);
}

static void make_lang(struct fake *fake)
{
    const struct fake_settings *settings = &fake->settings;

    fake->lang_options = (struct lang_options){
        .program = settings->program,
        .environment = settings->environment,
        .rules_folder = settings->rules_folder,
        .include_folders = settings->include_folders,
        .environment_overrides = settings->environment_overrides,
        .warn_undefined = settings->warn_undefined,
        .is_make = strcmp(settings->program, "make") == 0,
        .now = start_time(fake->arena),
        .print = print,
        .print_context = fake,
        .function = fake_answer,
        .function_context = fake,
    };
    fake->lang = lang_new(&fake->model, &fake->diags, &fake->lang_options);
    if (settings->make_command)
        lang_define(fake->lang, NULL, "MAKE_COMMAND", settings->make_command, ORIGIN_DEFAULT,
                    FLAVOR_SIMPLE);
}

static void begin(struct fake *fake)
{
    const struct fake_settings *settings = &fake->settings;

    fake->arena = arena_new();
    fake->model.arena = fake->arena;
    fake->model.inventory.arena = fake->arena;
    make_lang(fake);
    fake->plan_options = (struct plan_options){
        .lang = fake->lang,
        .hosts = settings->hosts,
        .roles = settings->roles,
        .exclude = settings->exclude,
        .limit = settings->limit,
        .user = settings->user,
        .port = settings->port,
        .identity = settings->identity,
        .never_asks = settings->non_interactive,
        .words = settings->words,
        .command = settings->command,
        .keep_going = settings->keep_going,
        .shuffle = settings->shuffle,
        .notice = notice,
        .context = fake,
    };
}

void fake_forget(struct fake *fake)
{
    if (!fake->lang)
        return;
    plan_free(fake->plan);
    for (size_t i = 0; i < fake->goals.len; i++) {
        struct goal *goal = fake->goals.items[i];
        if (goal->arguments)
            map_free(&goal->arguments->map);
    }
    lang_free(fake->lang);
    model_free(&fake->model);
    arena_free(fake->arena);
    vec_free(&fake->goals);
    fake->goals = (struct vec){ 0 };
    fake->plan = NULL;
    fake->lang = NULL;
    fake->model = (struct model){ 0 };
}

/* The goals, and MAKECMDGOALS, which has them without arguments. */
static void take_goals(struct fake *fake)
{
    struct str names = { 0 };

    for (size_t i = 0; i < fake->goal_texts.len; i++)
        fake_add_goal(fake, fake->goal_texts.items[i]);
    for (size_t i = 0; i < fake->goals.len; i++) {
        const struct goal *goal = fake->goals.items[i];
        str_addf(&names, "%s%s", i > 0 ? " " : "", goal->target);
    }
    if (names.len > 0)
        lang_define(fake->lang, &fake->model.globals, "MAKECMDGOALS",
                    arena_strdup(fake->arena, str_text(&names)), ORIGIN_DEFAULT, FLAVOR_SIMPLE);
    str_free(&names);
}

/* Kept: it can be had once only, and may be read anew. */
static const char *read_input(struct fake *fake)
{
    char piece[4096];
    struct str text = { 0 };
    size_t size;

    while (!fake->input && (size = fread(piece, 1, sizeof piece, stdin)) > 0)
        str_addn(&text, piece, size);
    if (!fake->input)
        fake->input = arena_strndup(fake->lasting, str_text(&text), text.len);
    str_free(&text);
    return fake->input;
}

/* One that is not there may be made: fake_remake tells of it. */
static void read_file(struct fake *fake, const char *path)
{
    struct stat status;

    if (strcmp(path, "-") == 0)
        lang_eval(fake->lang, read_input(fake), "-");
    else if (stat(path, &status) == 0 || errno != ENOENT)
        lang_read(fake->lang, path);
}

/* Those that MAKEFILES names come first, need not be there, and give no default goal. */
static void read_makefiles(struct fake *fake)
{
    static const char name[] = ".DEFAULT_GOAL";
    const struct variable *goal = variables_get(&fake->model.globals, name);
    const char *before = arena_strdup(fake->arena, goal ? goal->value : "");

    if (!variables_get(&fake->model.globals, "MAKEFILES"))
        return;
    lang_eval(fake->lang, "-include $(MAKEFILES)", "MAKEFILES");
    lang_define(fake->lang, NULL, name, before, ORIGIN_FILE, FLAVOR_RECURSIVE);
}

static void read_once(struct fake *fake)
{
    begin(fake);
    makeflags_define(fake);
    for (size_t i = 0; i < fake->assignments.len; i++)
        lang_assign(fake->lang, fake->assignments.items[i]);
    makeflags_define_overrides(fake);
    take_goals(fake);
    for (size_t i = 0; i < fake->evals.len; i++)
        lang_eval(fake->lang, fake->evals.items[i], "--eval");
    read_makefiles(fake);
    for (size_t i = 0; i < fake->files.len; i++)
        read_file(fake, fake->files.items[i]);
    makeflags_take(fake);
    lang_finish(fake->lang);
}

/* The hint for a slip in a subcommand; else the one given. */
static const char *nearest_word(struct fake *fake, const char *name, const char *otherwise)
{
    const char *const *words = fake->settings.words;
    struct nearest nearest = nearest_to(name);

    for (; words && *words; words++)
        nearest_try(&nearest, *words);
    return nearest.best ? arena_printf(fake->arena, "did you mean '%s'?", nearest.best) : otherwise;
}

/* Without a Fakefile, --eval may have said what there is to do. */
static void check_found(struct fake *fake)
{
    const char *hint = fake->settings.search_upwards
                           ? "looked for Fakefile, fakefile, GNUmakefile, makefile and Makefile "
                             "here, and for a Fakefile above"
                           : "looked for Fakefile, fakefile, GNUmakefile, makefile and Makefile "
                             "here";
    const struct goal *goal = fake->goals.len > 0 ? fake->goals.items[0] : NULL;

    if (fake->files.len > 0 || fake->settings.command || fake->diags.errors > 0)
        return;
    if (!goal && !fake->model.default_goal)
        diag_error_hint(&fake->diags, nowhere, "No targets specified and no makefile found", hint);
    else if (goal && fake->evals.len == 0 && access(goal->target, F_OK) != 0)
        diag_error_hint(&fake->diags, nowhere,
                        arena_printf(fake->arena, "No rule to make target '%s'", goal->target),
                        nearest_word(fake, goal->target, hint));
}

bool fake_read(struct fake *fake, bool makes)
{
    enum remade remade;

    if (fake->is_read)
        return fake->is_read_well;
    if (fake->files.len == 0)
        look_for_file(fake);
    enter_folder(fake);
    do {
        fake_forget(fake);
        read_once(fake);
        remade = REMADE_NOTHING;
        if (makes && fake->diags.errors == 0)
            remade = fake_remake(fake);
    } while (remade == REMADE_SOME);
    check_found(fake);
    fake->is_read = true;
    fake->is_read_well = fake->diags.errors == 0 && remade != REMADE_FAILED;
    return fake->is_read_well;
}

/* Whatever there is to read. */
static bool has_text(struct fake *fake)
{
    if (!fake->is_read && fake->files.len == 0)
        look_for_file(fake);
    return fake->files.len > 0 || fake->evals.len > 0;
}

bool fake_has_target(struct fake *fake, const char *name)
{
    const struct target *target =
        has_text(fake) && fake_read(fake, true) ? model_find_target(&fake->model, name) : NULL;

    return target && target->rules.len > 0;
}
