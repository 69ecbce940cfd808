#include "lang_testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lang/functions.h"

static const char fakefile[] = "x := a b.c\n"
                               "y = $(x) $(z)\n"
                               "z := .o\n"
                               "l := a.c b.c  d/a.c x%y\n"
                               "e :=\n"
                               "blank := $(e) $(e)\n"
                               "n1 := x\n"
                               "f = [$0|$1|$2|$(3)]\n"
                               "g = $(call f,$2,$1)\n"
                               "reverse = $(if $1,$(call reverse,$(wordlist 2,$(words $1),$1)) "
                               "$(firstword $1))\n"
                               "run = own $1\n";

/* What the installed make answers, but for let and intcmp, which follow the manual of 4.4. */
static const struct {
    const char *expression;
    const char *expected;
} cases[] = {
    /* references */
    { "$x", "a b.c" },
    { "$(x)${x}", "a b.ca b.c" },
    { "a$$b$$", "a$b$" },
    { "a$", "a$" },
    { "[$ x]", "[x]" },
    { "$($(n1))", "a b.c" },
    { "${$(n1)}", "a b.c" },
    { "$(nope)", "" },
    { "$(x )", "" },
    { "$(l:.c=.o)", "a.o b.o d/a.o x%y" },
    { "$(l:%.c=%.o)", "a.o b.o d/a.o x%y" },
    { "$(l:.c=)", "a b d/a x%y" },
    { "$(x:a=)", " b.c" },
    { "$(x:=.o)", "a.o b.c.o" },
    { "$(x:%=)", "" },
    { "$(x:b%=%=)", "a .c=" },
    { "$($(n1):.c=.o)", "a b.o" },
    { "$(nope:.c=.o)", "" },
    { "$(x:.c)", "" },
    /* text */
    { "$(subst a,b,  a   ba  c )", "  b   bb  c " },
    { "$(subst a,,banana)", "bnn" },
    { "$(subst ,x,a b)", "a bx" },
    { "$(subst a,x,a,b,a)", "x,b,x" },
    { "$(subst b,[,a(b)c)${subst b,(,b}", "a([)c(" },
    { "$(patsubst %a,%b,  a   ba  c )", "b bb c" },
    { "$(patsubst a,b,  a   a  c )", "  b   b  c " },
    { "$(patsubst a%,,a b a c)", "b c" },
    { "$(patsubst %,,a b)", "" },
    { "$(patsubst a%,%,a ab)", " b" },
    { "$(patsubst \\%a,\\%b,%a xa)", "%b xa" },
    { "$(patsubst a\\\\%,b\\\\%,a\\x axx)", "b\\x axx" },
    { "$(patsubst a%,b\\\\\\%,ac)", "b\\%" },
    { "$(patsubst %%,x%y%,a%)", "xay%" },
    { "$(patsubst %,\\%x%,a b)", "%xa %xb" },
    { "$(patsubst a,x%y,a b  a)", "x%y b  x%y" },
    { "$(patsubst ,x,)[$(patsubst ,x,a )][$(patsubst ,x,a b)]", "x[a x][a b]" },
    { "$(strip  a \t b )", "a b" },
    { "$(findstring a,bab)[$(findstring ,abc)][$(findstring z,abc)]", "a[][]" },
    { "$(filter %.c  b,a.c b c.c d)", "a.c b c.c" },
    { "$(filter-out %.c  b,a.c b c.c d)", "d" },
    { "$(filter a\\%b,a%b axb)[$(filter ,a b)][$(filter-out ,a b)]", "a%b[][a b]" },
    { "$(sort  b a b  c a)[$(sort )]", "a b c[]" },
    { "$(sort a- a b aa)", "a a- aa b" },
    { "$(word 2, a b c)[$(word 9,a)][$(word  1 ,a)]", "b[][a]" },
    { "$(word 99999999999999999999999,a)", "" },
    { "$(wordlist 2,9, a   b   c)", "b   c" },
    { "$(wordlist 3,2,a b c)[$(wordlist 1,0,a)][$(wordlist 2, 3 ,a b c)]", "[][b c]" },
    { "$(words )$(words a  b)", "02" },
    { "$(firstword  a b)[$(lastword a b )][$(firstword )][$(lastword  )]", "a[b][][]" },
    /* names */
    { "$(dir src/a b / a/b/ //x)", "src/ ./ / a/b/ //" },
    { "$(notdir src/a b / a/b/ x)", "a b   x" },
    { "$(suffix src.x/a b.c / a/b/ x.tar.gz .x)", ".c .gz .x" },
    { "$(basename src.x/a b.c / a/b/ x.tar.gz .x)", "src.x/a b / a/b/ x.tar " },
    { "$(addsuffix .c, a  b)[$(addprefix x , a  b)]", "a.c b.c[x a x b]" },
    { "$(join a b c,1 2 3 4)[$(join a,)][$(join ,1)]", "a1 b2 c3 4[a][1]" },
    { "$(abspath /a/../b // /.. /a/. /../../a ///a//b/)", "/b / / /a /a /a/b" },
    { "$(realpath / /nonexistent/..)", "/" },
    { "$(wildcard /etc/passw[d] /nonexistent* /etc/passwd)", "/etc/passwd /etc/passwd" },
    /* conditions and loops */
    { "$(if  ,a,b)[$(if x,a)][$(if $(e),a)][$(if x , a , b , c)]", "b[a][][ a ]" },
    { "$(if $(blank),yes,no)", "yes" },
    { "$(or ,$(e), b,c)[$(and a, b)][$(and a,,b)][$(or )]", "b[b][][]" },
    { "$(foreach  v  ,a b,<$(v)>)[$(foreach v,, x)]", "<a> <b>[]" },
    { "$(foreach x,a,$(x))$(x)", "aa b.c" },
    { "$(foreach v,a b,)", " " },
    { "$(foreach v,a b,$(v),$(v))", "a,a b,b" },
    { "$(intcmp 1,2,lt,eq,gt)$(intcmp 2,2,lt,eq,gt)$(intcmp 3,2,lt,eq,gt)", "lteqgt" },
    { "$(intcmp 3,2,lt,ge)$(intcmp 2,2,lt)$(intcmp 1,2,lt)", "gelt" },
    { "$(intcmp 1,2)[$(intcmp 007, 7 )][$(intcmp -0,0)][$(intcmp -12,-12)]", "[7][0][-12]" },
    { "$(intcmp -2,-1,lt,eq,gt)$(intcmp -1,1,lt)$(intcmp 10,9,lt,eq,gt)", "ltltgt" },
    { "$(intcmp 100000000000000000000000,99999999999999999999999,lt,eq,gt)", "gt" },
    { "$(let a b,1 2 3 ,[$a][$b])", "[1][2 3 ]" },
    { "$(let a b c,1,[$a][$b][$c])[$(let ,1 2,x)]", "[1][][][x]" },
    { "$(let a,  1  2 ,[$a])$(a)", "[1  2 ]" },
    { "$(let x,1,$(x)$(let x,2,$(x))$(x))", "121" },
    /* calls */
    { "$(call f, a ,b)", "[f| a |b|]" },
    { "$(call  f ,a)", "[f|a||]" },
    { "$(call g,a,b,c)", "[f|b|a|]" },
    { "$(call reverse,a b c)", " c b a" },
    { "$(call subst,a,b,aaa)[$(call strip, x  y )][$(call words)]", "bbb[x y][]" },
    { "$(call if,,b,c)[$(call foreach,v,a b,<$$(v)>)]", "c[<a> <b>]" },
    { "$(call )[$(call nope,a)]", "[]" },
    { "$(call run,a)", "own a" }, /* a variable goes before a function that make has not */
    { "$(call quote,it's)", "'it'\\''s'" },
    /* variables */
    { "$(value f)[$(value nope)]", "[$0|$1|$2|$(3)][]" },
    { "$(origin f) $(origin nope) $(origin HOME) $(foreach v,a,$(origin v))",
      "file undefined environment automatic" },
    { "$(flavor f) $(flavor x) $(flavor nope)", "recursive simple undefined" },
    { "$(eval q := 3)$(q)$(eval q := $(q)4)$(q)", "334" },
    { "$(foreach v,1 2,$(eval w_$v := $$(v)))$(w_1)$(w_2)", " 12" },
    { "$(info a)$(info )", "" },
    /* outside */
    { "$(shell printf 'a\\nb\\r\\nc\\n\\n\\n')", "a b c" },
    { "$(shell printf 'a\\0b')", "ab" },
    { "$(shell exit 3)$(.SHELLSTATUS)", "3" },
    { "$(shell /nonexistent 2>/dev/null)$(.SHELLSTATUS)", "127" },
    { "$(shell kill -9 $$$$)$(.SHELLSTATUS)", "137" },
    { "$(file <nonexistent-file)", "" },
    /* fake's own */
    { "$(quote a b)$(quote ab)", "'a b'ab" },
    { "$(now)", "20260102030405" },
};

