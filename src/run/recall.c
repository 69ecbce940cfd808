#include "run/recall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "run/job.h"
#include "run/script.h"
#include "run/state.h"
#include "step/content_name.h"
#include "step/verb.h"

/* What a host would say of a tree, known without asking: its record is `sent` and was found to be
 * as it was left, so the tree there is what was sent then. The record has the tree's hash, and the
 * store of this machine the tree that was sent last. */

enum { FEWEST = 128 }; /* entries: to ask about fewer costs little */

struct memory {
    struct hash hash; /* as its part of a fingerprint */
    struct content *tree;
    struct hash kept; /* of what this run has sent */
};

/* ---- in the store: behind the hash, of each entry facts, path and text, which end in NUL ---- */

struct facts {
    uint32_t kind, mode;
    uint64_t size;
    char sha256[HASH_SHA256_HEX_SIZE];
    char padding[7];
};

static void add_text(struct str *out, const char *text)
{
    str_addn(out, text, strlen(text) + 1);
}

static void write_tree(struct str *out, const struct content *tree)
{
    char hex[HASH_HEX_SIZE];
    hash_hex(decide_hash_content(tree), hex);
    add_text(out, hex);
    for (size_t i = 0; i < tree->entry_count; i++) {
        const struct content *entry = &tree->entries[i];
        struct facts facts = { (uint32_t)entry->kind, entry->mode, entry->size, "", "" };
        memcpy(facts.sha256, entry->sha256, sizeof facts.sha256);
        str_addn(out, (const char *)&facts, sizeof facts);
        add_text(out, entry->path);
        add_text(out, entry->link ? entry->link : "");
    }
}

/* The next of the texts; NULL: there is none. */
static char *next_text(const char **at, const char *end)
{
    const char *text = *at, *nul = memchr(text, '\0', (size_t)(end - text));
    if (!nul)
        return NULL;
    *at = nul + 1;
    return mem_strdup(text);
}

static bool read_entry(struct content *entry, const char **at, const char *end)
{
    struct facts facts;
    if ((size_t)(end - *at) < sizeof facts)
        return false;
    memcpy(&facts, *at, sizeof facts);
    *at += sizeof facts;
    entry->kind = (enum content_kind)facts.kind;
    entry->mode = facts.mode;
    entry->size = facts.size;
    memcpy(entry->sha256, facts.sha256,
           sizeof facts.sha256 - 1); /* it ends in NUL, come what may */
    entry->path = next_text(at, end);
    char *text = entry->path ? next_text(at, end) : NULL;
    bool is_whole = text != NULL;
    if (entry->kind == CONTENT_LINK)
        entry->link = text;
    else
        free(text);
    return is_whole;
}

/* NULL: it is not as it was written. */
static struct content *read_tree(const char *at, const char *end)
{
    struct content *tree = mem_alloc(sizeof *tree);
    size_t cap = 0;
    bool fine = true;
    tree->kind = CONTENT_FOLDER;
    while (fine && at < end) {
        if (tree->entry_count == cap) {
            cap = cap ? 2 * cap : 1024;
            tree->entries = mem_resize(tree->entries, cap * sizeof *tree->entries);
        }
        struct content *entry = &tree->entries[tree->entry_count++];
        *entry = (struct content){ 0 };
        fine = read_entry(entry, &at, end);
    }
    if (fine)
        return tree;
    content_free(tree);
    return NULL;
}

static struct memory *read_memory(struct run *run, const char *name)
{
    struct memory *memory = mem_alloc(sizeof *memory);
    struct store *store = contents_store(run->contents);
    struct str text = { 0 };
    if (store && store_get_tree(store, name, &text) && text.len > HASH_HEX_SIZE &&
        hash_parse(str_text(&text), &memory->hash))
        memory->tree = read_tree(text.data + HASH_HEX_SIZE, text.data + text.len);
    str_free(&text);
    return memory;
}

/* What was sent last under this name, before this run. */
static struct memory *remember(struct run *run, const char *name)
{
    void **slot = map_put(&run->memories, name);
    if (!*slot)
        *slot = read_memory(run, name);
    return *slot;
}

static const char *name_of(const struct job_run *job, size_t index)
{
    const struct step_run *step = &job->step_runs[index];
    return content_name_shown(job->run->arena, step->paths.items[0]);
}

/* Of a commit, whatever it is called: branches of one repository have much in common. */
static const char *key_of(const struct job_run *job, size_t index)
{
    const char *path = job->step_runs[index].paths.items[0], *repository, *below;
    size_t length, below_length;
    if (content_name_path(path) || !content_name_part(path, 0, &repository, &length) ||
        !content_name_part(path, 2, &below, &below_length))
        return name_of(job, index);
    return arena_printf(job->run->arena, "commit of %.*s:%.*s", (int)length, repository,
                        (int)below_length, below);
}

