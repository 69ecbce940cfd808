#include "ui/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/hosts.h"
#include "ui/safe.h"

enum doing {
    DOING_CONNECTING,
    DOING_WAITING, /* connected, in no job yet */
    DOING_JOB,
    DOING_NOTHING, /* its last job is over */
    DOING_FAILED,  /* it could not be reached, or was lost */
};

struct host {
    char *name;
    enum doing doing;
    char *what; /* "deploy, step 2: run make"; NULL: doing says it all */
    double since;
};

/* The jobs of one target (of one batch). */
struct wave {
    char *target;
    unsigned batch, peers, over;
};

struct progress {
    struct map hosts; /* name ▶ struct host */
    struct vec waves; /* struct wave */
    unsigned peers;   /* hosts of the run; 0: not known */
};

struct progress *progress_new(void)
{
    return mem_alloc(sizeof(struct progress));
}

void progress_free(struct progress *progress)
{
    for (size_t i = 0; i < progress->hosts.len; i++) {
        struct host *host = progress->hosts.entries[i].value;
        free(host->name);
        free(host->what);
        free(host);
    }
    for (size_t i = 0; i < progress->waves.len; i++) {
        free(((struct wave *)progress->waves.items[i])->target);
        free(progress->waves.items[i]);
    }
    map_free(&progress->hosts);
    vec_free(&progress->waves);
    free(progress);
}

/* ---- what happens ---- */

static struct host *host_of(struct progress *progress, const char *name)
{
    struct host *host = map_get(&progress->hosts, name);

    if (!host) {
        host = mem_alloc(sizeof *host);
        host->name = mem_strdup(name);
        *map_put(&progress->hosts, host->name) = host;
    }
    return host;
}

static struct wave *wave_of(struct progress *progress, const struct event *event)
{
    const char *target = event->target ? event->target : "";
    struct wave *wave;

    for (size_t i = progress->waves.len; i > 0; i--) {
        wave = progress->waves.items[i - 1];
        if (wave->batch == event->batch && strcmp(wave->target, target) == 0)
            return wave;
    }
    wave = mem_alloc(sizeof *wave);
    wave->target = mem_strdup(target);
    wave->batch = event->batch;
    wave->peers = event->peers;
    vec_push(&progress->waves, wave);
    return wave;
}

static void set_doing(struct progress *progress, const struct event *event, enum doing doing)
{
    struct host *host = host_of(progress, event->host);

    if (host->doing == DOING_FAILED && doing == DOING_NOTHING)
        return;
    free(host->what);
    host->what = NULL;
    host->doing = doing;
    host->since = event->time;
}

static void set_done(struct progress *progress, const struct event *event)
{
    struct host *host = host_of(progress, event->host);
    bool failed = event->kind == EVENT_JOB_ENDED && event->status != 0;

    if (host->doing == DOING_NOTHING && event->target)
        host->what = mem_printf("%s with %s", failed ? "failed" : "done", event->target);
}

/* "deploy, step 2: run make" */
static void set_step(struct progress *progress, const struct event *event)
{
    struct host *host = host_of(progress, event->host);
    struct str what = { 0 };
    char *first_line =
        mem_strndup(event->text ? event->text : "", event->text ? strcspn(event->text, "\n") : 0);

    set_doing(progress, event, DOING_JOB);
    if (event->target)
        str_addf(&what, "%s, step %u: ", event->target, event->step);
    str_addf(&what, "%s ", event->verb ? event->verb : "");
    host_generalize(event->host, first_line, &what);
    host->what = str_steal(&what);
    free(first_line);
}

void progress_add(struct progress *progress, const struct event *event)
{
    static const int doings[] = {
        [EVENT_HOST_CONNECTING] = 1 + DOING_CONNECTING, [EVENT_HOST_READY] = 1 + DOING_WAITING,
        [EVENT_HOST_FAILED] = 1 + DOING_FAILED,         [EVENT_JOB_BEGAN] = 1 + DOING_JOB,
        [EVENT_JOB_SKIPPED] = 1 + DOING_NOTHING,        [EVENT_JOB_WOULD_RUN] = 1 + DOING_NOTHING,
        [EVENT_JOB_ENDED] = 1 + DOING_NOTHING,          [EVENT_RUN_ENDED] = 0,
    };

    if (event->kind == EVENT_RUN_BEGAN)
        progress->peers = event->peers;
    if (!event->host)
        return;
    if (doings[event->kind] > 0)
        set_doing(progress, event, (enum doing)(doings[event->kind] - 1));
    if (doings[event->kind] == 1 + DOING_NOTHING)
        set_done(progress, event);
    if (event->kind == EVENT_STEP_BEGAN)
        set_step(progress, event);
    if (event->kind == EVENT_JOB_BEGAN)
        wave_of(progress, event);
    if (event->job > 0 &&
        (doings[event->kind] == 1 + DOING_NOTHING || event->kind == EVENT_JOB_DROPPED))
        wave_of(progress, event)->over++;
}

/* ---- telling it ---- */

/* Hosts that do the same. */
struct crowd {
    const char *what;
    struct vec hosts;
    bool is_busy;
    double since; /* of the one that does it for the longest time */
};

static const char *what_of(const struct host *host)
{
    static const char *const words[] = {
        [DOING_CONNECTING] = "connecting",       [DOING_WAITING] = "connected, waiting",
        [DOING_JOB] = "about to begin a job",    [DOING_NOTHING] = "nothing",
        [DOING_FAILED] = "could not be reached",
    };

    return host->what ? host->what : words[host->doing];
}

