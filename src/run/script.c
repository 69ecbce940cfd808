#include "run/script.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "run/record.h"
#include "run/script_big.h"
#include "step/step.h"

/*
 * Names begin with r_ (the session's own with f_). $r is the folder of the records.
 *
 * r_walk FUNCTION FILE: calls FUNCTION with the paths of the places in a record, many at a time: a
 * tree of ten thousand files must not cost ten thousand processes. r_stat prints a line a path that
 * is there, r_sum one with what identifies its content; both in one order, so that two outcomes are
 * equal as texts when nothing changed.
 *
 * A small record is read by the shell itself, which saves processes; a big one ($r_big) by sed: a
 * shell's read takes a byte at a time, and its patterns quadratic time. Of a big one nothing is
 * hashed that an older record knows: script_big.c. What changed less than two seconds before the
 * record was written could change again within its time stamp, and is not known: `young TIME`.
 *
 * $r_sure: "hash HASH  PATH" lines of what has just been sent whole and not been read there: the
 * record is young then, so that the next run reads it.
 *
 * `fixed`: a file that we may not read is taken as the same while its state is.
 */
enum {
    BIG = 150,        /* places; more than r_read's limit in bytes holds */
    LONG = 32 * 1024, /* bytes: where printf is a program, its words cannot be much longer */
};

