#include "io/ssh_config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/ssh_chain.h"
#include "io/ssh_user.h"
#include "io/transport.h"

/* What ssh looks for when no IdentityFile is named, as `ssh -G` prints it, those that libssh2 can
 * use first; of the hardware keys it is told that they need the ssh program. */
static const char *const default_identities[] = {
    "~/.ssh/id_ed25519",    "~/.ssh/id_ecdsa", "~/.ssh/id_rsa", "~/.ssh/id_ecdsa_sk",
    "~/.ssh/id_ed25519_sk", "~/.ssh/id_xmss",  "~/.ssh/id_dsa",
};

enum {
    DEFAULT_IDENTITIES_USED = 5, /* of the list: nobody takes the others any more */
    DEFAULT_PORT = 22,
    DEFAULT_TIMEOUT = 30, /* seconds */
};

/* ---- values ---- */

static void set_text(char **field, const char *value)
{
    free(*field);
    *field = value ? mem_strdup(value) : NULL;
}

static void clear_list(struct vec *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i]);
    vec_free(list);
}

/* A leading ~/ and the tokens of ssh_config(5) that are of use in a path. */
static char *expand_path(const struct ssh_config *config, const char *path, const char *home)
{
    struct str out = { 0 };
    if (path[0] == '~' && (path[1] == '/' || !path[1])) {
        str_add(&out, home);
        path++;
    }
    for (; *path; path++) {
        if (path[0] != '%' || !path[1]) {
            str_addc(&out, *path);
            continue;
        }
        switch (*++path) {
        case 'd':
            str_add(&out, home);
            break;
        case 'h':
            str_add(&out, config->host);
            break;
        case 'r':
            str_add(&out, config->user);
            break;
        case 'u':
            str_add(&out, ssh_user_name());
            break;
        case '%':
            str_addc(&out, '%');
            break;
        default:
            str_addc(&out, '%');
            str_addc(&out, *path);
        }
    }
    return str_steal(&out);
}

/* Each word of the text, blanks between, a path. */
static void add_paths(const struct ssh_config *config, struct vec *list, const char *words,
                      const char *home)
{
    while (*(words += strspn(words, " \t"))) {
        size_t size = strcspn(words, " \t");
        char *word = mem_strndup(words, size);
        vec_push(list, expand_path(config, word, home));
        free(word);
        words += size;
    }
}

static unsigned parse_number(const char *text, unsigned otherwise)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return end != text && !*end && number > 0 && number <= 65535 ? (unsigned)number : otherwise;
}

