#include "step_testing.h"
#include "suite.h"

#include <stdio.h>
#include <unistd.h>

/* A recipe ▶ its steps, as text: NUMBER[@-?] VERB OPTIONS| COMMAND or WORD WORD … [in FOLDER with
 * PREAMBLE]; a newline in a command is shown as \n. */
static void print_step(struct str *out, const struct step *step)
{
    str_addf(out, "%u%s%s%s %s", step->number, step->silent ? "@" : "", step->ignore ? "-" : "",
             step->waits ? "?" : "", step->verb->name);
    if (step->options.timeout)
        str_addf(out, " timeout=%u", step->options.timeout);
    if (step->options.retries)
        str_addf(out, " retries=%u", step->options.retries);
    if (step->options.ok)
        str_addf(out, " ok=%s", step->options.ok);
    if (step->options.mode)
        str_addf(out, " mode=%s", step->options.mode);
    if (step->options.user)
        str_addf(out, " user=%s", step->options.user);
    str_add(out, step->is_script ? " {}" : "");
    if (step->command || !step->is_parsed)
        str_addf(out, " %s", step->command ? step->command : step->text);
    for (size_t i = 0; i < step->argument_count; i++)
        str_addf(out, " <%s%s%s>", step->arguments[i].from_home ? "~/" : "",
                 step->arguments[i].text, step->arguments[i].pattern ? "*" : "");
    if (step->verb->place != STEP_CONTEXT && step->context->folder)
        str_addf(out, " in %s", step->context->folder);
    if (step->verb->place != STEP_CONTEXT && step->context->preamble)
        str_addf(out, " with %s", step->context->preamble);
    str_addc(out, '\n');
}

