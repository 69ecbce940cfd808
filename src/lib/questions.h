#ifndef FAKE_LIB_QUESTIONS_H
#define FAKE_LIB_QUESTIONS_H

#include <stdbool.h>

struct secrets;
struct str;

/* What the user is asked, once for each text, and what secrets are fetched. For any thread. */
struct questions;

struct questions_options {
    bool yes;                   /* confirms, and takes defaults */
    bool non_interactive;       /* takes defaults, and asks nothing */
    char **environment;         /* of commands that fetch secrets */
    const char *const *answers; /* as questions_add_flags had them, NULL-terminated; or NULL */
    struct secrets *secrets;
    /* A secret was too short to be masked. */
    void (*warn)(void *context, const char *text);
    void (*pause)(void *context, bool paused); /* the terminal is a question's */
    void *context;
};

struct questions *questions_new(const struct questions_options *options); /* copies them */
void questions_free(struct questions *questions); /* wipes the answers; NULL is allowed */

/* The functions ask, choose, password and secret, and `confirm`, whose value is empty for "no".
 * False: *error says why there is no answer; it is the questions'. */
bool questions_answer(struct questions *questions, const char *name, const char *const *arguments,
                      unsigned count, struct str *value, const char **error);
bool questions_know(const char *name); /* one of these */

/* The answers so far as options of FAKEFLAGS, a blank in front of each, so that fakes of recipes do
 * not ask again. Not what is secret: others can read the environment. */
void questions_add_flags(struct questions *questions, struct str *out);

void questions_interrupt(struct questions *questions); /* one that is open ends */
bool questions_were_interrupted(const struct questions *questions);

#endif
