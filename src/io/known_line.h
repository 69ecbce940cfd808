#ifndef FAKE_IO_KNOWN_LINE_H
#define FAKE_IO_KNOWN_LINE_H

#include <openssl/types.h>
#include <stdbool.h>

#include "base/str.h"

/* A line of a known_hosts file, for known_hosts.c. */

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

/* Reads the text between at and end, without blanks in front. False: it is no such line. */
bool known_line_parse(struct known_line *line, const char *at, const char *end);
void known_line_free(struct known_line *line);

/* HMAC-SHA1, made once for a whole file: HMAC() would look the algorithm up for each line. NULL
 * where there is none; the caller frees it. */
EVP_MAC_CTX *known_line_mac(void);
bool known_line_hash(EVP_MAC_CTX *mac, const unsigned char salt[SHA1_SIZE], const char *name,
                     unsigned char hash[SHA1_SIZE]);
/* Is it about the host of that name? mac is for hashed ones. */
bool known_line_is_for(const struct known_line *line, const char *name, EVP_MAC_CTX *mac);

#endif
