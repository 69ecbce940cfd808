#ifndef FAKE_UI_FOLD_STATE_H
#define FAKE_UI_FOLD_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* What fold.c gathers and fold_tell.c tells. */

struct paper;

/* A text, and what it is when the host's own name in it stands as $(host). */
struct wording {
    const char *text, *general; /* the pool's; NULL: none */
};

/* What one host did. All texts are the block's pool's: equal ones are the same pointer. */
struct note {
    const char *host;
    bool is_news;    /* "HEAD on HOSTS: text", not "[HOSTS] HEAD" */
    bool is_running; /* its step is not at its end */
    bool is_live;    /* what it prints is told as it comes */
    bool head_told;
    bool is_taken;   /* while notes are put together */
    unsigned number; /* of the note in its wave: keeps those of one host in order */
    double began;
    struct wording head;
    struct wording tail;   /* of news: what stands behind the hosts */
    struct str printed[2]; /* what it has printed, line by line: standard output, error */
    struct str order;      /* of the lines of both: '1' or '2' for each */
    const char *lines[2];  /* the same, in the pool; NULL: nothing */
    const char *woven;     /* their order, in the pool */
    const char *verdict;   /* "failed"; NULL: it went well */
    struct wording reason; /* behind the verdict */
    unsigned ink;          /* of the verdict */
};

/* One step of one target, on all hosts. */
struct block {
    struct vec notes; /* struct note */
    struct map pool;  /* text ▶ the same, on the heap */
    unsigned passed;  /* jobs that have it behind them and go on */
    unsigned over;    /* jobs that ended after it */
};

/* The text as the pool keeps it. */
const char *block_keep(struct block *block, const char *text);

/* How a block is told. */
struct block_manner {
    double live_before; /* of steps that began before, what they have printed is told, and from then
                           on as it comes */
    bool again; /* something else was told in between: heads are repeated where output follows */
};

/* Tells what is ready of a block, and drops it: ended steps whole, of others the head. True when
 * anything was told. */
bool block_tell(struct block *block, struct paper *paper, struct block_manner manner);
void block_free(struct block *block);

#endif
