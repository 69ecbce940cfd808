#ifndef FAKE_TESTS_UNIT_RUN_SCRIPTS_H
#define FAKE_TESTS_UNIT_RUN_SCRIPTS_H

#include "run_world.h"

#include "base/vec.h"
#include "run/script.h"
#include "run/script_big.h"
#include "step/step.h"
#include "suite.h"

/* The records' scripts under real shells. */

static struct run_world world;

static void begin(void)
{
    world_begin(&world);
}

static void end(void)
{
    world_end(&world);
}

static const char *const shells[] = { "dash", "bash", "busybox", "mksh", "ksh93", "zsh" };

/* Calls the shell by a link named sh, as a host has it; false: it is not there. */
static bool link_shell(const char *shell)
{
    char *command = mem_printf("p=$(command -v %s) && ln -sf \"$p\" sh", shell);
    bool there = system(command) == 0;
    free(command);
    return there;
}

static char *read_text(const char *path)
{
    struct str text = { 0 };
    return file_read(path, &text) ? str_steal(&text) : NULL;
}

/* As the body of a function: text of a request's runner ends by `return`. */
static char *run_script(const struct str *text)
{
    char *function = mem_printf("f_own() {\n%s}\nf_own\n", str_text(text));
    write_file("script", function);
    free(function);
    ck_assert_int_ne(system("./sh ./script >answer 2>errors"), -1);
    return read_text("answer");
}

static void add_place(struct vec *places, struct place *place, const char *path, const char *kind)
{
    place->path = path;
    place->link = *kind == 'l' ? "x" : NULL;
    strcpy(place->sha256, *kind == 'f' ? "x" : "");
    vec_push(places, place);
}

static void begin_script(struct str *text)
{
    script_library(text, "./state", false);
}

static void add_reading(struct str *text, bool refresh, const char *fingerprint)
{
    struct script_question question = { .name = "t", .may_be_large = !*fingerprint };
    struct vec list = { 0 };
    strcpy(question.fingerprint, fingerprint);
    vec_push(&list, &question);
    script_read(text, &list, refresh);
    vec_free(&list);
}

/* The text that asks for the record "t" anew. */
static char *ask(bool refresh)
{
    struct str text = { 0 };
    begin_script(&text);
    add_reading(&text, refresh, "");
    char *answer = run_script(&text);
    str_free(&text);
    return answer;
}

static void answers(bool refresh, const char *wanted)
{
    char *answer = ask(refresh);
    if (!strstr(answer, wanted))
        ck_abort_msg("no \"%s\" in:\n%s", wanted, answer);
    free(answer);
}

#endif
