#include "ui/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fold_state.h"
#include "ui/hosts.h"

/* The jobs of one target (of one batch of it), a block for each step; block 0 is what is said
 * before the first. */
struct wave {
    char *target;
    unsigned batch, peers;
    struct vec blocks;     /* struct block */
    size_t first;          /* blocks before this one are told whole */
    unsigned over;         /* jobs */
    unsigned notes;        /* made so far */
    bool is_pending;       /* something is held back */
    double since, changed; /* times: of the oldest that is held back; of the last end of anything */
};

/* Where a job is. */
struct place {
    struct wave *wave; /* NULL: it is over, or has not begun */
    size_t passed;     /* blocks that it has behind it */
    struct note *note; /* of the step that runs; NULL: none does */
};

struct fold {
    struct paper *paper;
    struct vec waves;              /* struct wave: those not told to their end */
    struct vec places;             /* struct place, by number of job; NULL: not met */
    const struct block *last_told; /* only to know it again */
    double time, patience;
};

struct fold *fold_new(struct paper *paper, double patience)
{
    struct fold *fold = mem_alloc(sizeof *fold);

    fold->paper = paper;
    fold->patience = patience;
    return fold;
}

static void wave_free(struct wave *wave)
{
    for (size_t i = 0; i < wave->blocks.len; i++)
        block_free(wave->blocks.items[i]);
    vec_free(&wave->blocks);
    free(wave->target);
    free(wave);
}

void fold_free(struct fold *fold)
{
    if (!fold)
        return;
    for (size_t i = 0; i < fold->waves.len; i++)
        wave_free(fold->waves.items[i]);
    for (size_t i = 0; i < fold->places.len; i++)
        free(fold->places.items[i]);
    vec_free(&fold->waves);
    vec_free(&fold->places);
    free(fold);
}

bool fold_wants(const struct event *event)
{
    return event->peers > 1 && event->host && !event->is_file;
}

/* How long anything is held back. */
static double age(const struct fold *fold)
{
    return fold->patience * FOLD_AGE;
}

/* ---- waves and places ---- */

static struct wave *wave_of(struct fold *fold, const struct event *event)
{
    const char *target = event->target ? event->target : "";
    struct wave *wave;

    for (size_t i = fold->waves.len; i > 0; i--) {
        wave = fold->waves.items[i - 1];
        if (wave->batch == event->batch && strcmp(wave->target, target) == 0)
            return wave;
    }
    wave = mem_alloc(sizeof *wave);
    wave->target = mem_strdup(target);
    wave->batch = event->batch;
    wave->peers = event->peers;
    wave->since = wave->changed = fold->time;
    vec_push(&fold->waves, wave);
    return wave;
}

static struct place *place_of(struct fold *fold, const struct event *event)
{
    struct place *place;

    while (fold->places.len <= event->job)
        vec_push(&fold->places, NULL);
    place = fold->places.items[event->job];
    if (!place)
        place = fold->places.items[event->job] = mem_alloc(sizeof *place);
    if (!place->wave)
        place->wave = wave_of(fold, event);
    return place;
}

static struct block *block_of(struct wave *wave, size_t number)
{
    while (wave->blocks.len <= number)
        vec_push(&wave->blocks, mem_alloc(sizeof(struct block)));
    return wave->blocks.items[number];
}

/* The job has all blocks before `passed` behind it. */
static void pass(struct fold *fold, struct place *place, size_t passed)
{
    for (; place->passed < passed; place->passed++)
        block_of(place->wave, place->passed)->passed++;
    place->wave->changed = fold->time;
}

/* ---- telling ---- */

static void tell_block(struct fold *fold, struct block *block, double live_before)
{
    struct block_manner manner = { live_before, fold->last_told != block };

    if (block_tell(block, fold->paper, manner))
        fold->last_told = block;
}

static void tell(struct fold *fold, struct wave *wave, double live_before)
{
    for (size_t i = wave->first; i < wave->blocks.len; i++)
        tell_block(fold, wave->blocks.items[i], live_before);
    wave->is_pending = false;
}

/* The last of its jobs has this block behind it, or is over. */
static bool is_passed_by_all(const struct wave *wave, size_t number)
{
    unsigned count = ((const struct block *)wave->blocks.items[number])->passed;

    for (size_t i = 0; i <= number; i++)
        count += ((const struct block *)wave->blocks.items[i])->over;
    return count >= wave->peers;
}

static void remove_wave(struct fold *fold, const struct wave *wave)
{
    size_t kept = 0;

    for (size_t i = 0; i < fold->waves.len; i++) {
        if (fold->waves.items[i] != wave)
            fold->waves.items[kept++] = fold->waves.items[i];
    }
    fold->waves.len = kept;
}

/* Tells the blocks that are complete. */
static void tell_complete(struct fold *fold, struct wave *wave)
{
    size_t first = wave->first;

    for (; wave->first < wave->blocks.len && is_passed_by_all(wave, wave->first); wave->first++)
        tell_block(fold, wave->blocks.items[wave->first], fold->time);
    if (wave->first > first)
        wave->since = fold->time;
    if (wave->over < wave->peers)
        return;
    remove_wave(fold, wave);
    fold->last_told = NULL;
    wave_free(wave);
}

