// clang-format off
// links: base/arena.c base/command_words.c base/diag.c base/event.c base/file.c base/hash.c base/hash_wide.c base/map.c base/mem.c base/nearest.c base/range.c base/secret.c base/str.c base/vec.c model lang
// clang-format on

/* The reader of Fakefiles, from lines to the model. Its seeds are the cases of tests/lang as they
 * stand: what divides them is made comments. No shell is run, and nothing that names devices or
 * writes files is tried. */
#include "lang_fuzzing.h"

static void visit(void *context, enum text_use use, const char *name, struct location where)
{
    (void)context;
    (void)use;
    (void)name;
    (void)where;
}

/* `=== name` and `--- section` lines of the seeds. */
static void comment_dividers(char *text)
{
    char *line = text;

    while (line) {
        if (strncmp(line, "=== ", 4) == 0 || strncmp(line, "--- ", 4) == 0)
            *line = '#';
        line = strchr(line, '\n');
        if (line)
            line++;
    }
}

static void use_model(struct lang *lang, const struct model *model)
{
    struct scope scope = { NULL, &model->globals, false };
    size_t i, j, k;

    for (i = 0; i < model->targets.len; i++) {
        struct target *target = model->targets.entries[i].value;

        lang_check_target(lang, target, &scope, NULL);
        for (j = 0; j < target->rules.len; j++) {
            const struct rule *rule = target->rules.items[j];

            for (k = 0; rule->recipe && k < rule->recipe->count; k++)
                text_visit(rule->recipe->lines[k].text, visit, NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char *environment[] = { (char *)"HOME=/nonexistent", (char *)"a=$(a)", NULL };
    static const char *const unwanted[] = { "file", "/dev", "/proc", "/sys", "**", "*/*/*" };
    struct lang_options options = {
        .program = "fake",
        .environment = environment,
        .now = "20260102030405",
        .print = ignore,
        .expansions_maximum = FUZZ_EXPANSIONS_MAXIMUM,
    };
    struct model model = { .arena = arena_new() };
    struct diags diags = { 0 };
    struct str text = { 0 };
    struct lang *lang;
    size_t i;

    str_addn(&text, (const char *)bytes, size);
    for (i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
        if (strstr(str_text(&text), unwanted[i]))
            str_clear(&text);
    lang = lang_new(&model, &diags, &options);
    if (text.len && strlen(str_text(&text)) == text.len) {
        comment_dividers(text.data);
        lang_eval(lang, text.data, "fuzz");
        lang_finish(lang);
        use_model(lang, &model);
        free(lang_environment(lang, NULL, NULL));
    }
    lang_free(lang);
    model_free(&model);
    arena_free(model.arena);
    str_free(&text);
    return 0;
}
