#ifndef FAKE_BASE_COMMAND_WORDS_H
#define FAKE_BASE_COMMAND_WORDS_H

/* What is started for a line of text: `shell flags… text` (flags split at blanks), or the line's
 * own words where the usual shell would do no more than start them: no character that it acts on,
 * no assignment, no command of its own. That costs half of what it costs behind `sh -c`.
 * NULL-terminated, in one block that the caller frees. */
char **command_words(const char *shell, const char *flags, const char *text);

#endif
