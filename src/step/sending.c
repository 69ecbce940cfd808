#include "step/sending.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/session.h"

static void add(const struct step_target *target, uint64_t size, const char *consumer,
                bool is_stored, size_t (*read)(void *context, char *buffer, size_t size),
                void (*release)(void *context), void *context)
{
    request_upload(target->request, &(struct upload){
                                        .id = (*target->next_id)++,
                                        .consumer = consumer,
                                        .is_stored = is_stored,
                                        .size = size,
                                        .read = read,
                                        .free = release,
                                        .context = context,
                                    });
}

/* A file on its way. */
struct file_sending {
    char *path;
    int fd; /* -1: not open yet */
};

static size_t read_file(void *context, char *buffer, size_t size)
{
    struct file_sending *sending = context;
    if (sending->fd < 0)
        sending->fd = open(sending->path, O_RDONLY | O_CLOEXEC);
    if (sending->fd < 0)
        return SIZE_MAX;
    ssize_t got;
    do
        got = read(sending->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? SIZE_MAX : (size_t)got;
}

static void free_file(void *context)
{
    struct file_sending *sending = context;
    if (sending->fd >= 0)
        close(sending->fd);
    free(sending->path);
    free(sending);
}

void sending_add_file(const struct step_target *target, const char *path, uint64_t size,
                      const char *consumer, bool is_stored)
{
    struct file_sending *sending = mem_alloc(sizeof *sending);
    *sending = (struct file_sending){ .path = mem_strdup(path), .fd = -1 };
    add(target, size, consumer, is_stored, read_file, free_file, sending);
}

/* Bytes on their way. */
struct bytes_sending {
    char *data;
    size_t size, taken;
};

static size_t read_bytes(void *context, char *buffer, size_t size)
{
    struct bytes_sending *sending = context;
    size_t left = sending->size - sending->taken;
    size_t got = size < left ? size : left;
    if (got)
        memcpy(buffer, sending->data + sending->taken, got);
    sending->taken += got;
    return got;
}

static void free_bytes(void *context)
{
    struct bytes_sending *sending = context;
    free(sending->data);
    free(sending);
}

void sending_add_bytes(const struct step_target *target, const char *data, size_t size,
                       const char *consumer, bool is_stored)
{
    struct bytes_sending *sending = mem_alloc(sizeof *sending);
    *sending = (struct bytes_sending){ .data = mem_strndup(data, size), .size = size };
    add(target, size, consumer, is_stored, read_bytes, free_bytes, sending);
}
