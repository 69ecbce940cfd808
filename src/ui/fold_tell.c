#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/range.h"
#include "ui/fold_state.h"
#include "ui/paper.h"

const char *block_keep(struct block *block, const char *text)
{
    char *kept = map_get(&block->pool, text);

    if (!kept) {
        kept = mem_strdup(text);
        *map_put(&block->pool, kept) = kept;
    }
    return kept;
}

static void free_note(struct note *note)
{
    str_free(&note->printed[0]);
    str_free(&note->printed[1]);
    str_free(&note->order);
    free(note);
}

void block_free(struct block *block)
{
    for (size_t i = 0; i < block->notes.len; i++)
        free_note(block->notes.items[i]);
    vec_free(&block->notes);
    for (size_t i = 0; i < block->pool.len; i++)
        free(block->pool.entries[i].value);
    map_free(&block->pool);
    free(block);
}

/* ---- notes that are told together ---- */

/* Some notes of a block, in the order of their hosts. */
struct group {
    struct vec notes;
    struct vec hosts;
};

static void group_add(struct group *group, struct note *note)
{
    vec_push(&group->notes, note);
    vec_push(&group->hosts, (void *)note->host);
    note->is_taken = true;
}

static void group_free(struct group *group)
{
    vec_free(&group->notes);
    vec_free(&group->hosts);
}

static bool has_host(const struct group *group, const char *host)
{
    return strcmp(group->hosts.items[group->hosts.len - 1], host) == 0;
}

/* Whether two notes are the same; without `literally`, but for the hosts' own names. */
typedef bool alikeness(const struct note *a, const struct note *b, bool literally);

static void collect_those(const struct vec *notes, size_t first, alikeness *alike, bool literally,
                          struct group *group)
{
    const struct note *model = notes->items[first];

    for (size_t i = first + 1; i < notes->len; i++) {
        struct note *note = notes->items[i];
        if (!note->is_taken && alike(model, note, literally) && !has_host(group, note->host))
            group_add(group, note);
    }
}

/* Makes `group` of the notes from `first` on that are as that one is, one of each host: a step that
 * is tried again has several. */
static void collect(const struct vec *notes, size_t first, alikeness *alike, struct group *group)
{
    group_add(group, notes->items[first]);
    collect_those(notes, first, alike, true, group);
    /* Where the same text holds one host's name by chance, that one is as the others all the same.
     */
    if (group->notes.len == 1)
        collect_those(notes, first, alike, false, group);
}

static bool same_wording(struct wording a, struct wording b, bool literally)
{
    return literally ? a.text == b.text : a.general == b.general;
}

static bool same_head(const struct note *a, const struct note *b, bool literally)
{
    return a->is_news == b->is_news && same_wording(a->head, b->head, literally) &&
           same_wording(a->tail, b->tail, literally);
}

/* Those that failed are told apart from the others, also when they have printed the same. */
static bool same_lines(const struct note *a, const struct note *b, bool literally)
{
    (void)literally; /* what hosts have printed is told as they did */
    return a->lines[0] == b->lines[0] && a->lines[1] == b->lines[1] && a->verdict == b->verdict;
}

static bool same_verdict(const struct note *a, const struct note *b, bool literally)
{
    return a->verdict == b->verdict && same_wording(a->reason, b->reason, literally) &&
           a->ink == b->ink;
}

/* As it was written where it is the same for all, else with $(host) in it. */
static const char *common(const struct group *group, struct wording (*of)(const struct note *note))
{
    struct wording first = of(group->notes.items[0]);

    for (size_t i = 1; i < group->notes.len; i++) {
        if (of(group->notes.items[i]).text != first.text)
            return first.general;
    }
    return first.text;
}

static struct wording head_of(const struct note *note)
{
    return note->head;
}

static struct wording tail_of(const struct note *note)
{
    return note->tail;
}

static struct wording reason_of(const struct note *note)
{
    return note->reason;
}

/* ---- telling them ---- */

static bool has_more(const struct note *note)
{
    return note->lines[0] || note->lines[1] || note->verdict;
}

static void tell_heads(struct paper *paper, const struct group *group, bool again)
{
    struct group told = { 0 };

    for (size_t i = 0; i < group->notes.len; i++) {
        struct note *note = group->notes.items[i];
        if (note->head.text && (!note->head_told || (again && has_more(note))))
            group_add(&told, note);
        note->head_told = true;
    }
    if (told.notes.len > 0) {
        const struct note *first = told.notes.items[0];
        if (first->is_news)
            paper_tell_news(paper, common(&told, head_of), &told.hosts, common(&told, tail_of));
        else
            paper_tell_hosts(paper, &paper->out, &told.hosts, common(&told, head_of));
    }
    group_free(&told);
}

