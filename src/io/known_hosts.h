#ifndef FAKE_IO_KNOWN_HOSTS_H
#define FAKE_IO_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct str;
struct vec;

/* The files of known host keys, as sshd(8) describes them under SSH_KNOWN_HOSTS FILE FORMAT: hashed
 * names, [host]:port, lists, * and ?, negation, @revoked; of @cert-authority only that it is
 * there. What cannot be read as a line of such a file is passed over, as ssh does. */
struct known_hosts;

struct known_hosts *known_hosts_parse(const char *path, const char *text, size_t size);
void known_hosts_free(struct known_hosts *hosts);

/* The file of that path, read at most once a loop and owned by it; one that cannot be read is
 * empty. */
struct known_hosts *known_hosts_find(struct loop *loop, const char *path);

/* What all the files together say of a host. */
enum known_verdict {
    KNOWN_MATCH,
    KNOWN_UNKNOWN,    /* no line is for this host */
    KNOWN_OTHER_TYPE, /* its lines hold keys of other types */
    KNOWN_CHANGED,    /* its lines hold another key of this type */
    KNOWN_REVOKED,    /* this key is marked @revoked */
};

struct known_answer {
    enum known_verdict verdict;
    const char *path; /* the line that decided, as long as the file's struct lives; NULL: none */
    unsigned line;
};

/* files: struct known_hosts *. name is the host as ssh looks it up, "web1" or "[web1]:2222";
 * bare is the host without port where that differs, else NULL: ssh takes a key known under it too.
 */
struct known_answer known_hosts_check(const struct vec *files, const char *name, const char *bare,
                                      const void *key, size_t size);

/* True when keys of the host may be vouched for by an authority (@cert-authority): only the ssh
 * program can tell. */
bool known_hosts_has_authority(const struct vec *files, const char *name, const char *bare);

/* Appends the types of the keys known for the host, in the order of the lines, commas between. */
void known_hosts_add_types(const struct vec *files, const char *name, const char *bare,
                           struct str *types);

/* Adds a line to the end of the file (made, with its folder, where missing) and to what was read of
 * it; hashed, the name cannot be read from it. False with errno set. */
bool known_hosts_append(struct known_hosts *hosts, const char *name, bool is_hashed,
                        const void *key, size_t size);

/* "web1", or "[web1]:2222" where the port is not 22, in lower case. */
void known_hosts_add_name(const char *host, unsigned port, struct str *name);

#endif
