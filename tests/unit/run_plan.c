#include "run_testing.h"
#include "suite.h"

/* Whole runs: a Fakefile, what is run with it, and what happens, over sessions with a local sh. */

#define HEAD "user = me\nproject = test\nhosts = h1 h2\nssh_transport = local\n"

enum { ACTS = 6 };

/* What is done one after the other in one folder: `before` by sh, then the goals. */
struct act {
    const char *before; /* or NULL */
    const char *goals;
    struct run_options options;
    int status;
    const char *said;   /* what must be in it, lines in this order */
    const char *unsaid; /* what must not; or NULL */
};

struct run_case {
    const char *name;
    const char *fakefile;
    struct act acts[ACTS];
};

static const struct run_case cases[] = {
    { "a task of each host, skipped the second time",
      "deploy @: app\n\tput app $(CURDIR)/$(host)\n\trun echo ran on $(host)\n",
      { { "echo 1 >app", "deploy", .said = "job-began deploy@h1: no record on h1\nran on h1\n" },
        { NULL, "deploy", .said = "job-skipped deploy@h1: unchanged\n", .unsaid = "ran on" },
        { "echo 2 >app", "deploy", .said = "job-began deploy@h1: app changed\nran on h1\n" },
        { "rm h2", "deploy", .said = "job-skipped deploy@h1: unchanged\n", .unsaid = "ran on h1" },
        { "echo 3 >h2", "deploy", .said = "h2 is not as it was left" } } },
    { "a failing step ends all",
      "hosts = h1\na @:\n\trun echo one; exit 3\n\trun echo two\nb @:\n\trun echo three\n",
      { { NULL, "a b", .status = FAKE_FAILED, .said = "step-ended a@h1 1 (3)\njob-ended a@h1 (3)",
          .unsaid = "three" } } },
    { "-k goes on",
      "hosts = h1\na @:\n\trun exit 3\nb @: a\n\trun echo two\nc @:\n\trun echo three\n",
      { { NULL, "b c", { .keep_going = true }, FAKE_FAILED, .said = "three", .unsaid = "two" } } },
    { "minus, ok and retries",
      "hosts = h1\na @:\n\t-run exit 3\n\trun --ok=0,4 exit 4\n\trun --retries=2 echo x >>n; "
      "test $$(wc -l <n) = 3\n\trun echo end\n",
      { { NULL, "a",
          .said =
              "step-ended a@h1 1 (3) ignored\nstep-ended a@h1 2\nstep-ended a@h1 3 (1) ignored: "
              "exit code 1; trying again\nstep-ended a@h1 3\nend\n" } } },
    { "after-hooks that failed are owed",
      "hosts = h1\ndeploy @: app\n\tput app $(CURDIR)/there\n\trun echo ran\nrestart @:\n"
      "\trun test -e $(CURDIR)/may && echo restarted\nafter deploy: restart\n",
      { { "echo 1 >app", "deploy", .status = FAKE_FAILED, .said = "ran\n" },
        { "touch may", "deploy", .said = "job-skipped deploy@h1: unchanged\nrestarted\n" },
        { NULL, "deploy", .said = "job-skipped deploy@h1", .unsaid = "restarted" } } },
    { "the hooks of a target without a recipe are owed from its first step on",
      "hosts = h1\nup @: app\n\tput app $(CURDIR)/there\nfail @:\n\trun test -e $(CURDIR)/may\n"
      "deploy @: up fail\nrestart @:\n\trun echo restarted\nafter deploy: restart\n",
      { { "echo 1 >app", "deploy", .status = FAKE_FAILED, .unsaid = "restarted" },
        { "touch may", "deploy", .said = "job-skipped up@h1\nrestarted\n" } } },
    { "a job that sent nothing new asks for no hook",
      "hosts = h1\nconf @: app\n\tput app $(CURDIR)/there\nreload @:\n\trun echo reloaded\n"
      "after conf: reload\n",
      { { "echo 1 >app", "conf", .said = "reloaded" },
        { "rm -rf $HOME/.fake", "conf", .said = "job-began conf@h1: no record on h1",
          .unsaid = "reloaded" },
        { NULL, "conf", .said = "job-skipped conf@h1", .unsaid = "reloaded" } } },
    { "before-hooks run only when the body does",
      "hosts = h1\nt @: app\n\tput app $(CURDIR)/there\n\trun echo body\ncheck @:\n\trun echo "
      "check\nbefore t: check\n",
      { { "echo 1 >app", "t", .said = "check\nbody\n" }, { NULL, "t", .unsaid = "check\n" } } },
    { "a failed before-hook stops its target",
      "hosts = h1\nt @:\n\trun echo body\ncheck @:\n\trun false\nbefore t: check\n",
      { { NULL, "t", .status = FAKE_FAILED, .said = "job-ended t@h1", .unsaid = "body" } } },
    { "on-failure",
      "hosts = h1\nt @:\n\trun exit 7\nundo @:\n\trun echo undo $(failed) / $(status) / "
      "$(failed.hosts)\non-failure t: undo\n",
      { { NULL, "t", .status = FAKE_FAILED, .said = "undo run exit 7 / 7 / h1\n" } } },
    { "$(run …) waits for its turn",
      "hosts = h1\nt @:\n\trun echo 5 >n\n\trun echo got $(run cat n) $(if $(exists "
      "n),yes,no) $(if $(exists m),yes,no)\n",
      { { NULL, "t", .said = "got 5 yes no\n" } } },
    { "local steps stand between those on the host",
      "hosts = h1\nt @:\n\trun echo one\n\tlocal echo two $(host)\n\trun echo three\n",
      { { NULL, "t", .said = "one\n\ntwo h1\n\nthree\n" } } },
    { "-n changes nothing",
      "hosts = h1\nt @: app\n\tput app $(CURDIR)/there\nr @:\n\trun echo x\nafter t: r\n",
      { { "echo 1 >app",
          "t",
          { .dry_run = true },
          .said = "job-would-run t@h1: no record on h1\njob-would-run r@h1" },
        { "test ! -e $HOME/.fake && test ! -e there && test ! -e .fake",
          "t",
          { .question = true },
          FAKE_TO_DO,
          .unsaid = "job-began" },
        { NULL, "t", .said = "job-began t@h1" },
        { NULL, "t", { .question = true }, FAKE_DONE, .said = "job-skipped t@h1" } } },
    { "a local task runs again when what it left is gone",
      "hosts = h1\npack @local: src\n\tlocal cp src out\ndeploy @: pack\n\tput out "
      "$(CURDIR)/there\n\trun echo ran\n",
      { { "echo 1 >src", "deploy", .said = "job-began pack: no record\nran\n" },
        { NULL, "deploy", .said = "job-skipped pack\njob-skipped deploy@h1", .unsaid = "ran" },
        { "rm out", "deploy", .said = "job-began pack: out is missing\njob-skipped deploy@h1" },
        { "echo x >out", "deploy", .said = "job-began pack: out is not as it was left\n" } } },
    { "an interrupted record is none",
      "hosts = h1\nt @: app\n\tput app $(CURDIR)/there\n\trun test -e $(CURDIR)/may\n",
      { { "echo 1 >app; touch may", "t", .status = FAKE_DONE },
        { "echo 2 >app; rm may", "t", .status = FAKE_FAILED },
        { "echo 1 >app; touch may", "t", .said = "job-began t@h1: no record on h1" } } },
    { "inputs",
      "hosts = h1\nt @:\n\trun echo ran $(rev)\nt: inputs = $(rev)\nrev = $(shell cat rev)\n"
      "o @:\n\trun echo once\no: inputs = once\n",
      { { "echo 1 >rev", "t o", .said = "ran 1\n\nonce\n" },
        { NULL, "t o", .said = "job-skipped t@h1\njob-skipped o@h1" },
        { "echo 2 >rev", "t o", .said = "ran 2\njob-skipped o@h1" } } },
    { "make's part: by content",
      "out: in\n\tcp in out\n\t@echo done\n",
      { { "echo 1 >in", "out", .said = "step-began out 1: cp in out\ndone\n" },
        { "touch in", "out", .said = "job-skipped out: 'out' is up to date.", .unsaid = "done" },
        { "echo 2 >in", "out", .said = "job-began out: in changed\ndone\n" },
        { "echo x >out; touch -d '2000-01-01' out", "out", .said = "in is newer" } } },
    { "make's part: errors",
      "out: in\n\tfalse\n\nx:\n\t-exit 3\n\techo next\n",
      { { "echo 1 >in", "out", .status = FAKE_FAILED,
          .said = "step-ended out 1 (1): [Fakefile:6: out] Error 1" },
        { NULL, "x", .said = "step-ended x 1 (3) ignored: [Fakefile:9: x] Error 3\nnext\n" } } },
    { "make's part: what changed",
      "out: a b | c\n\techo changed: $? >out; echo $?\n",
      { { "echo 1 >a; echo 1 >b; echo 1 >c", "out", .said = "a b\n" },
        { "echo 2 >b", "out", .said = "\nb\n" },
        { "echo 2 >c", "out", .said = "'out' is up to date." } } },
    { "make's part: an empty stamp stands for what it was made from",
      "out: stamp\n\techo out; echo 1 >out\nstamp: in\n\techo stamp; touch stamp\n",
      { { "echo 1 >in", "out", .said = "stamp\n" },
        { NULL, "out", .said = "'out' is up to date." },
        { "echo 2 >in", "out",
          .said = "job-began stamp: in changed\njob-began out: stamp changed" } } },
    { "make's part: a record of another file is void",
      "out: in\n\tcp in out; echo made\n",
      { { "echo 1 >in", "out", .said = "made" },
        { "sleep 0.02; echo 2 >out", "out", .said = "'out' is up to date.", .unsaid = "made" },
        { NULL, "out", .said = "'out' is up to date.", .unsaid = "made" } } },
    { "make's part: known by states, but not when only the change time differs",
      "all: out\nout: mid\n\techo make out; cp mid out\nmid: in\n\techo make mid; cp in mid\n",
      { { "echo 1 >in", "all", .said = "make mid\nmake out\n" },
        { "sleep 3.1", "all", .said = "Nothing to be done for 'all'.", .unsaid = "make mid" },
        { "cp -p in old; echo 2 >in; touch -r old in", "all", .said = "make mid\nmake out\n" },
        { "cp -p out old; echo 3 >out; touch -r old out", "all", .said = "Nothing to be done" } } },
    { "make's part: -W and -o",
      "out: a b\n\techo $?; touch out; echo 1 >out\n",
      { { "echo 1 >a; echo 1 >b", "out", .said = "a b\n" },
        { NULL, "out", { .new_files = (const char *const[]){ "b", NULL } }, .said = "\nb\n" },
        { "echo 2 >a",
          "out",
          { .old_files = (const char *const[]){ "a", NULL } },
          .said = "'out' is up to date." },
        { NULL, "out", .said = "\na\n" } } },
    { "a host that cannot be reached",
      "@h1: ssh_transport = command exit 1\nt @:\n\trun echo on $(host)\nu @:\n\trun echo u\n",
      { { NULL,
          "t u",
          { .keep_going = true },
          FAKE_UNREACHABLE,
          .said = "on h2\n",
          .unsaid = "on h1" } } },
};