/* Both outputs in the order in which the first of the hosts printed them. */
static void tell_printed(struct paper *paper, const struct group *group)
{
    const struct note *first = group->notes.items[0];
    const char *rest[] = { first->lines[0], first->lines[1] };

    for (const char *stream = first->woven; *stream; stream++) {
        bool is_error = *stream == '2';
        struct channel *channel = is_error ? &paper->errors : &paper->out;
        size_t length = strcspn(rest[is_error], "\n") + 1;
        paper_add_hosts(paper, channel, &group->hosts);
        str_add(&paper->text, is_error ? "err: " : "out: ");
        str_addn(&paper->text, rest[is_error], length);
        rest[is_error] += length;
        if (stream[1] != *stream)
            paper_write(paper, channel);
    }
}

static void tell_verdict(struct paper *paper, const struct group *group)
{
    const struct note *first = group->notes.items[0];

    paper_tell_verdict(paper, &group->hosts, first->ink, first->verdict, common(group, reason_of));
}

/* Tells those that are alike together. */
static void tell_alike(struct paper *paper, const struct group *group, bool failed,
                       alikeness *alike,
                       void (*tell)(struct paper *paper, const struct group *group))
{
    for (size_t i = 0; i < group->notes.len; i++)
        ((struct note *)group->notes.items[i])->is_taken = false;
    for (size_t i = 0; i < group->notes.len; i++) {
        const struct note *note = group->notes.items[i];
        struct group equal = { 0 };
        if (note->is_taken || (note->verdict != NULL) != failed)
            continue;
        collect(&group->notes, i, alike, &equal);
        tell(paper, &equal);
        group_free(&equal);
    }
}

/* What went well stands before what did not. */
static void tell_ends(struct paper *paper, const struct group *group)
{
    tell_alike(paper, group, false, same_lines, tell_printed);
    tell_alike(paper, group, true, same_lines, tell_printed);
    tell_alike(paper, group, true, same_verdict, tell_verdict);
}

/* True when what the note has printed is to be told now. */
static bool settle(struct block *block, struct note *note, double live_before)
{
    bool has_printed = note->printed[0].len > 0 || note->printed[1].len > 0;

    note->is_live = note->is_live || (note->is_running && note->began < live_before && has_printed);
    if (note->is_running && !note->is_live)
        return false;
    for (int i = 0; i < 2; i++) {
        note->lines[i] = note->printed[i].len > 0 ? block_keep(block, note->printed[i].data) : NULL;
        str_free(&note->printed[i]);
    }
    note->woven = block_keep(block, str_text(&note->order));
    str_free(&note->order);
    return true;
}

static void tell_group(struct block *block, struct paper *paper, struct block_manner manner,
                       const struct group *group)
{
    struct group ready = { 0 };

    for (size_t i = 0; i < group->notes.len; i++) {
        struct note *note = group->notes.items[i];
        if (settle(block, note, manner.live_before))
            group_add(&ready, note);
    }
    tell_heads(paper, group, manner.again);
    tell_ends(paper, &ready);
    for (size_t i = 0; i < group->notes.len; i++)
        ((struct note *)group->notes.items[i])->is_taken = true;
    group_free(&ready);
}

static int compare_hosts(const void *a, const void *b)
{
    const struct note *x = *(const struct note *const *)a;
    const struct note *y = *(const struct note *const *)b;

    int order = y->is_news - x->is_news;

    order = order ? order : range_compare(x->host, y->host);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* News, then the rest; by host; those of one host as they came. */
static void sort_notes(struct vec *notes)
{
    if (notes->len > 1)
        qsort(notes->items, notes->len, sizeof *notes->items, compare_hosts);
}

static void drop_told(struct block *block)
{
    size_t kept = 0;

    for (size_t i = 0; i < block->notes.len; i++) {
        struct note *note = block->notes.items[i];
        note->is_taken = false;
        note->lines[0] = note->lines[1] = NULL;
        if (note->is_running)
            block->notes.items[kept++] = note;
        else
            free_note(note);
    }
    block->notes.len = kept;
}

bool block_tell(struct block *block, struct paper *paper, struct block_manner manner)
{
    bool any = block->notes.len > 0;

    sort_notes(&block->notes);
    for (size_t i = 0; i < block->notes.len; i++) {
        const struct note *note = block->notes.items[i];
        struct group group = { 0 };
        if (note->is_taken)
            continue;
        collect(&block->notes, i, same_head, &group);
        tell_group(block, paper, manner, &group);
        group_free(&group);
    }
    drop_told(block);
    return any;
}
