// links: base io/known_hosts.c io/known_line.c io/key.c io/key_pair.c io/ssh_wire.c io/loop.c
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "io/known_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is a host's name, the rest a known_hosts file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *newline = size ? memchr(text, '\n', size) : NULL;
    size_t name_size = newline ? (size_t)(newline - text) : size;
    size_t start = newline ? name_size + 1 : size;
    struct str name = { 0 };
    struct str types = { 0 };
    struct vec files = { 0 };
    static const char key[] = "\0\0\0\013ssh-ed25519\0\0\0\004abcd";

    str_addn(&name, text, name_size);
    struct known_hosts *hosts = known_hosts_parse("fuzz", text + start, size - start);
    vec_push(&files, hosts);
    known_hosts_add_types(&files, str_text(&name), "bare", &types);
    struct known_answer answer =
        known_hosts_check(&files, str_text(&name), "bare", key, sizeof key - 1);
    if ((answer.verdict == KNOWN_UNKNOWN) != (answer.path == NULL))
        abort(); /* whatever decided has a place */
    vec_free(&files);
    known_hosts_free(hosts);
    str_free(&types);
    str_free(&name);
    return 0;
}
