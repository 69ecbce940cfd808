#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "lang/lang.h"
#include "step/command.h"
#include "step/put.h"
#include "step/source.h"

/* put --expand SRC… DST: files in which each $(…) is expanded for the host; every other $ is the
 * file's own. */

struct template
{
    struct steps *steps;
    struct step *step;
    const char *path;
    const char *text; /* NULL: it cannot be read yet */
    unsigned mode;
};

static size_t line_of(const struct template *template, const char *at)
{
    size_t line = 1;
    for (const char *s = template->text; s < at; s++)
        line += *s == '\n';
    return line;
}

/* The end of a $(…), behind its ")"; NULL: it has none. */
static const char *end_of_call(const char *call)
{
    size_t depth = 0;
    for (const char *s = call + 1; *s; s++) {
        depth += *s == '(';
        if (*s == ')' && --depth == 0)
            return s + 1;
    }
    return NULL;
}

static bool expand_call(const struct template *template, const char *call, const char *end,
                        struct str *out)
{
    struct expander *expander = template->steps->expander;
    struct arena *arena = template->steps->arena;
    const char *text = arena_strndup(arena, call, (size_t)(end - call));
    if (expand_string(expander, text, template->step->where, out))
        return true;
    if (!expander->is_waiting)
        diag_error(lang_diags(expander->lang), template->step->where,
                   "%s:%zu: %s cannot be expanded", template->path, line_of(template, call), text);
    return false;
}

static bool expand_all(const struct template *template, struct str *out)
{
    const char *rest = template->text, *call, *end;
    for (; (call = strstr(rest, "$(")); rest = end) {
        str_addn(out, rest, (size_t)(call - rest));
        end = end_of_call(call);
        if (!end) {
            diag_error(lang_diags(template->steps->expander->lang), template->step->where,
                       "%s:%zu: this $( has no )", template->path, line_of(template, call));
            return false;
        }
        if (!expand_call(template, call, end, out))
            return false;
    }
    str_add(out, rest);
    return true;
}

/* The template's value from the arena; NULL: failed (reported), or it waits. */
static const char *value_as(const struct template *template, enum expand_mode mode)
{
    struct expander *expander = template->steps->expander;
    struct str value = { 0 };
    expander->mode = mode;
    bool fine = expand_all(template, &value);
    expander->mode = EXPAND_VALUE;
    const char *text = fine ? arena_strdup(template->steps->arena, str_text(&value)) : NULL;
    str_free(&value);
    return text;
}

/* False: reported. What makes it may not have run: before the step's turn nothing is wrong with one
 * that is not there. */
static bool read_template(struct template *template)
{
    struct diags *diags = lang_diags(template->steps->expander->lang);
    struct str text = { 0 };
    struct stat status;
    const char *why = NULL;
    if (stat(template->path, &status) != 0 || !file_read(template->path, &text))
        why = template->steps->is_resolving ? strerror(errno) : NULL;
    else if (text.len != strlen(str_text(&text)))
        why = "it is no text";
    else
        template->text = arena_strdup(template->steps->arena, str_text(&text));
    template->mode = template->text ? status.st_mode & 07777 : 0;
    str_free(&text);
    if (why)
        diag_error(diags, template->step->where, "put --expand: %s: %s", template->path, why);
    return !why;
}

/* An earlier step of this machine may still make the file. */
static bool waits_for_steps(const struct steps *steps, const struct step *step)
{
    for (const struct step *before = steps->items; before < step; before++)
        if (before->verb->place == STEP_HERE)
            return !steps->is_resolving;
    return false;
}

static bool add_to_fingerprint(const struct template *template)
{
    struct step *step = template->step;
    const char *counted = template->text ? value_as(template, EXPAND_FINGERPRINT) : "";
    if (counted)
        step->fingerprint = arena_printf(template->steps->arena, "%s\n%s\n%s", step->fingerprint,
                                         template->path, counted);
    return counted != NULL;
}

/* What is sent for a template. False: failed (reported), or it waits. */
static bool make(struct template *template, bool is_first, struct content *content)
{
    if (!read_template(template) || (is_first && !add_to_fingerprint(template)))
        return false;
    if (!template->text || waits_for_steps(template->steps, template->step)) {
        template->steps->expander->is_waiting = true;
        return false;
    }
    const char *text = value_as(template, EXPAND_VALUE);
    if (text)
        put_made_set(content, template->path, text, template->mode);
    return text != NULL;
}

static bool find_templates(struct steps *steps, const struct step *step, struct vec *paths,
                           struct diags *diags)
{
    for (size_t i = 0; i + 1 < step->argument_count; i++) {
        if (source_add(steps->arena, &step->arguments[i], paths))
            continue;
        diag_error(diags, step->where, "put --expand: no file here fits %s",
                   step->arguments[i].text);
        return false;
    }
    return true;
}

bool put_expand_parse(struct steps *steps, struct step *step, struct diags *diags)
{
    struct put *put = step->data;
    struct vec paths = { 0 };
    bool is_first = !step->has_text, fine = find_templates(steps, step, &paths, diags);
    struct content *contents = arena_alloc(steps->arena, (paths.len + 1) * sizeof *contents);
    put->made = arena_alloc(steps->arena, (paths.len + 1) * sizeof *put->made);
    put->source_count = paths.len;
    step->has_text = true;
    for (size_t i = 0; i < paths.len && fine; i++) {
        struct template template = { .steps = steps, .step = step, .path = paths.items[i] };
        fine = make(&template, is_first, &contents[i]);
        put->made[i] = &contents[i];
    }
    vec_free(&paths);
    return fine;
}