void fold_tell_all(struct fold *fold)
{
    for (size_t i = 0; i < fold->waves.len; i++)
        tell(fold, fold->waves.items[i], fold->time + 1);
}

void fold_time(struct fold *fold, double time)
{
    fold->time = time;
    for (size_t i = 0; i < fold->waves.len; i++) {
        struct wave *wave = fold->waves.items[i];
        if (wave->is_pending &&
            (time - wave->changed >= fold->patience || time - wave->since >= age(fold)))
            tell(fold, wave, time - age(fold));
    }
}

/* ---- notes ---- */

static struct wording word(struct block *block, const char *host, const char *text)
{
    struct str general = { 0 };
    struct wording wording = { block_keep(block, text), NULL };

    host_generalize(host, text, &general);
    wording.general = block_keep(block, str_text(&general));
    str_free(&general);
    return wording;
}

static struct note *add_note(struct fold *fold, struct place *place, const struct event *event,
                             size_t number)
{
    struct wave *wave = place->wave;
    struct block *block = block_of(wave, number);
    struct note *note = mem_alloc(sizeof *note);

    note->host = block_keep(block, event->host);
    note->number = wave->notes++;
    note->began = fold->time;
    vec_push(&block->notes, note);
    if (!wave->is_pending)
        wave->since = wave->changed = fold->time;
    wave->is_pending = true;
    return note;
}

void fold_news(struct fold *fold, const struct event *event, const char *head, bool is_news)
{
    struct place *place = place_of(fold, event);
    struct note *note = add_note(fold, place, event, place->passed);
    struct block *block = block_of(place->wave, place->passed);
    struct str text = { 0 };

    note->is_news = is_news;
    str_addf(&text, "%s", head);
    if (is_news)
        str_add(&text, event->target ? event->target : "the command");
    note->head = word(block, event->host, str_text(&text));
    if (is_news && event->text)
        note->tail = word(block, event->host, event->text);
    str_free(&text);
}

static void set_verdict(struct block *block, struct note *note, unsigned ink, const char *head,
                        const char *text)
{
    note->ink = ink;
    note->verdict = block_keep(block, head);
    note->reason = word(block, note->host, text);
}

void fold_verdict(struct fold *fold, const struct event *event, unsigned ink, const char *head,
                  const char *text)
{
    struct place *place = place_of(fold, event);
    struct note *note = add_note(fold, place, event, place->passed);

    set_verdict(block_of(place->wave, place->passed), note, ink, head, text);
}

/* ---- jobs ---- */

void fold_job_began(struct fold *fold, const struct event *event)
{
    struct place *place = place_of(fold, event);

    pass(fold, place, 1);
    tell_complete(fold, place->wave);
}

/* The step is at its end, with whatever it has printed. */
static void end_note(struct place *place)
{
    if (place->note)
        place->note->is_running = false;
    place->note = NULL;
}

void fold_job_over(struct fold *fold, const struct event *event)
{
    struct place *place = place_of(fold, event);
    struct wave *wave = place->wave;

    end_note(place);
    block_of(wave, place->passed)->over++;
    wave->over++;
    wave->changed = fold->time;
    *place = (struct place){ 0 };
    tell_complete(fold, wave);
}

/* ---- steps ---- */

void fold_step_began(struct fold *fold, const struct event *event, const char *head)
{
    struct place *place = place_of(fold, event);

    end_note(place);
    pass(fold, place, event->step);
    place->note = add_note(fold, place, event, event->step);
    place->note->is_running = true;
    if (head)
        place->note->head = word(block_of(place->wave, event->step), event->host, head);
}

bool fold_line(struct fold *fold, unsigned job, int stream, const char *line)
{
    struct place *place = job < fold->places.len ? fold->places.items[job] : NULL;
    struct note *note = place ? place->note : NULL;
    struct str *printed;

    if (!note || note->is_live)
        return false;
    printed = &note->printed[stream == 2];
    str_add(printed, line);
    str_addc(printed, '\n');
    str_addc(&note->order, stream == 2 ? '2' : '1');
    if (!place->wave->is_pending)
        place->wave->since = place->wave->changed = fold->time;
    place->wave->is_pending = true;
    if (printed->len > FOLD_MAXIMUM) {
        note->is_live = true;
        tell(fold, place->wave, fold->time - age(fold));
    }
    return true;
}

void fold_step_ended(struct fold *fold, const struct event *event, unsigned ink, const char *head,
                     const char *text)
{
    struct place *place = place_of(fold, event);

    if (place->note && head)
        set_verdict(block_of(place->wave, event->step), place->note, ink, head, text);
    end_note(place);
    place->wave->changed = fold->time;
    if (!event->again) /* else there is more to come of this step */
        pass(fold, place, (size_t)event->step + 1);
    place->wave->is_pending = true;
    tell_complete(fold, place->wave);
}
