#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lang/lang.h"
#include "step/command.h"
#include "step/put.h"

/* put --text=NAME DST: a variable's value as a file, ended by a newline. */

enum { DEFAULT_MODE = 0644 };

static const char *value_as(struct steps *steps, const struct step *step, enum expand_mode mode)
{
    struct expander *expander = steps->expander;
    struct str value = { 0 };
    expander->mode = mode;
    bool fine = expand_variable(expander, step->options.variable, step->where, &value);
    expander->mode = EXPAND_VALUE;
    if (value.len > 0 && value.data[value.len - 1] != '\n')
        str_addc(&value, '\n');
    const char *text = fine ? arena_strdup(steps->arena, str_text(&value)) : NULL;
    str_free(&value);
    return text;
}

static bool load_text(const struct content *content, struct str *bytes)
{
    str_add(bytes, content->id);
    return true;
}

void put_made_set(struct content *content, const char *path, const char *text, unsigned mode)
{
    size_t size = strlen(text);
    *content = (struct content){
        .path = path,
        .kind = CONTENT_FILE,
        .mode = mode,
        .size = size,
        .hash = hash_bytes(text, size),
        .load = load_text,
        .id = text,
    };
    hash_bytes_sha256(text, size, content->sha256);
}

bool put_value_parse(struct steps *steps, struct step *step, struct diags *diags)
{
    if (!command_check_words(step, 1, 1, "put --text=NAME DESTINATION", diags))
        return false;
    const struct shell_word *destination = &step->arguments[0];
    if (destination->pattern || command_is_folder_path(destination)) {
        diag_error(diags, step->where, "put --text: '%s' is no name of a file",
                   command_as_written(steps->arena, destination));
        return false;
    }
    struct put *put = step->data;
    if (!put) {
        step->data = put = arena_alloc(steps->arena, sizeof *put);
        const char *counted = value_as(steps, step, EXPAND_FINGERPRINT);
        if (!counted)
            return false;
        step->fingerprint = arena_printf(steps->arena, "%s\n%s", step->fingerprint, counted);
    }
    *put = (struct put){ .arena = steps->arena };
    step->has_text = true;
    const char *text = value_as(steps, step, EXPAND_VALUE);
    if (!text)
        return false;
    struct content *content = arena_alloc(steps->arena, sizeof *content);
    put_made_set(content, destination->text, text, DEFAULT_MODE);
    put->source_count = 1;
    put->made = arena_alloc(steps->arena, sizeof *put->made);
    put->made[0] = content;
    step->text = arena_printf(steps->arena, "$(%s) -> %s", step->options.variable,
                              command_as_written(steps->arena, destination));
    return true;
}
