#ifndef FAKE_TESTS_UNIT_RUN_WORLD_H
#define FAKE_TESTS_UNIT_RUN_WORLD_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "suite.h"

/* A folder and a home of its own for each test. */
struct run_world {
    char home[64];
    char folder[96];
    struct str said;
    bool outputs_only; /* hear nothing but what steps print */
};

static void world_begin(struct run_world *world)
{
    *world = (struct run_world){ 0 };
    strcpy(world->home, "/tmp/fake-unit-run-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->home));
    snprintf(world->folder, sizeof world->folder, "%s/project", world->home);
    ck_assert_int_eq(mkdir(world->folder, 0700), 0);
    ck_assert_int_eq(chdir(world->folder), 0);
    ck_assert_int_eq(setenv("HOME", world->home, 1), 0);
}

static void world_end(struct run_world *world)
{
    char *command = mem_printf("rm -rf %s", world->home);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
    free(command);
    str_free(&world->said);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

#endif
