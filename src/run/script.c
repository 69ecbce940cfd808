#include "run/script.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "run/record.h"
#include "run/script_big.h"
#include "run/script_large.h"
#include "run/script_library.h"
#include "step/step.h"

/* A record of so many places, or so long, has its own way: a shell's read takes a byte at a time,
 * and its patterns quadratic time. Either is more than r_read's limit in bytes. */
enum { MANY_PLACES = 150, LONG_TEXT = 16 * 1024 };

void script_library(struct str *out, const char *folder, bool shares)
{
    str_addf(out, "r=%s r_m=%s\n", folder, script_mask(shares));
    str_add(out, script_library_base);
    if (shares)
        str_add(out, script_library_share);
}

char *script_folder(const char *state_dir, const char *project)
{
    struct str text = { 0 };
    struct str name = { 0 };
    record_encode_name(project, &name);
    if (!state_dir) {
        str_addf(&text, "\"$HOME\"/.fake/");
    } else {
        bool from_home = str_starts(state_dir, "~/");
        str_add(&text, from_home || state_dir[0] != '/' ? "\"$HOME\"/" : "");
        str_add_quoted(&text, from_home ? state_dir + 2 : state_dir);
        str_addc(&text, '/');
    }
    str_add_quoted(&text, str_text(&name));
    str_free(&name);
    return str_steal(&text);
}

void script_known(struct str *out)
{
    str_add(out, script_big_known);
}

void script_tree(struct str *out, const char *name, const char *root, const char *known)
{
    str_addf(out, "%sif r_tree %s ", script_large_tree, name);
    str_add_quoted(out, root);
    str_add(out, " ");
    str_add_quoted(out, known);
    str_add(out, "; then :; ");
}

const char *script_mask(bool shares)
{
    return shares ? "007" : "077";
}

void script_lock(struct str *out, const char *id, const char *holder)
{
    str_add(out, "r_begin ");
    str_add_quoted(out, id);
    str_addc(out, ' ');
    str_add_quoted(out, holder);
    str_addc(out, '\n');
}

void script_unlock(struct str *out)
{
    str_add(out, "exec 9>&-; r_tool || { r_x=; read -r r_x r_y <\"$r/.lock.pid\"; "
                 "[ \"$r_x\" != $$ ] || rm -f \"$r/.lock.pid\"; }\n");
}

static void add_large_reading(struct str *out)
{
    str_add(out, script_large_tools);
    str_add(out, script_big_reading);
    str_add(out, script_large_reading);
}

static bool any_may_be_large(const struct vec *records)
{
    for (size_t i = 0; i < records->len; i++)
        if (((const struct script_question *)records->items[i])->may_be_large)
            return true;
    return false;
}

void script_read(struct str *out, const struct vec *records, bool refresh)
{
    if (any_may_be_large(records))
        add_large_reading(out);
    str_add(out, "cd; r_ok=$r_nl\n");
    for (size_t i = 0; i < records->len; i++) {
        const struct script_question *question = records->items[i];
        if (question->rest)
            str_addf(out, "%sr_found(){ %s}\nr_alone=1\n", script_library_alone, question->rest);
        str_add(out, "r_read ");
        str_add_quoted(out, question->name);
        str_addf(out, " '%s' %s\n%s", refresh ? "1" : "", question->fingerprint,
                 question->rest ? "r_alone=\n" : "");
    }
}

static void add_calls(struct str *out, const char *function, const struct vec *names)
{
    for (size_t i = 0; i < names->len; i++) {
        str_add(out, function);
        str_add_quoted(out, names->items[i]);
        str_add(out, " || return\n");
    }
}

void script_take(struct str *out, const struct vec *names, const struct vec *owed)
{
    add_calls(out, "r_masked r_make ", owed);
    add_calls(out, "r_drop ", names);
}

/* The sure ones first: so their hashes stand in the order in which they will be read. */
static void add_place_lines(struct str *text, struct str *sure, const struct vec *places,
                            bool of_sure)
{
    for (size_t i = 0; i < places->len; i++) {
        const struct place *place = places->items[i];
        if (place->is_sure != of_sure)
            continue;
        str_addf(text, "place %c %s\n", place_kind(place), place->path);
        if (of_sure)
            str_addf(sure, "hash %s  %s\n", place->sha256, place->path);
    }
}

