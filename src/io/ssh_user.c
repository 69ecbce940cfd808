#include "io/ssh_user.h"

#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

static const char system_config[] = "/etc/ssh/ssh_config";
static const char system_parts[] = "/etc/ssh/ssh_config.d/*.conf";

/* Lines of packaged configurations that change nothing for us, blanks made single. */
static const char *const stock_lines[] = {
    "Include /etc/ssh/ssh_config.d/*.conf",
    "Host *",
    "SendEnv LANG LC_*",
    "SendEnv LANG LC_* COLORTERM NO_COLOR",
    "HashKnownHosts yes",
    "GSSAPIAuthentication yes",
};

const char *ssh_user_name(void)
{
    const struct passwd *entry = getpwuid(getuid());
    return entry ? entry->pw_name : "";
}

const char *ssh_user_database_home(void)
{
    const struct passwd *entry = getpwuid(getuid());
    return entry ? entry->pw_dir : "";
}

const char *ssh_user_home(void)
{
    const char *home = getenv("HOME");
    return home && *home ? home : ssh_user_database_home();
}

static char *own_config(void)
{
    return mem_printf("%s/.ssh/config", ssh_user_home());
}

char *ssh_user_other_config(void)
{
    if (strcmp(ssh_user_home(), ssh_user_database_home()) == 0)
        return NULL;
    char *path = own_config();
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return mem_strdup(system_config);
}

/* The line, of that length, with its blanks made single. */
static void add_words(struct str *words, const char *line, size_t size)
{
    const char *end = line + size;
    while (line < end) {
        if (strchr(" \t\r", *line)) {
            line++;
            continue;
        }
        size_t length = strcspn(line, " \t\r\n");
        if (words->len > 0)
            str_addc(words, ' ');
        str_addn(words, line, length);
        line += length;
    }
}

static bool is_stock_line(const char *line, size_t size)
{
    struct str words = { 0 };
    add_words(&words, line, size);
    bool is_stock = words.len == 0 || words.data[0] == '#';
    for (size_t i = 0; !is_stock && i < sizeof stock_lines / sizeof *stock_lines; i++)
        is_stock = strcmp(words.data, stock_lines[i]) == 0;
    str_free(&words);
    return is_stock;
}

static bool system_is_stock(void)
{
    glob_t parts;
    bool has_parts = glob(system_parts, 0, NULL, &parts) == 0;
    if (has_parts) {
        globfree(&parts);
        return false;
    }
    struct str text = { 0 };
    bool is_stock = true;
    if (file_read(system_config, &text))
        for (const char *line = str_text(&text); is_stock && *line;) {
            size_t size = strcspn(line, "\n");
            is_stock = is_stock_line(line, size);
            line += size + (line[size] == '\n');
        }
    str_free(&text);
    return is_stock;
}

bool ssh_user_has_config(void)
{
    char *path = own_config();
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists || !system_is_stock();
}

bool ssh_user_system_hashes_names(void)
{
    struct str text = { 0 };
    bool hashes = false;
    if (file_read(system_config, &text))
        for (const char *line = str_text(&text); !hashes && *line;) {
            struct str words = { 0 };
            size_t size = strcspn(line, "\n");
            add_words(&words, line, size);
            hashes = strcmp(str_text(&words), "HashKnownHosts yes") == 0;
            str_free(&words);
            line += size + (line[size] == '\n');
        }
    str_free(&text);
    return hashes;
}
