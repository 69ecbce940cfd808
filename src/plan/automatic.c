#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "plan/planner.h"

/* The automatic variables of a job (GNU make manual, "Automatic Variables"), those of its host, and
 * how its texts are expanded. */

static const char *link_name(const struct link *link)
{
    const struct unit *unit = link->unit;
    const char *path = !unit ? NULL : unit->job_count ? unit->jobs->path : unit->path;

    return path ? path : link->target->name;
}

static void add_word(struct str *out, const char *word)
{
    if (out->len)
        str_addc(out, ' ');
    str_add(out, word);
}

/* Prerequisites of a kind; each once, or as often as written. */
static void add_links(const struct unit *unit, bool order_only, bool duplicates, struct str *out)
{
    struct map seen = { 0 };

    for (size_t i = 0; i < unit->link_count; i++) {
        const struct link *link = &unit->links[i];
        const char *name = link_name(link);

        if (link->is_hidden || (link->kind == EDGE_ORDER) != order_only)
            continue;
        if (!duplicates && unit->link_count > 1) {
            if (map_get(&seen, name))
                continue;
            *map_put(&seen, name) = (void *)name;
        }
        add_word(out, name);
    }
    map_free(&seen);
}

static void value_target(const struct job *job, struct str *out)
{
    str_add(out, job->path ? job->path : job->target->name);
}

static void value_first(const struct job *job, struct str *out)
{
    for (size_t i = 0; i < job->unit->link_count; i++)
        if (job->unit->links[i].kind == EDGE_CONTENT && !job->unit->links[i].is_hidden) {
            str_add(out, link_name(&job->unit->links[i]));
            return;
        }
    if (job->recipe && job->recipe == lang_model(job->plan->options->lang)->default_recipe)
        str_add(out, job->target->name);
}

static void value_all(const struct job *job, struct str *out)
{
    add_links(job->unit, false, false, out);
}

static void value_repeated(const struct job *job, struct str *out)
{
    add_links(job->unit, false, true, out);
}

static void value_order_only(const struct job *job, struct str *out)
{
    add_links(job->unit, true, false, out);
}

static void value_changed(const struct job *job, struct str *out)
{
    if (!job->changed) {
        value_all(job, out);
        return;
    }
    for (size_t i = 0; i < job->changed->len; i++) {
        const struct target *target = job->changed->items[i];
        const char *name = target->name;

        for (size_t k = 0; k < job->unit->link_count; k++)
            if (job->unit->links[k].target == target)
                name = link_name(&job->unit->links[k]);
        add_word(out, name);
    }
}

static void value_stem(const struct job *job, struct str *out)
{
    if (job->stem)
        str_add(out, job->stem);
}

static void value_member(const struct job *job, struct str *out)
{
    (void)job; /* of an archive, which fake does not look into */
    (void)out;
}

/* A word's folder without its slash, `.` when it has none; or what stands behind it. */
static void add_part(const char *word, size_t length, bool folder, struct str *out)
{
    size_t slash = length;

    while (slash > 0 && word[slash - 1] != '/')
        slash--;
    if (out->len)
        str_addc(out, ' ');
    if (!folder)
        str_addn(out, word + slash, length - slash);
    else if (slash == 0)
        str_addc(out, '.');
    else
        str_addn(out, word, slash > 1 ? slash - 1 : 1);
}

static void add_parts(const char *words, bool folder, struct str *out)
{
    struct str parts = { 0 };

    while (*(words += strspn(words, " "))) {
        size_t length = strcspn(words, " ");

        add_part(words, length, folder, &parts);
        words += length;
    }
    str_add(out, str_text(&parts));
    str_free(&parts);
}

/* $@ and its like, with D and F behind. */
static bool value_of_make(const struct job *job, const char *name, struct str *value)
{
    static void (*const values[128])(const struct job *, struct str *) = {
        ['@'] = value_target,     ['<'] = value_first,   ['^'] = value_all,  ['+'] = value_repeated,
        ['|'] = value_order_only, ['?'] = value_changed, ['*'] = value_stem, ['%'] = value_member,
    };
    unsigned char letter = (unsigned char)name[0];
    struct str words = { 0 };

    if (letter >= sizeof values / sizeof *values || !values[letter])
        return false;
    if (name[1] && ((name[1] != 'D' && name[1] != 'F') || name[2]))
        return false;
    values[letter](job, &words);
    if (name[1])
        add_parts(str_text(&words), name[1] == 'D', value);
    else
        str_add(value, str_text(&words));
    str_free(&words);
    return true;
}

static void add_roles(const struct vec *roles, struct str *value)
{
    struct str names = { 0 };

    for (size_t i = 0; i < roles->len; i++)
        add_word(&names, ((const struct role *)roles->items[i])->name);
    str_add(value, str_text(&names));
    str_free(&names);
}