/* A job's one tree. */
static bool is_tree(const struct job_run *job, size_t index)
{
    const struct step_run *step = &job->step_runs[index];
    return job->steps.items[index].options.mirror && step->is_prepared && step->paths.len == 1 &&
           step->contents[0] && step->contents[0]->kind == CONTENT_FOLDER &&
           !step->contents[0]->why;
}

void recall_keep(struct job_run *job)
{
    struct store *store = job->wrote_record ? contents_store(job->run->contents) : NULL;
    for (size_t i = 0; store && i < job->steps.count; i++) {
        if (!is_tree(job, i) || job->step_runs[i].contents[0]->entry_count < FEWEST)
            continue;
        const char *name = key_of(job, i);
        const struct content *tree = job->step_runs[i].contents[0];
        struct memory *memory = remember(job->run, name);
        struct hash hash = decide_hash_content(tree);
        struct str text = { 0 };
        if (hash_equal(memory->hash, hash) || hash_equal(memory->kept, hash))
            continue;
        write_tree(&text, tree);
        store_put_tree(store, name, str_text(&text), text.len);
        memory->kept = hash;
        str_free(&text);
    }
}

/* ---- a record ---- */

static const struct part *find_part(const struct vec *parts, const char *name)
{
    for (size_t i = 0; i < parts->len; i++) {
        const struct part *part = parts->items[i];
        if (strcmp(part->name, name) == 0)
            return part;
    }
    return NULL;
}

/* The same steps left what it says, by the same user. */
static bool has_same_steps(const struct job_run *job, const struct record *record)
{
    const struct vec *lists[] = { &job->fingerprint.parts, &record->parts };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->len; i++) {
            const struct part *part = lists[k]->items[i];
            const struct part *other = find_part(lists[!k], part->name);
            if ((str_starts(part->name, "step ") || str_starts(part->name, "variable ")) &&
                (!other || !hash_equal(part->hash, other->hash)))
                return false;
        }
    return true;
}

static bool is_first_to_act(const struct job_run *job, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (step_acts(&job->steps.items[i]))
            return false;
    return true;
}

/* The tree that the host has; NULL: not known. */
static const struct content *tree_before(struct job_run *job, size_t index)
{
    const struct host_record *slot = map_get(&job->host->records, job_record_name(job));
    const struct content *now = job->step_runs[index].contents[0];
    if (!slot || (job->steps.items[index].options.delete &&!slot->is_alone) || !slot->is_present ||
        !slot->is_same || slot->newer || !slot->record.is_sent ||
        !has_same_steps(job, &slot->record))
        return NULL;
    const char *name = name_of(job, index);
    const struct part *part =
        find_part(&slot->record.parts, arena_printf(job->arena, "file %s", name));
    if (part && hash_equal(part->hash, decide_hash_content(now)))
        return now;
    const struct memory *memory = part ? remember(job->run, key_of(job, index)) : NULL;
    return memory && hash_equal(memory->hash, part->hash) ? memory->tree : NULL;
}

static void list_places(struct job_run *job, size_t index, const struct content *tree,
                        struct vec *places)
{
    struct content before = *tree;
    const struct content *list[] = { &before };
    before.path = job->step_runs[index].contents[0]->path;
    step_places(&job->steps.items[index], job->arena, list, NULL, places);
}

static unsigned mode_of(const struct place *place)
{
    return place->link ? S_IFLNK | 0777 : S_IFREG | place->mode;
}

/* Of what is young the mode could be another one, in the same state. */
static bool has_its_modes(struct job_run *job, size_t index, const struct content *tree)
{
    const struct host_record *slot = map_get(&job->host->records, job_record_name(job));
    struct vec places = { 0 };
    struct map by_path = { 0 };
    bool fine = true;
    if (slot->modes.len == 0)
        return true;
    list_places(job, index, tree, &places);
    for (size_t i = 0; i < places.len; i++) {
        struct place *place = places.items[i];
        *map_put(&by_path, place->path) = place;
    }
    for (size_t i = 0; fine && i < slot->modes.len; i++) {
        char *end;
        unsigned long mode = strtoul(slot->modes.items[i], &end, 16);
        const struct place *place = *end ? map_get(&by_path, end + 1) : NULL;
        fine = *end && (!place || mode_of(place) == mode);
    }
    map_free(&by_path);
    vec_free(&places);
    return fine;
}

bool recall_answer(struct job_run *job, size_t index)
{
    struct step *step = &job->steps.items[index];
    struct step_run *run = &job->step_runs[index];
    struct str answer = { 0 };
    if (!step->verb->recall || !is_tree(job, index) || run->asked_at != job->host->acts ||
        job->took_record || !is_first_to_act(job, index))
        return false;
    const struct content *before = tree_before(job, index);
    if (!before || !has_its_modes(job, index, before))
        return false;
    step->verb->recall(step, run->contents[0], before, &answer);
    run->answer = str_steal(&answer);
    job->recalled = before;
    job->recalled_step = index;
    return true;
}