START_TEST(value)
{
    struct lang_world *world = lang_world_open(fakefile);

    ck_assert_str_eq(str_text(&world->said), "");
    ck_assert_str_eq(lang_world_expand(world, cases[_i].expression), cases[_i].expected);
    lang_world_close(world);
}
END_TEST

static const struct {
    const char *expression;
    const char *message;
} errors[] = {
    { "$(subst )", "insufficient number of arguments (1) to function 'subst'" },
    { "$(foreach a,b)", "insufficient number of arguments (2) to function 'foreach'" },
    { "$(call subst,a,b)", "insufficient number of arguments (2) to function 'subst'" },
    { "$(foo", "unterminated variable reference" },
    { "$(subst a,b", "unterminated call to function 'subst': missing ')'" },
    { "${subst a,(b)", "unterminated call to function 'subst': missing '}'" },
    { "$(word 0,a)", "first argument to 'word' function must be greater than 0" },
    { "$(word x,a)", "non-numeric first argument to 'word' function: 'x'" },
    { "$(word ,a)", "non-numeric first argument to 'word' function: ''" },
    { "$(word -1,a)", "non-numeric first argument to 'word' function: '-1'" },
    { "$(wordlist 0,1,a)", "invalid first argument to 'wordlist' function: '0'" },
    { "$(wordlist 1,b,a)", "non-numeric second argument to 'wordlist' function: 'b'" },
    { "$(intcmp x,1)", "non-numeric first argument to 'intcmp' function: 'x'" },
    { "$(intcmp 1,)", "non-numeric second argument to 'intcmp' function: empty value" },
    { "$(intcmp 1,-)", "non-numeric second argument to 'intcmp' function: '-'" },
    { "$(error a b)", "a b" },
    { "$(file x)", "file: invalid file operation: x" },
    { "$(file >)", "file: missing filename" },
    { "$(file <x,)", "file: too many arguments" },
    { "$(file </)", "read: /: Is a directory" },
    { "$(file >/nonexistent/x,y)", "open: /nonexistent/x: No such file or directory" },
    { "$(hash /nonexistent)", "hash: /nonexistent: No such file or directory" },
    { "$(required a name)", "required: a name" },
    { "$(run ls)", "function 'run' asks a host: it is for the recipes of tasks on hosts" },
    { "$(ask name)", "function 'ask' is not available here" },
    { "$(git-describe)", "function 'git-describe' is not available here" },
    { "$(each a,b)", "function 'each' is for recipes" },
    { "$(now %Y)", "function 'now' takes no argument" },
};

