#include "ui/list.h"

#include <string.h>

#include "base/str.h"
#include "ui/safe.h"

enum { NAME_WIDTH_MAXIMUM = 28 };

static void add_safe(struct str *out, const char *text)
{
    safe_add(out, text, strlen(text));
}

static size_t heading_width(const struct list_target *target)
{
    return strlen(target->name) + (target->binding ? strlen(target->binding) + 1 : 0);
}

/* The column in which descriptions begin: behind the longest name that is not too long. */
static size_t description_column(const struct list *list)
{
    size_t column = 0;

    for (size_t i = 0; i < list->targets.len; i++) {
        const struct list_target *target = list->targets.items[i];
        size_t width = heading_width(target);
        if (target->is_notable && width > column && width <= NAME_WIDTH_MAXIMUM)
            column = width;
    }
    for (size_t i = 0; i < list->roles.len; i++) {
        const struct list_role *role = list->roles.items[i];
        if (strlen(role->name) > column && strlen(role->name) <= NAME_WIDTH_MAXIMUM)
            column = strlen(role->name);
    }
    return column + 4;
}

static void add_blanks(struct str *out, size_t count)
{
    str_addf(out, "%*s", (int)count, "");
}

/* A text that begins in `column`, on this line if the line is not there yet; each of its lines. */
static void add_description(struct str *out, size_t width, size_t column, const char *text)
{
    if (width + 2 > column) {
        str_addc(out, '\n');
        width = 0;
    }
    while (*text) {
        size_t length = strcspn(text, "\n");
        add_blanks(out, column - width);
        safe_add(out, text, length);
        str_addc(out, '\n');
        text += length + (text[length] == '\n');
        width = 0;
    }
}

static void add_fact(struct str *out, size_t column, const char *head, const struct vec *names)
{
    if (names->len == 0)
        return;
    add_blanks(out, column);
    str_addf(out, "%s:", head);
    for (size_t i = 0; i < names->len; i++) {
        str_addc(out, ' ');
        add_safe(out, names->items[i]);
    }
    str_addc(out, '\n');
}

static void add_target(struct str *out, const struct list_target *target, size_t column)
{
    size_t width = 2 + heading_width(target);

    str_add(out, "  ");
    add_safe(out, target->name);
    if (target->binding) {
        str_addc(out, ' ');
        add_safe(out, target->binding);
    }
    if (target->documentation)
        add_description(out, width, column, target->documentation);
    else
        str_addc(out, '\n');
    if (target->place) {
        add_blanks(out, column);
        str_add(out, "on ");
        add_safe(out, *target->place ? target->place : "no host: the role is empty");
        str_addc(out, '\n');
    }
    add_fact(out, column, "before it", &target->before);
    add_fact(out, column, "after it", &target->after);
    add_fact(out, column, "on failure", &target->on_failure);
}

void list_print_text(const struct list *list, FILE *out)
{
    size_t column = description_column(list);
    struct str text = { 0 };

    for (size_t i = 0; i < list->targets.len; i++) {
        const struct list_target *target = list->targets.items[i];
        if (target->is_notable)
            add_target(&text, target, column);
    }
    str_add(&text, text.len == 0 ? "  nothing: no tasks, and no targets with a ## text\n" : "");
    fputs("Targets\n", out);
    fwrite(str_text(&text), 1, text.len, out);
    str_clear(&text);
    for (size_t i = 0; i < list->roles.len; i++) {
        const struct list_role *role = list->roles.items[i];
        str_add(&text, "  ");
        add_safe(&text, role->name);
        add_description(&text, 2 + strlen(role->name), column,
                        *role->place ? role->place : "(no hosts)");
    }
    if (text.len > 0)
        fprintf(out, "\nRoles\n%s", str_text(&text));
    str_clear(&text);
    if (list->default_goal) {
        add_safe(&text, list->default_goal);
        fprintf(out, "\nWithout a goal: %s\n", str_text(&text));
    }
    str_free(&text);
}
