#include "io/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "base/mem.h"
#include "io/loop_uv.h"

/* A call for the loop's next turn. */
struct soon {
    struct soon *next;
    void (*call)(void *context);
    void *context;
};

struct shared {
    struct shared *next;
    void *(*make)(struct loop *loop);
    void (*release)(void *value);
    void *value;
};

struct loop {
    uv_loop_t uv;
    /* What loop_soon was given. The idle handle makes the loop turn without waiting, the check
     * handle runs the calls, both are active only while there are any. */
    uv_idle_t idle;
    uv_check_t check;
    struct soon *soon, **soon_end;
    struct shared *shared;
    void (*terminal_taken)(void *context, bool is_taken);
    void *terminal_context;
};

struct timer {
    uv_timer_t uv;
    void (*fire)(void *context);
    void *context;
};

struct signal_watch {
    uv_signal_t uv;
    void (*caught)(void *context, int number);
    void *context;
};

struct poll_watch {
    uv_poll_t uv;
    int events; /* libuv's that were asked for last */
    void (*ready)(void *context, unsigned events);
    void *context;
};

struct work {
    uv_work_t uv;
    void (*work)(void *context);
    void (*done)(void *context);
    void *context;
};

static void run_soon(uv_check_t *check)
{
    struct loop *loop = check->data;
    struct soon *list = loop->soon;
    loop->soon = NULL;
    loop->soon_end = &loop->soon;
    while (list) {
        struct soon soon = *list;
        free(list);
        list = soon.next;
        soon.call(soon.context);
    }
    if (!loop->soon) {
        uv_idle_stop(&loop->idle);
        uv_check_stop(&loop->check);
    }
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

struct loop *loop_new(void)
{
    struct loop *loop = mem_alloc(sizeof *loop);
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&loop->uv);
    uv_idle_init(&loop->uv, &loop->idle);
    uv_check_init(&loop->uv, &loop->check);
    loop->check.data = loop;
    loop->soon_end = &loop->soon;
    return loop;
}

void loop_watch_terminal(struct loop *loop, void (*taken)(void *context, bool is_taken),
                         void *context)
{
    loop->terminal_taken = taken;
    loop->terminal_context = context;
}

void loop_take_terminal(struct loop *loop, bool is_taken)
{
    if (loop->terminal_taken)
        loop->terminal_taken(loop->terminal_context, is_taken);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->soon) {
        struct soon *soon = loop->soon;
        loop->soon = soon->next;
        free(soon);
    }
    while (loop->shared) {
        struct shared *shared = loop->shared;
        loop->shared = shared->next;
        shared->release(shared->value);
        free(shared);
    }
    uv_close((uv_handle_t *)&loop->idle, NULL);
    uv_close((uv_handle_t *)&loop->check, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT); /* lets closed handles end */
    uv_loop_close(&loop->uv);
    free(loop);
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

uint64_t loop_now(struct loop *loop)
{
    uv_update_time(&loop->uv);
    return uv_now(&loop->uv);
}

uv_loop_t *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void timer_fired(uv_timer_t *uv)
{
    struct timer *timer = uv->data;
    timer->fire(timer->context);
}

struct timer *loop_after(struct loop *loop, unsigned milliseconds, void (*fire)(void *context),
                         void *context)
{
    struct timer *timer = mem_alloc(sizeof *timer);
    timer->fire = fire;
    timer->context = context;
    timer->uv.data = timer;
    uv_timer_init(&loop->uv, &timer->uv);
    uv_update_time(&loop->uv); /* a long callback must not shorten the wait */
    uv_timer_start(&timer->uv, timer_fired, milliseconds, 0);
    return timer;
}

void timer_cancel(struct timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->uv, free_handle);
}

void loop_soon(struct loop *loop, void (*call)(void *context), void *context)
{
    struct soon *soon = mem_alloc(sizeof *soon);
    soon->call = call;
    soon->context = context;
    *loop->soon_end = soon;
    loop->soon_end = &soon->next;
    uv_idle_start(&loop->idle, do_nothing);
    uv_check_start(&loop->check, run_soon);
}

static void do_work(uv_work_t *uv)
{
    struct work *work = uv->data;
    work->work(work->context);
}

static void work_done(uv_work_t *uv, int status)
{
    (void)status; /* nothing here cancels */
    struct work *work = uv->data;
    void (*done)(void *) = work->done;
    void *context = work->context;
    free(work);
    done(context);
}

void loop_work(struct loop *loop, void (*work)(void *context), void (*done)(void *context),
               void *context)
{
    struct work *item = mem_alloc(sizeof *item);
    item->work = work;
    item->done = done;
    item->context = context;
    item->uv.data = item;
    uv_queue_work(&loop->uv, &item->uv, do_work, work_done);
}

static void signal_caught(uv_signal_t *uv, int number)
{
    struct signal_watch *watch = uv->data;
    watch->caught(watch->context, number);
}

struct signal_watch *loop_watch_signal(struct loop *loop, int number,
                                       void (*caught)(void *context, int number), void *context)
{
    struct signal_watch *watch = mem_alloc(sizeof *watch);
    watch->caught = caught;
    watch->context = context;
    watch->uv.data = watch;
    uv_signal_init(&loop->uv, &watch->uv);
    uv_signal_start(&watch->uv, signal_caught, number);
    uv_unref((uv_handle_t *)&watch->uv);
    return watch;
}

void signal_watch_free(struct signal_watch *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->uv, free_handle);
}

static void poll_ready(uv_poll_t *uv, int status, int events)
{
    struct poll_watch *watch = uv->data;
    /* An error (a closed descriptor) shows itself at the next read: say readable. */
    unsigned ready = status < 0 ? LOOP_READABLE : 0;
    if (events & UV_READABLE)
        ready |= LOOP_READABLE;
    if (events & UV_WRITABLE)
        ready |= LOOP_WRITABLE;
    watch->ready(watch->context, ready);
}

struct poll_watch *loop_poll(struct loop *loop, int fd,
                             void (*ready)(void *context, unsigned events), void *context)
{
    struct poll_watch *watch = mem_alloc(sizeof *watch);
    watch->ready = ready;
    watch->context = context;
    watch->uv.data = watch;
    uv_poll_init(&loop->uv, &watch->uv, fd);
    return watch;
}

void poll_watch_set(struct poll_watch *watch, unsigned events)
{
    int wanted =
        (events & LOOP_READABLE ? UV_READABLE : 0) | (events & LOOP_WRITABLE ? UV_WRITABLE : 0);
    if (wanted == watch->events && (!wanted || uv_is_active((uv_handle_t *)&watch->uv)))
        return; /* asked for anew, each time would cost two system calls */
    watch->events = wanted;
    if (wanted)
        uv_poll_start(&watch->uv, wanted, poll_ready);
    else
        uv_poll_stop(&watch->uv);
}

void poll_watch_free(struct poll_watch *watch)
{
    if (!watch)
        return;
    uv_poll_stop(&watch->uv);
    uv_close((uv_handle_t *)&watch->uv, free_handle);
}

void *loop_shared(struct loop *loop, void *(*make)(struct loop *loop),
                  void (*release)(void *shared))
{
    for (struct shared *shared = loop->shared; shared; shared = shared->next)
        if (shared->make == make)
            return shared->value;
    struct shared *shared = mem_alloc(sizeof *shared);
    *shared = (struct shared){ NULL, make, release, make(loop) };
    shared->next = loop->shared;
    loop->shared = shared;
    return shared->value;
}