static const struct {
    const char *fakefile;
    const char
        *expected; /* the steps; or the diagnostics, when it begins with a digit and a colon */
} cases[] = {
    { "t @:\n\trun echo hello\n", "1 run echo hello\n" },
    { "t @:\n\trun a; b | c 'd  e'\n", "1 run a; b | c 'd  e'\n" },
    { "t @:\n\t@run a\n\t-run b\n\t@-run c\n\t+ run d\n",
      "1@ run a\n2- run b\n3@- run c\n4 run d\n" },
    { "t @:\n\t# nothing\n\n\t\n\trun a # b\n", "1 run a # b\n" },
    { "e =\nt @:\n\t$(e)\n\trun a\n", "1 run a\n" },
    { "x = 1\nt @:\n\t$(if $(x),run yes)\n\t$(if $(y),run no)\n", "1 run yes\n" },
    { "define both\nrun a\n@run b\nendef\nt @:\n\t$(both)\n\trun c\n",
      "1 run a\n2@ run b\n3 run c\n" },
    { "define both\nrun a\nrun b\nendef\nt @:\n\t@$(both)\n", "1@ run a\n2@ run b\n" },
    { "define v\na\nrun b\nendef\nt @:\n\trun $(quote $(v)) \"$(v)\"\n\trun c\n",
      "1 run 'a\nrun b' \"a\nrun b\"\n2 run c\n" },
    { "define both\n# don't\nrun a\nconfirm Don't\nrun b \\'\nendef\nt @:\n\t$(both)\n",
      "1 run a\n2 confirm\n3 run b \\'\n" },
    { "t @:\n\trun a \\\n\t  b\n", "1 run a \\\n  b\n" },
    { "t @:\n\trun echo $$HOME \"$$(date)\"\n", "1 run echo $HOME \"$(date)\"\n" },

    /* Options. */
    { "t @:\n\trun --timeout=1.5 --retries=3 --ok=0,3 a --b\n",
      "1 run timeout=1500 retries=3 ok=0,3 a --b\n" },
    { "t @:\n\trun -- --b\n", "1 run --b\n" },
    { "t @:\n\tput --mode=600 a b\n", "1 put mode=600 <a> <b>\n" },
    { "t @:\n\tsudo --user=app ls\n", "1 sudo user=app ls\n" },
    { "timeout = 30\nt @:\n\trun a\n\trun --timeout=5 b\n",
      "1 run timeout=30000 a\n2 run timeout=5000 b\n" },
    { "t @:\n\trun --timeot=3 a\n", "2: run has no option --timeot\n  did you mean --timeout?\n" },
    { "t @:\n\trun --timeout a\n", "2: run: --timeout takes a value\n" },
    { "t @:\n\trun --timeout=soon a\n",
      "2: run: --timeout takes a number of seconds, not 'soon'\n" },
    { "t @:\n\tput --mode=9 a b\n",
      "2: put: --mode takes three or four octal digits, such as 644, not '9'\n" },
    { "t @:\n\trun --ok=0,x a\n",
      "2: run: --ok takes exit codes with commas between, such as 0,3, not '0,x'\n" },

    { "t @:\n\trun --stdin=f --input=x a\n",
      "2: run: --stdin and --input are two standard inputs: give one\n" },
    { "t @:\n\trun --creates= a\n", "2: run: --creates takes a path on the host, not ''\n" },
    { "t @:\n\trun --timeout=$(run b) a\n", "1? run --timeout=$(run b) a\n" },

    { "e =\nt @:\n\tput --mirror a /$(e)\n", "3: put --mirror to '/' is refused\n  name a folder "
                                             "of its own: is a variable in it empty?\n" },
    { "t @:\n\tput --mirror a ~/./\n", "2: put --mirror to '~/./' is refused\n"
                                       "  name a folder of its own: is a variable in it empty?\n" },
    { "t @:\n\tput --mirror a b/../..\n",
      "2: put --mirror to 'b/../..': write the folder without ..\n" },
    { "t @:\n\tput --mirror a b c\n",
      "2: --mirror copies one folder: write `put --mirror SRC/ DST/`\n" },
    { "t @:\n\tput --delete a b\n", "2: put: --delete needs --mirror\n" },

    /* Gates. */
    { "t @:\n\tcd /x\n\tonly-if ! a\n\trun b\n", "1 cd </x>\n2 only-if a in /x\n3 run b in /x\n" },
    { "t @:\n\tput a b\n\tonly-if a\n",
      "3: 'only-if' stands in front of the first step that acts (put)\n" },
    { "t @:\n\tonly-if $(run a)\n",
      "2: 'only-if' is asked before all steps: nothing in or before it may wait for $(run …)\n" },
    { "t @:\n\tonly-if !\n", "2: 'only-if' without a command\n" },

    /* Words. */
    { "t @:\n\tput 'a b' \"c\\\"d\" e\\ f ~/g/ # all\n", "1 put <a b> <c\"d> <e f> <~/g/>\n" },
    { "t @:\n\tput *.x '*.y' a\\*[b] d/\n", "1 put <*.x*> <*.y> <a*[b]*> <d/>\n" },
    { "t @:\n\tput 'a b\n", "2: put: unterminated quote '\n" },
    { "t @:\n\tput a\n", "2: too few arguments: write `put SOURCE… DESTINATION`\n" },
    { "t @:\n\tput a $$HOME/b\n",
      "2: the arguments of this verb are no shell text: $ is not expanded on the host\n"
      "  write ~/ for the home folder, or quote the $ with '\n" },
    { "t @:\n\tput a '$$b'\n", "1 put <a> <$b>\n" },
    { "t @:\n\tlink a b/\n", "2: link: 'b/' is a folder, no name for a link\n" },
    { "t @:\n\trun\n", "2: 'run' without a command\n" },

    /* Context. */
    { "t @:\n\tcd /srv\n\tcd app\n\trun a\n\tcd -\n\trun b\n\tcd -\n\trun c\n",
      "1 cd </srv>\n2 cd <app>\n3 run a in /srv/app\n4 cd <->\n5 run b in /srv\n6 cd <->\n"
      "7 run c\n" },
    { "t @:\n\tcd ~/app\n\tlocal a\n\trun b\n", "1 cd <~/app>\n2 local a\n3 run b in app\n" },
    { "t @:\n\tenv A=1 PATH=$$HOME/bin:$$PATH\n\tprefix . bin/activate\n\trun a\n",
      "1 env <A=1> <PATH=$HOME/bin:$PATH>\n2 prefix . bin/activate\n"
      "3 run a with A=1; export A\nPATH=$HOME/bin:$PATH; export PATH\n"
      "{ . bin/activate\n} || exit\n\n" },
    { "t @:\n\tenv 1A=1\n", "2: env: '1A=1' is no NAME=VALUE\n" },
    { "t @local:\n\tcd sub\n\tlocal a\n", "1 cd <sub>\n2 local a in sub\n" },
    { "t @local:\n\trun a\n", "2: 'run' works on a host, and this task runs here (@local)\n"
                              "  write `local` for a command of this machine\n" },

    /* Blocks. */
    { "t @:\n\trun {\n\t\tif a; then\n\t\t  b # c\n\n\t\tfi\n\t}\n\trun d\n",
      "1 run {} if a; then\n  b # c\n\nfi\n\n2 run d\n" },
    { "t @:\n\t@run --ok=3 {\n\tf() {\n\t\ta\n\t }\n\t}\n", "1@ run ok=3 {} f() {\n\ta\n }\n\n" },
    { "t @:\n\tput {\n", "2: too few arguments: write `put SOURCE… DESTINATION`\n" },

    /* Verbs that are none. */
    { "t @:\n\trnu a\n",
      "2: unknown verb 'rnu': each step of a task begins with a verb\n  did you mean 'run'?\n" },
    { "t @:\n\ttransmogrify main x\n",
      "2: unknown verb 'transmogrify': each step of a task begins with a verb\n"
      "  known verbs are run, sudo, local, put, get, archive, link, only-if, cd, env, prefix, "
      "confirm, checkout\n" },

    /* Questions. */
    { "t @local:\n\tconfirm 'Go  on?'\n", "1 confirm <Go  on?>\n" },
    { "t @local:\n\tconfirm\n", "2: too few arguments: write `confirm QUESTION`\n" },
    { "t @local:\n\tconfirm --default=x y\n", "2: confirm: --default takes yes or no, not 'x'\n" },

    /* What waits. */
    { "t @:\n\trun a $(run b)\n\trun c\n", "1? run a $(run b)\n2 run c\n" },
    { "p = $(run b)\nt @:\n\trun a $(p)\n", "1? run a $(run b)\n" },
    { "t @:\n\tcd $(run pwd)/x\n\trun c\n\tlocal d\n",
      "1? cd $(run pwd)/x\n2? run c\n3 local d\n" },
};

