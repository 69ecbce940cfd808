#include "io/children.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <uv.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/loop_uv.h"

/* One watch of SIGCHLD a loop. A signal stands for any number of ends, so each child is asked. */
struct children {
    uv_signal_t uv;
    struct child *first;
    unsigned keeping; /* children that keep the loop going */
    bool is_released; /* it goes with the last of those */
};

/* Takes those that have ended off the list. */
static struct child *take_ended(struct children *children)
{
    struct child *ended = NULL, **last = &ended;
    for (struct child **at = &children->first; *at;) {
        struct child *child = *at;
        pid_t pid;
        do
            pid = waitpid(child->pid, &child->status, WNOHANG);
        while (pid < 0 && errno == EINTR);
        if (pid == 0) {
            at = &child->next;
            continue;
        }
        if (pid < 0)
            child->status = SIGKILL; /* someone else has taken its end: never a success */
        *at = child->next;
        child->next = NULL;
        *last = child;
        last = &child->next;
    }
    return ended;
}

static void settle(struct children *children)
{
    if (children->keeping > 0)
        uv_ref((uv_handle_t *)&children->uv);
    else
        uv_unref((uv_handle_t *)&children->uv);
}

static void free_children(uv_handle_t *handle)
{
    free(handle->data);
}

static void close_when_over(struct children *children)
{
    if (children->is_released && children->keeping == 0)
        uv_close((uv_handle_t *)&children->uv, free_children);
}

static void some_ended(uv_signal_t *uv, int number)
{
    (void)number;
    struct children *children = uv->data;
    struct child *child = take_ended(children);
    for (struct child *one = child; one; one = one->next)
        children->keeping -= one->keeps;
    settle(children);
    while (child) {
        struct child *next = child->next;
        child->ended(child->context, child->status);
        child = next;
    }
    close_when_over(children);
}

static void *make(struct loop *loop)
{
    struct children *children = mem_alloc(sizeof *children);
    children->uv.data = children;
    uv_signal_init(loop_uv(loop), &children->uv);
    uv_signal_start(&children->uv, some_ended, SIGCHLD);
    settle(children);
    return children;
}

static void release(void *shared)
{
    struct children *children = shared;
    children->is_released = true;
    close_when_over(children);
}

static struct children *children_of(struct loop *loop)
{
    return loop_shared(loop, make, release);
}

void children_open(struct loop *loop)
{
    children_of(loop);
}

void children_add(struct loop *loop, struct child *child)
{
    struct children *children = children_of(loop);
    child->next = children->first;
    children->first = child;
    child->keeps = false;
    children_keep_loop(loop, child, true);
}

void children_keep_loop(struct loop *loop, struct child *child, bool keeps)
{
    struct children *children = children_of(loop);
    children->keeping += keeps - child->keeps;
    child->keeps = keeps;
    settle(children);
}
