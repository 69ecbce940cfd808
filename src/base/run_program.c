#define _GNU_SOURCE /* pipe2 */

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/spawn.h"
#include "base/str.h"

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

int file_run_program(const char *const *argv, char *const *environment, struct str *output)
{
    int ends[2], status = -1, error;
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    error = spawn_program(&(struct spawn){ .argv = argv,
                                           .environment = environment,
                                           .streams = (int[]){ 0, ends[1], 2 },
                                           .stream_count = 3 },
                          &child);
    close(ends[1]);
    if (!error) {
        collect(ends[0], output);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    errno = error ? error : errno;
    return status;
}
