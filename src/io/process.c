#include "io/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spawn.h"
#include "io/children.h"
#include "io/loop.h"
#include "io/loop_uv.h"

enum {
    HELD_WAIT = 200, /* milliseconds after the end for outputs that something else holds open */
    READ_SIZE = 64 * 1024,
};

/* One standard stream as we hold it. */
struct stream {
    uv_pipe_t uv;
    struct process *process;
    int number; /* 0, 1 or 2 */
    bool is_open;
};

struct process {
    struct child child;
    struct loop *loop;
    struct process_events events;
    void *context;
    struct stream streams[3];
    struct timer *held_timer;
    int status;
    int start_error; /* errno; 0: it was started */
    bool exited;
    bool held;
    bool has_group;    /* of its own */
    bool input_ending; /* close it when the queue is empty */
    unsigned handles;  /* open libuv handles; the story is over when the last is closed */
    char buffer[];     /* READ_SIZE; none when the streams are inherited */
};

struct write {
    uv_write_t uv;
    struct process *process;
    char data[];
};

/* Tells the end and frees; the last handle is closed. */
static void finish(struct process *process)
{
    const char *why = process->start_error ? strerror(process->start_error) : NULL;
    process->events.ended(process->context, process->start_error ? -1 : process->status,
                          process->held, why);
    free(process);
}

static void check_end(struct process *process);

static void handle_closed(uv_handle_t *handle)
{
    struct process *process = handle->data;
    process->handles--;
    check_end(process);
}

static void close_stream(struct stream *stream)
{
    if (!stream->is_open)
        return;
    stream->is_open = false;
    uv_close((uv_handle_t *)&stream->uv, handle_closed);
}

/* Over when it has exited and both outputs are at their end (or given up). */
static void check_end(struct process *process)
{
    if (!process->exited || process->streams[1].is_open || process->streams[2].is_open)
        return;
    timer_cancel(process->held_timer);
    process->held_timer = NULL;
    close_stream(&process->streams[0]);
    if (process->handles == 0)
        finish(process);
}

static void give_up_outputs(void *context)
{
    struct process *process = context;
    process->held = true;
    close_stream(&process->streams[1]);
    close_stream(&process->streams[2]);
    check_end(process);
}

static void process_exited(void *context, int status)
{
    struct process *process = context;
    process->exited = true;
    process->status = status;
    if (process->streams[1].is_open || process->streams[2].is_open)
        process->held_timer = loop_after(process->loop, HELD_WAIT, give_up_outputs, process);
    check_end(process);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct process *process = handle->data;
    *buffer = uv_buf_init(process->buffer, READ_SIZE);
}

static void stream_read(uv_stream_t *uv, ssize_t size, const uv_buf_t *buffer)
{
    struct process *process = uv->data;
    struct stream *stream = (struct stream *)uv;
    if (size > 0) {
        process->events.output(process->context, stream->number, buffer->base, (size_t)size);
    } else if (size < 0) {
        close_stream(stream);
        check_end(process);
    }
}

static void open_stream(struct process *process, int number, int fd)
{
    struct stream *stream = &process->streams[number];
    stream->process = process;
    stream->number = number;
    stream->is_open = true;
    process->handles++;
    uv_pipe_init(loop_uv(process->loop), &stream->uv, 0);
    stream->uv.data = process;
    uv_pipe_open(&stream->uv, fd);
    if (number)
        uv_read_start((uv_stream_t *)&stream->uv, give_buffer, stream_read);
}

static void write_done(uv_write_t *uv, int status)
{
    struct write *write = uv->data;
    struct process *process = write->process;
    free(write);
    struct stream *input = &process->streams[0];
    if (!input->is_open)
        return;
    if (status < 0) { /* it reads no more: what is still queued has no taker */
        close_stream(input);
    } else if (process_queued(process) == 0) {
        if (process->input_ending)
            close_stream(input);
        else if (process->events.drained)
            process->events.drained(process->context);
    }
}

void process_write(struct process *process, const char *data, size_t size)
{
    if (!process->streams[0].is_open || size == 0)
        return;
    struct write *write = mem_alloc(sizeof *write + size);
    write->uv.data = write;
    write->process = process;
    memcpy(write->data, data, size);
    uv_buf_t buffer = uv_buf_init(write->data, (unsigned)size);
    if (uv_write(&write->uv, (uv_stream_t *)&process->streams[0].uv, &buffer, 1, write_done) != 0)
        free(write);
}

size_t process_queued(const struct process *process)
{
    const struct stream *input = &process->streams[0];
    return input->is_open ? uv_stream_get_write_queue_size((const uv_stream_t *)&input->uv) : 0;
}

