#include "cli/flags.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/option_table.h"

/* ---- in ---- */

/* The next word of *text, in the arena; NULL at the end. make expands MAKEFLAGS when it takes it:
 * two dollars are one. */
static char *next_word(struct arena *arena, const char **text, bool is_expanded)
{
    const char *s = *text + strspn(*text, " \t\n");
    char *word = arena_alloc(arena, strlen(s) + 1), *end = word;

    if (!*s)
        return NULL;
    for (; *s && !strchr(" \t\n", *s); s++) {
        if ((*s == '\\' && s[1]) || (is_expanded && *s == '$' && s[1] == '$'))
            s++;
        *end++ = *s;
    }
    *text = s;
    return word;
}

/* "kn -j4" begins with letters, "A=1" and "--trace" do not. */
static char *with_dash(struct arena *arena, char *word)
{
    return *word == '-' || strchr(word, '=') ? word : arena_printf(arena, "-%s", word);
}

static void take(struct command_line *line, const char *text, bool is_make)
{
    struct vec words = { 0 };
    bool was_make = line->is_make;
    size_t goals = line->goals.len;
    char *word;

    while ((word = next_word(line->arena, &text, is_make)))
        vec_push(&words, words.len == 0 ? with_dash(line->arena, word) : word);
    line->is_make = is_make;
    command_line_parse(line, (int)words.len, (char **)words.items, NULL);
    line->is_make = was_make;
    line->goals.len = goals;
    vec_free(&words);
}

/* A list as it was before, and then what is new in it. */
static void drop_repeated(struct vec *list, size_t known)
{
    size_t kept = known;

    for (size_t i = known; i < list->len; i++) {
        bool is_known = false;

        for (size_t k = 0; k < known && !is_known; k++)
            is_known = strcmp(list->items[k], list->items[i]) == 0;
        if (!is_known)
            list->items[kept++] = list->items[i];
    }
    list->len = kept;
}

void flags_take_makes(struct command_line *line, const char *text)
{
    size_t includes = line->includes.len, evals = line->evals.len;

    take(line, text, true);
    drop_repeated(&line->includes, includes);
    drop_repeated(&line->evals, evals);
}

void flags_take_fakes(struct command_line *line, const char *text)
{
    struct command_line outer;
    const struct option *option;
    bool selects = line->settings.hosts || line->settings.roles;

    command_line_init(&outer);
    take(&outer, text, false);
    for (size_t i = 0; i < outer.answers.len; i++)
        vec_push(&line->answers, arena_strdup(line->arena, outer.answers.items[i]));
    for (size_t i = 0; (option = option_row(i)); i++) {
        const void *from = (const char *)&outer + option->place;
        void *to = (char *)line + option->place;

        if (!(option->traits & OPTION_TO_FAKES))
            continue;
        /* One that names hosts of its own does not go to the outer one's, too. */
        if (option->kind == OPTION_FLAG)
            *(bool *)to |= *(const bool *)from;
        else if (*(const char *const *)from && !*(const char **)to &&
                 !(selects && option->kind == OPTION_JOINED && option->letter != 'x'))
            *(const char **)to = arena_strdup(line->arena, *(const char *const *)from);
    }
    command_line_free(&outer);
}

/* ---- out ---- */

/* For a variable that is expanded once when it is taken (`is_expanded`), or not. */
static void add_quoted(struct str *out, const char *text, bool is_expanded)
{
    for (; *text; text++) {
        if (*text == '$' && is_expanded)
            str_addc(out, '$');
        else if (strchr(" \t\n\\", *text))
            str_addc(out, '\\');
        str_addc(out, *text);
    }
}

static bool is_set(const struct command_line *line, const struct option *option)
{
    return *(const bool *)((const char *)line + option->place);
}

/* make's order: by the alphabet, a small letter before its capital. */
static int letter_rank(char letter)
{
    return 2 * tolower((unsigned char)letter) + (isupper((unsigned char)letter) != 0);
}

void flags_give_letters(const struct command_line *line, struct str *out)
{
    const struct option *option;
    size_t start = out->len;

    for (size_t i = 0; (option = option_row(i)); i++) {
        size_t at;

        if (option->kind != OPTION_FLAG || !option->letter || !(option->traits & OPTION_TO_MAKES) ||
            !is_set(line, option))
            continue;
        str_addc(out, option->letter);
        for (at = out->len - 1;
             at > start && letter_rank(out->data[at - 1]) > letter_rank(option->letter); at--)
            out->data[at] = out->data[at - 1];
        out->data[at] = option->letter;
    }
}

static void add_name(struct str *out, const struct option *option)
{
    if (option->letter)
        str_addf(out, " -%c", option->letter);
    else
        str_addf(out, " --%s=", option->name);
}

/* Without an exponent: its e would be read as a letter of its own. */
static void add_load(struct str *out, double load)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%.9f", load);

    while (text[length - 1] == '0')
        length--;
    length -= text[length - 1] == '.';
    str_addn(out, text, (size_t)length);
}

static void give_value(const struct command_line *line, const struct option *option,
                       struct str *out)
{
    const void *place = (const char *)line + option->place;

    if (option->kind == OPTION_LIST) {
        const struct vec *list = place;
        for (size_t i = 0; i < list->len; i++) {
            add_name(out, option);
            add_quoted(out, list->items[i], true);
        }
    } else if (option->kind == OPTION_LOAD && *(const double *)place > 0) {
        add_name(out, option);
        add_load(out, *(const double *)place);
    } else if (option->kind == OPTION_CHOICE && *(const char *const *)place) {
        add_name(out, option);
        str_add(out, *(const char *const *)place);
    }
}

void flags_give_options(const struct command_line *line, struct str *out)
{
    const struct option *option;

    for (size_t i = 0; (option = option_row(i)); i++) {
        if (option->traits & OPTION_TO_MAKES)
            give_value(line, option, out);
    }
    for (size_t i = 0; (option = option_row(i)); i++) {
        if (option->kind == OPTION_FLAG && !option->letter && (option->traits & OPTION_TO_MAKES) &&
            is_set(line, option))
            str_addf(out, " --%s", option->name);
    }
}

void flags_give_fakes(const struct command_line *line, struct str *out)
{
    const struct option *option;

    for (size_t i = 0; (option = option_row(i)); i++) {
        const char *const *text = (const void *)((const char *)line + option->place);
        const char *blank = out->len > 0 ? " " : "";

        if (!(option->traits & OPTION_TO_FAKES))
            continue;
        if (option->kind == OPTION_FLAG && is_set(line, option)) {
            str_addf(out, "%s--%s", blank, option->name);
        } else if (option->kind != OPTION_FLAG && *text) {
            str_addf(out, "%s--%s=", blank, option->name);
            add_quoted(out, *text, false);
        }
    }
}