static void value_host(const struct job *job, struct str *value)
{
    str_add(value, job->host->spec);
}

static void value_host_name(const struct job *job, struct str *value)
{
    str_add(value, job->host->name);
}

static void value_host_user(const struct job *job, struct str *value)
{
    const char *user = connect_user(job->plan, job->host);

    if (user)
        str_add(value, user);
}

static void value_host_port(const struct job *job, struct str *value)
{
    const char *port = connect_port(job->plan, job->host);

    str_add(value, port ? port : "22");
}

static void value_host_roles(const struct job *job, struct str *value)
{
    add_roles(&job->host->roles, value);
}

/* The roles by which the job came to its host: of -R, else of the binding. Here: those of -R. */
static void value_roles(const struct job *job, struct str *value)
{
    const struct selection *selection = job->plan->selection;
    const struct binding *binding = job->unit->binding;
    struct vec roles = { 0 };

    if (!job->host) {
        add_roles(&selection->roles, value);
        return;
    }
    for (size_t i = 0; i < job->host->roles.len; i++) {
        const struct role *role = job->host->roles.items[i];
        bool is_reason = false;

        for (size_t k = 0; k < selection->roles.len; k++)
            is_reason |= selection->roles.items[k] == role;
        for (size_t k = 0; !selection->roles.len && binding && k < binding->names.len; k++)
            is_reason |= strcmp(binding->names.items[k], role->name) == 0;
        if (is_reason)
            vec_push(&roles, (void *)role);
    }
    add_roles(&roles, value);
    vec_free(&roles);
}

/* Known to an on-failure task; the run says what they are. */
static void value_later(const struct job *job, struct str *value)
{
    (void)job;
    (void)value;
}

static bool value_of_host(const struct job *job, const char *name, struct str *value)
{
    static const struct {
        const char *name;
        enum { ON_HOST, ANYWHERE, ON_FAILURE } where;
        void (*value)(const struct job *, struct str *);
    } rows[] = {
        { "host", ON_HOST, value_host },
        { "host.name", ON_HOST, value_host_name },
        { "host.user", ON_HOST, value_host_user },
        { "host.port", ON_HOST, value_host_port },
        { "host.roles", ON_HOST, value_host_roles },
        { "roles", ANYWHERE, value_roles },
        { "failed", ON_FAILURE, value_later },
        { "failed.hosts", ON_FAILURE, value_later },
        { "status", ON_FAILURE, value_later },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        if ((rows[i].where == ON_HOST && !job->host) ||
            (rows[i].where == ANYWHERE && !job->unit->binding) ||
            (rows[i].where == ON_FAILURE && (!job->triggers.len || job->hook != HOOK_ON_FAILURE)))
            return false;
        rows[i].value(job, value);
        return true;
    }
    return false;
}

bool automatic_value(void *context, const char *name, struct str *value)
{
    const struct job *job = context;

    if (value_of_make(job, name, value))
        return true;
    if (name[0] == '@')
        return selected_value(job->plan, name, value);
    return strchr("hrfs", name[0]) && value_of_host(job, name, value);
}

static bool each_host(void *context, const char *hosts,
                      void (*one)(void *state, const struct scope *scope,
                                  const struct expand_calls *calls),
                      void *state)
{
    const struct job *job = context;
    const struct plan *plan = job->plan;
    struct lang *lang = plan->options->lang;
    struct vec list = { 0 };
    bool is_good = inventory_add_hosts(&lang_model(lang)->inventory, hosts, false,
                                       job->target->where, lang_diags(lang), &list);

    for (size_t i = 0; is_good && i < list.len; i++) {
        struct job there = *job;
        struct expander expander;

        there.host = list.items[i];
        there.scope = scope_make(plan->arena, job->unit, scope_of_host(plan, there.host));
        plan_expander(plan, &there, &expander);
        one(state, there.scope, &expander.calls);
    }
    vec_free(&list);
    return is_good;
}

bool plan_is_foreign(const struct job *job, const struct job *need)
{
    for (size_t i = 0; i < job->unit->link_count; i++)
        if (job->unit->links[i].target == need->target && !job->unit->links[i].is_foreign)
            return false;
    return true;
}

void plan_expander(const struct plan *plan, const struct job *job, struct expander *expander)
{
    bool is_task = job->unit->binding != NULL;

    *expander = (struct expander){
        .lang = plan->options->lang,
        .scope = job->scope,
        .calls = { .context = (void *)job, .automatic = automatic_value, .each_host = each_host },
        .undefined_is_error = is_task,
        .shell_failure_is_error = is_task,
    };
}
