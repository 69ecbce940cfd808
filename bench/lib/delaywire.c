/* delaywire A B MILLISECONDS — two tun devices joined into a wire with a delay each way, for
 * kernels without netem. Both devices are made in the network namespace that it runs in; the caller
 * moves B into another. Prints "ready" once both exist. Packets leave in the order they came,
 * MILLISECONDS later; none is lost. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 65536, PACKET = 65536 };

struct packet {
    long long due; /* nanoseconds, monotonic */
    size_t size;
    unsigned char *bytes;
};

/* One direction: what was read at one end waits here for the other. */
struct direction {
    struct packet *ring;
    unsigned first, last;
    int from, to;
};

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_device(const char *name)
{
    struct ifreq request;
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
        perror(name);
        exit(1);
    }
    return fd;
}

static void take_in(struct direction *way, long long delay)
{
    static unsigned char buffer[PACKET];
    ssize_t size;

    while (way->last - way->first < QUEUE && (size = read(way->from, buffer, sizeof buffer)) > 0) {
        struct packet *packet = &way->ring[way->last++ % QUEUE];

        packet->due = now() + delay;
        packet->size = (size_t)size;
        packet->bytes = malloc(packet->size);
        if (!packet->bytes)
            exit(1);
        memcpy(packet->bytes, buffer, packet->size);
    }
}

/* Sends what is due; returns nanoseconds until the next is, or -1. */
static long long let_out(struct direction *way)
{
    while (way->first != way->last) {
        struct packet *packet = &way->ring[way->first % QUEUE];
        long long wait = packet->due - now();

        if (wait > 0)
            return wait;
        if (write(way->to, packet->bytes, packet->size) < 0 && errno != EIO)
            perror("delaywire: write"); /* EIO: the device is down; as lost on the way */
        free(packet->bytes);
        way->first++;
    }
    return -1;
}

int main(int count, char **arguments)
{
    struct direction ways[2];
    struct pollfd polls[2];
    long long delay, wait, other;
    int a, b;

    if (count != 4)
        return 2;
    a = open_device(arguments[1]);
    b = open_device(arguments[2]);
    delay = (long long)(atof(arguments[3]) * 1e6);
    ways[0] = (struct direction){ calloc(QUEUE, sizeof(struct packet)), 0, 0, a, b };
    ways[1] = (struct direction){ calloc(QUEUE, sizeof(struct packet)), 0, 0, b, a };
    if (!ways[0].ring || !ways[1].ring)
        return 1;
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct timespec limit;

        wait = let_out(&ways[0]);
        other = let_out(&ways[1]);
        if (wait < 0 || (other >= 0 && other < wait))
            wait = other;
        if (wait < 0)
            wait = 1000000000LL;
        limit.tv_sec = wait / 1000000000LL;
        limit.tv_nsec = wait % 1000000000LL;
        polls[0] = (struct pollfd){ a, POLLIN, 0 };
        polls[1] = (struct pollfd){ b, POLLIN, 0 };
        ppoll(polls, 2, &limit, NULL);
        take_in(&ways[0], delay);
        take_in(&ways[1], delay);
    }
}