static const char LIBRARY[] =
    "r_nl='\n'\n"
    /* Which tools the host has is asked when they are first needed. */
    "r_init(){ [ \"$r_ready\" ] && return; r_ready=1 r_young=\n"
    "case ${f_stat-} in c|f) ;; *) f_stat=; if stat -c %i / >/dev/null 2>&1; then f_stat=c; "
    "elif stat -f %i / >/dev/null 2>&1; then f_stat=f; fi; esac\n"
    "if [ \"$f_stat\" = c ]; then "
    "r_stat(){ stat -c 'state %i %s %Y %Z %n' -- \"$@\" 2>/dev/null; :; }\n"
    "r_xstat(){ xargs stat -c 'state %i %s %Y %Z %n' -- 2>/dev/null; }\n"
    "elif [ \"$f_stat\" = f ]; then "
    "r_stat(){ stat -f 'state %i %z %m %c %N' -- \"$@\" 2>/dev/null; :; }\n"
    "r_xstat(){ xargs stat -f 'state %i %z %m %c %N' -- 2>/dev/null; }\n"
    "else r_stat(){ :; }; r_young=young\n"
    "r_xstat(){ sed 's/\\\\\\(.\\)/\\1/g;s/^/state 0 0 0 0 /'; }; fi\n"
    "r_as=1; if command -v sha256sum >/dev/null 2>&1; then r_hash(){ sha256sum -- \"$@\"; }\n"
    "elif command -v shasum >/dev/null 2>&1; then r_hash(){ shasum -a 256 -- \"$@\"; }\n"
    "else r_as=; fi; if [ \"$r_as\" ]; then :\n"
    "elif command -v sha256 >/dev/null 2>&1; then r_hash(){ sha256 -r -- \"$@\"; }\n"
    "else r_hash(){ cksum -- \"$@\"; }; fi\n"
    "r_digest(){ if [ \"$r_as\" ]; then r_hash -; else cksum; fi; }\n"
    "r_xhash(){ if command -v sha256sum; then set -- sha256sum; elif command -v shasum; then "
    "set -- shasum -a 256; elif command -v sha256; then set -- sha256 -r; else set -- cksum; fi "
    ">/dev/null 2>&1; xargs \"$@\" -- 2>/dev/null | sed '/^[0-9a-f]*  *-$/d;/^[0-9]* 0$/d;s/^/hash "
    "/'; }; }\n"
    "r_plain(){ for r_p do [ -f \"$r_p\" ] && [ -r \"$r_p\" ] && [ ! -h \"$r_p\" ] || return 1; "
    "done; }\n"
    "r_sum(){ r_v=; [ \"$r_as\" ] || r_sure=; [ -z \"$r_sure\" ] && r_plain \"$@\" || for r_p do "
    "shift\n"
    "if [ -h \"$r_p\" ]; then printf 'link %s -> %s\\n' \"$r_p\" \"$(readlink \"$r_p\")\"\n"
    "elif [ -f \"$r_p\" ] && [ -r \"$r_p\" ]; then case $r_nl$r_sure in *\"  $r_p$r_nl\"*) "
    "r_l=${r_sure%%\"  $r_p$r_nl\"*}; r_v=$r_v${r_l##*\"$r_nl\"}\"  $r_p$r_nl\";; "
    "*) set -- \"$@\" \"$r_p\";; esac\n"
    "elif [ -e \"$r_p\" ]; then printf 'fixed '; r_stat \"$r_p\"; fi; done\n"
    "printf %s \"$r_v\"; [ $# = 0 ] || r_hash \"$@\" 2>/dev/null | while IFS= read -r r_l; do "
    "printf 'hash %s\\n' \"$r_l\"; done; }\n"
    "r_folder(){ [ ! -d \"$1\" ] || case $r_f in r_stat) printf 'state d %s\\n' \"$1\";; "
    "*) printf 'folder %s\\n' \"$1\";; esac; }\n"
    "r_walk(){ r_f=$1; set --; while IFS= read -r r_l; do case $r_l in\n"
    "'place f '*|'place l '*) set -- \"$@\" \"${r_l#place ? }\";;\n"
    "'place d '*) r_folder \"${r_l#place d }\";; esac; done; [ $# = 0 ] || $r_f \"$@\"; }\n"
    /* r_clock FILE: two seconds before FILE was written, by the clock that stamps the files: a host
     * may have another. */
    "r_clock(){ case $f_stat in c) r_n=$(stat -c %Y \"$1\");; f) r_n=$(stat -f %m \"$1\");; "
    "*) r_n=$(date +%s);; esac 2>/dev/null; r_n=$((${r_n:-0}-2)); }\n"
    /* Of the states $r_a: changed less than two seconds ago, it could change again within its time
     * stamp. */
    "r_age(){ r_z=0; while read -r r_x r_x r_x r_x r_y r_x; do case $r_y in ''|*[!0-9]*) ;; "
    "*) [ $r_y -le $r_z ] || r_z=$r_y;; esac; done <<r_age\n$r_a\nr_age\n"
    "if [ \"$r_young$r_sure\" ]; then echo young; elif [ $r_z -gt 0 ]; then r_clock \"$r_t\"; "
    "[ $r_z -lt $r_n ] || echo young; fi; }\n"
    /* r_end NAME: the places are in $r/.new.NAME; adds what is known of them now and puts it in
     * place. */
    "r_end(){ r_init; [ -z \"$r_big\" ] || { r_end_big \"$1\"; return; }; r_t=$r/.new.$1\n"
    "r_a=$(r_walk r_stat <\"$r_t\") && r_b=$(r_walk r_sum <\"$r_t\") && "
    "{ printf %s \"$r_a${r_a:+$r_nl}$r_b${r_b:+$r_nl}\" && r_age && echo end; } 2>/dev/null "
    ">>\"$r_t\" && mv -f \"$r_t\" \"$r/$1\" || { rm -f \"$r_t\"; return 1; }; }\n"
    "r_drop(){ [ ! -f \"$r/$1\" ] || mv -f \"$r/$1\" \"$r/.old.$1\"; }\n"
    "r_refresh(){ [ -f \"$r/$1\" ] || return 0; sed '/^state /d;/^hash /d;/^link /d;/^fixed "
    "/d;/^folder /d;/^young/d;/^end/d' "
    "\"$r/$1\" >\"$r/.new.$1\" && r_end \"$1\"; }\n"
    "r_sums='/^hash /p;/^link /p;/^fixed /p;/^folder /p'\n"
    /* r_same NAME: what it holds is still so; else $r_b is what there is now. $r_fresh: by content
     * only. */
    "r_same(){ r_fresh=; r_b=$(r_walk r_stat <\"$r/$1\")\n"
    "[ \"$2\" = \"$r_b\" ] && [ -z \"$3\" ] && return\n"
    "r_b=$(r_walk r_sum <\"$r/$1\"); [ \"$(sed -n \"$r_sums\" \"$r/$1\")\" = \"$r_b\" ] && "
    "r_fresh=1; }\n"
    /* The usual case, $r_c being its text, costs one process: stat. */
    "r_small(){ printf '%s\\n' \"$r_c\"; "
    "case $r_c in *\"${r_nl}place \"*) r_init;; *) echo '= same'; return;; esac\n"
    "r_a=; case $r_c in *\"${r_nl}state \"*) r_a=\"state ${r_c#*\"${r_nl}state \"}\"; "
    "r_a=${r_a%%\"$r_nl\"[!s]*};; esac\n"
    "r_y=; case $r_c in *\"${r_nl}young\"*) r_y=1;; esac\n"
    "if r_same \"$1\" \"$r_a\" \"$r_y\"; then echo '= same'; "
    "else echo '= differs'; printf '%s\\n' \"$r_b\"; fi; }\n"
    /* The same of a big one: only of places whose state is another one, or young, the contents are
     * looked at, and only they get new lines. $2: nothing may be written. */
    "r_same_big(){ r_was=; r_fresh=; r_clock \"$r/.lock.by\"; r_y=$r_n\n"
    "r_few=$(r_states \"$r/$1\" | r_scan \"$r/$1\"); [ \"$r_few\" ] || return 0\n"
    "r_o=/dev/null; [ -z \"$2\" ] || r_o=$r/.new.$1; r_b=$(r_sums_few); "
    "r_a=$(r_without \"$r/$1\" \"$r_o\" | LC_ALL=C sort)\n"
    "[ \"$r_a\" = \"$r_b\" ] || { [ -z \"$2\" ] || rm -f \"$r_o\"; return 1; }\n"
    "r_fresh=1; [ -z \"$2\" ] || { r_st=$(r_states_few); r_put \"$1\"; }; }\n"
    /* Of a big one only what fake needs is sent. */
    "r_large(){ r_init; case $(tail -n 2 \"$r/$1\") in *\"${r_nl}end\") ;; *) return;; "
    "esac; sed -n '/^place /q;p' \"$r/$1\"\n"
    "if r_same_big \"$1\" \"$2\"; then echo end; echo '= same'; [ -z \"$r_w\" ] || echo \"$1\" "
    ">&7\n"
    "else sed '/./!d' <<r_end\n$r_a\nend\n= differs\n$r_b\nr_end\nfi; }\n"
    /* Newer ones of the target under other names: of this machine, or of those that share its
     * home. */
    "r_newer(){ for r_o in \"$r/${1%@*}\"@*; do case $r_o in *+*|\"$r/$1\") ;; "
    "*) [ ! \"$r_o\" -nt \"$r/$1\" ] || "
    "printf '~ %s %s\\n' \"${r_o##*/}\" \"$(sed -n 's/^machine //p;/^fingerprint /q' \"$r_o\")\"; "
    "esac; done; }\n"
    "r_read(){ printf '+ %s\\n' \"$1\"; if [ -f \"$r/$1\" ]; then r_c=$(dd bs=16384 count=1 "
    "2>/dev/null <\"$r/$1\") r_big= "
    "r_fresh= r_b=\n"
    "case $r_c in *\"${r_nl}end\") r_small \"$1\";; "
    "*) r_c= r_big=1; r_large \"$1\" \"$2\"; r_fresh=;; esac\n"
    "r_newer \"$1\"; [ -z \"$2\" ] || [ -z \"$r_fresh\" ] || r_refresh \"$1\"; fi\n"
    "for r_o in \"$r/$1\"+*; do [ ! -f \"$r_o\" ] || printf '. %s\\n' \"${r_o##*/}\"; done; }\n"
    /* The lock dies with the session's shell, which holds descriptor 9. Where there is no flock, a
     * file made by noclobber says whose it is: a process and its start. */
    "r_start(){ r_s=; { read -r r_s </proc/$1/stat; } 2>/dev/null; r_s=${r_s##*\")\"}; set -- "
    "$r_s\n"
    "r_s=; [ $# -lt 20 ] || [ $1 = Z ] || { shift 19; r_s=$1; }; }\n"
    "r_claim(){ r_start $$; ( set -C; echo \"$$ $r_s\" >\"$r/.lock.pid\" ) 2>/dev/null; }\n"
    "r_lives(){ [ \"$1\" ] && kill -s 0 $1 2>/dev/null && r_start $1 && [ \"$r_s\" = \"$2\" ]; }\n"
    "r_alive(){ r_x=; r_y=; { read -r r_x r_y <\"$r/.lock.pid\"; } 2>/dev/null; "
    "r_lives \"$r_x\" \"$r_y\"; }\n"
    "r_tool(){ command -v flock >/dev/null 2>&1; }\n"
    "r_flock(){ if r_tool; then flock -n 9 9>&9; "
    "else r_claim || { ! r_alive && mv -f \"$r/.lock.pid\" \"$r/.lock.old\" && r_claim; }; fi; }\n"
    "r_open(){ if [ ! -d \"$r\" ]; then mkdir -p \"$r\" && r_share; fi\n"
    "[ -w \"$r\" ] && command exec 9>>\"$r/.lock\" || return 1; }\n"
    /* Under a state_dir the folder is its group's. */
    "r_share(){ [ $r_m != 077 ] || return 0\n"
    "set -- $(ls -ldn \"$r/..\"); chgrp \"$4\" \"$r\" 2>/dev/null; chmod g+s \"$r\" 2>/dev/null; "
    ":; }\n"
    "r_lock(){ if r_flock; then r_start $$\n"
    "printf '%s\\n' \"$1 $2\" \"$$ $r_s\" >\"$r/.lock.by\"; echo locked; return; fi\n"
    "exec 9>&-; r_x=; r_y=; read -r r_x r_y <\"$r/.lock.by\"\n"
    "if [ \"$r_x\" = \"$1\" ]; then echo ours; else printf 'held %s\\n' \"$r_y\"; fi; }\n"
    "r_unlock(){ exec 9>&-; r_tool || { r_x=; read -r r_x r_y <\"$r/.lock.pid\"; "
    "[ \"$r_x\" != $$ ] || rm -f \"$r/.lock.pid\"; }; }\n"
    /* All records and what is owed, and before them who holds the lock: not a session that is just
     * ending, which nobody waited for. */
    "r_held(){ [ -f \"$r/.lock.by\" ] || return 1; r_x=; r_y=\n"
    "{ read -r r_x; read -r r_y r_z; } <\"$r/.lock.by\"\n"
    "r_lives \"$r_y\" \"$r_z\" && { sleep 0.5 2>/dev/null || sleep 1; r_lives \"$r_y\" "
    "\"$r_z\"; }; }\n"
    "r_look(){ r_held && printf 'held %s\\n' \"${r_x#* }\"; cd\n"
    "for r_n in \"$r\"/*@*; do r_n=${r_n##*/}; case $r_n in '*@*') ;; *+*) "
    "[ -f \"$r/${r_n%%+*}\" ] || printf '+ %s\\n. %s\\n' \"${r_n%%+*}\" \"$r_n\";; "
    "*) r_read \"$r_n\";; esac; done; }\n"
    "r_break(){ r_held || return; kill -s TERM $r_y && printf 'held %s\\n' \"${r_x#* }\"; }\n"
    /* r_log LINE, and yes when the log may have become long. */
    "r_log(){ printf '%s\\n' \"$1\" >>\"$r/.log\"; [ -z \"$2\" ] || "
    "[ $(wc -l <\"$r/.log\") -lt 4000 ] || { tail -n 2000 \"$r/.log\" >\"$r/.new.log\" && "
    "mv -f \"$r/.new.log\" \"$r/.log\"; }; }\n"
    /* The session's shell keeps its own umask: steps inherit it. */
    "r_begin(){ r_u=$(umask); umask $r_m; if r_open; then r_lock \"$1\" \"$2\"; else "
    "printf 'unwritable %s\\n' \"$r\"; fi; umask $r_u; }\n";

