#include "io/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
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
    uv_process_t uv;
    struct loop *loop;
    struct process_events events;
    void *context;
    struct stream streams[3];
    struct timer *held_timer;
    int status;
    int start_error; /* libuv's; 0: it was started */
    bool exited;
    bool held;
    bool has_group;    /* of its own */
    bool input_ending; /* close it when the queue is empty */
    unsigned handles;  /* open libuv handles; the story is over when the last is closed */
    char buffer[READ_SIZE];
};

struct write {
    uv_write_t uv;
    struct process *process;
    char data[];
};

/* Tells the end and frees; the last handle is closed. */
static void finish(struct process *process)
{
    const char *why = process->start_error ? strerror(-process->start_error) : NULL;
    process->events.ended(process->context, process->start_error ? -1 : process->status,
                          process->held, why);
    free(process);
}

static void handle_closed(uv_handle_t *handle)
{
    struct process *process = handle->data;
    if (--process->handles == 0)
        finish(process);
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
    if (!uv_is_closing((uv_handle_t *)&process->uv))
        uv_close((uv_handle_t *)&process->uv, handle_closed);
}

static void give_up_outputs(void *context)
{
    struct process *process = context;
    process->held = true;
    close_stream(&process->streams[1]);
    close_stream(&process->streams[2]);
    check_end(process);
}

static void process_exited(uv_process_t *uv, int64_t status, int signal)
{
    struct process *process = uv->data;
    process->exited = true;
    /* As waitpid has it: the signal in the low byte, the exit code above. */
    process->status = signal ? signal : (int)((status & 0xff) << 8);
    if (process->streams[1].is_open || process->streams[2].is_open)
        process->held_timer = loop_after(process->loop, HELD_WAIT, give_up_outputs, process);
    check_end(process);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct process *process = handle->data;
    *buffer = uv_buf_init(process->buffer, sizeof process->buffer);
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
    kill(process->has_group ? -process->uv.pid : process->uv.pid, signal);
}

pid_t process_pid(const struct process *process)
{
    return process->start_error ? -1 : process->uv.pid;
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
    keep_loop((uv_handle_t *)&process->uv, keeps);
    for (int i = 0; i < 3; i++)
        if (process->streams[i].is_open)
            keep_loop((uv_handle_t *)&process->streams[i].uv, keeps);
}

static void tell_failed_start(void *context)
{
    struct process *process = context;
    if (process->handles)
        uv_close((uv_handle_t *)&process->uv, handle_closed);
    else
        finish(process);
}

enum { STANDARD_STREAMS = 3, FIRST_PASSED = STANDARD_STREAMS };

/* The child's descriptors: ends of pipes or our own streams, then the passed one. */
static int fill_stdio(const struct process_options *options, const uv_file far[STANDARD_STREAMS],
                      uv_stdio_container_t *stdio)
{
    for (int i = 0; i < STANDARD_STREAMS; i++) {
        stdio[i].flags = far[i] < 0 ? UV_IGNORE : UV_INHERIT_FD;
        stdio[i].data.fd = far[i];
    }
    if (options->extra_fd < FIRST_PASSED)
        return STANDARD_STREAMS;
    for (int i = FIRST_PASSED; i < options->extra_fd; i++)
        stdio[i].flags = UV_IGNORE;
    stdio[options->extra_fd].flags = UV_INHERIT_FD;
    stdio[options->extra_fd].data.fd = options->extra_fd;
    return options->extra_fd + 1;
}

static int spawn(struct process *process, const struct process_options *options,
                 const uv_file far[STANDARD_STREAMS])
{
    size_t count = STANDARD_STREAMS;
    if (options->extra_fd >= FIRST_PASSED)
        count = (size_t)options->extra_fd + 1;
    uv_stdio_container_t *stdio = mem_array(count, sizeof *stdio);
    uv_process_options_t uv = {
        .exit_cb = process_exited,
        .file = options->argv[0],
        .args = (char **)options->argv,
        .env = (char **)options->environment,
        .cwd = options->folder,
        .flags = process->has_group ? UV_PROCESS_DETACHED : 0,
        .stdio = stdio,
        .stdio_count = fill_stdio(options, far, stdio),
    };
    process->handles = 1; /* libuv's handle wants closing even after a failed start */
    int error = uv_spawn(loop_uv(process->loop), &process->uv, &uv);
    free(stdio);
    return error;
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
            return error;
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
    struct process *process = mem_alloc(sizeof *process);
    process->loop = loop;
    process->events = *events;
    process->context = context;
    process->has_group = !options->inherit || options->own_group;
    process->uv.data = process;

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
