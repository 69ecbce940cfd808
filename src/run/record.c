#include "run/record.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum {
    NAME_LIMIT = 160, /* of 255, with room for a prefix and a hook's name */
};

static const char format_line[] = "fake-record 1";

/* ---- writing ---- */

/* A text on a line of its own: what would end the line, and the escape itself, as %XX. */
void record_add_escaped(struct str *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < ' ' || c == 0x7f || c == '%')
            str_addf(out, "%%%02X", c);
        else
            str_addc(out, (char)c);
    }
}

static void add_line(struct str *out, const char *word, const char *text)
{
    str_add(out, word);
    str_addc(out, ' ');
    record_add_escaped(out, text ? text : "");
    str_addc(out, '\n');
}

void record_write_head(const struct record *record, const struct fingerprint *fingerprint,
                       struct str *out)
{
    char hex[HASH_HEX_SIZE];
    str_addf(out, "%s\n", format_line);
    add_line(out, "target", record->target);
    add_line(out, "host", record->host);
    add_line(out, "machine", record->machine);
    add_line(out, "time", record->time);
    add_line(out, "by", record->by);
    add_line(out, "from", record->from);
    if (record->revision)
        add_line(out, "revision", record->revision);
    if (record->salt)
        add_line(out, "salt", record->salt);
    hash_hex(fingerprint->whole, hex);
    add_line(out, "fingerprint", hex);
    for (size_t i = 0; i < fingerprint->parts.len; i++) {
        const struct part *part = fingerprint->parts.items[i];
        hash_hex(part->hash, hex);
        str_addf(out, "part %s ", hex);
        record_add_escaped(out, part->name);
        str_addc(out, '\n');
    }
}

void record_write(const struct record *record, const struct fingerprint *fingerprint,
                  struct str *out)
{
    record_write_head(record, fingerprint, out);
    if (record->has_content) {
        char hex[HASH_HEX_SIZE];
        hash_hex(record->content, hex);
        add_line(out, "content", hex);
    }
    for (size_t i = 0; i < record->states.len; i++)
        str_addf(out, "%s\n", (const char *)record->states.items[i]);
    str_add(out, "end\n");
}

void record_add_state(struct str *out, const char *path, struct hash hash)
{
    char hex[HASH_HEX_SIZE];
    hash_hex(hash, hex);
    str_addf(out, "hash %s  ", hex);
    str_add(out, path);
}

const char *record_state_path(const char *line)
{
    enum { BEFORE_PATH = sizeof "hash " - 1 + HASH_HEX_SIZE - 1 + 2 };
    return str_starts(line, "hash ") && strlen(line) > BEFORE_PATH ? line + BEFORE_PATH : NULL;
}

static void add_encoded(struct str *out, const char *name)
{
    for (const char *p = name; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = c < 0x80 && (isalnum(c) || strchr("._-", c));
        if (plain && !(p == name && c == '.'))
            str_addc(out, (char)c);
        else
            str_addf(out, "%%%02X", c);
    }
}

static void cut_name(struct str *out, size_t start, const char *whole)
{
    if (out->len - start <= NAME_LIMIT)
        return;
    char hex[HASH_HEX_SIZE];
    hash_hex(hash_bytes(whole, strlen(whole)), hex);
    out->len = start + NAME_LIMIT - HASH_HEX_SIZE;
    str_addf(out, "%%%s", hex);
}

void record_encode_name(const char *name, struct str *out)
{
    size_t start = out->len;
    add_encoded(out, name);
    /* Shorter than a record's, which stands before it in one file name. */
    if (out->len - start > NAME_LIMIT / 2) {
        char hex[HASH_HEX_SIZE];
        hash_hex(hash_bytes(name, strlen(name)), hex);
        out->len = start + NAME_LIMIT / 2 - HASH_HEX_SIZE;
        str_addf(out, "%%%s", hex);
    }
}

void record_file_name(const char *target, const char *host, struct str *name)
{
    size_t start = name->len;
    add_encoded(name, target);
    str_addc(name, '@');
    add_encoded(name, host);
    struct str whole = { 0 };
    str_addf(&whole, "%s@%s", target, host);
    cut_name(name, start, str_text(&whole));
    str_free(&whole);
}

