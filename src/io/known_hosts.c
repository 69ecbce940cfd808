#include "io/known_hosts.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
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
#include "io/loop.h"
#include "io/ssh_wire.h"

enum { SHA1_SIZE = 20 };

struct known_line {
    char *patterns; /* comma list; NULL: hashed */
    unsigned char salt[SHA1_SIZE];
    unsigned char hash[SHA1_SIZE];
    struct str key;
    unsigned number;
    bool is_revoked;
    bool is_authority; /* signs the keys of hosts; is none itself */
};

struct known_hosts {
    char *path;
    struct vec lines;
    struct map found; /* of a name asked for: struct vec * of its lines, as each hashed line costs
                         an HMAC */
    unsigned last_line;
    bool lacks_newline; /* the file's last line is not ended */
};

/* ---- parsing: [marker] names type base64 [comment] ---- */

struct field {
    const char *text;
    size_t size;
};

static struct field next_field(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        (*at)++;
    struct field field = { .text = *at };
    while (*at < end && **at != ' ' && **at != '\t')
        (*at)++;
    field.size = (size_t)(*at - field.text);
    return field;
}

static bool field_is(struct field field, const char *text)
{
    return field.size == strlen(text) && memcmp(field.text, text, field.size) == 0;
}

static bool decode_sha1(const char *text, size_t size, unsigned char out[SHA1_SIZE])
{
    struct str bytes = { 0 };
    bool is_whole = wire_decode_base64(text, size, &bytes) && bytes.len == SHA1_SIZE;
    if (is_whole)
        memcpy(out, bytes.data, SHA1_SIZE);
    str_free(&bytes);
    return is_whole;
}

/* |1|salt|hash: HMAC-SHA1 of the name under the salt, both in base64. */
static bool parse_hashed(struct known_line *line, struct field names)
{
    const char *salt = names.text + 3;
    const char *end = names.text + names.size;
    const char *bar = memchr(salt, '|', (size_t)(end - salt));
    return bar && decode_sha1(salt, (size_t)(bar - salt), line->salt) &&
           decode_sha1(bar + 1, (size_t)(end - bar - 1), line->hash);
}

static bool parse_names(struct known_line *line, struct field names)
{
    if (names.size > 3 && memcmp(names.text, "|1|", 3) == 0)
        return parse_hashed(line, names);
    line->patterns = mem_strndup(names.text, names.size);
    return names.size > 0 && names.text[0] != '|';
}

/* The key must be of the type that its line names. */
static bool parse_key(struct known_line *line, struct field type, struct field key)
{
    if (!wire_decode_base64(key.text, key.size, &line->key))
        return false;
    struct wire wire = wire_read(line->key.data, line->key.len);
    struct wire_string name = wire_string(&wire);
    return type.size > 0 && name.size == type.size && memcmp(name.data, type.text, type.size) == 0;
}

static bool parse_fields(struct known_line *line, const char *at, const char *end)
{
    struct field names = next_field(&at, end);
    if (names.size > 0 && names.text[0] == '@') {
        line->is_revoked = field_is(names, "@revoked");
        line->is_authority = field_is(names, "@cert-authority");
        if (!line->is_revoked && !line->is_authority)
            return false;
        names = next_field(&at, end);
    }
    struct field type = next_field(&at, end);
    struct field key = next_field(&at, end);
    return parse_names(line, names) && parse_key(line, type, key);
}

static void line_free(struct known_line *line)
{
    str_free(&line->key);
    free(line->patterns);
    free(line);
}

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
    if (parse_fields(line, at, end))
        vec_push(&hosts->lines, line);
    else
        line_free(line);
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
        line_free(hosts->lines.items[i]);
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

/* `*` is any text, `?` any character; in time linear in the name for each star. */
static bool matches_pattern(const char *pattern, const char *end, const char *name)
{
    const char *star = NULL;
    const char *retry = NULL;
    while (*name) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (pattern < end &&
                   (*pattern == '?' || tolower((unsigned char)*pattern) == *name)) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

/* One negated pattern that matches refuses the whole line. */
static bool matches_list(const char *patterns, const char *name)
{
    bool matched = false;
    while (*patterns) {
        const char *end = patterns + strcspn(patterns, ",");
        bool is_negated = *patterns == '!';
        if (matches_pattern(patterns + is_negated, end, name)) {
            if (is_negated)
                return false;
            matched = true;
        }
        patterns = *end ? end + 1 : end;
    }
    return matched;
}

/* HMAC-SHA1, made once for a whole file: HMAC() would look the algorithm up for each line. */
static EVP_MAC_CTX *new_mac(void)
{
    char digest[] = "SHA1";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                OSSL_PARAM_construct_end() };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);
    if (context && !EVP_MAC_CTX_set_params(context, parameters)) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

static bool hash_name(EVP_MAC_CTX *mac, const unsigned char salt[SHA1_SIZE], const char *name,
                      unsigned char hash[SHA1_SIZE])
{
    size_t size = 0;
    return mac && EVP_MAC_init(mac, salt, SHA1_SIZE, NULL) &&
           EVP_MAC_update(mac, (const unsigned char *)name, strlen(name)) &&
           EVP_MAC_final(mac, hash, &size, SHA1_SIZE) && size == SHA1_SIZE;
}

static bool line_is_for(const struct known_line *line, const char *name, EVP_MAC_CTX *mac)
{
    if (line->patterns)
        return matches_list(line->patterns, name);
    unsigned char hash[SHA1_SIZE];
    return hash_name(mac, line->salt, name, hash) && memcmp(hash, line->hash, SHA1_SIZE) == 0;
}

static const struct vec *lines_for(struct known_hosts *hosts, const char *name)
{
    struct vec *found = map_get(&hosts->found, name);
    if (found)
        return found;
    found = mem_alloc(sizeof *found);
    EVP_MAC_CTX *mac = hosts->lines.len > 0 ? new_mac() : NULL;
    for (size_t i = 0; i < hosts->lines.len; i++)
        if (line_is_for(hosts->lines.items[i], name, mac))
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
    EVP_MAC_CTX *mac = is_hashed ? new_mac() : NULL;
    if (mac && RAND_bytes(salt, SHA1_SIZE) == 1 && hash_name(mac, salt, name, hash)) {
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
