#include "step/step.h"

#include "step/guard.h"
#include "step/verb.h"

bool step_acts(const struct step *step)
{
    return verb_acts(step->verb);
}

void step_sources(const struct step *step, struct arena *arena, struct vec *paths)
{
    if (step->is_parsed && step->verb->sources)
        step->verb->sources(step, arena, paths);
    if (step->is_parsed && step->options.stdin_file)
        vec_push(paths, (void *)guard_input_path(step));
}

void step_places(const struct step *step, struct arena *arena,
                 const struct content *const *contents, const char *answer, struct vec *places)
{
    const struct step_options *options = &step->options;
    if (step->is_parsed && step->verb->places && !options->on && !options->unrecorded)
        step->verb->places(step, arena, contents, answer, places);
}

char place_kind(const struct place *place)
{
    if (place->link)
        return 'l';
    return place->sha256[0] ? 'f' : 'd';
}

void step_ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    if (step->is_parsed && step->verb->ask && !step->options.on)
        step->verb->ask(step, contents, query);
}

bool step_find_memory(const struct step *step, const struct content *const *contents,
                      struct step_memory *memory)
{
    return step->is_parsed && step->verb->find_memory &&
           step->verb->find_memory(step, contents, memory);
}

bool step_compile(struct step *step, const struct content *const *contents, const char *answer,
                  const struct step_target *target, const char **why)
{
    return guard_send_input(step, target, why) &&
           step->verb->compile(step, contents, answer, target, why);
}

const char *step_value(const char *output, size_t *size)
{
    if (*size == 0 || output[0] != GUARD_PASSED)
        return NULL;
    while (*size > 1 && output[*size - 1] == '\n')
        --*size;
    --*size;
    return output + 1;
}

bool step_wants_output(const struct step *step)
{
    return step->verb->output != NULL;
}

bool step_take_output(struct step *step, const char *data, size_t size, const char **why)
{
    return step->verb->output(step, data, size, why);
}

bool step_finish(struct step *step, int status, const char **why)
{
    return !step->verb->finish || step->verb->finish(step, status, why);
}

const char *step_local_command(const struct step *step)
{
    return step->local_command;
}

char *step_work(const struct step *step, const struct content *const *contents)
{
    return step->verb->work(step, contents);
}

void step_outputs(const struct step *step, struct arena *arena, struct vec *paths)
{
    if (step->is_parsed && step->verb->outputs)
        step->verb->outputs(step, arena, paths);
}
