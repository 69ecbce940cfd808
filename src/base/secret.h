#ifndef FAKE_BASE_SECRET_H
#define FAKE_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/* Texts that nobody may read in what this program says: what $(password) and $(secret) return. */
struct secrets;

enum { SECRET_LENGTH_MINIMUM = 3 }; /* to mask a shorter one would mask half of all there is */

struct secrets *secrets_new(void);
void secrets_free(struct secrets *secrets); /* wipes them, too; NULL is allowed */

/* From now on the value is masked, and the forms in which it is likely to be met: quoted for a
 * shell, the long lines of several. False: it is too short. */
bool secrets_add(struct secrets *secrets, const char *value);
bool secrets_are_none(const struct secrets *secrets); /* or `secrets` is NULL */

/* Appends the data, with *** in place of each secret. Unless this is the `end` of a stream, a
 * secret may have begun in its last bytes: those are not appended, and their number comes back.
 * They are to be given again, in front of what follows. */
size_t secrets_mask(const struct secrets *secrets, const char *data, size_t size, bool end,
                    struct str *out);

/* Appends the text, with the SHA-256 of salt and secret in place of each secret, so that a hash of
 * the whole tells nothing of it. False: there was none in it, and nothing is appended. */
bool secrets_seal(const struct secrets *secrets, const char *text, const char *salt,
                  struct str *out);

#endif
