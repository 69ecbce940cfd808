#include "step/put.h"

void put_tree_ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    (void)step, (void)contents, (void)query;
}

bool put_tree_compile(struct step *step, const struct content *const *contents, const char *answer,
                      const struct step_target *target, const char **why)
{
    (void)step, (void)contents, (void)answer, (void)target;
    *why = "this version sends one file at a time";
    return false;
}

void put_tree_places(const struct step *step, struct arena *arena,
                     const struct content *const *contents, struct vec *places)
{
    (void)step, (void)arena, (void)contents, (void)places;
}
