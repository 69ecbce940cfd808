#ifndef FAKE_UI_PAPER_H
#define FAKE_UI_PAPER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* Where lines go. */
struct channel {
    FILE *file;
    bool color;
    bool in_line;      /* the last byte written was no newline: a make rule's output only */
    struct str listed; /* the hosts that a label "[12 hosts]" stands for */
};

/* Two channels, and the lines that are built for them: `text`, which paper_write writes at once, so
 * that no two lines mix. */
struct paper {
    const char *program;
    struct channel out, errors;
    struct str text;
    struct map host_inks; /* host ▶ its ink, in the order met */
    struct str status;    /* the last line of a terminal, which changes; "": none */
    bool status_shown;
    bool is_paused;  /* somebody is asked on the terminal: nothing is shown */
    struct vec held; /* what came since */
};

/* The program's name and the streams outlive it. */
void paper_init(struct paper *paper, const char *program, struct channel out,
                struct channel errors);
void paper_free(struct paper *paper);

/* Writes the text on lines of its own, and empties it. */
void paper_write(struct paper *paper, struct channel *channel);
/* Bytes as they are. */
void paper_write_raw(struct paper *paper, struct channel *channel, const char *data, size_t size);

/* Shows a line below all others, on the terminal that is `out`, in place of the last such line;
 * "": none. It is cut to the terminal's width. */
void paper_set_status(struct paper *paper, const char *text);
/* Takes the line off while somebody else writes to the terminal. */
void paper_pause(struct paper *paper, bool paused);

/* To the text, made harmless: a piece of one line; "[user@host] " ("[local] " for NULL); a text of
 * several lines, all but the first behind `margin`. */
void paper_add(struct paper *paper, const char *text);
void paper_add_label(struct paper *paper, const struct channel *channel, const char *host);
void paper_add_lines(struct paper *paper, const char *text, const char *margin);

/* The label of many: "[web[01-20]] "; for a long list "[12 hosts] ", once behind a line of its own
 * that says which. */
void paper_add_hosts(struct paper *paper, struct channel *channel, const struct vec *hosts);

/* Writes "[web[1-3]] TEXT", "HEAD on web[1-3]: TEXT" (NULL: without text), and "[web[1-3]] HEAD:
 * TEXT", the head in its ink. */
void paper_tell_hosts(struct paper *paper, struct channel *channel, const struct vec *hosts,
                      const char *text);
void paper_tell_news(struct paper *paper, const char *head, const struct vec *hosts,
                     const char *text);
void paper_tell_verdict(struct paper *paper, const struct vec *hosts, unsigned ink,
                        const char *head, const char *text);

/* Writes "[user@host] HEAD: TEXT", the head in its ink. */
void paper_tell_host(struct paper *paper, struct channel *channel, const char *host, unsigned ink,
                     const char *head, const char *text);
/* Writes "fake: MARKtext", all of it in its ink. */
void paper_tell(struct paper *paper, struct channel *channel, unsigned ink, const char *mark,
                const char *text);

#endif
