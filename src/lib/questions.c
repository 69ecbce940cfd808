#include "lib/questions.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "ui/question.h"

struct questions {
    struct questions_options options;
    struct map answers; /* a question's name and texts ▶ char *, the answer */
    pthread_mutex_t lock;
    pthread_t thread; /* whose the rest of the program is */
    atomic_bool is_over;
    const char *error; /* why the last one has no answer */
    char *error_memory;
};

/* An answer of an outer fake: itself, a newline, what was asked. */
static void take_answer(struct questions *questions, const char *text)
{
    const char *newline = strchr(text, '\n');
    if (!newline || map_get(&questions->answers, newline + 1))
        return;
    *map_put(&questions->answers, mem_strdup(newline + 1)) =
        mem_strndup(text, (size_t)(newline - text));
}

struct questions *questions_new(const struct questions_options *options)
{
    struct questions *questions = mem_alloc(sizeof *questions);
    questions->options = *options;
    questions->thread = pthread_self();
    pthread_mutex_init(&questions->lock, NULL);
    atomic_init(&questions->is_over, false);
    for (size_t i = 0; options->answers && options->answers[i]; i++)
        take_answer(questions, options->answers[i]);
    return questions;
}

static void wipe(char *text)
{
    volatile char *bytes = text;
    while (bytes && *bytes)
        *bytes++ = '\0';
    free(text);
}

void questions_free(struct questions *questions)
{
    if (!questions)
        return;
    for (size_t i = 0; i < questions->answers.len; i++) {
        free((char *)questions->answers.entries[i].key);
        wipe(questions->answers.entries[i].value);
    }
    map_free(&questions->answers);
    pthread_mutex_destroy(&questions->lock);
    free(questions->error_memory);
    free(questions);
}

void questions_interrupt(struct questions *questions)
{
    atomic_store(&questions->is_over, true);
}

bool questions_were_interrupted(const struct questions *questions)
{
    return atomic_load(&questions->is_over);
}

static bool fail(struct questions *questions, const char *why)
{
    questions->error = why;
    return false;
}

/* While a run goes on, its own handler is to know of an interrupt that ended a question. */
static void pass_on_interrupt(struct questions *questions)
{
    struct sigaction action;
    questions_interrupt(questions);
    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
        action.sa_handler != SIG_IGN)
        kill(getpid(), SIGINT);
}

/* One line from the user. */
static bool ask_user(struct questions *questions, const char *prompt, bool hidden,
                     struct str *answer)
{
    enum question_result result;
    if (questions->options.non_interactive)
        return fail(questions, "there is no default, and --non-interactive forbids to ask");
    bool is_here = pthread_equal(questions->thread, pthread_self());
    if (is_here) /* sinks are not for other threads */
        questions->options.pause(questions->options.context, true);
    result = question_ask(prompt, hidden, &questions->is_over, answer);
    if (is_here)
        questions->options.pause(questions->options.context, false);
    switch (result) {
    case QUESTION_ANSWERED:
        return true;
    case QUESTION_NO_TERMINAL:
        return fail(questions, "there is no default, and no terminal to ask on");
    case QUESTION_ENDED:
        return fail(questions, "there is no answer");
    case QUESTION_INTERRUPTED:
        break;
    }
    pass_on_interrupt(questions);
    return fail(questions, "interrupted");
}

/* True: the default is taken without asking. */
static bool takes_default(const struct questions *questions)
{
    return questions->options.yes || questions->options.non_interactive || !isatty(STDIN_FILENO);
}

static const char *trim(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text + strspn(text, " \t");
}

/* Asks until `accept` takes the answer; an empty one is the default, when there is one. */
static bool ask_until(struct questions *questions, const char *prompt, const char *otherwise,
                      bool (*accept)(const void *context, const char *answer, struct str *value),
                      const void *context, struct str *value)
{
    struct str line = { 0 };
    bool asks = true, fine = true;
    while (asks && fine) {
        str_clear(&line);
        fine = ask_user(questions, prompt, false, &line);
        if (fine) {
            char *copy = mem_strdup(str_text(&line));
            const char *answer = trim(copy);
            asks = !accept(context, !*answer && otherwise ? otherwise : answer, value);
            free(copy);
        }
    }
    str_free(&line);
    return fine;
}

/* ---- the kinds of question ---- */

