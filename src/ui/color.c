#include "ui/color.h"

#include "base/str.h"

/* Select Graphic Rendition (ECMA-48, 8.3.117), in the colours that every terminal has. */
static const char *const inks[] = {
    [INK_PLAIN] = "",
    [INK_ERROR] = "1;31",
    [INK_WARNING] = "33",
    [INK_FAINT] = "2",
};

static const char *const host_inks[] = { "36", "34", "35", "32", "96", "94", "95", "92" };

static const char *code(unsigned ink)
{
    return ink < INK_HOST ? inks[ink]
                          : host_inks[(ink - INK_HOST) % (sizeof host_inks / sizeof *host_inks)];
}

void ink_begin(struct str *out, bool color, unsigned ink)
{
    if (color && *code(ink))
        str_addf(out, "\033[%sm", code(ink));
}

void ink_end(struct str *out, bool color, unsigned ink)
{
    if (color && *code(ink))
        str_add(out, "\033[0m");
}
