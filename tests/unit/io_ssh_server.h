#ifndef FAKE_TESTS_IO_SSH_SERVER_H
#define FAKE_TESTS_IO_SSH_SERVER_H

#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

/* A throw-away sshd on loopback with keys of its own, and a few servers that are none. */

struct server {
    char *folder;
    unsigned port;
    pid_t pid;
    int signal; /* that ends it */
};

static inline void server_sh(const struct server *server, const char *text)
{
    char *command = mem_printf("cd '%s' && { %s\n}", server->folder, text);
    ck_assert_msg(system(command) == 0, "%s", command);
    free(command);
}

/* A port that nobody listens on, as far as one can know. */
static inline unsigned free_port(int *listener)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    if (listener)
        *listener = fd;
    else
        close(fd);
    return ntohs(address.sin_port);
}

static inline void wait_for_port(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 200; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        int result = connect(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        if (result == 0)
            return;
        nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
    }
    ck_abort_msg("sshd does not listen");
}

/* Keys host_ed, host_ec, host_rsa and id_*, all in one folder; id_no is not let in. */
static inline void server_prepare(struct server *server)
{
    char template[] = "/tmp/fake-sshd-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    server->folder = mem_strdup(template);
    server_sh(server, "mkdir -p home/.ssh\n"
                      "k() { ssh-keygen -q -C '' -f \"$@\"; }\n"
                      "k host_ed -t ed25519 -N ''; k host_ec -t ecdsa -N ''\n"
                      "k host_rsa -t rsa -b 2048 -N ''\n"
                      "k id_ed -t ed25519 -N ''; k id_ec -t ecdsa -N ''\n"
                      "k id_rsa -t rsa -b 2048 -N ''; k id_no -t ed25519 -N ''\n"
                      "k id_locked -t ed25519 -N secret\n"
                      "cat id_ed.pub id_ec.pub id_rsa.pub id_locked.pub >keys");
}

static inline void server_start(struct server *server, const char *host_keys, const char *more)
{
    struct str config = { 0 };
    server->port = free_port(NULL);
    server->signal = SIGTERM;
    str_addf(&config, "ListenAddress 127.0.0.1\nPort %u\nAuthorizedKeysFile %s/keys\n",
             server->port, server->folder);
    str_add(&config,
            "UsePAM no\nStrictModes no\nPidFile none\nMaxStartups 2000\nLogLevel INFO\n"
            "PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n");
    str_addf(&config, "SetEnv HOME=%s/home\n", server->folder);
    while (*host_keys) {
        size_t size = strcspn(host_keys, " ");
        str_addf(&config, "HostKey %s/%.*s\n", server->folder, (int)size, host_keys);
        host_keys += size + (host_keys[size] == ' ');
    }
    str_addf(&config, "%s\n", more); /* it may end with a Match block */
    char *path = mem_printf("%s/sshd_config", server->folder);
    char *log = mem_printf("%s/log", server->folder);
    ck_assert(file_replace(path, config.data, config.len, 0600));
    if (getuid() == 0)
        file_make_folders("/run/sshd", 0755);
    server->pid = fork();
    if (server->pid == 0) {
        execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", path, "-E", log, (char *)NULL);
        _exit(127);
    }
    free(path);
    free(log);
    str_free(&config);
    wait_for_port(server->port);
}

static inline void server_stop(struct server *server)
{
    if (server->pid > 0) {
        kill(server->pid, server->signal);
        waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

static inline void server_remove(struct server *server)
{
    server_stop(server);
    char *command =
        mem_printf("rm -rf '%s' || { sleep 1; rm -rf '%s'; }", server->folder, server->folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    free(server->folder);
}

/* Accepts, says `words` (NULL: nothing, and keeps the connection), hangs up; for ever. */
static inline void server_pretend(struct server *server, const char *words)
{
    int listener;
    server->port = free_port(&listener);
    server->signal = SIGKILL; /* Check's handler for SIGTERM would end the test */
    ck_assert_int_eq(listen(listener, 100), 0);
    server->pid = fork();
    if (server->pid == 0) {
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (fd < 0)
                _exit(1);
            if (!words)
                continue;
            ssize_t written = write(fd, words, strlen(words));
            (void)written;
            shutdown(fd, SHUT_WR);
            char rest[256];
            while (read(fd, rest, sizeof rest) > 0)
                ;
            close(fd);
        }
    }
    close(listener);
}

#endif
