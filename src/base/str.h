#ifndef FAKE_BASE_STR_H
#define FAKE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growing byte string on the heap. `struct str s = {0};` is an empty one; text is kept
 * NUL-terminated, and may hold NUL bytes inside. */
struct str {
    char *data; /* NULL until something was added */
    size_t len;
    size_t cap;
};

void str_add(struct str *str, const char *s);
void str_addn(struct str *str, const char *s, size_t n);
void str_addc(struct str *str, char c);
void str_addf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *str, const char *format, va_list args);
void str_reserve(struct str *str, size_t more); /* room for `more` bytes behind len */
void str_clear(struct str *str);                /* empty, memory kept */
void str_free(struct str *str);                 /* empty, memory given back */
const char *str_text(const struct str *str);    /* "" when nothing was added */
char *str_steal(struct str *str);               /* the text, the caller frees it; str is empty */

/* s as one word of the POSIX shell, in single quotes; bare where no character needs them. */
void str_add_quoted(struct str *str, const char *s);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

#endif