START_TEST(error)
{
    struct lang_world *world = lang_world_open("");
    struct str expected = { 0 };

    str_addf(&expected, "0: %s\n", errors[_i].message);
    ck_assert_str_eq(lang_world_expand(world, errors[_i].expression), str_text(&expected));
    ck_assert(world->expander.failed);
    str_free(&expected);
    lang_world_close(world);
}
END_TEST

START_TEST(table_is_sorted)
{
    size_t i;

    for (i = 0; function_name(i); i++) {
        const char *name = function_name(i);

        ck_assert(i == 0 || strcmp(function_name(i - 1), name) < 0);
        ck_assert_ptr_nonnull(function_find(name, strlen(name)));
        ck_assert_str_eq(function_find(name, strlen(name))->name, name);
    }
    ck_assert_uint_gt(i, 50);
    ck_assert_ptr_null(function_find("filter-", 7));
    ck_assert_ptr_null(function_find("zz", 2));
}
END_TEST

START_TEST(warning_and_info_are_heard)
{
    struct lang_world *world = lang_world_open("x = $(info to you)\n$(warning careful)\n");

    ck_assert_str_eq(lang_world_expand(world, "$(x)$(x)."), ".");
    ck_assert_str_eq(str_text(&world->printed), "to you\nto you\n");
    ck_assert_str_eq(str_text(&world->said), "2: careful\n");
    ck_assert_uint_eq(world->diags.errors, 0);
    lang_world_close(world);
}
END_TEST

