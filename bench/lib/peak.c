/* peak COMMAND…: runs it and prints, on descriptor 3, wall and processor seconds and the peak of
 * its memory in kilobytes. A parent as large as an interpreter would count its own memory to the
 * child's. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct timespec began, ended;
    struct rusage usage;
    int status;
    pid_t pid;

    if (argc < 2)
        return 125;
    clock_gettime(CLOCK_MONOTONIC, &began);
    pid = fork();
    if (pid == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        _exit(126);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return 125;
    clock_gettime(CLOCK_MONOTONIC, &ended);
    dprintf(3, "%.6f %.6f %ld\n",
            (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
            seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
