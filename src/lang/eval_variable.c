#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "lang/reader.h"

/* The value with an operator other than += and ?= ; appended to out. False: failed (reported). */
static bool make_value(struct lang *lang, const struct scope *scope,
                       const struct assignment *assignment, struct location where, struct str *out)
{
    struct expander expander;
    struct str text = { 0 };
    bool done;
    size_t i;

    if (assignment->action == ASSIGN_RECURSIVE || assignment->action == ASSIGN_CONDITIONAL) {
        str_addn(out, assignment->value.data, assignment->value.len);
        return true;
    }
    done = lang_expand(lang, scope, assignment->value, where, &text);
    if (assignment->action == ASSIGN_SHELL && done) {
        expander = lang_expander(lang, scope);
        done = expand_shell(&expander, str_text(&text), where, out);
    } else if (assignment->action == ASSIGN_IMMEDIATE) {
        for (i = 0; i < text.len; i++) {
            if (text.data[i] == '$')
                str_addc(out, '$');
            str_addc(out, text.data[i]);
        }
    } else {
        str_addn(out, str_text(&text), text.len);
    }
    str_free(&text);
    return done;
}

/* Special names take effect as they are set. */
static void apply_special(struct lang *lang, const struct variable *variable)
{
    if (strcmp(variable->name, ".RECIPEPREFIX") == 0)
        lang->recipe_prefix = *variable->value ? *variable->value : '\t';
}

struct variable *variable_set(struct lang *lang, struct variables *set, struct span name,
                              struct span value, enum origin origin, enum flavor flavor,
                              struct location where)
{
    struct arena *arena = lang->model->arena;
    struct variable *variable = map_getn(&set->map, name.data, name.len);

    if (variable && variable->origin > origin)
        return NULL;
    if (!variable) {
        variable = arena_alloc(arena, sizeof *variable);
        variable->name = arena_strndup(arena, name.data, name.len);
        *map_put(&set->map, variable->name) = variable;
    }
    variable->value = arena_strndup(arena, value.data, value.len);
    variable->length = value.len;
    variable->capacity = 0;
    variable->text = NULL;
    variable->where = where;
    variable->origin = origin;
    variable->flavor = flavor;
    variable->inherited = false;
    variable->append = false;
    if (set == &lang->model->globals && variable->name[0] == '.')
        apply_special(lang, variable);
    return variable;
}

/* Adds to a value in place: room is doubled, so that many += cost no more than the text they add.
 */
static void grow_value(struct lang *lang, struct variable *variable, struct span more)
{
    size_t blank = variable->length && more.len ? 1 : 0;
    size_t length = variable->length + blank + more.len;
    char *value = (char *)variable->value;

    if (length > variable->capacity || !variable->capacity) {
        variable->capacity = 2 * length;
        value = arena_alloc(lang->model->arena, variable->capacity + 1);
        memcpy(value, variable->value, variable->length);
    }
    if (blank)
        value[variable->length] = ' ';
    memcpy(value + variable->length + blank, more.data, more.len);
    value[length] = '\0';
    variable->value = value;
    variable->length = length;
    variable->text = NULL;
}

/* += : what is added is expanded when the variable is a simple one. In a target's or role's set
 * only what the same set holds is added to; the rest is added when the variable is used. */
static struct variable *append(struct lang *lang, struct variables *set, const struct scope *scope,
                               struct span name, const struct assignment *assignment,
                               enum origin origin, struct location where)
{
    bool is_inner = set != &lang->model->globals;
    struct variable *variable = map_getn(&set->map, name.data, name.len);
    struct str more = { 0 };
    bool done = true;

    if (!variable) {
        variable =
            variable_set(lang, set, name, assignment->value, origin, FLAVOR_RECURSIVE, where);
        variable->append = is_inner;
        return variable;
    }
    if (variable->origin > origin)
        return NULL;
    if (variable->flavor == FLAVOR_SIMPLE) {
        done = lang_expand(lang, scope, assignment->value, where, &more);
        if (done)
            grow_value(lang, variable, (struct span){ str_text(&more), more.len });
        str_free(&more);
    } else {
        grow_value(lang, variable, assignment->value);
    }
    variable->origin = origin;
    variable->inherited = false;
    if (!is_inner && variable->name[0] == '.')
        apply_special(lang, variable);
    return variable;
}