/* Each line of `wanted`, in this order. */
static const char *missing_line(const char *said, const char *wanted, char *line, size_t size)
{
    while (*wanted) {
        size_t length = strcspn(wanted, "\n");
        snprintf(line, size, "%.*s", (int)length, wanted);
        said = strstr(said, line);
        if (!said)
            return line;
        said += length;
        wanted += length + (wanted[length] == '\n');
    }
    return NULL;
}

static void play(struct run_world *world, const struct run_case *test, const struct act *act)
{
    char line[512];
    struct run_options options = act->options;
    options.jobs_here = 1;
    if (act->before)
        ck_assert_int_eq(system(act->before), 0);
    int status = run_goals(world, act->goals, &options);
    const char *said = str_text(&world->said);
    if (status != act->status)
        ck_abort_msg("%s, act %d: status %d\n%s", test->name, (int)(act - test->acts), status,
                     said);
    const char *missing = missing_line(said, act->said ? act->said : "", line, sizeof line);
    if (missing)
        ck_abort_msg("%s, act %d: no \"%s\" in\n%s", test->name, (int)(act - test->acts), missing,
                     said);
    if (act->unsaid && strstr(said, act->unsaid))
        ck_abort_msg("%s, act %d: \"%s\" in\n%s", test->name, (int)(act - test->acts), act->unsaid,
                     said);
}

START_TEST(runs)
{
    struct run_world world;
    const struct run_case *test = &cases[_i];
    char *text = mem_printf("%s%s", HEAD, test->fakefile);
    world_begin(&world);
    write_file("Fakefile", text);
    for (size_t i = 0; i < ACTS && test->acts[i].goals; i++)
        play(&world, test, &test->acts[i]);
    free(text);
    world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run plan");
    TCase *tests = tcase_create("runs");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, runs, 0, sizeof cases / sizeof *cases);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
