#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "lang/lang.h"
#include "run/host.h"
#include "run/state.h"
#include "run/tell.h"

/* What a host says to the first question: who holds the lock, and the records with what there is
 * now of what they hold. */

static struct host_record *record_by_file(struct host_run *host, const char *file)
{
    for (size_t i = 0; i < host->records.len; i++) {
        struct host_record *record = host->records.entries[i].value;
        if (strcmp(record->file, file) == 0)
            return record;
    }
    return NULL;
}

struct answer_reader {
    struct host_run *host;
    struct host_record *record;
    const char *begin; /* of its text; NULL: none or read */
    bool differs;
    struct vec states; /* const char *: of now, when they differ */
};

/* "hash HEX  PATH", "link PATH -> TEXT", "fixed state … PATH", "folder PATH": the path for people.
 */
static const char *place_of_state(const char *line)
{
    if (str_starts(line, "hash ")) {
        const char *blank = strstr(line + 5, "  ");
        return blank ? blank + 2 : line + 5;
    }
    const char *last = strrchr(line, ' ');
    return str_starts(line, "fixed ") && last ? last + 1 : strchr(line, ' ') + 1;
}

/* The places of `lines` whose line is not among the others. */
static void list_differing(const struct vec *lines, const struct vec *others, struct vec *places)
{
    struct map known = { 0 };
    for (size_t i = 0; i < others->len; i++)
        *map_put(&known, others->items[i]) = others->items[i];
    for (size_t i = 0; i < lines->len; i++)
        if (!map_get(&known, lines->items[i]))
            vec_push(places, (void *)place_of_state(lines->items[i]));
    map_free(&known);
}

static void end_record(struct answer_reader *reader)
{
    struct host_record *record = reader->record;
    if (record && record->is_present && reader->differs) {
        list_differing(&record->record.states, &reader->states, &record->differing);
        if (record->differing.len == 0)
            list_differing(&reader->states, &record->record.states, &record->differing);
    }
    reader->states.len = 0;
    reader->differs = false;
    reader->record = NULL;
}

/* A machine that was made anew, or a restored home of another, has no record. */
static bool is_of_this_machine(const struct host_run *host, const struct record *record)
{
    const char *machine = session_facts(host->session)->machine;
    return strcmp(record->machine ? record->machine : "", machine ? machine : "") == 0;
}

static void read_record(struct answer_reader *reader, const char *end)
{
    struct host_record *record = reader->record;
    if (record && reader->begin)
        record->is_present =
            record_parse(&record->record, reader->host->run->arena, reader->begin,
                         (size_t)(end - reader->begin), record->target, reader->host->host->spec) &&
            is_of_this_machine(reader->host, &record->record);
    reader->begin = NULL;
}

/* "NAME MACHINE" of a newer record: what is there may be another name's work. Names that the
 * Fakefile lists are other hosts, or are known to be the same. */
static void read_newer(struct answer_reader *reader, const char *text)
{
    struct host_run *host = reader->host;
    struct run *run = host->run;
    const struct inventory *inventory = &lang_model(run->lang)->inventory;
    const char *machine = strchr(text, ' ');
    if (!machine || strcmp(machine + 1, session_facts(host->session)->machine) != 0)
        return;
    const char *file = arena_strndup(run->arena, text, (size_t)(machine - text));
    bool is_listed = false;
    for (size_t i = 0; i < inventory->hosts.len && !is_listed; i++) {
        const struct host *listed = inventory->hosts.entries[i].value;
        struct str name = { 0 };
        record_file_name(reader->record->target, listed->spec, &name);
        is_listed = strcmp(str_text(&name), file) == 0;
        str_free(&name);
    }
    if (!is_listed)
        reader->record->newer = file;
}

static void read_answer_line(struct answer_reader *reader, const char *line, const char *at)
{
    struct host_run *host = reader->host;
    if (str_starts(line, "+ ")) {
        end_record(reader);
        reader->record = record_by_file(host, line + 2);
        reader->begin = at + strlen(line) + 1;
    } else if (str_starts(line, "= ") && reader->record) {
        read_record(reader, at);
        reader->record->is_same = strcmp(line, "= same") == 0;
        reader->record->is_stale = strcmp(line, "= stale") == 0;
        reader->differs = strcmp(line, "= differs") == 0;
    } else if (line[0] == 'm' && reader->record && reader->record->is_same) {
        vec_push(&reader->record->modes, (void *)(line + 1));
    } else if (str_starts(line, "~ ") && reader->record) {
        read_newer(reader, line + 2);
    } else if (str_starts(line, ". ") && reader->record) {
        read_record(reader, at);
        reader->differs = reader->differs && reader->states.len > 0;
        vec_push(&reader->record->owed, (void *)(line + 2));
    } else if (reader->differs) {
        vec_push(&reader->states, (void *)line);
    }
}

static const struct lock_word {
    const char *word;
    enum host_lock lock;
} lock_words[] = {
    { "locked", LOCK_HELD },
    { "ours", LOCK_SHARED },
    { "held ", LOCK_REFUSED },
};

/* What the first line tells of the lock; *holder is who has it. Else the host cannot be worked on:
 * `why` says so. */
static enum host_lock read_lock(struct host_run *host, const char *line, const char **holder)
{
    for (size_t i = 0; i < sizeof lock_words / sizeof *lock_words; i++) {
        const struct lock_word *word = &lock_words[i];
        if (!str_starts(line, word->word))
            continue;
        *holder = line + strlen(word->word);
        return word->lock;
    }
    host->why = arena_printf(host->run->arena, "records cannot be written in %s there",
                             str_starts(line, "unwritable ") ? line + 11 : "their folder");
    return LOCK_HOPELESS;
}

void answer_read_records(struct host_run *host, const char *text)
{
    struct answer_reader reader = { .host = host };
    const char *end = text + strlen(text);
    while (text < end) {
        size_t length = strcspn(text, "\n");
        read_answer_line(&reader, arena_strndup(host->run->arena, text, length), text);
        text += length + (text[length] == '\n');
    }
    end_record(&reader);
    vec_free(&reader.states);
}

/* The lock's line, when it was asked for, stands in front of the records. */
void answer_take(struct host_run *host, const char *data, size_t size)
{
    struct run *run = host->run;
    enum host_lock lock = host->lock;
    const char *holder = "";
    if (run->plan->options->command)
        return;
    if (lock == LOCK_WANTED || lock == LOCK_LATE) {
        const char *newline = size > 0 ? memchr(data, '\n', size) : NULL;
        size_t length = newline ? (size_t)(newline - data) : size;
        lock = read_lock(host, arena_strndup(run->arena, data, length), &holder);
        data += newline ? length + 1 : length;
        size -= newline ? length + 1 : length;
    }
    if (!host->why)
        answer_read_records(host, arena_strndup(run->arena, data, size));
    host_ask_after_all(host);
    if (host->why) {
        host_give_up(host, host->why, "set state_dir to a folder that can be written");
        run->failed = true;
    } else if (!host->was_ready) {
        host->was_ready = true;
        tell_host(host, EVENT_HOST_READY, NULL, NULL);
    }
    lock_answered(host, lock, holder);
}
