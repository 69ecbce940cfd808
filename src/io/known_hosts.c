#include "io/known_hosts.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/key.h"
#include "io/known_line.h"
#include "io/loop.h"
#include "io/ssh_wire.h"

struct known_hosts {
    char *path;
    struct vec lines; /* struct known_line * */
    struct map found; /* of a name asked for: struct vec * of its lines, as each hashed line costs
                         an HMAC */
    unsigned last_line;
    bool lacks_newline; /* the file's last line is not ended */
};

/* ---- reading ---- */

static void parse_line(struct known_hosts *hosts, const char *at, const char *end)
{
    hosts->last_line++;
    if (end > at && end[-1] == '\r')
        end--;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (at == end || *at == '#')
        return;
    struct known_line *line = mem_alloc(sizeof *line);
    line->number = hosts->last_line;
    if (known_line_parse(line, at, end))
        vec_push(&hosts->lines, line);
    else
        known_line_free(line);
}

static void parse_text(struct known_hosts *hosts, const char *text, size_t size)
{
    const char *end = text + size;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        parse_line(hosts, text, stop);
        hosts->lacks_newline = !newline;
        text = newline ? newline + 1 : end;
    }
}

struct known_hosts *known_hosts_parse(const char *path, const char *text, size_t size)
{
    struct known_hosts *hosts = mem_alloc(sizeof *hosts);
    hosts->path = mem_strdup(path);
    parse_text(hosts, text, size);
    return hosts;
}

static void forget_found(struct known_hosts *hosts)
{
    for (size_t i = 0; i < hosts->found.len; i++) {
        struct vec *lines = hosts->found.entries[i].value;
        vec_free(lines);
        free(lines);
        free((char *)hosts->found.entries[i].key);
    }
    map_free(&hosts->found);
    hosts->found = (struct map){ 0 };
}

void known_hosts_free(struct known_hosts *hosts)
{
    if (!hosts)
        return;
    forget_found(hosts);
    for (size_t i = 0; i < hosts->lines.len; i++)
        known_line_free(hosts->lines.items[i]);
    vec_free(&hosts->lines);
    free(hosts->path);
    free(hosts);
}

/* ---- the files of a loop ---- */

static void *files_new(struct loop *loop)
{
    (void)loop;
    return mem_alloc(sizeof(struct map));
}

static void files_free(void *shared)
{
    struct map *files = shared;
    for (size_t i = 0; i < files->len; i++)
        known_hosts_free(files->entries[i].value);
    map_free(files);
    free(files);
}

struct known_hosts *known_hosts_find(struct loop *loop, const char *path)
{
    struct map *files = loop_shared(loop, files_new, files_free);
    struct known_hosts *hosts = map_get(files, path);
    if (!hosts) {
        struct str text = { 0 };
        if (!file_read(path, &text))
            str_clear(&text);
        hosts = known_hosts_parse(path, str_text(&text), text.len);
        str_free(&text);
        *map_put(files, hosts->path) = hosts;
    }
    return hosts;
}

/* ---- matching ---- */

static const struct vec *lines_for(struct known_hosts *hosts, const char *name)
{
    struct vec *found = map_get(&hosts->found, name);
    if (found)
        return found;
    found = mem_alloc(sizeof *found);
    EVP_MAC_CTX *mac = hosts->lines.len > 0 ? known_line_mac() : NULL;
    for (size_t i = 0; i < hosts->lines.len; i++)
        if (known_line_is_for(hosts->lines.items[i], name, mac))
            vec_push(found, hosts->lines.items[i]);
    EVP_MAC_CTX_free(mac);
    *map_put(&hosts->found, mem_strdup(name)) = found;
    return found;
}

static bool same_type(const struct str *key, const void *other, size_t size)
{
    struct wire a = wire_read(key->data, key->len);
    struct wire b = wire_read(other, size);
    struct wire_string one = wire_string(&a);
    struct wire_string two = wire_string(&b);
    return one.size == two.size && memcmp(one.data, two.data, one.size) == 0;
}

/* What a line that is for the host says of the key. */
static enum known_verdict judge(const struct known_line *line, const void *key, size_t size)
{
    bool same = line->key.len == size && memcmp(line->key.data, key, size) == 0;
    if (line->is_authority)
        return KNOWN_UNKNOWN;
    if (line->is_revoked)
        return same ? KNOWN_REVOKED : KNOWN_UNKNOWN;
    if (same)
        return KNOWN_MATCH;
    return same_type(&line->key, key, size) ? KNOWN_CHANGED : KNOWN_OTHER_TYPE;
}

/* A revoked key is refused whatever else is said; then one line that knows the key is enough. */
static int weight(enum known_verdict verdict)
{
    static const int weights[] = {
        [KNOWN_UNKNOWN] = 0, [KNOWN_OTHER_TYPE] = 1, [KNOWN_CHANGED] = 2,
        [KNOWN_MATCH] = 3,   [KNOWN_REVOKED] = 4,
    };
    return weights[verdict];
}

static struct known_answer check_name(const struct vec *files, const char *name, const void *key,
                                      size_t size)
{
    struct known_answer answer = { .verdict = KNOWN_UNKNOWN };
    for (size_t i = 0; i < files->len; i++) {
        struct known_hosts *hosts = files->items[i];
        const struct vec *lines = lines_for(hosts, name);
        for (size_t l = 0; l < lines->len; l++) {
            const struct known_line *line = lines->items[l];
            enum known_verdict verdict = judge(line, key, size);
            if (weight(verdict) > weight(answer.verdict))
                answer = (struct known_answer){ verdict, hosts->path, line->number };
        }
    }
    return answer;
}

