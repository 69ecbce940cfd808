#ifndef FAKE_STEP_CONFIRM_H
#define FAKE_STEP_CONFIRM_H

#include <stdbool.h>

struct arena;
struct lang;

struct confirm {
    struct lang *lang;
    const char *question;
    const char *answer; /* "yes" or "no", by default; or NULL */
};

/* What is asked by the text of such a step, its options off; from the arena. */
const char *confirm_question(struct arena *arena, const char *text);

/* Asks the user, once a run for each question. True: yes. False: no, or it cannot be asked; *why
 * says which, and is nobody's to free. */
bool confirm_ask(struct lang *lang, const struct confirm *confirm, const char **why);

#endif
