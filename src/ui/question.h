#ifndef FAKE_UI_QUESTION_H
#define FAKE_UI_QUESTION_H

#include <stdatomic.h>
#include <stdbool.h>

struct str;

enum question_result {
    QUESTION_ANSWERED,
    QUESTION_NO_TERMINAL, /* standard input is none */
    QUESTION_ENDED,       /* the terminal's input is at its end */
    QUESTION_INTERRUPTED, /* by ^C, or a signal to end */
};

/* Shows the prompt on the terminal and appends the line that is typed; with `hidden` nothing of it
 * is seen. The terminal is as it was before, however it ends. Blocks; for any thread, one at a
 * time. When another sets `is_over`, it is interrupted. */
enum question_result question_ask(const char *prompt, bool hidden, atomic_bool *is_over,
                                  struct str *answer);

/* A line for who sits at the terminal (what was wrong with an answer). */
void question_tell(const char *text);

#endif
