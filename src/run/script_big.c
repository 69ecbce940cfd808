#include "run/script_big.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "step/step.h"

/* Names go through xargs, every character that it could take for its own escaped. */
#define ESCAPE  "s,[^A-Za-z0-9_./-],\\\\&,g;p;"
#define AWK_SUM "/^(hash|link|fixed|folder) /"

/* Pipes, in which the number of processes is that of the batches of xargs.
 *
 * r_paths, awk's: at, the path in the line of a state; of, that in a line of what identifies a
 * content, where links have theirs among the keys of w.
 * r_odd: of names "f NAME" for plain files, and what stands in a record for all else.
 * r_some: of names what identifies their content.
 * r_states FILE: of a record's places the states of now.
 * r_put NAME: head and places are in .new.NAME, r_st and r_b known, since the time r_y.
 *
 * Of few places, "f NAME" or "d NAME" in r_few: r_states_few, r_sums_few; of very few by the shell
 * itself.
 * r_scan FILE: of the states of now, those that the record does not know for sure, as r_few; at the
 * end "m" when some are other states, else "z" when some are of after r_n, and will be young again.
 * r_without FILE NEW: the record without r_few goes to NEW (if given); what it says of their
 * content is printed. Where there is no awk, all are few. */
const char script_big_reading[] =
    "r_paths='function at(l){sub(/^state (d|[0-9]+ [0-9]+ [0-9]+ [0-9]+) /,\"\",l);return l} "
    "function of(l,i,n){if(l~/^folder /)return substr(l,8);"
    "if(l~/^fixed /)return at(substr(l,7));"
    "if(l~/^link /){l=substr(l,6);n=0;while(i=index(substr(l,n+1),\" -> \")){n+=i;"
    "if(substr(l,1,n-1) in w)return substr(l,1,n-1)};return l} "
    "if(l~/^hash \\\\/){gsub(/\\\\\\\\/,\"\\\\\",l);return substr(l,73)} "
    "if(substr(l,70,2)==\"  \")return substr(l,72);if(substr(l,70,1)==\" \")return substr(l,71);"
    "sub(/^hash [0-9]+ [0-9]+ /,\"\",l);return l} '\n"
    "r_awk(){ command -v awk >/dev/null; }\n"
    "r_names(){ sed -n '/^state /q;/^place [fl] /{s///;" ESCAPE "}' \"$1\"; }\n"
    "r_names_few(){ sed -n '/^f /{s///;" ESCAPE "}' <<r_end\n$r_few\nr_end\n}\n"
    "r_folders(){ r_f=$1 r_q=$IFS; set -f; IFS=$r_nl\n"
    "for r_p in $2; do r_folder \"$r_p\"; done; IFS=$r_q; set +f; }\n"
    "r_folders_of(){ r_folders $1 \"$(sed -n '/^state /q;s/^place d //p' \"$2\")\"; }\n"
    "r_folders_few(){ r_folders $1 \"$(sed -n 's/^d //p' <<r_end\n$r_few\nr_end\n)\"; }\n"
    "r_odd(){ xargs sh -c 'for p do if [ -h \"$p\" ]; then "
    "printf \"link %s -> %s\\n\" \"$p\" \"$(readlink \"$p\")\"; "
    "elif [ -f \"$p\" ] && [ -r \"$p\" ]; then printf \"f %s\\n\" \"$p\"; "
    "elif [ -e \"$p\" ]; then printf \"fixed \"; stat -c \"state %i %s %Y %Z %n\" -- \"$p\" || "
    "stat -f \"state %i %z %m %c %N\" -- \"$p\" || echo; fi; done' sh 2>/dev/null; }\n"
    "r_some(){ r_o=$(r_odd); sed -n '/^f /d;/./p' <<r_end\n$r_o\nr_end\n"
    "sed -n '/^f /{s///;" ESCAPE "}' <<r_end | r_xhash\n$r_o\nr_end\n}\n"
    "r_states(){ r_folders_of r_stat \"$1\"; r_names \"$1\" | r_xstat; }\n"
    "r_part(){ r_d= r_e= r_p=; for r_x do case $r_x in 'd '*) r_x=${r_x#d }; "
    "[ ! -d \"$r_x\" ] || { r_d=\"$r_d${r_nl}state d $r_x\"; r_e=\"$r_e${r_nl}folder $r_x\"; };; "
    "'f '*) r_p=$r_p$r_nl${r_x#f };; esac; done; }\n"
    "r_by_shell(){ [ \"$r_kind\" ] && [ ${#r_few} -lt 4000 ] && r_split r_part \"$r_few\"; }\n"
    "r_print(){ [ -z \"$1\" ] || printf '%s\\n' \"${1#?}\"; }\n"
    "r_states_few(){ if r_by_shell; then r_split r_stat \"$r/.lock$r_p\"; r_print \"$r_s\"; "
    "else r_folders_few r_stat; r_names_few | r_xstat; fi; }\n"
    "r_sums_few(){ { if r_by_shell; then r_sure=; r_split r_sum \"$r_p\"; r_print \"$r_t\"; "
    "else r_folders_few r_sum; r_names_few | r_some; fi; } | LC_ALL=C sort; }\n"
    "r_scan(){ if r_awk; then r_n=$r_n LC_ALL=C awk \"$r_paths\"'BEGIN{n=ENVIRON[\"r_n\"]} "
    "function few(l,p){p=at(l);if(!(p in t)){t[p];print(l~/^state d /?\"d \":\"f \")p}} "
    "FNR==NR{if(/^state /)s[$0];else if(/^young/){if(!q||$2+0<y)y=$2+0;q=1};next} "
    "$0 in s{delete s[$0];if(q&&$2!=\"d\"&&$5>=y){few($0);if($5+0>=n+0)z=1};next} {m=1;few($0)} "
    "END{for(l in s){m=1;few(l)};if(m)print \"m\";else if(z)print \"z\"}' \"$1\" -\n"
    "else cat >/dev/null; sed -n 's/^place d /d /p;s/^place [fl] /f /p' \"$1\"; echo m; fi; }\n"
    "r_without(){ if r_awk; then r_o=$2 LC_ALL=C awk \"$r_paths\"'"
    "BEGIN{o=ENVIRON[\"r_o\"]} FNR==NR{w[substr($0,3)];next} /^(young|end|sent)/{next} "
    "/^state /{if(o&&!(at($0) in w))print>o;next} " AWK_SUM
    "{if(of($0) in w){print;next}} o{print>o}' - \"$1\" <<r_end\n$r_few\nr_end\n"
    "else [ -z \"$2\" ] || sed '/^sent$/d;/^state /q' \"$1\" | sed '/^state /d' >\"$2\"; "
    "sed -n \"$r_sums\" \"$1\"; fi; }\n"
    "r_age_big(){ if [ \"$r_young\" ]; then echo young 0; "
    "elif [ \"$r_was\" ]; then echo young $r_was; else "
    "LC_ALL=C awk -v t=$1 '$5>=t{y=1} END{exit y}' <<r_end || echo young $1\n$r_st\nr_end\nfi; }\n"
    "r_put(){ { sed '/./!d' <<r_end\n$r_st\n$r_b\nr_end\n"
    "r_age_big $r_y; echo end; } >>\"$r/.new.$1\" && mv -f \"$r/.new.$1\" \"$r/$1\"; }\n";

