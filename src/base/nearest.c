#include <string.h>

#include "base/diag.h"

enum { NAME_MAXIMUM = 64 };

/* Edit distance with neighbours swapped counted once (optimal string alignment), by three rows. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][NAME_MAXIMUM + 1];
    size_t n = strlen(a), m = strlen(b), i, j;

    for (j = 0; j <= m; j++)
        rows[0][j] = (unsigned)j;
    for (i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3];

        row[0] = (unsigned)i;
        for (j = 1; j <= m; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                rows[(i - 2) % 3][j - 2] + 1 < best)
                best = rows[(i - 2) % 3][j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

struct nearest nearest_to(const char *name)
{
    size_t length = strlen(name);
    /* About a third of the letters may be wrong, and a short name by one. */
    struct nearest nearest = { name, NULL, (unsigned)(length < 4 ? 2 : 1 + (length + 2) / 3) };

    return nearest;
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
    unsigned found;

    if (strlen(nearest->name) > NAME_MAXIMUM || strlen(candidate) > NAME_MAXIMUM ||
        strcmp(candidate, nearest->name) == 0)
        return;
    found = distance(nearest->name, candidate);
    if (found < nearest->distance && found < strlen(nearest->name)) {
        nearest->distance = found;
        nearest->best = candidate;
    }
}
