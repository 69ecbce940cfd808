#ifndef FAKE_LANG_PIECE_H
#define FAKE_LANG_PIECE_H

#include "lang/functions.h"
#include "lang/text.h"
#include "lang/words.h"

/* The inside of a compiled text; for text, text_visit and expand alone. */

enum piece_kind {
    PIECE_LITERAL,      /* source, as it is */
    PIECE_REFERENCE,    /* $x $(x) ${x} */
    PIECE_SUBSTITUTION, /* $(x:from=to) */
    PIECE_COMPUTED,     /* $(…$…): what it is shows when the inside is expanded */
    PIECE_CALL,         /* $(function …) */
    PIECE_ERROR,        /* malformed */
};

struct substitution {
    const char *name;
    struct span from;
    struct span to;
};

struct written_call {
    const struct function *function;
    struct text *arguments;
    unsigned count;
};

struct piece {
    struct piece *next;
    enum piece_kind kind;
    struct span source; /* as written, from the $ on */
    union {
        const char *name; /* of a reference */
        const struct substitution *substitution;
        const struct text *inside; /* computed */
        const struct written_call *call;
        const char *message; /* of an error */
    };
};

struct text {
    const char *source;
    size_t length;
    struct location where; /* of the text that was compiled; of arguments, that of the whole */
    struct arena *arena;   /* where the pieces go when they are first asked for; NULL: they exist */
    struct piece *pieces;  /* NULL: literal */
    bool waits;
};

/* The pieces, cut when they are first asked for: most recipes of a large file never run. */
const struct piece *text_pieces(const struct text *text);

/* Takes what stands between the parentheses of a reference apart: a name, or name:from=to. True
 * when it is a substitution reference. */
bool reference_parse(struct span inside, struct span *name, struct span *from, struct span *to);

/* The place of a piece: the bytes themselves where the text is a part of its source and they stand
 * on its first line, else the place of the text. Make counts lines in the same way. */
struct location piece_location(const struct text *text, const struct piece *piece);

#endif
