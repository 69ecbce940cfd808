#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/str.h"
#include "suite.h"
#include "ui/question.h"

/* A question on a terminal of its own, which a child asks and the test answers. */
struct dialogue {
    int terminal; /* the user's side */
    int result;   /* from the child: a byte with the result, then the answer */
    pid_t child;
};

static void ask_in_child(int slave, int result, bool hidden, bool is_over)
{
    struct str answer = { 0 };
    atomic_bool over;
    char code;
    atomic_init(&over, is_over);
    setsid();
    int fd = open(ptsname(slave), O_RDWR); /* becomes the controlling one */
    dup2(fd, STDIN_FILENO);
    code = (char)('0' + (int)question_ask("Who\33[2J\nare you? ", hidden, &over, &answer));
    if (write(result, &code, 1) != 1 ||
        write(result, str_text(&answer), answer.len) != (ssize_t)answer.len)
        _exit(1);
    str_free(&answer);
    _exit(0);
}

static struct dialogue begin(bool hidden, bool is_over)
{
    struct dialogue dialogue;
    int ends[2];
    dialogue.terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(dialogue.terminal, 0);
    ck_assert_int_eq(grantpt(dialogue.terminal), 0);
    ck_assert_int_eq(unlockpt(dialogue.terminal), 0);
    ck_assert_int_eq(pipe(ends), 0);
    dialogue.child = fork();
    if (dialogue.child == 0)
        ask_in_child(dialogue.terminal, ends[1], hidden, is_over);
    close(ends[1]);
    dialogue.result = ends[0];
    return dialogue;
}

/* Reads what the terminal shows until it ends so. */
static void expect(struct dialogue *dialogue, const char *end, struct str *shown)
{
    struct pollfd input = { .fd = dialogue->terminal, .events = POLLIN };
    char buffer[256];
    while (!str_ends(str_text(shown), end)) {
        ck_assert_msg(poll(&input, 1, 10000) == 1, "shown: %s", str_text(shown));
        ssize_t got = read(dialogue->terminal, buffer, sizeof buffer);
        ck_assert_msg(got > 0, "shown: %s", str_text(shown));
        str_addn(shown, buffer, (size_t)got);
    }
}

static bool has_echo(const struct dialogue *dialogue)
{
    struct termios now;
    ck_assert_int_eq(tcgetattr(dialogue->terminal, &now), 0);
    return now.c_lflag & ECHO;
}

/* The result and the answer, "0anna". */
static void finish(struct dialogue *dialogue, const char *wanted)
{
    char buffer[256];
    size_t size = 0;
    ssize_t got;
    int status;
    while ((got = read(dialogue->result, buffer + size, sizeof buffer - 1 - size)) > 0)
        size += (size_t)got;
    buffer[size] = '\0';
    ck_assert_str_eq(buffer, wanted);
    ck_assert(has_echo(dialogue));
    ck_assert_int_eq(waitpid(dialogue->child, &status, 0), dialogue->child);
    ck_assert_int_eq(status, 0);
    close(dialogue->result);
    close(dialogue->terminal);
}

static void type(struct dialogue *dialogue, const char *text)
{
    ck_assert_int_eq(write(dialogue->terminal, text, strlen(text)), (ssize_t)strlen(text));
}

static const struct {
    const char *typed, *result;
} rows[] = {
    { "anna\n", "0anna" },
    { "\n", "0" },
    { "bo\x7f\x7f"
      "eve\n",
      "0eve" },
    { " a  b \n", "0 a  b " },
    { "an\x03", "3an" },
    { "\x04", "2" },
};

START_TEST(asked)
{
    bool hidden = _i % 2;
    struct dialogue dialogue = begin(hidden, false);
    struct str shown = { 0 };
    expect(&dialogue, "are you? ", &shown);
    ck_assert_str_eq(str_text(&shown), "Who\\x1b[2J\r\nare you? "); /* control characters shown */
    ck_assert_int_eq(has_echo(&dialogue), !hidden);
    str_clear(&shown);
    type(&dialogue, rows[_i / 2].typed);
    expect(&dialogue, "\n", &shown);
    if (hidden)
        ck_assert_str_eq(str_text(&shown), "\r\n");
    finish(&dialogue, rows[_i / 2].result);
    str_free(&shown);
}
END_TEST

START_TEST(signalled)
{
    struct dialogue dialogue = begin(true, false);
    struct str shown = { 0 };
    expect(&dialogue, "are you? ", &shown);
    kill(dialogue.child, SIGTERM);
    finish(&dialogue, "3");
    str_free(&shown);
}
END_TEST

START_TEST(ended_from_outside)
{
    struct dialogue dialogue = begin(false, true);
    finish(&dialogue, "3");
}
END_TEST

START_TEST(no_terminal)
{
    struct str answer = { 0 };
    atomic_bool over;
    atomic_init(&over, false);
    int fd = open("/dev/null", O_RDONLY);
    dup2(fd, STDIN_FILENO);
    ck_assert_int_eq(question_ask("? ", false, &over, &answer), QUESTION_NO_TERMINAL);
    question_tell("nobody");
    close(fd);
}
END_TEST

int main(void)
{
    enum { ROW_COUNT = sizeof rows / sizeof *rows };
    Suite *suite = suite_create("ui_question");
    TCase *tests = tcase_create("question");
    tcase_add_loop_test(tests, asked, 0, 2 * ROW_COUNT);
    tcase_add_test(tests, signalled);
    tcase_add_test(tests, ended_from_outside);
    tcase_add_test(tests, no_terminal);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