void process_end_input(struct process *process)
{
    process->input_ending = true;
    if (process_queued(process) == 0)
        close_stream(&process->streams[0]);
}

void process_drop_input(struct process *process)
{
    close_stream(&process->streams[0]);
}

void process_kill(struct process *process, int signal)
{
    if (process->exited || process->start_error)
        return;
    kill(process->has_group ? -process->child.pid : process->child.pid, signal);
}

pid_t process_pid(const struct process *process)
{
    return process->start_error ? -1 : process->child.pid;
}

static void keep_loop(uv_handle_t *handle, bool keeps)
{
    if (keeps)
        uv_ref(handle);
    else
        uv_unref(handle);
}

void process_keep_loop(struct process *process, bool keeps)
{
    if (process->start_error)
        return; /* it ends soon */
    if (!process->exited)
        children_keep_loop(process->loop, &process->child, keeps);
    for (int i = 0; i < 3; i++)
        if (process->streams[i].is_open)
            keep_loop((uv_handle_t *)&process->streams[i].uv, keeps);
}

static void tell_failed_start(void *context)
{
    finish(context);
}

enum { STANDARD_STREAMS = 3, FIRST_PASSED = STANDARD_STREAMS };

/* The child's descriptors: ends of pipes or our own streams, then the passed one. */
static int spawn(struct process *process, const struct process_options *options,
                 const uv_file far[STANDARD_STREAMS])
{
    size_t count = STANDARD_STREAMS;
    if (options->extra_fd >= FIRST_PASSED)
        count = (size_t)options->extra_fd + 1;
    int *streams = mem_array(count, sizeof *streams);
    for (size_t i = 0; i < count; i++)
        streams[i] = i < STANDARD_STREAMS ? far[i] : -1;
    if (count > STANDARD_STREAMS)
        streams[options->extra_fd] = options->extra_fd;
    struct spawn child = {
        .argv = options->argv,
        .environment = options->environment,
        .folder = options->folder,
        .streams = streams,
        .stream_count = count,
        .own_session = process->has_group,
    };
    children_open(process->loop);
    int error = spawn_program(&child, &process->child.pid);
    free(streams);
    if (error)
        return error;
    process->child.ended = process_exited;
    process->child.context = process;
    children_add(process->loop, &process->child);
    return 0;
}

/* Pipes for the standard streams: `near` are our ends, `far` the child's. -1: none. */
static int make_pipes(const struct process_options *options, uv_file near[], uv_file far[])
{
    for (int i = 0; i < STANDARD_STREAMS; i++)
        near[i] = far[i] = -1;
    if (options->inherit) {
        for (int i = 0; i < STANDARD_STREAMS; i++)
            far[i] = i == 0 && options->no_input ? -1 : i;
        return 0;
    }
    for (int i = 0; i < STANDARD_STREAMS; i++) {
        if (i == 0 && !options->input && !options->keep_input)
            continue;
        uv_file ends[2];
        /* Our end does not block, the child's does. */
        int error = uv_pipe(ends, i ? UV_NONBLOCK_PIPE : 0, i ? 0 : UV_NONBLOCK_PIPE);
        if (error)
            return -error;
        near[i] = ends[i ? 0 : 1];
        far[i] = ends[i ? 1 : 0];
    }
    return 0;
}

static void close_ends(const uv_file ends[STANDARD_STREAMS])
{
    for (int i = 0; i < STANDARD_STREAMS; i++)
        if (ends[i] >= FIRST_PASSED)
            close(ends[i]);
}

struct process *process_start(struct loop *loop, const struct process_options *options,
                              const struct process_events *events, void *context)
{
    struct process *process =
        mem_resize(NULL, sizeof *process + (options->inherit ? 0 : READ_SIZE));
    memset(process, 0, sizeof *process);
    process->loop = loop;
    process->events = *events;
    process->context = context;
    process->has_group = !options->inherit || options->own_group;

    uv_file near[STANDARD_STREAMS], far[STANDARD_STREAMS];
    process->start_error = make_pipes(options, near, far);
    if (!process->start_error)
        process->start_error = spawn(process, options, far);
    close_ends(far);
    if (process->start_error) {
        close_ends(near);
        loop_soon(loop, tell_failed_start, process);
        return process;
    }
    for (int i = 0; i < STANDARD_STREAMS; i++)
        if (near[i] >= 0)
            open_stream(process, i, near[i]);
    if (options->input)
        process_write(process, options->input, options->input_size);
    if (options->input && !options->keep_input)
        process_end_input(process);
    return process;
}
