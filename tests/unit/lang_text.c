#include "lang/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "suite.h"

/* What a text uses, told without expanding it. */
static void tell(void *context, enum text_use use, const char *name, struct location where)
{
    static const char *const uses[] = { "", "?", "!" };

    (void)where;
    str_addf(context, "%s%s ", uses[use], name);
}

static const struct {
    const char *text;
    const char *uses; /* each name; ? may be undefined, ! is asked at run time */
} visits[] = {
    { "plain", "" },
    { "a$$b", "" },
    { "$x ${y} $(z)", "x y z " },
    { "$(x:.c=.o)", "x " },
    { "$(subst a,$(b),$(c))", "b c " },
    { "$($(x)_y)", "x " },
    { "$(if $(a),$(b),$(c))", "?a b c " },
    { "$(if $(call f,$(a)),b)", "?f ?a " },
    { "$(or $(a),$(b))$(and $(c))", "?a ?b c " },
    { "$(foreach v,$(list),$(v) $(w))$(v)", "list w v " },
    { "$(foreach $(v),a,$(x))", "v x " },
    { "$(let a b,$(list),$a$b$c)", "list c " },
    { "$(call f,$(x))$(call subst,a,b,$(y))$(call $(z))", "f x y z " },
    { "$1 $(2) $(12)", "" },
    { "$@ $(@D)", "@ @D " },
    { "$(run cat $(x))$(now)$(ask q)$(exists f)$(secret c)", "!run x !now !ask !exists !secret " },
    { "$(shell $(x))$(value y)$(info $(z))", "x z " },
    { "$(git-describe)$(now )$(nowhere)", "!now nowhere " },
    { "$(each $(@web),$(host):$(port))", "@web ?host ?port " },
    { "$(subst $(x),", "" },
};

START_TEST(visit)
{
    struct arena *arena = arena_new();
    struct location nowhere = { 0 };
    const char *s = visits[_i].text;
    struct str told = { 0 };

    text_visit(text_compile(arena, s, strlen(s), nowhere), tell, &told);
    ck_assert_str_eq(str_text(&told), visits[_i].uses);
    str_free(&told);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *text;
    bool is_literal;
    bool waits;
} kinds[] = {
    { "", true, false },
    { "plain ) text", true, false },
    { "$$", false, false },
    { "$x", false, false },
    { "$(run x)", false, true },
    { "$(if a,$(foreach x,y,$(sudo x)))", false, true },
    { "$($(exists x))", false, true },
    { "$(runx x)$(run)$(ask x)", false, false },
};

START_TEST(kind)
{
    struct arena *arena = arena_new();
    struct location nowhere = { 0 };
    const char *s = kinds[_i].text;
    struct text *text = text_compile(arena, s, strlen(s), nowhere);
    size_t length;

    ck_assert_int_eq(text_is_literal(text), kinds[_i].is_literal);
    ck_assert_int_eq(text_waits(text), kinds[_i].waits);
    ck_assert_ptr_eq(text_source(text, &length), s);
    ck_assert_uint_eq(length, strlen(s));
    arena_free(arena);
}
END_TEST

static void keep_place(void *context, enum text_use use, const char *name, struct location where)
{
    (void)use;
    (void)name;
    *(struct location *)context = where;
}

START_TEST(place_is_that_of_the_piece_on_the_first_line)
{
    struct source source = { .name = "Fakefile", .text = "x = ab $(cd)\n  $(ef)", .size = 20 };
    struct location where = { .source = &source, .offset = 4 }, found;
    struct arena *arena = arena_new();

    text_visit(text_compile(arena, source.text + 4, 8, where), keep_place, &found);
    ck_assert_uint_eq(found.offset, 7);
    ck_assert_uint_eq(found.length, 5);
    text_visit(text_compile(arena, source.text + 4, 16, where), keep_place, &found);
    ck_assert_uint_eq(found.offset, 4); /* the second line's: as make, that of the whole */
    text_visit(text_compile(arena, "$(gh)", 5, where), keep_place, &found);
    ck_assert_uint_eq(found.offset, 4); /* a copy: not in the source */
    arena_free(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");

    tcase_add_loop_test(tests, visit, 0, sizeof visits / sizeof *visits);
    tcase_add_loop_test(tests, kind, 0, sizeof kinds / sizeof *kinds);
    tcase_add_test(tests, place_is_that_of_the_piece_on_the_first_line);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