static bool is_busy(const struct host *host)
{
    return host->doing == DOING_CONNECTING || host->doing == DOING_JOB;
}

static int compare_crowds(const void *a, const void *b)
{
    const struct crowd *x = *(const struct crowd *const *)a;
    const struct crowd *y = *(const struct crowd *const *)b;

    if (x->hosts.len != y->hosts.len)
        return x->hosts.len < y->hosts.len ? -1 : 1;
    return strcmp(x->what, y->what);
}

/* The fewest first: they are the ones that are waited for. */
static struct vec collect(const struct progress *progress, bool only_busy)
{
    struct vec crowds = { 0 };
    struct map by_what = { 0 };

    for (size_t i = 0; i < progress->hosts.len; i++) {
        const struct host *host = progress->hosts.entries[i].value;
        struct crowd *crowd = map_get(&by_what, what_of(host));
        if (only_busy && !is_busy(host))
            continue;
        if (!crowd) {
            crowd = mem_alloc(sizeof *crowd);
            crowd->what = what_of(host);
            crowd->since = host->since;
            crowd->is_busy = is_busy(host);
            *map_put(&by_what, crowd->what) = crowd;
            vec_push(&crowds, crowd);
        }
        vec_push(&crowd->hosts, host->name);
        crowd->since = host->since < crowd->since ? host->since : crowd->since;
    }
    map_free(&by_what);
    for (size_t i = 0; i < crowds.len; i++)
        hosts_sort(&((struct crowd *)crowds.items[i])->hosts);
    if (crowds.len > 1)
        qsort(crowds.items, crowds.len, sizeof *crowds.items, compare_crowds);
    return crowds;
}

static void free_crowds(struct vec *crowds)
{
    for (size_t i = 0; i < crowds->len; i++) {
        vec_free(&((struct crowd *)crowds->items[i])->hosts);
        free(crowds->items[i]);
    }
    vec_free(crowds);
}

static void add_time(const struct crowd *crowd, double time, struct str *out)
{
    if (crowd->is_busy && time - crowd->since >= 1)
        str_addf(out, " (%.0f s)", time - crowd->since);
}

static const struct wave *current_wave(const struct progress *progress)
{
    for (size_t i = progress->waves.len; i > 0; i--) {
        const struct wave *wave = progress->waves.items[i - 1];
        if (wave->over < wave->peers)
            return wave;
    }
    return NULL;
}

/* Without the target, which the line begins with. */
static const char *short_of(const struct wave *wave, const char *what)
{
    size_t length = wave ? strlen(wave->target) : 0;

    if (wave && strncmp(what, wave->target, length) == 0 && str_starts(what + length, ", step "))
        return what + length + 2;
    return what;
}

enum { HOSTS_COLUMNS = 30, WHAT_COLUMNS = 40 };

/* "web[4,7]: step 1: run pip insta… (12 s)" */
static void add_short(const struct crowd *crowd, const char *what, double time, struct str *out)
{
    struct str hosts = { 0 };
    size_t length = strlen(what), cut = columns_cut(what, WHAT_COLUMNS);

    hosts_add(&crowd->hosts, &hosts);
    if (crowd->hosts.len > 1 && columns_of(str_text(&hosts)) > HOSTS_COLUMNS)
        str_addf(out, "%zu hosts: ", crowd->hosts.len);
    else
        str_addf(out, "%s: ", str_text(&hosts));
    safe_add(out, what, cut);
    str_add(out, cut < length ? "…" : "");
    add_time(crowd, time, out);
    str_free(&hosts);
}

void progress_line(const struct progress *progress, double time, struct str *out)
{
    const struct wave *wave = current_wave(progress);
    struct vec crowds = collect(progress, true);

    if (crowds.len > 0 && wave && wave->peers > 1) {
        safe_add(out, wave->target, strlen(wave->target));
        str_addf(out, "%s%u of %u hosts done", *wave->target ? ": " : "", wave->over, wave->peers);
    }
    for (size_t i = 0; i < crowds.len; i++) {
        const struct crowd *crowd = crowds.items[i];
        str_add(out, out->len > 0 ? "; " : "");
        add_short(crowd, short_of(wave, crowd->what), time, out);
    }
    free_crowds(&crowds);
}

static bool is_any_at_work(const struct progress *progress)
{
    for (size_t i = 0; i < progress->hosts.len; i++) {
        const struct host *host = progress->hosts.entries[i].value;
        if (host->doing == DOING_JOB)
            return true;
    }
    return false;
}

void progress_report(const struct progress *progress, double time, struct str *out)
{
    struct vec crowds = collect(progress, false);

    if (crowds.len > 0)
        str_add(out, "What the hosts were doing:\n");
    for (size_t i = 0; i < crowds.len; i++) {
        const struct crowd *crowd = crowds.items[i];
        str_add(out, "    ");
        hosts_add(&crowd->hosts, out);
        str_add(out, ": ");
        safe_add(out, crowd->what, strlen(crowd->what));
        add_time(crowd, time, out);
        str_addc(out, '\n');
    }
    if (progress->hosts.len > 0 && progress->peers > progress->hosts.len)
        str_addf(out, "    %zu more: not begun\n", progress->peers - progress->hosts.len);
    if (is_any_at_work(progress))
        str_add(out, "Waiting until that has ended; a second interrupt leaves at once.\n");
    free_crowds(&crowds);
}
