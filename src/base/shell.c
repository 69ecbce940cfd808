#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

extern char **environ;

static struct vec split_arguments(const char *shell, char *flags, const char *text)
{
    struct vec arguments = { 0 };
    char *rest, *word;

    vec_push(&arguments, (char *)shell);
    for (word = strtok_r(flags, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        vec_push(&arguments, word);
    vec_push(&arguments, (char *)text);
    vec_push(&arguments, NULL);
    return arguments;
}

/* Never returns. 127 is what a shell says of a command that is not there. */
static void become(char **arguments, char **environment, int output)
{
    if (dup2(output, STDOUT_FILENO) < 0)
        _exit(127);
    close(output);
    if (environment)
        environ = environment;
    execvp(arguments[0], arguments);
    _exit(127);
}

static void collect(int fd, struct str *output)
{
    ssize_t got;

    do {
        str_reserve(output, 16 * 1024);
        got = read(fd, output->data + output->len, output->cap - output->len - 1);
        if (got > 0)
            output->len += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    output->data[output->len] = '\0';
}

int file_run_shell(const char *shell, const char *flags, const char *text, char **environment,
                   struct str *output)
{
    char *words = mem_strdup(flags);
    struct vec arguments = split_arguments(shell, words, text);
    int ends[2], status = -1;
    pid_t child;

    if (pipe(ends) == 0) {
        child = fork();
        if (child == 0) {
            close(ends[0]);
            become((char **)arguments.items, environment, ends[1]);
        }
        close(ends[1]);
        if (child > 0) {
            collect(ends[0], output);
            while (waitpid(child, &status, 0) < 0 && errno == EINTR)
                ;
        }
        close(ends[0]);
    }
    vec_free(&arguments);
    free(words);
    return status;
}
