#include "io/transport.h"

#include <string.h>

#include "base/str.h"

/* ssh_transport's values. */
static const struct {
    const char *value;
    const struct transport *transport;
} TRANSPORTS[] = {
    { "auto", &transport_auto },
    { "ssh", &transport_ssh },
    { "openssh", &transport_openssh },
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