START_TEST(recipe)
{
    struct step_world *world = world_open(cases[_i].fakefile);
    struct str out = { 0 };
    if (world_make(world)) {
        for (size_t i = 0; i < world->steps.count; i++)
            print_step(&out, &world->steps.items[i]);
    }
    str_add(&out, str_text(&world->said));
    if (strcmp(str_text(&out), cases[_i].expected) != 0)
        ck_abort_msg("%s\ngave\n%s\nnot\n%s", cases[_i].fakefile, str_text(&out),
                     cases[_i].expected);
    str_free(&out);
    world_close(world);
}
END_TEST

static const struct {
    const char *one, *other;
    bool is_same;
} fingerprints[] = {
    { "t @:\n\trun a\n", "t @:\n\t@run a\n", true },
    { "t @:\n\trun a\n", "t @:\n\t-run --timeout=3 --retries=2 --quiet a\n", true },
    { "t @:\n\trun a\n", "t @:\n\trun b\n", false },
    { "t @:\n\trun a\n", "t @:\n\tlocal a\n", false },
    { "t @:\n\tput a b\n", "t @:\n\tput --mode=600 a b\n", false },
    { "t @:\n\trun $(run b)\n", "x = b\nt @:\n\trun $(run b)\n", true },
    { "t @:\n\tcd x\n\trun a\n", "t @:\n\tcd y\n\trun a\n", false },
    { "t @:\n\tcd x\n\tlocal a\n", "t @:\n\tcd y\n\tlocal a\n", true },
};