/* r_known PREFIX: of lines "state INODE SIZE MTIME CTIME NAME" prints "HASH  ./NAME" where a record
 * knows what PREFIX NAME is in that state, else "miss NAME". */
const char script_big_known[] =
    "r_known(){ if command -v awk >/dev/null; then\n"
    "{ cat \"$r\"/*@* \"$r\"/.old.* 2>/dev/null; echo '#'; cat; } | LC_ALL=C awk -v p=\"$1\" '"
    "/^fake-record /{n++;next} /^#$/{q=1;next} !q&&/^state /{s[$0]=n;next} "
    "!q&&/^hash /{i=index($0,\"  \");h[n substr($0,i+2)]=substr($0,6,i-6);next} "
    "!q&&/^young/{if(!(n in y)||$2+0<y[n])y[n]=$2+0;next} "
    "q{match($0,/^state [0-9]* [0-9]* [0-9]* [0-9]* /);a=substr($0,RLENGTH+1);"
    "k=substr($0,1,RLENGTH) p a;m=s[k];x=h[m p a];"
    "if(m&&length(x)==64&&(!(m in y)||$5<y[m]))print x\"  ./\"a;else print \"miss \"a}'\n"
    "else sed 's/^state [0-9]* [0-9]* [0-9]* [0-9]* /miss /'; fi; }\n";

/* What fake knows of a record is in .list.NAME: behind the head a line a place,
 *   place KIND PATH   to be looked at
 *   sure HASH  PATH   a file that was sent and need not be read: the record is young from then on
 *   kept KIND PATH    as .old.NAME says, so far as it does
 * With r_rest it has only the difference to .old.NAME, and `gone PATH`.
 *
 * r_lay: of .list (f is 1) and .old (2) makes .new, and prints what is to be looked at as r_few.
 * r_join: of .list and the states of that makes the rest, but for what identifies the contents of
 * those whose states it prints: r_sums.
 * r_lay_all: both without awk. */
