#ifndef FAKE_IO_SSH_WIRE_H
#define FAKE_IO_SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/* The data types of the SSH protocol (RFC 4251, section 5), as key files, public keys, the agent
 * and signatures use them. */

/* What is left to read. A read beyond the end gives nothing and sets `bad`, which stays. */
struct wire {
    const unsigned char *data;
    size_t size;
    bool bad;
};

/* A string within what is read; it lives as long as that. */
struct wire_string {
    const unsigned char *data;
    size_t size;
};

struct wire wire_read(const void *data, size_t size);
unsigned wire_byte(struct wire *wire);
uint32_t wire_number(struct wire *wire);
struct wire_string wire_string(struct wire *wire);
bool wire_equals(struct wire_string string, const char *text);

void wire_add_number(struct str *out, uint32_t number);
void wire_add_string(struct str *out, const void *data, size_t size);
/* A number that is not negative, given as bytes, the most significant first. */
void wire_add_mpint(struct str *out, const unsigned char *data, size_t size);

/* Base64 as in known_hosts and key files, blanks and newlines passed over. False, with out as it
 * was, when the text is none. */
bool wire_decode_base64(const char *text, size_t size, struct str *out);
void wire_encode_base64(const void *data, size_t size, struct str *out);

#endif
