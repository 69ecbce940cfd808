#include <libssh2.h>
#include <uv.h>

#include "io/loop.h"

#define TEXT(number)     #number
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *io_libraries(void)
{
    return "libuv " VERSION(UV_VERSION_MAJOR, UV_VERSION_MINOR,
                            UV_VERSION_PATCH) ", libssh2 " LIBSSH2_VERSION;
}
