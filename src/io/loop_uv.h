#ifndef FAKE_IO_LOOP_UV_H
#define FAKE_IO_LOOP_UV_H

#include <uv.h>

struct loop;

/* libuv's loop, for the files of this folder that start processes or open pipes. */
uv_loop_t *loop_uv(struct loop *loop);

#endif
