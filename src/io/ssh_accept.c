#include "io/ssh_accept.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/ssh_config.h"
#include "io/transport.h"

static void add_word(struct str *out, const char *option, const char *value)
{
    str_add(out, option);
    str_addc(out, ' ');
    str_add_quoted(out, value);
    str_addc(out, ' ');
}

static bool is_set(const char *value)
{
    return value && *value;
}

void ssh_add_accept_command(const struct connection *connection, const struct ssh_config *config,
                            struct str *out)
{
    str_add(out, "ssh ");
    if (is_set(connection->config))
        add_word(out, "-F", connection->config);
    if (is_set(connection->known_hosts)) {
        char *option = mem_printf("UserKnownHostsFile=%s", connection->known_hosts);
        add_word(out, "-o", option);
        free(option);
    }
    if (is_set(connection->jump) && config->jump)
        add_word(out, "-J", config->jump);
    if (config->port != 22)
        str_addf(out, "-p %u ", config->port);
    str_add_quoted(out, connection->name);
    str_add(out, " true");
}
