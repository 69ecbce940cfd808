#include "ui/question.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/str.h"
#include "ui/safe.h"

/* While a question is open the terminal makes no signals: the interrupt character ends the line,
 * and is looked for there. Signals from elsewhere are blocked, and looked for now and then. So no
 * handler is needed, and the terminal is never left without echo. */
enum { LOOK_EVERY = 100 }; /* milliseconds */

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

enum { END_COUNT = sizeof ends / sizeof *ends };

/* A terminal while a question is open. */
struct terminal {
    int fd;
    struct termios before;
    bool is_changed;
    sigset_t mask; /* as it was before */
};

static bool open_terminal(struct terminal *terminal)
{
    if (!isatty(STDIN_FILENO))
        return false;
    terminal->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->fd < 0)
        terminal->fd = dup(STDIN_FILENO);
    return terminal->fd >= 0;
}

static void write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, text, size);
        if (put < 0 && errno != EINTR)
            return;
        if (put > 0) {
            text += put;
            size -= (size_t)put;
        }
    }
}

/* Whatever a Fakefile or a host has put into it, the terminal only shows it. */
static void show(int fd, const char *text)
{
    struct str safe = { 0 };
    for (;;) {
        size_t length = strcspn(text, "\n");
        safe_add(&safe, text, length);
        text += length;
        if (!*text++)
            break;
        str_addc(&safe, '\n');
    }
    write_all(fd, str_text(&safe), safe.len);
    str_free(&safe);
}

static void block_signals(struct terminal *terminal)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < END_COUNT; i++)
        sigaddset(&blocked, ends[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &terminal->mask);
}

static void set_terminal(struct terminal *terminal, bool hidden)
{
    struct termios now;
    if (tcgetattr(terminal->fd, &terminal->before) != 0)
        return;
    now = terminal->before;
    now.c_lflag |= ICANON;
    now.c_lflag &= ~(tcflag_t)ISIG;
    now.c_cc[VEOL] = now.c_cc[VINTR];
    if (hidden) {
        now.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
        now.c_lflag |= ECHONL;
    }
    terminal->is_changed = tcsetattr(terminal->fd, hidden ? TCSAFLUSH : TCSADRAIN, &now) == 0;
}

static bool is_interrupt(const struct terminal *terminal, char byte)
{
    return terminal->is_changed && (unsigned char)byte == terminal->before.c_cc[VINTR] &&
           terminal->before.c_cc[VINTR] != (cc_t)fpathconf(terminal->fd, _PC_VDISABLE);
}

/* The signal that ends the question, taken from those that wait; 0: none. */
static int take_end(void)
{
    sigset_t pending, all;
    int number;
    sigemptyset(&all);
    for (size_t i = 0; i < END_COUNT; i++)
        sigaddset(&all, ends[i]);
    sigpending(&pending);
    for (size_t i = 0; i < END_COUNT; i++)
        if (sigismember(&pending, ends[i]) == 1)
            return sigwait(&all, &number) == 0 ? number : ends[i];
    return 0;
}

static enum question_result read_line(const struct terminal *terminal, atomic_bool *is_over,
                                      struct str *answer)
{
    struct pollfd input = { .fd = terminal->fd, .events = POLLIN };
    char byte;
    for (;;) {
        if (take_end() || atomic_load(is_over))
            return QUESTION_INTERRUPTED;
        int ready = poll(&input, 1, LOOK_EVERY);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = ready < 0 ? -1 : read(terminal->fd, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return QUESTION_ENDED;
        if (is_interrupt(terminal, byte))
            return QUESTION_INTERRUPTED;
        if (byte == '\n')
            return QUESTION_ANSWERED;
        if (byte)
            str_addc(answer, byte);
    }
}

static void close_terminal(struct terminal *terminal)
{
    if (terminal->is_changed)
        tcsetattr(terminal->fd, TCSADRAIN, &terminal->before);
    pthread_sigmask(SIG_SETMASK, &terminal->mask, NULL);
    close(terminal->fd);
}

enum question_result question_ask(const char *prompt, bool hidden, atomic_bool *is_over,
                                  struct str *answer)
{
    struct terminal terminal = { 0 };
    enum question_result result;
    if (!open_terminal(&terminal))
        return QUESTION_NO_TERMINAL;
    block_signals(&terminal);
    set_terminal(&terminal, hidden);
    show(terminal.fd, prompt);
    result = read_line(&terminal, is_over, answer);
    if (result != QUESTION_ANSWERED)
        show(terminal.fd, "\n");
    close_terminal(&terminal);
    return result;
}

void question_tell(const char *text)
{
    struct terminal terminal;
    if (!open_terminal(&terminal))
        return;
    show(terminal.fd, text);
    show(terminal.fd, "\n");
    close(terminal.fd);
}