static bool is_yes(const char *value)
{
    return strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

/* ---- the options of `ssh -G` ---- */

static void read_hostname(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_text(&config->host, value);
}

static void read_user(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_text(&config->user, value);
}

static void read_port(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->port = parse_number(value, config->port);
}

static void read_connect_timeout(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->connect_timeout = parse_number(value, config->connect_timeout);
}

static void read_address_family(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    if (strcmp(value, "inet") == 0)
        config->family = AF_INET;
    else if (strcmp(value, "inet6") == 0)
        config->family = AF_INET6;
}

static void read_key_alias(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_text(&config->key_alias, value);
}

static bool is_default_identity(const char *path)
{
    for (size_t i = 0; i < sizeof default_identities / sizeof *default_identities; i++)
        if (strcmp(path, default_identities[i]) == 0)
            return true;
    return false;
}

/* The defaults are printed as well; ours are in the list already and stand until a path is named.
 */
static void read_identity(struct ssh_config *config, const char *value, const char *home)
{
    if (is_default_identity(value) && !config->identities_given)
        return;
    if (!config->identities_given)
        clear_list(&config->identities);
    config->identities_given = true;
    if (strcmp(value, "none") != 0)
        vec_push(&config->identities, expand_path(config, value, home));
}

static void read_identities_only(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->identities_only = is_yes(value);
}

/* none, SSH_AUTH_SOCK, $VARIABLE or a path. */
static void read_agent(struct ssh_config *config, const char *value, const char *home)
{
    if (strcmp(value, "none") == 0) {
        set_text(&config->agent, NULL);
    } else if (value[0] == '$') {
        set_text(&config->agent, getenv(value + 1));
    } else if (strcmp(value, "SSH_AUTH_SOCK") != 0) {
        free(config->agent);
        config->agent = expand_path(config, value, home);
    }
}

static const char default_known_hosts[] = "~/.ssh/known_hosts ~/.ssh/known_hosts2";

/* The defaults are printed below the home folder of the user database; ours is $HOME. */
static bool are_default_known_hosts(const char *value)
{
    const char *home = ssh_user_database_home();
    char *defaults = mem_printf("%s/.ssh/known_hosts %s/.ssh/known_hosts2", home, home);
    bool are_default = strcmp(value, defaults) == 0;
    free(defaults);
    return are_default;
}

static void read_known_hosts(struct ssh_config *config, const char *value, const char *home)
{
    if (are_default_known_hosts(value))
        value = default_known_hosts;
    if (strcmp(value, "none") != 0)
        add_paths(config, &config->known_hosts, value, home);
}

/* A changed key is refused under `no`, too: it is too late to be asked. */
static void read_strictness(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    static const char *const lenient[] = { "accept-new", "no", "off", "false" };
    for (size_t i = 0; i < sizeof lenient / sizeof *lenient; i++)
        if (strcmp(value, lenient[i]) == 0)
            config->accept_new = true;
}

static void set_unless_none(char **field, const char *value)
{
    set_text(field, strcmp(value, "none") == 0 ? NULL : value);
}

static void read_jump(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_unless_none(&config->jump, value);
}

static void read_proxy_command(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_unless_none(&config->proxy_command, value);
}

/* yes, no, or the socket of an agent. */
static void read_forward_agent(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->forward_agent = strcmp(value, "no") != 0;
}

static void read_certificate(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_unless_none(&config->certificate, value);
}

static void read_gssapi(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->gssapi = is_yes(value);
}

static void read_hashing(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->hash_names = is_yes(value);
}

static void read_login_algorithms(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    set_text(&config->login_algorithms, value);
}

static void read_compression(struct ssh_config *config, const char *value, const char *home)
{
    (void)home;
    config->compresses = is_yes(value);
}

static const struct option {
    const char *name;
    void (*read)(struct ssh_config *config, const char *value, const char *home);
} options[] = {
    { "addressfamily", read_address_family },
    { "certificatefile", read_certificate },
    { "compression", read_compression },
    { "connecttimeout", read_connect_timeout },
    { "forwardagent", read_forward_agent },
    { "globalknownhostsfile", read_known_hosts },
    { "gssapiauthentication", read_gssapi },
    { "hashknownhosts", read_hashing },
    { "hostkeyalias", read_key_alias },
    { "hostname", read_hostname },
    { "identitiesonly", read_identities_only },
    { "identityagent", read_agent },
    { "identityfile", read_identity },
    { "port", read_port },
    { "proxycommand", read_proxy_command },
    { "proxyjump", read_jump },
    { "pubkeyacceptedalgorithms", read_login_algorithms },
    { "pubkeyacceptedkeytypes", read_login_algorithms }, /* before OpenSSH 8.5 */
    { "stricthostkeychecking", read_strictness },
    { "user", read_user },
    { "userknownhostsfile", read_known_hosts },
};

/* As ssh prints a list, it holds: what + - ^ and wildcards stand for is put in. */
static bool read_algorithms(struct ssh_config *config, const char *name, const char *value)
{
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++)
        if (strcasecmp(name, ssh_algorithm_option(kind)) == 0) {
            ssh_algorithm_choose(&config->algorithms[kind], kind, value);
            return true;
        }
    return false;
}

static void read_line(struct ssh_config *config, char *line, const char *home)
{
    char *value = strchr(line, ' ');
    if (!value)
        return;
    *value++ = '\0';
    if (read_algorithms(config, line, value))
        return;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcasecmp(line, options[i].name) == 0) {
            options[i].read(config, value, home);
            return;
        }
}

/* The user's files come before the system's, whatever the order of the lines. */
static void move_to_front(struct vec *list, size_t from)
{
    struct vec moved = { 0 };
    for (size_t i = from; i < list->len; i++)
        vec_push(&moved, list->items[i]);
    for (size_t i = 0; i < from; i++)
        vec_push(&moved, list->items[i]);
    vec_free(list);
    *list = moved;
}

void ssh_config_read(struct ssh_config *config, const char *text, const char *home)
{
    if (strstr(text, "knownhostsfile "))
        clear_list(&config->known_hosts);
    while (*text) {
        size_t size = strcspn(text, "\r\n");
        char *line = mem_strndup(text, size);
        size_t known = config->known_hosts.len;
        read_line(config, line, home);
        if (str_starts(line, "userknownhostsfile"))
            move_to_front(&config->known_hosts, known);
        free(line);
        text += size;
        text += strspn(text, "\r\n");
    }
}