static void add_large_writing(struct str *out)
{
    str_add(out, script_large_tools);
    str_add(out, script_big_reading);
    str_add(out, script_big_known);
    str_add(out, script_big_writing);
}

/* Behind a command that writes FILE. */
static void add_failure(struct str *out, const char *file)
{
    /* cat says why: a shell may say "I/O error" */
    str_addf(out, " || { echo x | cat >%s; rm -f %s; echo %s >&2; }\n", file, file,
             SCRIPT_UNWRITTEN);
}

static void write_large(struct str *out, const char *name, const char *head,
                        const struct vec *places, const struct script_big *big)
{
    struct str file = { 0 };
    str_add(&file, "\"$r\"/.list.");
    str_add_quoted(&file, name);
    str_add(out, "( umask $r_m; cd\n");
    add_large_writing(out);
    str_add(out, big->before ? "r_rest=1\n" : "r_rest=\n");
    str_addf(out, "{ cat >%s && r_end_big ", str_text(&file));
    str_add_quoted(out, name);
    str_add(out, "; } <<'r_end'");
    add_failure(out, str_text(&file));
    str_addf(out, "%s%s", head, big->is_sent ? "sent\n" : "");
    script_big_add_places(out, places, big);
    str_add(out, "r_end\n)\n");
    str_free(&file);
}

static void write_small(struct str *out, const char *name, const char *text, const char *sure)
{
    struct str file = { 0 };
    str_add(&file, "\"$r\"/");
    str_add_quoted(&file, name);
    str_add(out, "r_sure=");
    str_add_quoted(out, sure);
    str_add(out, " r_c=");
    str_add_quoted(out, text);
    str_add(out, "\nr_masked r_end ");
    str_add_quoted(out, name);
    str_add(out, " 2>/dev/null");
    add_failure(out, str_text(&file));
    str_free(&file);
}

void script_write(struct str *out, const char *name, const char *head, const struct vec *places,
                  const struct script_big *big)
{
    struct str text = { 0 }, sure = { 0 };
    str_add(&text, head);
    add_place_lines(&text, &sure, places, true);
    add_place_lines(&text, &sure, places, false);
    if (places->len > MANY_PLACES || text.len > LONG_TEXT)
        write_large(out, name, head, places, big);
    else
        write_small(out, name, str_text(&text), str_text(&sure));
    str_free(&text);
    str_free(&sure);
}

void script_log(struct str *out, const char *line, bool may_be_long)
{
    str_add(out, "r_masked r_note ");
    str_add_quoted(out, line);
    str_addc(out, '\n');
    if (may_be_long)
        str_add(out, "[ $(wc -l <\"$r/.log\") -lt 4000 ] || "
                     "{ tail -n 2000 \"$r/.log\" >\"$r/.new.log\" && "
                     "mv -f \"$r/.new.log\" \"$r/.log\"; }\n");
}

void script_look(struct str *out)
{
    add_large_reading(out);
    str_add(out, script_library_look);
    str_add(out, "cd; r_look\n");
}

void script_history(struct str *out)
{
    str_add(out, "[ ! -f \"$r/.log\" ] || cat \"$r/.log\"\n");
}

void script_break(struct str *out)
{
    str_add(out, script_library_look);
    str_add(out, "r_break\n");
}

void script_refresh(struct str *out, const char *name)
{
    str_add(out, "( umask $r_m; cd\n");
    add_large_writing(out);
    str_add(out, "r_rest=; set -- ");
    str_add_quoted(out, name);
    str_add(out, "\nif [ ! -s \"$r/$1\" ]; then :\n"
                 "elif r_load \"$1\"; then r_sure=; r_split r_lines \"$r_c\"; r_c=${r_h#?}$r_nl; "
                 "r_end \"$1\"\n"
                 "else sed '/^state /d;/^hash /d;/^link /d;/^fixed /d;/^folder "
                 "/d;/^young/d;/^sent$/d;/^end/d' "
                 "\"$r/$1\" >\"$r/.list.$1\" && r_end_big \"$1\"; fi\n)\n");
}

void script_strike(struct str *out, const char *owed_name)
{
    str_add(out, "rm -f \"$r\"/");
    str_add_quoted(out, owed_name);
    str_addc(out, '\n');
}

void script_owed_name(const char *record, const char *hook, struct str *out)
{
    str_addf(out, "%s+", record);
    record_encode_name(hook, out);
}
