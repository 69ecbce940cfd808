#include "plan/built_in.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

struct row {
    const char *of, *from; /* what the names end with */
    const char *recipe;
};

/* GNU make manual, "Catalogue of Built-In Rules": those that people lean on, in make's order. */
static const struct row rows[] = {
    { ".o", ".c", "$(COMPILE.c) -o $@ $<" },
    { ".o", ".cc", "$(COMPILE.cc) -o $@ $<" },
    { ".o", ".C", "$(COMPILE.C) -o $@ $<" },
    { ".o", ".cpp", "$(COMPILE.cpp) -o $@ $<" },
    { ".o", ".f", "$(COMPILE.f) -o $@ $<" },
    { ".o", ".F", "$(COMPILE.F) -o $@ $<" },
    { ".o", ".s", "$(COMPILE.s) -o $@ $<" },
    { ".o", ".S", "$(COMPILE.S) -o $@ $<" },
    { ".c", ".y", "$(YACC.y) -o $@ $<" },
    { ".c", ".l", "$(LEX.l) $< >$@" },
    { "", ".o", "$(LINK.o) -o $@ $^ $(LDLIBS)" },
    { "", ".c", "$(LINK.c) -o $@ $^ $(LDLIBS)" },
    { "", ".cc", "$(LINK.cc) -o $@ $^ $(LDLIBS)" },
    { "", ".cpp", "$(LINK.cpp) -o $@ $^ $(LDLIBS)" },
    { "", ".sh", "cat $< >$@ && chmod a+x $@" },
};

/* Of a name that has no suffix a program may be made. */
static bool ends_so(const char *name, const char *suffix)
{
    const char *base = strrchr(name, '/');

    return *suffix ? str_ends(name, suffix) : !strchr(base ? base : name, '.');
}

const char *built_in_hint(struct arena *arena, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        const char *source;

        if (!ends_so(name, row->of))
            continue;
        source =
            arena_printf(arena, "%.*s%s", (int)(strlen(name) - strlen(row->of)), name, row->from);
        if (access(source, F_OK) == 0)
            return arena_printf(arena, "no rule is built in; for %s write `%%%s: %%%s ; %s`",
                                source, row->of, row->from, row->recipe);
    }
    return NULL;
}