/* ---- defaults, and the Fakefile's word ---- */

void ssh_config_defaults(struct ssh_config *config, const char *name, const char *home)
{
    *config = (struct ssh_config){ .port = DEFAULT_PORT,
                                   .connect_timeout = DEFAULT_TIMEOUT,
                                   .family = AF_UNSPEC,
                                   .gssapi = true };
    set_text(&config->host, name);
    set_text(&config->user, ssh_user_name());
    set_text(&config->agent, getenv("SSH_AUTH_SOCK"));
    for (int i = 0; i < DEFAULT_IDENTITIES_USED; i++)
        vec_push(&config->identities, expand_path(config, default_identities[i], home));
    add_paths(
        config, &config->known_hosts,
        "~/.ssh/known_hosts ~/.ssh/known_hosts2 /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2",
        home);
}

static bool is_set(const char *value)
{
    return value && *value;
}

static void overlay_identities(struct ssh_config *config, const struct connection *connection,
                               const char *home)
{
    if (!is_set(connection->identities))
        return;
    if (!connection->is_bastion || !config->identities_given)
        clear_list(&config->identities);
    config->identities_given = true;
    add_paths(config, &config->identities, connection->identities, home);
}

static void refuse(struct ssh_config *config, const char *option, const char *value)
{
    free(config->unsupported);
    config->unsupported = mem_printf("%s %s", option, value);
}

static void refuse_algorithms(struct ssh_config *config)
{
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++) {
        const struct ssh_algorithm_choice *choice = &config->algorithms[kind];
        if (choice->known && !*choice->known)
            refuse(config, ssh_algorithm_option(kind), choice->listed);
    }
}

/* A host is not its own bastion, also where `Host *` names one for all. */
static void drop_own_jump(struct ssh_config *config, const struct connection *connection)
{
    char *rest;
    char *last = jump_last(config->jump, &rest);
    struct jump_host host = jump_host_parse(last);
    bool is_own = strcmp(host.name, connection->name) == 0 &&
                  (!host.user || strcmp(host.user, config->user) == 0) &&
                  (!host.port || host.port == config->port);
    if (is_own)
        set_text(&config->jump, rest);
    free(host.user);
    free(host.name);
    free(last);
    free(rest);
}

/* A chain of the Fakefile takes the place of all that the configuration says of the way. */
static void overlay_way(struct ssh_config *config, const struct connection *connection)
{
    if (is_set(connection->jump)) {
        set_unless_none(&config->jump, connection->jump);
        set_text(&config->proxy_command, NULL);
    }
    if (config->jump)
        drop_own_jump(config, connection);
    bool was_configured = config->forward_agent;
    if (connection->forward_agent != FORWARD_AS_CONFIGURED)
        config->forward_agent = connection->forward_agent == FORWARD_YES;
    if (connection->is_bastion)
        config->forward_agent = false;
    if (config->forward_agent && was_configured)
        refuse(config, "ForwardAgent", "yes");
    else if (config->forward_agent)
        refuse(config, "forward_agent =", "yes");
    if (config->certificate)
        refuse(config, "CertificateFile", config->certificate);
    if (config->proxy_command)
        refuse(config, "ProxyCommand", config->proxy_command);
}

void ssh_config_overlay(struct ssh_config *config, const struct connection *connection,
                        const char *home)
{
    if (is_set(connection->user))
        set_text(&config->user, connection->user);
    if (connection->port)
        config->port = connection->port;
    if (connection->connect_timeout)
        config->connect_timeout = connection->connect_timeout;
    overlay_identities(config, connection, home);
    if (is_set(connection->known_hosts)) {
        clear_list(&config->known_hosts);
        add_paths(config, &config->known_hosts, connection->known_hosts, home);
    }
    if (is_set(connection->host_keys))
        config->accept_new = strcmp(connection->host_keys, "accept-new") == 0;
    refuse_algorithms(config);
    overlay_way(config, connection);
}

void ssh_config_clear(struct ssh_config *config)
{
    free(config->host);
    free(config->user);
    free(config->key_alias);
    free(config->agent);
    free(config->unsupported);
    free(config->jump);
    free(config->proxy_command);
    free(config->certificate);
    free(config->login_algorithms);
    for (int kind = 0; kind < SSH_ALGORITHMS; kind++)
        ssh_algorithm_clear(&config->algorithms[kind]);
    clear_list(&config->identities);
    clear_list(&config->known_hosts);
    *config = (struct ssh_config){ 0 };
}