static bool exists(struct lang *lang, const struct scope *scope, struct span name)
{
    char *text = mem_strndup(name.data, name.len);
    bool found = scope_find(scope ? scope : lang_expander(lang, NULL).scope, text) != NULL;

    free(text);
    return found;
}

static struct variable *assign_named(struct lang *lang, struct variables *set,
                                     const struct scope *scope, struct span name,
                                     const struct assignment *assignment, enum origin origin,
                                     struct location where)
{
    enum flavor flavor = assignment->action == ASSIGN_SIMPLE ? FLAVOR_SIMPLE : FLAVOR_RECURSIVE;
    struct variable *variable = NULL;
    struct str value = { 0 };

    if (assignment->action == ASSIGN_APPEND)
        return append(lang, set, scope, name, assignment, origin, where);
    if (assignment->action == ASSIGN_CONDITIONAL && exists(lang, scope, name))
        return NULL;
    if (make_value(lang, scope, assignment, where, &value))
        variable = variable_set(lang, set, name, (struct span){ str_text(&value), value.len },
                                origin, flavor, where);
    str_free(&value);
    return variable;
}

static void undefine(struct variables *set, struct span name, enum origin origin)
{
    struct variable *variable = map_getn(&set->map, name.data, name.len);

    if (variable && variable->origin <= origin)
        map_remove(&set->map, variable->name);
}

struct variable *variable_assign(struct lang *lang, struct variables *set,
                                 const struct scope *scope, const struct assignment *assignment,
                                 enum origin origin, struct location where)
{
    struct variable *variable = NULL;
    struct str text = { 0 };
    struct span name;

    if (lang_expand(lang, scope, assignment->name, where, &text)) {
        name = span_trim(str_text(&text), text.len);
        if (!name.len)
            diag_error(lang->diags, where, "empty variable name");
        else if (assignment->kind == ASSIGNMENT_UNDEFINE)
            undefine(set, name, origin);
        else
            variable = assign_named(lang, set, scope, name, assignment, origin, where);
    }
    str_free(&text);
    if (variable && assignment->is_export)
        variable->export = EXPORT_YES;
    if (variable && assignment->is_private)
        variable->is_private = true;
    return variable;
}

static bool begins_with_word(struct span text, const char *word)
{
    size_t n = strlen(word);

    while (text.len && is_blank(*text.data)) {
        text.data++;
        text.len--;
    }
    return text.len >= n && memcmp(text.data, word, n) == 0 &&
           (text.len == n || is_blank(text.data[n]));
}

/* body := {line | define body endef} "endef". Lines are added to `body` unless it is NULL; false:
 * the text ended first. */
static bool read_body(struct reader *reader, struct str *body)
{
    struct line line;
    struct str buffer = { 0 }, ending = { 0 };
    struct span text, comment;
    unsigned depth = 1;
    size_t start = body ? body->len : 0;

    while (depth && cursor_next(&reader->cursor, &line)) {
        text = line_collapse(&line, &buffer);
        if (line.text[0] != reader->lang->recipe_prefix || !line.length) {
            if (begins_with_word(text, "define")) {
                depth++;
            } else if (begins_with_word(text, "endef") && --depth == 0) {
                struct line last = { .text = text.data, .length = text.len };

                text = line_clean(&last, &ending, &comment);
                text = span_trim(text.data, text.len);
                if (text.len > strlen("endef"))
                    diag_message(reader->lang->diags, line.where,
                                 "extraneous text after 'endef' directive");
                break;
            }
        }
        if (body) {
            str_addn(body, text.data, text.len);
            str_addc(body, '\n');
        }
    }
    if (body && body->len > start)
        body->len--; /* the last newline is no part of the value */
    str_free(&buffer);
    str_free(&ending);
    return depth == 0;
}

void define_skip(struct reader *reader)
{
    read_body(reader, NULL);
}