static bool has_revocations(const struct vec *files)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct known_hosts *hosts = files->items[i];
        for (size_t l = 0; l < hosts->lines.len; l++)
            if (((const struct known_line *)hosts->lines.items[l])->is_revoked)
                return true;
    }
    return false;
}

/* A bare name vouches for a key or revokes it; that it has another key says nothing of this port.
 */
struct known_answer known_hosts_check(const struct vec *files, const char *name, const char *bare,
                                      const void *key, size_t size)
{
    struct known_answer answer = check_name(files, name, key, size);
    if (!bare || (answer.verdict != KNOWN_UNKNOWN && !has_revocations(files)))
        return answer;
    struct known_answer without_port = check_name(files, bare, key, size);
    bool decides = without_port.verdict == KNOWN_REVOKED ||
                   (without_port.verdict == KNOWN_MATCH && answer.verdict == KNOWN_UNKNOWN);
    return decides ? without_port : answer;
}

static bool name_has_authority(const struct vec *files, const char *name)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct vec *lines = lines_for(files->items[i], name);
        for (size_t l = 0; l < lines->len; l++)
            if (((const struct known_line *)lines->items[l])->is_authority)
                return true;
    }
    return false;
}

bool known_hosts_has_authority(const struct vec *files, const char *name, const char *bare)
{
    return name_has_authority(files, name) || (bare && name_has_authority(files, bare));
}

static void add_type_once(struct str *types, const struct str *key)
{
    struct str type = { 0 };
    key_add_type(key->data, key->len, &type);
    for (const char *at = str_text(types); at && *at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, str_text(&type), type.len) == 0 && (at[type.len] == ',' || !at[type.len])) {
            str_free(&type);
            return;
        }
    }
    if (types->len > 0)
        str_addc(types, ',');
    str_addn(types, str_text(&type), type.len);
    str_free(&type);
}

void known_hosts_add_types(const struct vec *files, const char *name, const char *bare,
                           struct str *types)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct vec *lines = lines_for(files->items[i], name);
        for (size_t l = 0; l < lines->len; l++) {
            const struct known_line *line = lines->items[l];
            if (!line->is_revoked && !line->is_authority)
                add_type_once(types, &line->key);
        }
    }
    if (bare && types->len == 0)
        known_hosts_add_types(files, bare, NULL, types);
}

/* ---- appending ---- */

static bool make_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return true;
    char *folder = mem_strndup(path, (size_t)(slash - path));
    bool made = file_make_folders(folder, 0700);
    free(folder);
    return made;
}

/* A lock is held for one write, so 50 ms are plenty. */
static bool lock_file(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    for (int tries = 50; fcntl(fd, F_SETLK, &lock) != 0; tries--) {
        if (tries == 0 || (errno != EAGAIN && errno != EACCES && errno != EINTR))
            return false;
        nanosleep(&(struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
    }
    return true;
}

/* One write under a lock of the whole file, at its end: two runs never mix their lines. */
static bool append_text(const char *path, const struct str *text)
{
    if (!make_folder_of(path))
        return false;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool written = lock_file(fd);
    if (written) {
        ssize_t count = write(fd, text->data, text->len);
        written = count >= 0 && (size_t)count == text->len;
    }
    int error = errno;
    close(fd);
    errno = error;
    return written;
}

/* Where hashing fails the name stands plain, as ssh reads both. */
static void add_name_of_line(struct str *line, const char *name, bool is_hashed)
{
    unsigned char salt[SHA1_SIZE];
    unsigned char hash[SHA1_SIZE];
    EVP_MAC_CTX *mac = is_hashed ? known_line_mac() : NULL;
    if (mac && RAND_bytes(salt, SHA1_SIZE) == 1 && known_line_hash(mac, salt, name, hash)) {
        str_add(line, "|1|");
        wire_encode_base64(salt, SHA1_SIZE, line);
        str_addc(line, '|');
        wire_encode_base64(hash, SHA1_SIZE, line);
    } else {
        str_add(line, name);
    }
    EVP_MAC_CTX_free(mac);
}

bool known_hosts_append(struct known_hosts *hosts, const char *name, bool is_hashed,
                        const void *key, size_t size)
{
    struct str line = { 0 };
    if (hosts->lacks_newline)
        str_addc(&line, '\n');
    add_name_of_line(&line, name, is_hashed);
    str_addc(&line, ' ');
    key_add_type(key, size, &line);
    str_addc(&line, ' ');
    wire_encode_base64(key, size, &line);
    str_addc(&line, '\n');
    bool written = append_text(hosts->path, &line);
    if (written) {
        size_t from = hosts->lacks_newline;
        forget_found(hosts);
        hosts->lacks_newline = false;
        parse_text(hosts, line.data + from, line.len - from);
    }
    int error = errno;
    str_free(&line);
    errno = error;
    return written;
}

void known_hosts_add_name(const char *host, unsigned port, struct str *name)
{
    if (port != 22)
        str_addc(name, '[');
    for (; *host; host++)
        str_addc(name, (char)tolower((unsigned char)*host));
    if (port != 22)
        str_addf(name, "]:%u", port);
}