void script_library(struct str *out, const char *folder, bool shares)
{
    str_addf(out, "r=%s r_m=%s\n", folder, shares ? "007" : "077");
    str_add(out, LIBRARY);
    str_add(out, script_big_reading);
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
    str_add(out, "r_unlock\n");
}

void script_read(struct str *out, const struct vec *names, bool refresh)
{
    str_add(out, "{ r_ok=$( (r_w=1; umask $r_m; cd\n");
    for (size_t i = 0; i < names->len; i++) {
        str_add(out, "r_read ");
        str_add_quoted(out, names->items[i]);
        str_add(out, refresh ? " 1\n" : "\n");
    }
    str_add(out, ") 7>&1 >&6); } 6>&1\n");
}

static void add_files(struct str *out, const char *command, const struct vec *names)
{
    for (size_t i = 0; i < names->len; i++) {
        str_addf(out, "%s\"$r\"/", command);
        str_add_quoted(out, names->items[i]);
        str_add(out, " || exit\n");
    }
}

void script_take(struct str *out, const struct vec *names, const struct vec *owed)
{
    str_add(out, "umask $r_m\n");
    add_files(out, ": >", owed);
    for (size_t i = 0; i < names->len; i++) {
        str_add(out, "r_drop ");
        str_add_quoted(out, names->items[i]);
        str_add(out, " || exit\n");
    }
}