/* ---- reading ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *record_unescaped(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    char *to = copy;
    for (const char *p = text; *p; p++) {
        int high = *p == '%' ? hex_digit(p[1]) : -1;
        int low = high >= 0 ? hex_digit(p[2]) : -1;
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(high * 16 + low);
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return copy;
}

struct reader {
    struct record *record;
    struct arena *arena;
    bool has_fingerprint;
    bool ended;
};

static bool read_text(struct reader *reader, size_t offset, const char *text)
{
    const char **field = (const char **)((char *)reader->record + offset);
    if (*field)
        return false;
    *field = record_unescaped(reader->arena, text);
    return true;
}

static bool read_hash(const char *text, struct hash *hash)
{
    return strlen(text) == HASH_HEX_SIZE - 1 && hash_parse(text, hash);
}

static bool read_fingerprint(struct reader *reader, size_t offset, const char *text)
{
    (void)offset;
    reader->has_fingerprint = true;
    return read_hash(text, &reader->record->fingerprint);
}

static bool read_content(struct reader *reader, size_t offset, const char *text)
{
    (void)offset;
    reader->record->has_content = true;
    return read_hash(text, &reader->record->content);
}

static bool read_part(struct reader *reader, size_t offset, const char *text)
{
    (void)offset;
    enum { DIGITS = HASH_HEX_SIZE - 1 };
    if (strlen(text) <= DIGITS || text[DIGITS] != ' ')
        return false;
    struct part *part = arena_alloc(reader->arena, sizeof *part);
    if (!hash_parse(arena_strndup(reader->arena, text, DIGITS), &part->hash))
        return false;
    part->name = record_unescaped(reader->arena, text + DIGITS + 1);
    vec_push(&reader->record->parts, part);
    return true;
}

static bool read_sent(struct reader *reader, size_t offset, const char *text)
{
    (void)offset, (void)text;
    reader->record->is_sent = true;
    return true;
}

static bool read_place(struct reader *reader, size_t offset, const char *text)
{
    (void)offset;
    vec_push(&reader->record->places, (void *)text);
    return strlen(text) > 2;
}

static bool read_passed(struct reader *reader, size_t offset, const char *text)
{
    (void)reader, (void)offset, (void)text;
    return true;
}

/* What a place held, as the host printed it: compared as a whole line. */
static bool read_state(struct reader *reader, size_t offset, const char *text)
{
    (void)offset;
    vec_push(&reader->record->states, (void *)text);
    return true;
}

static const struct fact {
    const char *word;
    bool (*read)(struct reader *reader, size_t offset, const char *text);
    size_t offset;
    bool whole_line;
} facts[] = {
    { "target", read_text, offsetof(struct record, target), false },
    { "host", read_text, offsetof(struct record, host), false },
    { "machine", read_text, offsetof(struct record, machine), false },
    { "time", read_text, offsetof(struct record, time), false },
    { "by", read_text, offsetof(struct record, by), false },
    { "from", read_text, offsetof(struct record, from), false },
    { "revision", read_text, offsetof(struct record, revision), false },
    { "salt", read_text, offsetof(struct record, salt), false },
    { "fingerprint", read_fingerprint, 0, false },
    { "content", read_content, 0, false },
    { "part", read_part, 0, false },
    { "place", read_place, 0, false },
    { "state", read_passed, 0, false },
    { "hash", read_state, 0, true },
    { "link", read_state, 0, true },
    { "fixed", read_state, 0, true },
    { "folder", read_state, 0, true },
    { "young", read_passed, 0, false },
    { "sent", read_sent, 0, false },
};

static bool read_line(struct reader *reader, const char *line)
{
    if (strcmp(line, "end") == 0) {
        reader->ended = true;
        return true;
    }
    size_t length = strcspn(line, " ");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const struct fact *fact = &facts[i];
        if (strlen(fact->word) == length && memcmp(line, fact->word, length) == 0) {
            const char *text = line[length] ? line + length + 1 : "";
            return fact->read(reader, fact->offset, fact->whole_line ? line : text);
        }
    }
    return false;
}

bool record_parse(struct record *record, struct arena *arena, const char *text, size_t size,
                  const char *target, const char *host)
{
    *record = (struct record){ 0 };
    struct reader reader = { .record = record, .arena = arena };
    const char *end = text + size;
    bool first = true;
    if (memchr(text, '\0', size))
        return false;
    while (text < end && !reader.ended) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (!newline)
            break;
        const char *line = arena_strndup(arena, text, (size_t)(newline - text));
        bool fine = first ? strcmp(line, format_line) == 0 : read_line(&reader, line);
        if (!fine)
            break;
        first = false;
        text = newline + 1;
    }
    if (reader.ended && reader.has_fingerprint && record->target && record->host &&
        strcmp(record->target, target) == 0 && strcmp(record->host, host) == 0)
        return true;
    record_free(record);
    return false;
}

void record_free(struct record *record)
{
    vec_free(&record->parts);
    vec_free(&record->places);
    vec_free(&record->states);
    *record = (struct record){ 0 };
}
