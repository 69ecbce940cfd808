#ifndef FAKE_RUN_RECORD_H
#define FAKE_RUN_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/vec.h"
#include "run/fingerprint.h"

struct arena;
struct str;

/* What the last successful run of a job left (docs/record.md). Text, a line a fact; the same form
 * on hosts and in this machine's store. */
struct record {
    const char *target;
    const char *host;     /* as the Fakefile has it; "" here */
    const char *machine;  /* identity; "" unknown */
    const char *time;     /* UTC, 2026-01-31T12:00:00Z */
    const char *by;       /* user@machine that ran it */
    const char *from;     /* its folder */
    const char *revision; /* of the repository there; NULL: none */
    const char *salt;     /* of the secrets in its fingerprint; NULL: it has none */
    struct hash fingerprint;
    struct vec parts;  /* struct part; freed by record_free */
    struct vec places; /* const char *: "f PATH"; a host tells those of few places only */
    struct vec states; /* const char *: lines about contents (hash, link, fixed, folder) */
    bool is_sent;      /* each place of it is, in its state, as `put` left it */
    bool has_content;
    struct hash content; /* of the file that a make rule made */
};

/* Reads one. The strings are in the arena. False when it is not whole, of another format, or not of
 * this target and host: then there is no record. */
bool record_parse(struct record *record, struct arena *arena, const char *text, size_t size,
                  const char *target, const char *host);
void record_free(struct record *record);

/* The lines that are known here: all but places, their states and `end`. */
void record_write_head(const struct record *record, const struct fingerprint *fingerprint,
                       struct str *out);
/* A whole record for this machine's store: places have no part in it. */
void record_write(const struct record *record, const struct fingerprint *fingerprint,
                  struct str *out);

/* A state line of a file here, and the path of one; NULL when the line is no such state. */
void record_add_state(struct str *out, const char *path, struct hash hash);
const char *record_state_path(const char *line);

/* A text for a line of its own: what would end it, and the escape itself, as %XX. And back, from
 * the arena. */
void record_add_escaped(struct str *out, const char *text);
const char *record_unescaped(struct arena *arena, const char *text);

/* A file name for a target on a host, that no two share and every file system takes: other
 * characters than letters, digits, `.`, `_` and `-` as %XX, the two parts joined by `@`, a long one
 * cut with a hash behind it. */
void record_file_name(const char *target, const char *host, struct str *name);
/* One name in that form (a hook's). */
void record_encode_name(const char *name, struct str *out);

#endif
