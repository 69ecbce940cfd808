#include "io/openssh_password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

extern char **environ;

struct openssh_password {
    char *folder; /* private */
    char *program;
    char *fifo;
    int ends[2]; /* of the fifo, both ours: what is in it stays until it is read */
    char **environment;
};

/* Passphrases of keys and questions about host keys get no answer. */
static const char program[] =
    "#!/bin/sh\n"
    "case $1 in *[Pp]assword*) ;; *) exit 1 ;; esac\n"
    "cd \"${0%/*}\" && [ -p word ] && IFS= read -r word <word && rm word && printf '%s\\n' "
    "\"$word\"\n";

/* Not in /dev/shm: programs may be forbidden there. */
static char *make_folder(void)
{
    const char *place = getenv("TMPDIR");
    char *folder = mem_printf("%s/fake-ask-XXXXXX", place && *place ? place : "/tmp");
    if (mkdtemp(folder))
        return folder;
    free(folder);
    return NULL;
}

static bool fill_fifo(struct openssh_password *password, const char *word)
{
    struct str line = { 0 };
    str_addf(&line, "%s\n", word);
    if (mkfifo(password->fifo, 0600) == 0)
        password->ends[0] = open(password->fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (password->ends[0] >= 0)
        password->ends[1] = open(password->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    bool is_filled = password->ends[1] >= 0 &&
                     write(password->ends[1], line.data, line.len) == (ssize_t)line.len;
    memset(line.data, 0, line.len);
    str_free(&line);
    return is_filled;
}

static void add_variables(struct openssh_password *password)
{
    static const char *const replaced[] = { "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=", "DISPLAY=" };
    size_t count = 0;
    while (environ[count])
        count++;
    char **end = password->environment = mem_array(count + 4, sizeof *end);
    *end++ = mem_printf("SSH_ASKPASS=%s", password->program);
    *end++ = mem_strdup("SSH_ASKPASS_REQUIRE=force");
    *end++ = mem_strdup("DISPLAY=none"); /* before OpenSSH 8.4 nothing else makes it ask so */
    for (size_t i = 0; i < count; i++) {
        bool is_replaced = false;
        for (size_t k = 0; k < sizeof replaced / sizeof *replaced; k++)
            is_replaced = is_replaced || str_starts(environ[i], replaced[k]);
        if (!is_replaced)
            *end++ = mem_strdup(environ[i]);
    }
}

struct openssh_password *openssh_password_new(const char *word)
{
    char *folder = make_folder();
    if (!folder)
        return NULL;
    struct openssh_password *password = mem_alloc(sizeof *password);
    password->folder = folder;
    password->program = mem_printf("%s/ask", folder);
    password->fifo = mem_printf("%s/word", folder);
    password->ends[0] = password->ends[1] = -1;
    if (!fill_fifo(password, word) ||
        !file_replace(password->program, program, sizeof program - 1, 0700)) {
        int error = errno;
        openssh_password_free(password);
        errno = error;
        return NULL;
    }
    add_variables(password);
    return password;
}

char **openssh_password_environment(struct openssh_password *password)
{
    return password->environment;
}

void openssh_password_free(struct openssh_password *password)
{
    if (!password)
        return;
    for (int i = 0; i < 2; i++)
        if (password->ends[i] >= 0)
            close(password->ends[i]);
    unlink(password->fifo);
    unlink(password->program);
    rmdir(password->folder);
    for (char **at = password->environment; at && *at; at++)
        free(*at);
    free(password->environment);
    free(password->folder);
    free(password->program);
    free(password->fifo);
    free(password);
}