typedef bool question_body(struct questions *questions, const char *const *arguments,
                           unsigned count, struct str *value);

/* $(ask LABEL,DEFAULT) */

static bool accept_any(const void *context, const char *answer, struct str *value)
{
    const char *const *otherwise = context;
    if (!*answer && !*otherwise)
        return false;
    str_add(value, answer);
    return true;
}

static bool ask(struct questions *questions, const char *const *arguments, unsigned count,
                struct str *value)
{
    const char *otherwise = count > 1 ? arguments[1] : NULL;
    struct str prompt = { 0 };
    if (otherwise && takes_default(questions)) {
        str_add(value, otherwise);
        return true;
    }
    str_add(&prompt, arguments[0]);
    if (otherwise && *otherwise)
        str_addf(&prompt, " [%s]", otherwise);
    str_add(&prompt, ": ");
    bool fine = ask_until(questions, str_text(&prompt), otherwise, accept_any, &otherwise, value);
    str_free(&prompt);
    return fine;
}

/* $(choose LABEL,OPTIONS,DEFAULT) */

/* The option of that name or number; its length, 0: none. */
static size_t find_option(const char *options, const char *wanted, const char **found)
{
    char *end;
    unsigned long number = strtoul(wanted, &end, 10), index = 0;
    bool is_number = *wanted && !*end;
    const char *by_number = NULL;
    size_t by_number_length = 0;
    while (*(options += strspn(options, " \t\n"))) {
        size_t length = strcspn(options, " \t\n");
        if (length == strlen(wanted) && memcmp(options, wanted, length) == 0) {
            *found = options;
            return length;
        }
        if (is_number && ++index == number) {
            by_number = options;
            by_number_length = length;
        }
        options += length;
    }
    *found = by_number;
    return by_number_length;
}

static bool accept_option(const void *context, const char *answer, struct str *value)
{
    const char *found;
    size_t length = find_option(context, answer, &found);
    if (length == 0) {
        question_tell("One of these, by its name or its number.");
        return false;
    }
    str_addn(value, found, length);
    return true;
}

static void add_choice(struct str *prompt, const char *label, const char *options,
                       const char *otherwise)
{
    unsigned number = 0;
    str_addf(prompt, "%s\n", label);
    while (*(options += strspn(options, " \t\n"))) {
        size_t length = strcspn(options, " \t\n");
        str_addf(prompt, "  %u %.*s\n", ++number, (int)length, options);
        options += length;
    }
    if (otherwise)
        str_addf(prompt, "[%s]", otherwise);
    str_add(prompt, ": ");
}

static bool choose(struct questions *questions, const char *const *arguments, unsigned count,
                   struct str *value)
{
    const char *options = arguments[1], *otherwise = NULL, *found;
    struct str prompt = { 0 };
    if (count > 2 && *arguments[2])
        otherwise = arguments[2];
    if (!options[strspn(options, " \t\n")])
        return fail(questions, "there is nothing to choose from");
    if (otherwise && find_option(options, otherwise, &found) == 0)
        return fail(questions, "the default is none of the options");
    if (otherwise && takes_default(questions)) {
        str_addn(value, found, find_option(options, otherwise, &found));
        return true;
    }
    add_choice(&prompt, arguments[0], options, otherwise);
    bool fine = ask_until(questions, str_text(&prompt), otherwise, accept_option, options, value);
    str_free(&prompt);
    return fine;
}

/* confirm QUESTION */

static bool accept_yes_or_no(const void *context, const char *answer, struct str *value)
{
    static const char *const yes[] = { "y", "Y", "yes", "Yes", "YES" };
    static const char *const no[] = { "n", "N", "no", "No", "NO" };
    (void)context;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(answer, yes[i]) == 0) {
            str_add(value, "yes");
            return true;
        }
        if (strcmp(answer, no[i]) == 0)
            return true;
    }
    return false;
}

static bool confirm(struct questions *questions, const char *const *arguments, unsigned count,
                    struct str *value)
{
    const char *otherwise = count > 1 ? arguments[1] : NULL;
    struct str prompt = { 0 };
    if (questions->options.yes)
        otherwise = "yes";
    if (otherwise && takes_default(questions))
        return accept_yes_or_no(NULL, otherwise, value);
    if (takes_default(questions))
        return fail(questions, "nobody can be asked; --yes confirms");
    str_addf(&prompt, "%s [%s] ", arguments[0],
             !otherwise                      ? "y/n"
             : strcmp(otherwise, "yes") == 0 ? "Y/n"
                                             : "y/N");
    bool fine = ask_until(questions, str_text(&prompt), otherwise, accept_yes_or_no, NULL, value);
    str_free(&prompt);
    return fine;
}

