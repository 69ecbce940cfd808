#include "io/transport.h"

#include <string.h>

#include "base/str.h"

/* ssh_transport's values. "openssh", the ssh program, will be a row of its own. */
static const struct {
    const char *value;
    const struct transport *transport;
} TRANSPORTS[] = {
    { "auto", &transport_ssh },
    { "ssh", &transport_ssh },
    { "local", &transport_local },
};

const struct transport *transport_find(const struct connection *connection)
{
    const char *value = connection->transport ? connection->transport : "auto";
    if (str_starts(value, "command "))
        return &transport_command;
    for (size_t i = 0; i < sizeof TRANSPORTS / sizeof *TRANSPORTS; i++)
        if (strcmp(TRANSPORTS[i].value, value) == 0)
            return TRANSPORTS[i].transport;
    return NULL;
}