START_TEST(files_are_written_and_read)
{
    char folder[] = "/tmp/fake-functions-XXXXXX";
    struct lang_world *world;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    world = lang_world_open("define newline\n\n\nendef\n");
    ck_assert_str_eq(lang_world_expand(world, "$(file >f,a)$(file >> f,b)[$(file <f)]"), "[a\nb]");
    ck_assert_str_eq(lang_world_expand(world, "$(file >f,x$(newline))[$(file < f)]"), "[x]");
    ck_assert_str_eq(lang_world_expand(world, "$(file >f)$(words $(file <f))"), "0");
    ck_assert_str_eq(lang_world_expand(world, "$(file >f,a)$(hash f f)"),
                     lang_world_expand(world, "$(hash f) $(hash f)"));
    ck_assert_uint_eq(strlen(lang_world_expand(world, "$(hash f)")), 32);
    ck_assert_str_ne(lang_world_expand(world, "$(hash f)"),
                     lang_world_expand(world, "$(file >f,b)$(hash f)"));
    ck_assert_str_eq(lang_world_expand(world, "$(subst $(realpath .),,$(abspath f ./g/../h))"),
                     "/f /h");
    ck_assert_str_eq(str_text(&world->said), "");
    unlink("f");
    lang_world_close(world);
    rmdir(folder);
}
END_TEST

START_TEST(wildcards)
{
    char folder[] = "/tmp/fake-functions-XXXXXX";
    struct lang_world *world = lang_world_open("");

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("d", 0700) || mkdir("a b", 0700) || symlink("nowhere", "dangling"), 0);
    lang_world_expand(world, "$(file >f2.c)$(file >f1.c)$(file >.hidden)$(file >q*)");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard *.c)"), "f1.c f2.c");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard f2.c nope f1.c)"), "f2.c f1.c");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard f[12].c f?.c)"), "f1.c f2.c f1.c f2.c");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard */)"), "a b/ d/");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard d*)[$(wildcard dangling)]"),
                     "d dangling[dangling]");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard a\\ b)[$(wildcard q\\*)]"), "a b[q*]");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard ./f*1.c)"), "./f1.c");
    ck_assert_str_eq(lang_world_expand(world, "$(wildcard [)[$(wildcard )][$(wildcard ~)]"),
                     "[][]");
    lang_world_expand(world, "$(shell rm -r d 'a b' dangling *.c .hidden q*)");
    ck_assert_int_eq(rmdir(folder), 0);
    lang_world_close(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("functions");
    TCase *tests = tcase_create("functions");

    tcase_add_loop_test(tests, value, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, error, 0, sizeof errors / sizeof *errors);
    tcase_add_test(tests, table_is_sorted);
    tcase_add_test(tests, warning_and_info_are_heard);
    tcase_add_test(tests, files_are_written_and_read);
    tcase_add_test(tests, wildcards);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
