#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/put_memory.h"
#include "step/put_mirror.h"

/* checkout REV DST: the tree of a revision of a repository here, on the host. It goes the way of
 * put, whose tree of files it is but for where their bytes come from; so the host needs no git. */

struct checkout {
    struct put put; /* first: the files of put see this one */
    const char *name;
};

/* A name for the folder that DST is, when it says none. */
static bool is_nameless(const char *path)
{
    return strcmp(path, ".") == 0 || strcmp(path, "..") == 0 || strcmp(path, "/") == 0 ||
           str_ends(path, "/..");
}

static bool parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (!command_check_words(step, 2, 2, "checkout REVISION DESTINATION", diags))
        return false;
    if (step->options.mirror && !put_mirror_check(step, diags))
        return false;
    struct checkout *checkout = arena_alloc(steps->arena, sizeof *checkout);
    const struct step_options *options = &step->options;
    const char *revision = step->arguments[0].text;
    if (strchr(revision, ':') || revision[0] == '-') {
        diag_error_hint(diags, step->where,
                        arena_printf(steps->arena, "checkout: '%s' is no commit", revision),
                        strchr(revision, ':') ? "write --subdir= for a folder of it" : NULL);
        return false;
    }
    checkout->put.arena = steps->arena;
    checkout->put.source_count = 1;
    checkout->name =
        content_name_revision(steps->arena, options->repository ? options->repository : ".",
                              revision, options->below ? options->below : "");
    step->data = checkout;
    step->text = command_arrow(steps->arena, step);
    return true;
}

static void sources(const struct step *step, struct arena *arena, struct vec *paths)
{
    (void)arena;
    struct checkout *checkout = step->data;
    checkout->put.is_folder = is_nameless(put_destination(step));
    vec_push(paths, (void *)checkout->name);
}

static void places(const struct step *step, struct arena *arena,
                   const struct content *const *contents, const char *answer, struct vec *list)
{
    (void)answer;
    if (!contents[0]->why)
        put_tree_places(step, arena, contents, list);
}

static void ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    if (!contents[0]->why)
        put_tree_ask(step, contents, query);
}

static bool compile(struct step *step, const struct content *const *contents, const char *answer,
                    const struct step_target *target, const char **why)
{
    *why = contents[0]->why;
    return !*why && put_tree_compile(step, contents, answer, target, why);
}

static bool find_memory(const struct step *step, const struct content *const *contents,
                        struct step_memory *memory)
{
    return !contents[0]->why && put_memory_find(step, contents, memory);
}

const struct verb verb_checkout = {
    .name = "checkout",
    .version = 1,
    .place = STEP_HOST,
    .options = VERB_TAKES_LIMITS | VERB_TAKES_HOST | VERB_TAKES_SENT | VERB_TAKES_MIRROR |
               VERB_TAKES_EXCLUDE | VERB_TAKES_REPOSITORY,
    .parse = parse,
    .sources = sources,
    .places = places,
    .ask = ask,
    .recall = put_tree_recall,
    .find_memory = find_memory,
    .rest = put_tree_rest,
    .compile = compile,
};