/* Of the last step. */
static const char *fingerprint_of(struct step_world *world)
{
    ck_assert_msg(world_make(world), "%s", str_text(&world->said));
    return world->steps.items[world->steps.count - 1].fingerprint;
}

START_TEST(fingerprint)
{
    struct step_world *one = world_open(fingerprints[_i].one);
    struct step_world *other = world_open(fingerprints[_i].other);
    const char *a = fingerprint_of(one), *b = fingerprint_of(other);
    ck_assert_msg((strcmp(a, b) == 0) == fingerprints[_i].is_same, "%s\n%s", a, b);
    world_close(one);
    world_close(other);
}
END_TEST

START_TEST(waiting_step_is_resolved_at_its_turn)
{
    struct step_world *world =
        world_open("t @:\n\tcd $(run pwd)/x\n\trun -- kill $(run cat pid)\n\trun c\n");
    ck_assert(world_make(world));
    struct step *steps = world->steps.items;
    ck_assert(!step_resolve(&world->steps, &steps[0], &world->expander));
    ck_assert(world->expander.is_waiting);
    world->answer = "/srv";
    ck_assert(step_resolve(&world->steps, &steps[0], &world->expander));
    ck_assert(steps[1].waits && !steps[2].waits);
    world->answer = "17";
    ck_assert(step_resolve(&world->steps, &steps[1], &world->expander));
    ck_assert_str_eq(steps[1].command, "kill 17");
    ck_assert_str_eq(steps[1].context->folder, "/srv/x");
    ck_assert_str_eq(steps[2].context->folder, "/srv/x");
    ck_assert_uint_eq(world->diags.errors, 0);
    world_close(world);
}
END_TEST

START_TEST(check_finds_what_needs_no_expansion)
{
    struct step_world *world = world_open("t @:\n\tpit a b\n\trun --okk=1 x\n\t$(what)\n"
                                          "\trun {\n\t\tfoo\n\t}\n\tlinc a b\n");
    steps_check(world_recipe(world), &world->expander);
    ck_assert_uint_eq(world->diags.errors, 3);
    ck_assert_str_eq(str_text(&world->said),
                     "2: unknown verb 'pit': each step of a task begins with a verb\n"
                     "  did you mean 'put'?\n"
                     "3: run has no option --okk\n  did you mean --ok?\n"
                     "8: unknown verb 'linc': each step of a task begins with a verb\n"
                     "  did you mean 'link'?\n");
    world_close(world);
}
END_TEST

START_TEST(shell_runs_once)
{
    struct step_world *world =
        world_open("t @:\n\trun a $(shell echo x >>/tmp/fake-unit-step-shell; echo y)\n");
    unlink("/tmp/fake-unit-step-shell");
    ck_assert(world_make(world));
    ck_assert_str_eq(world->steps.items[0].command, "a y");
    FILE *file = fopen("/tmp/fake-unit-step-shell", "r");
    char text[16] = "";
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(text, 1, sizeof text, file), 2);
    fclose(file);
    unlink("/tmp/fake-unit-step-shell");
    world_close(world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("steps");
    TCase *tests = tcase_create("steps");
    tcase_add_loop_test(tests, recipe, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, fingerprint, 0, sizeof fingerprints / sizeof *fingerprints);
    tcase_add_test(tests, waiting_step_is_resolved_at_its_turn);
    tcase_add_test(tests, check_finds_what_needs_no_expansion);
    tcase_add_test(tests, shell_runs_once);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