bool recall_places(struct job_run *job, struct vec *places)
{
    for (size_t i = 0; i < job->steps.count; i++)
        if (i != job->recalled_step && step_acts(&job->steps.items[i]))
            return false;
    if (job->recalled)
        list_places(job, job->recalled_step, job->recalled, places);
    return job->recalled;
}

/* ---- a tree that stands in no record: what the host remembers of it ---- */

bool recall_find_memory(struct job_run *job, size_t index, struct step_memory *memory)
{
    const struct step *step = &job->steps.items[index];
    const struct step_run *run = &job->step_runs[index];
    if (!is_tree(job, index) || run->contents[0]->entry_count < FEWEST || !job_keeps_record(job) ||
        !step_find_memory(step, run->contents, memory))
        return false;
    char hex[HASH_HEX_SIZE];
    hash_hex(decide_hash_content(run->contents[0]), hex);
    memory->tree = arena_strdup(job->arena, hex);
    memory->folder = job->host->folder;
    memory->mask = script_mask(job->host->shares_folder);
    return true;
}

bool recall_add_question(struct job_run *job, size_t index, struct str *text)
{
    struct step_memory memory;
    if (job->step_runs[index].doubts_memory || !recall_find_memory(job, index, &memory))
        return false;
    const struct memory *sent = remember(job->run, key_of(job, index));
    char hex[HASH_HEX_SIZE] = "";
    if (sent->tree)
        hash_hex(sent->hash, hex);
    script_tree(text, memory.name, memory.root,
                arena_printf(job->arena, " %s %s ", memory.tree, hex));
    return true;
}

/* Of this hash, as it is here. */
static const struct content *find_tree(struct job_run *job, size_t index, const char *hex)
{
    const struct memory *sent = remember(job->run, key_of(job, index));
    const struct content *now = job->step_runs[index].contents[0];
    struct hash hash;
    if (!hash_parse(hex, &hash))
        return NULL;
    if (sent->tree && hash_equal(hash, sent->hash))
        return sent->tree;
    return hash_equal(hash, decide_hash_content(now)) ? now : NULL;
}

/* "HASH  ./NAME" of each file that had to be read. False: they are not those that the tree has, or
 * not `count`. */
static bool take_read(const struct content *tree, const char *line, unsigned long count,
                      struct str *answer)
{
    struct map names = { 0 };
    for (size_t i = 0; i < tree->entry_count; i++)
        *map_put(&names, tree->entries[i].path) = &tree->entries[i];
    bool fine = true;
    for (; fine && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, "\n"), start = HASH_SHA256_HEX_SIZE - 1 + strlen("  ./");
        if (length <= start || strncmp(line + HASH_SHA256_HEX_SIZE - 1, "  ./", 4) != 0)
            continue;
        char *name = mem_strndup(line + start, length - start);
        const struct content *entry = map_get(&names, name);
        fine = entry && entry->kind == CONTENT_FILE && count-- > 0;
        str_addn(answer, line, length);
        str_addc(answer, '\n');
        free(name);
    }
    map_free(&names);
    return fine && count == 0;
}

/* What the host would have said, had it been asked in full: as the tree says, but for what it told
 * of what had to be read. */
static bool take_memory(struct job_run *job, size_t index, const char *told, struct str *answer)
{
    struct step *step = &job->steps.items[index];
    char hex[HASH_HEX_SIZE] = "";
    unsigned long count;
    const struct content *tree = NULL;
    if (sscanf(told, "= tree %32[0-9a-f] %*64[0-9a-f] %lu", hex, &count) == 2)
        tree = find_tree(job, index, hex);
    if (!tree)
        return false;
    size_t length = strcspn(told, "\n");
    str_addn(answer, told, length);
    str_addc(answer, '\n');
    step->verb->recall(step, job->step_runs[index].contents[0], tree, answer);
    return take_read(tree, told + length + (told[length] == '\n'), count, answer);
}

void recall_take_answer(struct job_run *job, size_t index)
{
    struct step_run *run = &job->step_runs[index];
    struct str answer = { 0 };
    if (!run->answer || !str_starts(run->answer, "= tree "))
        return;
    bool fine = is_tree(job, index) && take_memory(job, index, run->answer, &answer);
    free(run->answer);
    run->answer = NULL;
    run->doubts_memory = !fine;
    if (fine)
        run->answer = str_steal(&answer);
    else
        str_free(&answer);
}

void recall_free(struct run *run)
{
    for (size_t i = 0; i < run->memories.len; i++) {
        struct memory *memory = run->memories.entries[i].value;
        content_free(memory->tree);
        free(memory);
    }
    map_free(&run->memories);
}