static char place_kind(const struct place *place)
{
    if (place->link)
        return 'l';
    return place->sha256[0] ? 'f' : 'd';
}

static void add_new_file(struct str *out, const char *name)
{
    str_add(out, "\"$r\"/.new.");
    str_add_quoted(out, name);
}

/* A short text costs no process. */
static void add_writing(struct str *out, const char *name, const struct str *text)
{
    bool is_short = text->len < LONG;
    str_add(out, is_short ? "printf %s " : "cat >");
    if (is_short) {
        str_add_quoted(out, str_text(text));
        str_add(out, " >");
    }
    add_new_file(out, name);
    str_add(out, is_short ? " 2>/dev/null && r_end " : " <<'r_end' && r_end ");
    str_add_quoted(out, name);
    str_addc(out, '\n');
    if (!is_short)
        str_addf(out, "%sr_end\n", str_text(text));
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

static void add_big_writing(struct str *out)
{
    str_add(out, script_big_known);
    str_add(out, script_big_writing);
    str_add(out, "r_keep=\n");
}

/* The rest is as the record that was set aside says. */
static void add_changed(struct str *out, const struct vec *places)
{
    struct str paths = { 0 };
    for (size_t i = 0; i < places->len; i++) {
        const struct place *place = places->items[i];
        if (!place->is_unchanged)
            str_addf(&paths, "%s\n", place->path);
    }
    str_add(out, "r_keep=1 r_changed=");
    str_add_quoted(out, str_text(&paths));
    str_addc(out, '\n');
    str_free(&paths);
}

void script_write(struct str *out, const char *name, const char *head, const struct vec *places,
                  bool keeps)
{
    struct str text = { 0 }, sure = { 0 };
    if (places->len > BIG)
        add_big_writing(out);
    if (keeps && places->len > BIG)
        add_changed(out, places);
    str_add(&text, head);
    add_place_lines(&text, &sure, places, true);
    add_place_lines(&text, &sure, places, false);
    str_add(out, "r_sure=");
    str_add_quoted(out, str_text(&sure));
    str_free(&sure);
    str_addf(out, "; r_big=%s; umask $r_m; cd; { ", places->len > BIG ? "1" : "");
    add_writing(out, name, &text);
    str_add(out, "} || { echo x | cat >"); /* cat says why: a shell may say "I/O error" */
    add_new_file(out, name);
    str_add(out, "; rm -f ");
    add_new_file(out, name);
    str_addf(out, "; echo %s >&2; }\n", SCRIPT_UNWRITTEN);
    str_free(&text);
}

void script_log(struct str *out, const char *line, bool may_be_long)
{
    str_add(out, "umask $r_m; r_log ");
    str_add_quoted(out, line);
    str_add(out, may_be_long ? " yes\n" : "\n");
}

void script_look(struct str *out)
{
    str_add(out, "r_look\n");
}

void script_history(struct str *out)
{
    str_add(out, "[ ! -f \"$r/.log\" ] || cat \"$r/.log\"\n");
}

void script_break(struct str *out)
{
    str_add(out, "r_break\n");
}

void script_refresh(struct str *out, const char *name)
{
    add_big_writing(out);
    str_add(out, "r_big=1; umask $r_m; cd; r_refresh ");
    str_add_quoted(out, name);
    str_addc(out, '\n');
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