const char script_big_writing[] =
    "r_lay(){ r_o=$r_w r_rest=$r_rest LC_ALL=C awk \"$r_paths\"'"
    "BEGIN{o=ENVIRON[\"r_o\"];d=ENVIRON[\"r_rest\"]!=\"\"} "
    "f==1&&/^sure /{p=substr($0,72);if(d)w[p];print \"place f \" p>o;print \"f \" p;next} "
    "f==1&&/^kept /{k=1;w[substr($0,8)]=substr($0,6,1);print \"place \" substr($0,6)>o;next} "
    "f==1&&/^gone /{w[substr($0,6)];next} "
    "f==1&&/^place /{p=substr($0,9);if(d)w[p];print(/^place d /?\"d \":\"f \")p} "
    "f==1{print>o;next} "
    "!d&&!k{exit} /^place /{if(d&&!(substr($0,9)in w))print>o;next} "
    "/^state /{p=at($0);if((p in w)!=d){if(!d)a[p];print>o};next} " AWK_SUM
    "{p=of($0);if((p in w)!=d){if(!d)b[p];print>o};next} /^young/{print \"young \" $2+0>o} "
    "END{if(!d)for(p in w)if(!(p in a)||!(p in b))print(w[p]==\"d\"?\"d \":\"f \")p;"
    "if(close(o))exit 1}' f=1 \"$r_l\" f=2 \"$r_k\"; }\n"
    "r_join(){ r_o=$r_w r_n=$r_n r_sha=$r_sha LC_ALL=C awk \"$r_paths\"'"
    "BEGIN{o=ENVIRON[\"r_o\"];y=ENVIRON[\"r_n\"];s=ENVIRON[\"r_sha\"]} "
    "f==1{if(s&&/^sure /)h[substr($0,72)]=substr($0,6,64);next} {g=1;print>>o;p=at($0)} "
    "$2==\"d\"{print \"folder \" p>>o;next} "
    "p in h{print \"hash \" h[p] \"  \" p>>o;since($5);next} {if($5+0>=y+0)since(y);print} "
    "END{if(u)print \"young \" t>>o;if(g&&close(o))exit 1} "
    "function since(x){if(!u||x+0<t+0)t=x;u=1}' f=1 \"$r_l\" f=2 -; }\n"
    "r_lay_all(){ [ -z \"$r_rest\" ] || return; sed '/^sent$/d;s/^sure [0-9a-f]*  /place f "
    "/;s/^kept "
    "/place /' \"$r_l\" >\"$r_w\"\n"
    "r_few=$(sed -n 's/^place d /d /p;s/^place [fl] /f /p' \"$r_w\"); r_st=$(r_states_few)\n"
    "{ printf '%s\\n' \"$r_st\"; r_folders_few r_sum; r_age_big $r_n; } >>\"$r_w\"; }\n"
    "r_sums(){ r_k=$(sed '/^state d /d' <<r_end | r_known ''\n$r_st\nr_end\n)\n"
    "sed -n '/^miss /d;s,^\\([0-9a-f]*\\)  \\./,hash \\1  ,p' <<r_end\n$r_k\nr_end\n"
    "sed -n '/^miss /{s///;" ESCAPE "}' <<r_end | r_some\n$r_k\nr_end\n}\n"
    "r_end_big(){ r_l=$r/.list.$1 r_w=$r/.new.$1 r_k=/dev/null r_sha=\n"
    "r_clock \"$r_l\"; if [ -f \"$r/.old.$1\" ]; then r_k=$r/.old.$1; elif [ \"$r_rest\" ]; then "
    "return 1; fi\n"
    "if command -v sha256sum || command -v shasum; then r_sha=1; fi >/dev/null 2>&1\n"
    "if r_awk; then r_few=$(r_lay) && r_st=$(r_states_few | r_join); else r_lay_all; fi && "
    "{ [ -z \"$r_young\" ] || echo young 0; [ -z \"$r_st\" ] || r_sums; echo end; } >>\"$r_w\" && "
    "mv -f \"$r_w\" \"$r/$1\" && rm -f \"$r_l\" \"$r/.old.$1\" || { rm -f \"$r_w\"; return 1; }; "
    "}\n";

/* sha256sum writes a name with a backslash in its own way. */
static bool is_sure(const struct place *place)
{
    return place->is_sure && !strchr(place->path, '\\');
}

static void add_line(struct str *out, const struct place *place, bool is_kept)
{
    if (!is_kept && is_sure(place))
        str_addf(out, "sure %s  %s\n", place->sha256, place->path);
    else
        str_addf(out, "%s %c %s\n", is_kept ? "kept" : "place", place_kind(place), place->path);
}

/* What is not as it stands in the record that was set aside. */
static void add_difference(struct str *out, const struct vec *places, const struct vec *before)
{
    struct map known = { 0 };
    for (size_t i = 0; i < before->len; i++) {
        const struct place *place = before->items[i];
        *map_put(&known, place->path) = before->items[i];
    }
    for (size_t i = 0; i < places->len; i++) {
        const struct place *place = places->items[i];
        void **slot = map_put(&known, place->path);
        if (!*slot || !place->is_unchanged)
            add_line(out, place, false);
        *slot = NULL;
    }
    for (size_t i = 0; i < known.len; i++)
        if (known.entries[i].value)
            str_addf(out, "gone %s\n", known.entries[i].key);
    map_free(&known);
}

void script_big_add_places(struct str *out, const struct vec *places, const struct script_big *big)
{
    for (size_t i = 0; !big->before && i < places->len; i++) {
        const struct place *place = places->items[i];
        add_line(out, place, big->keeps && place->is_unchanged);
    }
    if (big->before)
        add_difference(out, places, big->before);
}
