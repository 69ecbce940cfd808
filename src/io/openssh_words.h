#ifndef FAKE_IO_OPENSSH_WORDS_H
#define FAKE_IO_OPENSSH_WORDS_H

#include <stdbool.h>

#include "base/str.h"
#include "io/transport.h"

/* What the ssh program meant by what it wrote on its error output before it ended. */
struct openssh_failure {
    enum transport_error error;
    struct str why; /* one line: in our words, and the line of ssh's */
    const char *hint;
    bool is_shed;          /* a busy server hung up */
    bool wants_acceptance; /* of a host key, by ssh itself */
};

/* The caller frees why. False when nothing of it is known. */
bool openssh_explain(const char *text, struct openssh_failure *failure);

#endif
