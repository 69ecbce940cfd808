/* links: base */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"

/* The first lines are secrets, up to an empty one; the rest is output, which comes in pieces: as
 * long as the bytes of the input say. It must be masked as if it had come whole, and hold none of
 * them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *add_secrets(struct secrets *secrets, char *text)
{
    while (*text) {
        char *end = text + strcspn(text, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        if (!*text)
            return next;
        secrets_add(secrets, text);
        text = next;
    }
    return text;
}

static void mask_in_pieces(const struct secrets *secrets, const char *text, const uint8_t *sizes,
                           size_t count, struct str *out)
{
    size_t size = strlen(text), at = 0;
    struct str held = { 0 };
    for (size_t i = 0; at < size; i++) {
        size_t piece = 1 + sizes[i % count] % 16, left;
        if (piece > size - at)
            piece = size - at;
        str_addn(&held, text + at, piece);
        at += piece;
        left = secrets_mask(secrets, held.data, held.len, false, out);
        memmove(held.data, held.data + held.len - left, left);
        held.len = left;
    }
    secrets_mask(secrets, str_text(&held), held.len, true, out);
    str_free(&held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct secrets *secrets = secrets_new();
    char *text = mem_strndup((const char *)data, size);
    const char *output = add_secrets(secrets, text);
    struct str whole = { 0 }, pieces = { 0 };
    secrets_mask(secrets, output, strlen(output), true, &whole);
    if (size > 0)
        mask_in_pieces(secrets, output, data, size, &pieces);
    if (strcmp(str_text(&whole), str_text(&pieces)) != 0)
        abort();
    str_free(&whole);
    str_free(&pieces);
    free(text);
    secrets_free(secrets);
    return 0;
}
