#ifndef FAKE_TESTS_UNIT_STEP_PLAYING_H
#define FAKE_TESTS_UNIT_STEP_PLAYING_H

#include "session_driver.h"
#include "step_testing.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "step/unpack.h"

/* Steps that run on a host: compiled, sent through a session to a real sh, under each shell that is
 * installed, in a folder of the test's own: $(w). */

static struct driver *driver;
static char work[64];
static uint32_t next_id;

static const char *playing_password; /* for sudo */

static void open_folder(void)
{
    snprintf(work, sizeof work, "/tmp/fake-unit-step-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(work));
    ck_assert_int_eq(chdir(work), 0);
    setenv("HOME", work, 1);
    next_id = 1;
}

static inline void open_all(const char *shell)
{
    open_folder();
    driver = driver_open(shell);
}

static void close_all(void)
{
    driver_close(driver);
    ck_assert_int_eq(chdir("/"), 0);
    unpack_remove(work);
    ck_assert_int_ne(access(work, F_OK), 0);
}

/* A host with busybox and little of it: no stat, no readlink, no program for a hash. */
static inline void open_bare(void)
{
    static const char *const TOOLS[] = { "sh",   "cat",  "mv",     "rm",    "ln",
                                         "ls",   "wc",   "tar",    "mkdir", "chmod",
                                         "find", "head", "mkfifo", "uname", "sleep",
                                         "id",   "kill", "date",   "od",    "dd" };
    open_folder();
    mkdir("bin", 0700);
    for (size_t i = 0; i < sizeof TOOLS / sizeof *TOOLS; i++) {
        char *path = mem_printf("bin/%s", TOOLS[i]);
        ck_assert_int_eq(symlink("/bin/busybox", path), 0);
        free(path);
    }
    char *path = mem_printf("%s/bin", work);
    setenv("PATH", path, 1);
    free(path);
    driver = mem_alloc(sizeof *driver);
    driver->loop = loop_new();
    driver->connection = (struct connection){ .label = "test", .transport = "local" };
    driver->session = session_open(driver->loop, &driver->connection, &DRIVER_EVENTS, driver);
    session_boot(driver->session, NULL, 0);
    driver_wait(driver, &driver->is_ready);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_msg(fd >= 0, "%s", path);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static const char *read_text(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY);
    ck_assert_msg(fd >= 0, "%s is not there", path);
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static inline unsigned mode_of(const char *path)
{
    struct stat status;
    ck_assert_msg(lstat(path, &status) == 0, "%s is not there", path);
    return status.st_mode & 0777;
}

static inline uint64_t inode_of(const char *path)
{
    struct stat status;
    ck_assert_msg(lstat(path, &status) == 0, "%s is not there", path);
    return status.st_ino;
}

/* How a step went. */
struct played {
    int status; /* -1: it could not be compiled */
    bool changes;
    char said[1024];   /* its error output, or why not */
    char printed[256]; /* its output */
};

static struct played played_of(const struct step *step, int status, const char *said)
{
    struct played played = { .status = status, .changes = step->changes };
    snprintf(played.said, sizeof played.said, "%s", said);
    return played;
}

/* Sends it, with a command before it when there is one, and gives get its output. */
static struct played send_step(struct step *step, const struct content *const *contents,
                               const char *answer, const char *before)
{
    struct request *request = request_new(driver->session, next_id++);
    const char *why = NULL;
    uint32_t first = next_id++;
    if (before)
        add_step(request, first, before);
    struct step_target target = {
        .request = request, .id = next_id++, .next_id = &next_id, .sudo_password = playing_password
    };
    if (!step_compile(step, contents, answer, &target, &why)) {
        request_drop(request);
        return played_of(step, -1, why);
    }
    request_send(request);
    driver_wait_request(driver, driver->requests_ended + 1);
    struct story *story = &driver->stories[target.id];
    for (uint32_t id = target.id + 1; !story->began && id < next_id; id++) /* an upload's */
        if (driver->stories[id].ended && driver->stories[id].result.status)
            story = &driver->stories[id];
    int status = story->result.status;
    const char *said = str_text(&story->err);
    if (step_wants_output(step)) {
        if (story->out.len)
            step_take_output(step, story->out.data, story->out.len, &why);
        if (!step_finish(step, status, &why) || why)
            return played_of(step, -1, why);
    }
    struct played played = played_of(step, status, said);
    snprintf(played.printed, sizeof played.printed, "%s", str_text(&story->out));
    return played;
}

/* All of a put: sources, the question, the answer, and the step. `before` is run on the host
 * between the answer and the step. */
static struct played play_step(struct step_world *world, struct step *step, const char *before,
                               bool asks)
{
    struct vec paths = { 0 };
    const struct content *contents[16] = { 0 };
    struct str query = { 0 };
    const char *answer = NULL;
    step_sources(step, world->arena, &paths);
    for (size_t i = 0; i < paths.len; i++)
        contents[i] = content_load(paths.items[i], NULL);
    if (asks)
        step_ask(step, contents, &query);
    if (query.len) {
        uint32_t id = next_id++;
        session_query(driver->session, id, str_text(&query));
        driver_wait(driver, &driver->stories[id].ended);
        answer = str_text(&driver->stories[id].out);
    }
    struct played played = send_step(step, contents, answer, before);
    for (size_t i = 0; i < paths.len; i++)
        content_free((struct content *)contents[i]);
    vec_free(&paths);
    str_free(&query);
    return played;
}

/* The recipe's last step is played; those before it are cd and the like. */
static struct played play_with(const char *recipe, const char *before, bool asks)
{
    char *fakefile = mem_printf("w = %s\nt @:\n%s", work, recipe);
    struct step_world *world = world_open(fakefile);
    ck_assert_msg(world_make(world), "%s", str_text(&world->said));
    struct step *step = &world->steps.items[world->steps.count - 1];
    struct played played = play_step(world, step, before, asks);
    world_close(world);
    free(fakefile);
    return played;
}

static struct played play(const char *recipe)
{
    return play_with(recipe, NULL, true);
}

#define ck_played(call, expected)                                                                  \
    do {                                                                                           \
        struct played went = (call);                                                               \
        ck_assert_msg(went.status == (expected), "status %d: %s", went.status, went.said);         \
    } while (0)
#define ck_refused(call, expected, text)                                                           \
    do {                                                                                           \
        struct played went = (call);                                                               \
        ck_assert_msg(went.status == (expected) && strstr(went.said, text), "status %d: %s",       \
                      went.status, went.said);                                                     \
    } while (0)

#define ck_changed(call)                                                                           \
    do {                                                                                           \
        struct played it = (call);                                                                 \
        ck_assert_msg(it.status == 0 && it.changes, "status %d, changes %d: %s", it.status,        \
                      it.changes, it.said);                                                        \
    } while (0)
#define ck_unchanged(call)                                                                         \
    do {                                                                                           \
        struct played it = (call);                                                                 \
        ck_assert_msg(it.status == 0 && !it.changes, "status %d, changes %d: %s", it.status,       \
                      it.changes, it.said);                                                        \
    } while (0)

static inline int count_hidden(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += str_starts(entry->d_name, ".fake-");
    closedir(dir);
    return count;
}

#endif
