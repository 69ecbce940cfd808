#include "lang/statement.h"

#include <string.h>

void parser_free(struct parser *parser)
{
    str_free(&parser->line);
    str_free(&parser->head);
}

static const struct keyword {
    const char *name;
    enum statement_kind kind;
    bool is_optional;
} keywords[] = {
    { "ifdef", STATEMENT_IF, false },        { "ifndef", STATEMENT_IF, false },
    { "ifeq", STATEMENT_IF, false },         { "ifneq", STATEMENT_IF, false },
    { "else", STATEMENT_ELSE, false },       { "endif", STATEMENT_ENDIF, false },
    { "export", STATEMENT_EXPORT, false },   { "unexport", STATEMENT_UNEXPORT, false },
    { "include", STATEMENT_INCLUDE, false }, { "-include", STATEMENT_INCLUDE, true },
    { "sinclude", STATEMENT_INCLUDE, true }, { "vpath", STATEMENT_VPATH, false },
    { "endef", STATEMENT_ENDEF, false },     { "node", STATEMENT_NODE, false },
    { "endnode", STATEMENT_ENDNODE, false },
};

/* Takes the first word off. */
static struct span take_word(struct span *text)
{
    struct span word = { text->data, 0 };

    while (word.len < text->len && !is_blank(text->data[word.len]))
        word.len++;
    *text = span_trim(text->data + word.len, text->len - word.len);
    return word;
}

static const struct keyword *find_keyword(struct span word)
{
    size_t i;

    for (i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i].name) == word.len &&
            memcmp(keywords[i].name, word.data, word.len) == 0)
            return &keywords[i];
    return NULL;
}

bool statement_parse_if(struct span rest, struct statement *statement)
{
    struct span keyword = take_word(&rest);
    const struct keyword *found = find_keyword(keyword);

    if (!found || found->kind != STATEMENT_IF)
        return false;
    statement->keyword = keyword;
    statement->rest = rest;
    return true;
}

/* directive := keyword rest */
static bool parse_directive(struct span text, struct statement *statement)
{
    struct span rest = text, word = take_word(&rest);
    const struct keyword *keyword = find_keyword(word);

    if (!keyword)
        return false;
    /* `include: x` and `node = 1` were told apart by their blank; a colon behind it makes a rule.
     */
    if (keyword->kind == STATEMENT_NODE && (!rest.len || memchr(rest.data, ':', rest.len)))
        return false;
    if ((keyword->kind == STATEMENT_ENDNODE || keyword->kind == STATEMENT_ENDEF) && rest.len)
        return false;
    statement->kind = keyword->kind;
    statement->is_optional = keyword->is_optional;
    statement->keyword = word;
    statement->rest = rest;
    return true;
}

static size_t skip_blanks(struct span text, size_t i)
{
    while (i < text.len && is_blank(text.data[i]))
        i++;
    return i;
}

/* The end of the port whose colon stands at i: behind it comes the line's own colon, or another
 * name. 0: it is no port. */
static size_t port_end(struct span text, size_t i)
{
    size_t end = i + 1, next;

    while (end < text.len && text.data[end] >= '0' && text.data[end] <= '9')
        end++;
    next = skip_blanks(text, end);
    if (end == i + 1 || next == text.len || text.data[next] != (next == end ? ':' : '@'))
        return 0;
    return end;
}

/* The end of the name that begins at i. A port belongs to it, and an IPv6 address in brackets. */
static size_t host_name_end(struct span text, size_t i)
{
    while (i < text.len && !is_blank(text.data[i])) {
        if (text.data[i] == '$') {
            i += text_reference_length(text.data + i, text.len - i);
        } else if (text.data[i] == '[') {
            while (i < text.len && text.data[i] != ']')
                i++;
        } else if (text.data[i] == ':') {
            size_t end = port_end(text, i);

            if (!end)
                return i;
            i = end;
        } else {
            i++;
        }
    }
    return i;
}

/* The length of `@name @name` up to their colon; 0: text is no such thing. */
static size_t host_names_length(struct span text)
{
    size_t i = 0;

    do
        i = skip_blanks(text, host_name_end(text, i + 1));
    while (i < text.len && text.data[i] == '@');
    return i < text.len && text.data[i] == ':' ? i : 0;
}

/* host := ('@' name)… ':' assignment */
static bool parse_host(struct span text, struct statement *statement)
{
    size_t length;
    struct span name;

    if (!text.len || text.data[0] != '@')
        return false;
    length = host_names_length(text);
    if (length < 2)
        return false;
    name = span_trim(text.data + 1, length - 1);
    text = (struct span){ text.data + length + 1, text.len - length - 1 };
    if (!name.len || !assignment_parse(text, ASSIGNMENT_OF_TARGET, &statement->assignment))
        return false;
    statement->kind = STATEMENT_HOST;
    statement->rest = name;
    return true;
}

/* rule := head [';' recipe]. The ; is looked for in the line as written: continuations and # behind
 * it are the shell's. */
static void parse_rule(struct parser *parser, const struct line *line, struct statement *statement)
{
    struct span text = { line->text, line->length };
    size_t cut;

    statement->kind = STATEMENT_RULE;
    statement->rest = statement->text;
    if (!memchr(text.data, ';', text.len))
        return;
    str_clear(&parser->head);
    cut = text_find_unquoted(text.data, text.len, ";#", true, &parser->head);
    if (cut == text.len || text.data[cut] == '#')
        return;
    statement->has_recipe = true;
    statement->recipe = (struct span){ text.data + cut + 1, text.len - cut - 1 };
    if (line->is_continued) {
        struct line head = { .text = str_text(&parser->head), .length = parser->head.len };

        head.is_continued = memchr(head.text, '\n', head.length) != NULL;
        statement->rest = line_collapse(&head, &parser->line);
    } else {
        statement->rest = (struct span){ str_text(&parser->head), parser->head.len };
    }
    statement->rest = span_trim(statement->rest.data, statement->rest.len);
}

/* True when text may be an assignment: it has a `=`, or begins as define and undefine do. */
static bool may_assign(struct span text)
{
    return memchr(text.data, '=', text.len) || memchr("eopdu", text.data[0], 5);
}

void statement_parse(struct parser *parser, const struct line *line, struct statement *statement)
{
    struct span text, comment;

    *statement = (struct statement){ .kind = STATEMENT_NOTHING, .where = line->where };
    text = line_clean(line, &parser->line, &comment);
    if (comment.len && comment.data[0] == '#') {
        statement->is_documented = true;
        statement->documentation = span_trim(comment.data + 1, comment.len - 1);
    }
    while (text.len && is_blank(*text.data)) {
        text.data++;
        text.len--;
    }
    if (!text.len)
        return;
    statement->text = text;
    if (may_assign(text) && assignment_parse(text, ASSIGNMENT_OF_FILE, &statement->assignment))
        statement->kind = STATEMENT_ASSIGN;
    else if (!parse_directive(text, statement) && !parse_host(text, statement))
        parse_rule(parser, line, statement);
}
