#ifndef FAKE_TESTS_UNIT_PLAN_TESTING_H
#define FAKE_TESTS_UNIT_PLAN_TESTING_H

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "plan/plan.h"
#include "suite.h"

/* A Fakefile, a command line, and the plan that they make, as text. Each job is a line:
 *   deploy@web1: pack upload@web1~ check@db1!; after restart@web1; hook
 * with `~` for what it only waits for, `!` for what must succeed without counting as content; gates
 * are *target. */
struct plan_case {
    const char *fakefile;
    const char *goals; /* blanks between; NULL: the default goal */
    const char *hosts, *roles, *exclude, *limit, *command;
    const char *user, *port, *shuffle;
    const char *files; /* made before, blanks between */
    const char *expected;
};

/* What a case leaves open for questions. */
struct plan_world {
    struct arena *arena;
    struct model model;
    struct diags diags;
    struct lang *lang;
    struct plan_options options;
    struct goal goals[16];
    struct plan *plan;
    struct str said; /* notices and diagnostics, a line each */
};

static void hear_notice(void *context, const char *text)
{
    struct plan_world *world = context;

    str_addf(&world->said, "notice: %s\n", text);
}

static void hear_diag(void *context, const struct diag *diag)
{
    struct plan_world *world = context;

    if (location_line(diag->where))
        str_addf(&world->said, "%u: ", location_line(diag->where));
    str_addf(&world->said, "%s: %s\n", diag->severity == DIAG_ERROR ? "error" : "warning",
             diag->message);
    if (diag->hint)
        str_addf(&world->said, "  %s\n", diag->hint);
}

static void enter_folder(void)
{
    char folder[] = "/tmp/fake-unit-plan-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave_folder(const char *files)
{
    char folder[4096], *list = mem_strdup(files ? files : ""), *save = NULL, *word;

    for (word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *slash = strchr(word, '/');

        unlink(word);
        if (slash)
            *slash = '\0';
        if (slash)
            rmdir(word);
    }
    free(list);
    ck_assert_ptr_nonnull(getcwd(folder, sizeof folder));
    ck_assert_int_eq(chdir("/"), 0);
    rmdir(folder);
}

static void make_files(const char *files)
{
    char *list = mem_strdup(files ? files : ""), *save = NULL, *word;

    for (word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *slash = strchr(word, '/');
        int file;

        if (slash) {
            *slash = '\0';
            mkdir(word, 0700);
            *slash = '/';
        }
        file = open(word, O_WRONLY | O_CREAT, 0600);
        ck_assert_int_ge(file, 0);
        close(file);
    }
    free(list);
}

/* "deploy:tag=v1" ▶ a goal. */
static void add_goal(struct plan_world *world, const char *word)
{
    struct goal *goal = &world->goals[world->options.goal_count++];
    char *text = arena_strdup(world->arena, word), *colon = strchr(text, ':'), *equals;

    goal->target = text;
    if (!colon)
        return;
    *colon = '\0';
    equals = strchr(colon + 1, '=');
    *equals = '\0';
    goal->arguments = arena_alloc(world->arena, sizeof *goal->arguments);
    lang_define(world->lang, goal->arguments, colon + 1, equals + 1, ORIGIN_COMMAND_LINE,
                FLAVOR_SIMPLE);
}

static char *plan_environment[] = { (char *)"PATH=/usr/bin:/bin", (char *)"FROM_ENV=env", NULL };

static void open_world(struct plan_world *world, const struct plan_case *test)
{
    struct lang_options options = { .program = "fake", .environment = plan_environment };
    char *goals = mem_strdup(test->goals ? test->goals : ""), *save = NULL, *word;

    *world = (struct plan_world){ .arena = arena_new() };
    world->diags.report = hear_diag;
    world->diags.context = world;
    world->model.arena = world->arena;
    world->lang = lang_new(&world->model, &world->diags, &options);
    enter_folder();
    make_files(test->files);
    lang_eval(world->lang, test->fakefile, "Fakefile");
    lang_finish(world->lang);
    world->options = (struct plan_options){
        .lang = world->lang,
        .goals = world->goals,
        .hosts = test->hosts,
        .roles = test->roles,
        .exclude = test->exclude,
        .limit = test->limit,
        .shuffle = test->shuffle,
        .command = test->command,
        .user = test->user,
        .port = test->port,
        .notice = hear_notice,
        .context = world,
    };
    for (word = strtok_r(goals, " ", &save); word; word = strtok_r(NULL, " ", &save))
        add_goal(world, word);
    free(goals);
    if (!world->diags.errors)
        world->plan = plan_make(world->arena, &world->options);
}

static void close_world(struct plan_world *world, const struct plan_case *test)
{
    leave_folder(test->files);
    plan_free(world->plan);
    lang_free(world->lang);
    model_free(&world->model);
    for (size_t i = 0; i < world->options.goal_count; i++)
        if (world->goals[i].arguments)
            map_free(&world->goals[i].arguments->map);
    str_free(&world->said);
    arena_free(world->arena);
}

static void print_job(const struct job *job, struct str *out)
{
    str_addf(out, "%s%s", job->kind == JOB_GATE ? "*" : "", job->target->name);
    if (job->host)
        str_addf(out, "@%s", job->host->spec);
}

static void print_hooks(const char *title, const struct vec *jobs, struct str *out)
{
    if (!jobs->len)
        return;
    str_addf(out, "; %s", title);
    for (size_t i = 0; i < jobs->len; i++) {
        str_addc(out, ' ');
        print_job(jobs->items[i], out);
    }
}

static void print_plan(const struct plan *plan, struct str *out)
{
    for (size_t i = 0; i < plan->jobs.len; i++) {
        const struct job *job = plan->jobs.items[i];

        ck_assert_uint_eq(job->index, i);
        print_job(job, out);
        str_addc(out, ':');
        for (size_t k = 0; k < job->need_count; k++) {
            str_addc(out, ' ');
            print_job(job->needs[k].job, out);
            str_add(out, (const char *[]){ "", "!", "~" }[job->needs[k].kind]);
        }
        print_hooks("before", &job->before, out);
        print_hooks("after", &job->after, out);
        print_hooks("on-failure", &job->on_failure, out);
        if (job->is_hook)
            str_add(out, "; hook");
        else if (job->is_on_demand)
            str_add(out, "; on demand");
        str_addc(out, '\n');
    }
}

/* Prints both and compares, so that a failure shows all of it. */
static void check_case(const struct plan_case *test)
{
    struct plan_world world;
    struct str out = { 0 };

    open_world(&world, test);
    str_add(&out, str_text(&world.said));
    if (world.plan)
        print_plan(world.plan, &out);
    if (strcmp(str_text(&out), test->expected) != 0)
        ck_abort_msg("%s\n--- expected\n%s--- is\n%s", test->fakefile, test->expected,
                     str_text(&out));
    str_free(&out);
    close_world(&world, test);
}

#endif