/* $(password LABEL), $(secret COMMAND) */

static void keep_secret(struct questions *questions, const char *kind, const char *label,
                        const char *value)
{
    if (!*value || secrets_add(questions->options.secrets, value))
        return;
    char *text = mem_printf("%s %s: shorter than %d characters, it is not masked in the output",
                            kind, label, SECRET_LENGTH_MINIMUM);
    questions->options.warn(questions->options.context, text);
    free(text);
}

static bool password(struct questions *questions, const char *const *arguments, unsigned count,
                     struct str *value)
{
    (void)count;
    char *prompt = mem_printf("%s: ", arguments[0]);
    bool fine = ask_user(questions, prompt, true, value);
    free(prompt);
    if (fine)
        keep_secret(questions, "the password", arguments[0], str_text(value));
    return fine;
}

static bool fetch_secret(struct questions *questions, const char *const *arguments, unsigned count,
                         struct str *value)
{
    (void)count;
    const char *const command[] = { "/bin/sh", "-c", arguments[0], NULL };
    int status = file_run_program(command, questions->options.environment, value);
    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        free(questions->error_memory);
        questions->error_memory =
            status == -1 ? mem_printf("%s: cannot be started", arguments[0])
            : WIFEXITED(status)
                ? mem_printf("%s: exit code %d", arguments[0], WEXITSTATUS(status))
                : mem_printf("%s: ended by signal %d", arguments[0], WTERMSIG(status));
        return fail(questions, questions->error_memory);
    }
    while (value->len > 0 && strchr("\r\n", value->data[value->len - 1]))
        value->data[--value->len] = '\0';
    keep_secret(questions, "what is secret of", arguments[0], str_text(value));
    return true;
}

static const struct {
    const char *name;
    question_body *body;
} kinds[] = {
    { "ask", ask },           { "choose", choose },       { "confirm", confirm },
    { "password", password }, { "secret", fetch_secret },
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static question_body *find_kind(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].body;
    return NULL;
}

bool questions_know(const char *name)
{
    return find_kind(name) != NULL;
}

/* ---- once for each text ---- */

static char *make_key(const char *name, const char *const *arguments, unsigned count)
{
    struct str key = { 0 };
    str_add(&key, name);
    for (unsigned i = 0; i < count; i++)
        str_addf(&key, "\n%s", arguments[i]);
    return str_steal(&key);
}

bool questions_answer(struct questions *questions, const char *name, const char *const *arguments,
                      unsigned count, struct str *value, const char **error)
{
    char *key = make_key(name, arguments, count);
    struct str answer = { 0 };
    bool fine = true;
    pthread_mutex_lock(&questions->lock);
    const char *known = map_get(&questions->answers, key);
    if (!known) {
        fine = find_kind(name)(questions, arguments, count, &answer);
        if (fine) {
            known = answer.data ? str_steal(&answer) : mem_strdup("");
            *map_put(&questions->answers, key) = (char *)known;
            key = NULL; /* the map's now */
        }
    }
    if (fine)
        str_add(value, known);
    *error = questions->error;
    pthread_mutex_unlock(&questions->lock);
    str_free(&answer);
    free(key);
    return fine;
}

static void add_escaped(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (strchr(" \t\n\\", *text))
            str_addc(out, '\\');
        str_addc(out, *text);
    }
}

void questions_add_flags(struct questions *questions, struct str *out)
{
    pthread_mutex_lock(&questions->lock);
    for (size_t i = 0; i < questions->answers.len; i++) {
        const char *asked = questions->answers.entries[i].key;
        const char *answer = questions->answers.entries[i].value;
        if (str_starts(asked, "password\n") || str_starts(asked, "secret\n") ||
            strchr(answer, '\n'))
            continue;
        str_add(out, " --answer=");
        add_escaped(out, answer);
        add_escaped(out, "\n");
        add_escaped(out, asked);
    }
    pthread_mutex_unlock(&questions->lock);
}