const char *reader_documentation(struct reader *reader, const struct statement *statement)
{
    struct arena *arena = reader->lang->model->arena;

    if (statement->is_documented)
        return arena_strndup(arena, statement->documentation.data, statement->documentation.len);
    if (reader->documents)
        return arena_strndup(arena, str_text(&reader->documentation), reader->documentation.len);
    return NULL;
}

void eval_assignment(struct reader *reader, const struct statement *statement)
{
    struct lang *lang = reader->lang;
    struct assignment assignment = statement->assignment;
    enum origin origin = assignment.is_override ? ORIGIN_OVERRIDE : ORIGIN_FILE;
    const char *documentation = reader_documentation(reader, statement);
    struct str name = { 0 }, body = { 0 };
    struct variable *variable;

    draft_close(reader);
    if (assignment.kind == ASSIGNMENT_DEFINE) {
        /* The lines of the body take the parser's place. */
        str_addn(&name, assignment.name.data, assignment.name.len);
        assignment.name = (struct span){ str_text(&name), name.len };
        if (assignment.has_operator && assignment.value.len)
            diag_message(lang->diags, statement->where, "extraneous text after 'define' directive");
        if (!read_body(reader, &body)) {
            diag_error(lang->diags, statement->where, "missing 'endef', unterminated 'define'");
            str_free(&body);
            str_free(&name);
            return;
        }
        assignment.value = (struct span){ str_text(&body), body.len };
    }
    variable =
        variable_assign(lang, &lang->model->globals, NULL, &assignment, origin, statement->where);
    if (variable && documentation)
        variable->documentation = documentation;
    str_free(&body);
    str_free(&name);
}

/* "export" [names]; alone it holds for all. */
void eval_export(struct reader *reader, const struct statement *statement)
{
    struct lang *lang = reader->lang;
    bool exports = statement->kind == STATEMENT_EXPORT;
    struct str names = { 0 };
    struct span word;
    const char *list;

    if (!statement->rest.len)
        lang->model->export_all = exports;
    if (lang_expand(lang, NULL, statement->rest, statement->where, &names)) {
        list = str_text(&names);
        while (word_next(&list, &word)) {
            struct variable *variable = map_getn(&lang->model->globals.map, word.data, word.len);

            if (!variable)
                variable = variable_set(lang, &lang->model->globals, word, (struct span){ "", 0 },
                                        ORIGIN_FILE, FLAVOR_RECURSIVE, statement->where);
            variable->export = exports ? EXPORT_YES : EXPORT_NO;
        }
    }
    str_free(&names);
}

static void assign_host(struct lang *lang, const char *name, const struct statement *statement)
{
    static const char *const reserved[] = { "D", "F", "all", "local" };
    struct role *role;

    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i]) == 0)
            diag_error(lang->diags, statement->where,
                       "'@%s' has a meaning of its own: no role or host is called so", name);
    role = inventory_role(&lang->model->inventory, name, statement->where);
    /* What is expanded now is expanded for the file; only ?= asks whether the role has the name. */
    struct scope scope = { &lang->globals, &role->variables, false };
    bool is_conditional = statement->assignment.action == ASSIGN_CONDITIONAL;
    variable_assign(lang, &role->variables, is_conditional ? &scope : NULL, &statement->assignment,
                    statement->assignment.is_override ? ORIGIN_OVERRIDE : ORIGIN_FILE,
                    statement->where);
}

/* `@name @name: var = value`. */
void eval_host(struct reader *reader, const struct statement *statement)
{
    struct lang *lang = reader->lang;
    struct str names = { 0 };
    struct span word;
    const char *list;

    draft_close(reader);
    str_addc(&names, '@');
    if (lang_expand(lang, NULL, statement->rest, statement->where, &names)) {
        list = str_text(&names);
        while (word_next(&list, &word)) {
            if (word.len < 2 || word.data[0] != '@') {
                diag_error(lang->diags, statement->where, "'@' and a name stand here, not '%.*s'",
                           (int)word.len, word.data);
                break;
            }
            assign_host(lang, arena_strndup(lang->model->arena, word.data + 1, word.len - 1),
                        statement);
        }
    }
    str_free(&names);
}
