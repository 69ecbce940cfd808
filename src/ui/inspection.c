#include "ui/inspection.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/hosts.h"
#include "ui/safe.h"

void inspection_shown_free(struct inspection_shown *shown)
{
    for (size_t i = 0; i < shown->hosts.len; i++) {
        struct shown_host *host = shown->hosts.items[i];
        for (size_t k = 0; k < host->targets.len; k++) {
            struct shown_target *target = host->targets.items[k];
            vec_free(&target->differing);
            vec_free(&target->owed);
        }
        vec_free(&host->targets);
    }
    for (size_t i = 0; i < shown->runs.len; i++) {
        struct shown_run *run = shown->runs.items[i];
        vec_free(&run->hosts);
        vec_free(&run->unfinished);
    }
    vec_free(&shown->hosts);
    vec_free(&shown->runs);
}

static void add_safe(struct str *out, const char *text)
{
    safe_add(out, text, strlen(text));
}

static void add_names(struct str *out, const char *head, const struct vec *names)
{
    if (names->len == 0)
        return;
    str_add(out, head);
    for (size_t i = 0; i < names->len; i++) {
        str_add(out, i > 0 ? ", " : " ");
        add_safe(out, names->items[i]);
    }
}

/* ---- hosts with the same to tell ---- */

typedef void describer(const struct shown_host *host, struct str *out);
typedef void taker(void *context, const char *text);

/* The names of the hosts from `first` on that have the text of that one, which they give up. */
static void gather(const struct vec *hosts, char **texts, size_t first, struct vec *names)
{
    const char *model = texts[first];

    for (size_t i = first; i < hosts->len; i++) {
        if (!texts[i] || strcmp(texts[i], model) != 0)
            continue;
        vec_push(names, (void *)((const struct shown_host *)hosts->items[i])->name);
        if (i == first)
            continue;
        free(texts[i]);
        texts[i] = NULL;
    }
}

/* "NAMES: TEXT" once for all hosts with the same text; those with none are passed over. */
static void tell_together(const struct vec *hosts, describer *describe, taker *take, void *context)
{
    char **texts = mem_array(hosts->len + 1, sizeof *texts);

    for (size_t i = 0; i < hosts->len; i++) {
        const struct shown_host *host = hosts->items[i];
        struct str text = { 0 };
        if (!host->failure)
            describe(host, &text);
        texts[i] = text.len > 0 ? str_steal(&text) : NULL;
    }
    for (size_t i = 0; i < hosts->len; i++) {
        struct vec names = { 0 };
        struct str line = { 0 };
        if (!texts[i])
            continue;
        gather(hosts, texts, i, &names);
        hosts_sort(&names);
        hosts_add(&names, &line);
        str_addf(&line, *texts[i] == '\n' ? ":%s" : ": %s", texts[i]);
        take(context, str_text(&line));
        vec_free(&names);
        str_free(&line);
        free(texts[i]);
    }
    free(texts);
}

static void print_line(void *out, const char *text)
{
    fprintf(out, "%s\n", text);
}

/* ---- status ---- */

static void describe_target(const struct shown_target *target, struct str *out)
{
    str_add(out, "\n    ");
    add_safe(out, target->name);
    if (target->time) {
        str_add(out, ": ");
        add_safe(out, target->time);
        str_add(out, ", by ");
        add_safe(out, target->by ? target->by : "?");
        str_add(out, target->revision ? ", revision " : "");
        add_safe(out, target->revision ? target->revision : "");
    }
    if (target->void_name) {
        str_add(out, "\n        does not count: newer on this machine is ");
        add_safe(out, target->void_name);
    }
    if (target->has_drifted && target->differing.len == 0)
        str_add(out, "\n        not as it was left");
    add_names(out, "\n        not as it was left:", &target->differing);
    add_names(out, "\n        still owed:", &target->owed);
}

static void describe_status(const struct shown_host *host, struct str *out)
{
    if (host->targets.len == 0)
        str_add(out, "nothing is recorded");
    if (host->holder) {
        str_add(out, host->targets.len == 0 ? "; in use by " : "in use by ");
        add_safe(out, host->holder);
    }
    for (size_t i = 0; i < host->targets.len; i++)
        describe_target(host->targets.items[i], out);
}

void status_print_text(const struct inspection_shown *shown, FILE *out)
{
    tell_together(&shown->hosts, describe_status, print_line, out);
}

/* ---- history ---- */

static void describe_run(const struct shown_run *run, struct str *out)
{
    add_safe(out, run->time);
    str_add(out, "  ");
    add_safe(out, *run->goals ? run->goals : "?");
    str_add(out, " on ");
    hosts_add(&run->hosts, out);
    if (*run->by) {
        str_add(out, ", by ");
        add_safe(out, run->by);
    }
    if (*run->from) {
        str_add(out, ", from ");
        add_safe(out, run->from);
    }
    add_names(out, "\n    did not end well:", &run->unfinished);
    str_addc(out, '\n');
}

void history_print_text(const struct inspection_shown *shown, FILE *out)
{
    struct str text = { 0 };

    for (size_t i = 0; i < shown->runs.len; i++)
        describe_run(shown->runs.items[i], &text);
    if (shown->runs.len == 0)
        str_add(&text, "No run has changed anything there.\n");
    fwrite(str_text(&text), 1, text.len, out);
    str_free(&text);
}

/* ---- unlock ---- */

static void describe_holder(const struct shown_host *host, struct str *out)
{
    if (!host->holder)
        return;
    str_add(out, "locked by ");
    add_safe(out, host->holder);
}

static void describe_unlocked(const struct shown_host *host, struct str *out)
{
    if (!host->holder)
        return;
    str_add(out, "ended the session of ");
    add_safe(out, host->holder);
}

void holders_each(const struct inspection_shown *shown, taker *visit, void *context)
{
    tell_together(&shown->hosts, describe_holder, visit, context);
}

void unlock_print_text(const struct inspection_shown *shown, FILE *out)
{
    tell_together(&shown->hosts, describe_unlocked, print_line, out);
}
