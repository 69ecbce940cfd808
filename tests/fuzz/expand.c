// clang-format off
// links: base/arena.c base/command_words.c base/diag.c base/event.c base/file.c base/hash.c base/hash_wide.c base/map.c base/mem.c base/nearest.c base/range.c base/secret.c base/str.c base/vec.c model lang
// clang-format on

/* Texts, compiled, visited and expanded in both modes. No shell is run, and nothing that reads or
 * writes files by name is tried. */
#include "lang_fuzzing.h"

static void visit(void *context, enum text_use use, const char *name, struct location where)
{
    (void)use;
    *(size_t *)context += strlen(name) + where.length;
}

static bool answer(void *context, const char *function, unsigned ordinal, const char *argument,
                   struct str *value)
{
    (void)context;
    (void)function;
    str_add(value, argument);
    return ordinal < 5;
}

static const char fakefile[] = "x = a b.c\ny := $(x) d%\nz = $(y:%.c=%.o)\nn = x\n"
                               "f = <$1|$2|$(call g,$2)>\ng = $(if $1,$(call f,,$1))\n"
                               "loop = $(loop2)\nloop2 = $(loop)\n";

static bool is_refused(const char *text)
{
    return strpbrk(text, "<>") || strstr(text, "hash") || strstr(text, "include") ||
           strstr(text, "/dev");
}

static void use_text(struct lang *lang, struct arena *arena, const char *text)
{
    struct scope scope = { NULL, &lang_model(lang)->globals, false };
    struct expander expander = { .lang = lang, .scope = &scope, .calls.ask_host = answer };
    struct location nowhere = { 0 };
    struct text *compiled = text_compile(arena, text, strlen(text), nowhere);
    struct str value = { 0 };
    size_t total = 0;

    text_visit(compiled, visit, &total);
    if (expand(&expander, compiled, &value) && text_is_literal(compiled) &&
        strcmp(str_text(&value), text) != 0)
        abort();
    if (expander.depth != 0 || expander.frames || expander.call_arguments ||
        expander.scope != &scope || expander.may_be_undefined)
        abort(); /* whatever is entered is left */
    str_clear(&value);
    expander.mode = EXPAND_FINGERPRINT;
    expander.undefined_is_error = true;
    expand(&expander, compiled, &value);
    str_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = strndup((const char *)bytes, size);
    struct lang_options options = { .program = "fake",
                                    .now = "now",
                                    .print = ignore,
                                    .expansions_maximum = FUZZ_EXPANSIONS_MAXIMUM };
    struct arena *arena = arena_new();
    struct model model = { .arena = arena };
    struct diags diags = { 0 };
    struct lang *lang = lang_new(&model, &diags, &options);

    lang_eval(lang, fakefile, "Fakefile");
    if (!is_refused(text))
        use_text(lang, arena, text);
    lang_free(lang);
    model_free(&model);
    arena_free(arena);
    free(text);
    return 0;
}
