#include "step/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "step/temporary.h"

/* A program of the host makes the terminal, so that every transport has one: Python, else script
 * (util-linux's, else BSD's), whose way of telling that the input has ended may show as "^@". */
static const char make_text[] =
    "command -v python3 >/dev/null && exec python3 -c 'import os, pty, select, sys\n"
    "child, fd = pty.fork()\n"
    "if child == 0: os.execv(\"/bin/sh\", [\"sh\", \"-c\", sys.argv[1]])\n"
    "sources = [0, fd]\n"
    "while fd in sources:\n"
    "  for source in select.select(sources, [], [])[0]:\n"
    "    try: data = os.read(source, 65536)\n"
    "    except OSError: data = b\"\"\n" /* the last process has left the terminal */
    "    if not data: sources.remove(source)\n"
    "    to, data = (fd, data or b\"\\4\") if source == 0 else (1, data)\n"
    "    while data: data = data[os.write(to, data):]\n"
    "status = os.waitpid(child, 0)[1]\n"
    "sys.exit(128 + (status & 127) if status & 127 else status >> 8)' \"$fake_run\"\n"
    "case $(script --version 2>&1) in *util-linux*) exec script -qefc \"$fake_run\" /dev/null;; "
    "esac\n"
    "command -v script >/dev/null && exec script -q /dev/null sh -c \"$fake_run\"\n"
    "echo '--pty: neither python3 nor script is there, to make a terminal' >&2; exit 127\n";

/* Out of sight of processes and of the terminal's echo. */
static const char hand_over_text[] =
    "fake_pipe=${TMPDIR:-/tmp}/%s; (umask 077; mkfifo \"$fake_pipe\") || exit\n"
    "printf '%%s\\n' \"$fake_password\" >\"$fake_pipe\" & export fake_pipe\n";
static const char take_over_text[] =
    "IFS= read -r fake_password <\"$fake_pipe\"; rm -f \"$fake_pipe\"; unset fake_pipe\n";

static struct winsize size_of_ours(void)
{
    struct winsize size = { 0 };
    for (int fd = 0; fd < 3 && size.ws_col == 0; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) != 0)
            size.ws_col = 0;
    return size.ws_col && size.ws_row ? size : (struct winsize){ .ws_row = 24, .ws_col = 80 };
}

void terminal_add(struct str *text, const char *command, bool has_password)
{
    char name[TEMPORARY_NAME_SIZE];
    struct str inner = { 0 };
    struct winsize size = size_of_ours();
    const char *kind = getenv("TERM");
    bool hands_over = has_password && temporary_name(name);
    str_addf(&inner, "stty -onlcr rows %u cols %u 2>/dev/null\n", (unsigned)size.ws_row,
             (unsigned)size.ws_col);
    if (hands_over) {
        str_addf(text, hand_over_text, name);
        str_add(&inner, take_over_text);
    }
    str_add(&inner, command);
    str_add(text, "export TERM=");
    str_add_quoted(text, kind && *kind ? kind : "xterm");
    str_add(text, "\nfake_run=\"SHELL=$SHELL\n\"");
    str_add_quoted(text, str_text(&inner));
    str_addf(text, "\nexport SHELL=/bin/sh\n%s", make_text);
    str_free(&inner);
}
