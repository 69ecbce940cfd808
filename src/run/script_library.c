#include "run/script_library.h"

/*
 * Names begin with r_ (the session's own with f_). $r is the folder of the records, $r_m the umask
 * for what lies in it; $r_kind, how stat is told a format, is found out when it is first used: c,
 * f, or nothing.
 *
 * A record of few places costs a host one process, stat, or none when nothing is there. All else is
 * done by the shell itself, in texts, whose lines stand with the newline in front; r_split FUNCTION
 * TEXT calls a function with the lines of one.
 *
 * r_lines: of the lines of a record r_h is what fake knew, r_p the places, r_a their states then,
 * r_b what identified their contents, r_y that it is young; r_d and r_e are of folders and of now.
 * r_stat REFERENCE PLACE…: r_s, the states of now, a line a path that is there; r_n, two seconds
 * before REFERENCE was written, by the clock that stamps the files: a host may have another.
 * r_sum PLACE…: r_t, what identifies the contents of now. Both are in one order, so that two
 * outcomes are equal as texts when nothing changed.
 * r_age: r_y, unless all states are older than r_n: what changed less than two seconds before the
 * record was written could change again within its time stamp.
 *
 * $r_sure: "hash HASH  PATH" lines of what has just been sent whole and not been read there: the
 * record is young then, so that the next run reads it. `fixed`: a file that we may not read is
 * taken as the same while its state is.
 */
const char script_library_base[] =
    "r_nl='\n' r_u= r_short= r_ok= r_young= r_alone= r_told= r_kind=c\n"
    "r_form='state %i %s %Y %Z %n'\n"
    "r_split(){ r_q=$IFS; IFS=$r_nl; set -f; set -- \"$1\" $2; set +f; IFS=$r_q; \"$@\"; }\n"
    "r_lines(){ r_h= r_p= r_a= r_b= r_y= r_d= r_e=; for r_l do case $r_l in "
    "'state '*) r_a=$r_a$r_nl$r_l;; 'hash '*|'link '*|'fixed '*|'folder '*) r_b=$r_b$r_nl$r_l;; "
    "young*) r_y=1;; end) ;; *) r_h=$r_h$r_nl$r_l; case $r_l in "
    "'place d '*) r_l=${r_l#place d }; [ ! -d \"$r_l\" ] || { r_d=\"$r_d${r_nl}state d $r_l\"; "
    "r_e=\"$r_e${r_nl}folder $r_l\"; };; 'place '*) r_p=$r_p$r_nl${r_l#place ? };; esac;; esac; "
    "done; }\n"
    "r_there(){ shift; for r_x do [ ! -e \"$r_x\" ] && [ ! -h \"$r_x\" ] || return 0; done; return "
    "1; }\n"
    "r_stat(){ r_n=0 r_s=; ! r_there \"$@\" || while [ \"$r_kind\" ]; do "
    "r_s=$r_nl$(stat -$r_kind \"$r_form\" -- \"$@\" 2>/dev/null); r_x=${r_s#?}; "
    "r_x=${r_x%%\"$r_nl\"*}; case $r_x in *\" $1\") r_s=${r_s#?\"$r_x\"}; r_x=${r_x#state * * }; "
    "r_n=$((${r_x%% *}-2)) r_told=1; break;; esac; [ -z \"$r_told\" ] || break\n"
    "case $r_kind in c) r_kind=f r_form='state %i %z %m %c %N';; *) r_kind= r_s= r_young=1;; esac; "
    "done; r_s=$r_d${r_s%\"$r_nl\"}; }\n"
    "r_hashes(){ for r_l do r_t=\"$r_t${r_nl}hash $r_l\"; done; }\n"
    "r_sum(){ r_t=$r_e r_v=; for r_hash in sha256sum 'shasum -a 256' 'sha256 -r' cksum; do "
    "command -v ${r_hash%% *} >/dev/null 2>&1 && break; done; [ \"$r_hash\" != cksum ] || r_sure=\n"
    "for r_o do shift; if [ -h \"$r_o\" ]; then "
    "r_t=\"$r_t${r_nl}link $r_o -> $(readlink \"$r_o\")\"\n"
    "elif [ -f \"$r_o\" ] && [ -r \"$r_o\" ]; then case $r_nl$r_sure$r_nl in "
    "*\"  $r_o$r_nl\"*) r_l=$r_nl${r_sure%%\"  $r_o$r_nl\"*}; "
    "r_v=$r_v$r_nl${r_l##*\"$r_nl\"}\"  $r_o\";; *) set -- \"$@\" \"$r_o\";; esac\n"
    "elif [ -e \"$r_o\" ]; then r_t=\"$r_t${r_nl}fixed "
    "$(stat -$r_kind \"$r_form\" -- \"$r_o\" 2>/dev/null)\"; fi; done\n"
    "r_t=$r_t$r_v; [ $# = 0 ] || r_split r_hashes \"$($r_hash -- \"$@\" 2>/dev/null)\"; }\n"
    "r_recent(){ for r_l do case $r_l in 'state d '*) ;; *) r_l=${r_l#state * * * }; "
    "[ ${r_l%% *} -lt $r_n ] || r_y=1;; esac; done; }\n"
    "r_age(){ r_y=$r_young$r_sure; [ \"$r_y\" ] || r_split r_recent \"$r_s\"; "
    "r_y=${r_y:+${r_nl}young}; }\n"
    /* The session's shell, whose umask steps inherit, has another one while it makes a file; what
     * it was is told through one of the session's, as `$(umask)` costs a process. */
    "r_masked(){ [ \"$r_u\" ] || { [ \"$d\" ] && umask >\"$d/x\" && read -r r_u <\"$d/x\"; } || "
    "r_u=$(umask); umask $r_m; \"$@\"; set -- $?; umask $r_u; return $1; }\n"
    "r_make(){ true >\"$r/$1\"; }\n"
    "r_note(){ printf '%s\\n' \"$1\" >>\"$r/.log\"; }\n"
    /* r_end NAME: what fake knows is in r_c. The name is that of no record until its last line is
     * there. */
    "r_end(){ r_w=$r/$1; printf %s \"$r_c\" >\"$r_w\" && r_split r_lines \"$r_c\" && "
    "r_split r_add \"$r_p\"; }\n"
    "r_add(){ r_stat \"$r_w\" \"$@\"; r_sum \"$@\"; r_age; r_l=$r_s$r_t$r_y${r_nl}end; "
    "printf '%s\\n' \"${r_l#?}\" >>\"$r_w\"; }\n"
    /* One of few places is emptied, which costs no process; of another, or an unknown one, what it
     * says may be of use yet. */
    "r_drop(){ [ -s \"$r/$1\" ] || return 0; case $r_short in *\"$r_nl$1$r_nl\"*) "
    "[ ! -f \"$r/.old.$1\" ] && { true >\"$r/$1\"; } 2>/dev/null && return;; esac\n"
    "mv -f \"$r/$1\" \"$r/.old.$1\"; }\n"
    /* Only the contents are still so ($r_fresh): it gets the states of now, unless it would be as
     * young as it was. */
    "r_refresh(){ r_age; [ \"$r_s\" = \"$r_a\" ] && [ \"$r_y\" ] || ( umask $r_m; "
    "printf '%s\\n' \"${r_h#?}$r_s$r_t$r_y${r_nl}end\" >\"$r/.new.$1\" 2>/dev/null && "
    "mv -f \"$r/.new.$1\" \"$r/$1\" || rm -f \"$r/.new.$1\" ); }\n"
    "r_same(){ r_stat \"$r/.lock.by\" \"$@\"; [ \"$r_s\" = \"$r_a\" ] && [ -z \"$r_y\" ] || { "
    "r_sure=; r_sum \"$@\"; [ \"$r_t\" = \"$r_b\" ] && r_fresh=1; }; }\n"
    "r_is_alone(){ [ -z \"$r_alone\" ] || ! r_strays \"$1\" || { r_t=$r_b$r_nl$r_z; return 1; }; "
    "}\n"
    /* r_small NAME REFRESH FINGERPRINT: r_skip, what has this one is as it was. */
    "r_small(){ r_short=$r_short$r_nl$1$r_nl; printf '%s\\n' \"${r_c#?}\"; case $r_c in "
    "*\"${3:+${r_nl}fingerprint $3}\"*) ;; *) echo '= stale'; return;; esac; r_split r_lines "
    "\"$r_c\"\n"
    "if r_split r_same \"$r_p\" && r_is_alone \"$1\"; then echo '= same'; [ -z \"$3\" ] || "
    "r_skip=1\n"
    "else printf '%s\\n' \"= differs$r_t\"; fi; }\n"
    /* Newer ones of the target under other names: of this machine, or of those that share its
     * home. */
    "r_newer(){ for r_o in \"$r/${1%@*}\"@*; do case $r_o in *+*|\"$r/$1\") ;; "
    "*) [ ! -s \"$r_o\" ] || [ ! \"$r_o\" -nt \"$r/$1\" ] || "
    "{ r_fresh= r_skip=; printf '~ %s %s\\n' \"${r_o##*/}\" \"$(sed -n 's/^machine "
    "//p;/^fingerprint /q' "
    "\"$r_o\")\"; };; esac; done; }\n"
    /* A short one is read by the shell itself, which takes a byte at a time. */
    "r_text(){ r_c= r_i=40; while [ $r_i -gt 0 ] && IFS= read -r r_l; do r_c=$r_c$r_nl$r_l; "
    "r_i=$((r_i-1)); [ \"$r_l\" != end ] || return; done\n"
    "r_c=; }\n"
    "r_load(){ r_c=; r_text <\"$r/$1\"\n"
    "[ \"$r_c\" ] || r_c=$r_nl$(dd bs=16384 count=1 2>/dev/null <\"$r/$1\")\n"
    "case $r_c in *\"${r_nl}end\") ;; *) return 1;; esac; }\n"
    "r_read(){ echo \"+ $1\"; if [ -s \"$r/$1\" ]; then "
    "r_fresh= r_skip=; if r_load \"$1\"; then r_small \"$@\"; else r_large \"$@\"; fi; r_newer "
    "\"$1\"; "
    "[ -z \"$r_skip\" ] || r_ok=$r_ok$1$r_nl; [ -z \"$2\" ] || [ -z \"$r_fresh\" ] || r_refresh "
    "\"$1\"; fi\n"
    "for r_o in \"$r/$1\"+*; do [ ! -f \"$r_o\" ] || echo \". ${r_o##*/}\"; done; }\n"
    /* The lock dies with the session's shell, which holds descriptor 9. Where there is no flock, a
     * file made by noclobber says whose it is: a process and its start. No shell has a ) in its
     * name; the longest way to the last one would be looked for in quadratic time. */
    "r_start(){ r_s=; { read -r r_s </proc/$1/stat; } 2>/dev/null; r_s=${r_s#*\")\"}; set -- "
    "$r_s\n"
    "r_s=; [ $# -lt 20 ] || [ $1 = Z ] || { shift 19; r_s=$1; }; }\n"
    "r_claim(){ r_start $$; ( umask $r_m; set -C; echo \"$$ $r_s\" >\"$r/.lock.pid\" ) "
    "2>/dev/null; }\n"
    "r_lives(){ [ \"$1\" ] && kill -s 0 $1 2>/dev/null && r_start $1 && [ \"$r_s\" = \"$2\" ]; }\n"
    "r_alive(){ r_x=; r_y=; { read -r r_x r_y <\"$r/.lock.pid\"; } 2>/dev/null; "
    "r_lives \"$r_x\" \"$r_y\"; }\n"
    "r_tool(){ command -v flock >/dev/null 2>&1; }\n"
    "r_flock(){ if r_tool; then flock -n 9 9>&9; "
    "else r_claim || { ! r_alive && mv -f \"$r/.lock.pid\" \"$r/.lock.old\" && r_claim; }; fi; }\n"
    "r_share(){ :; }\n"
    "r_open(){ if [ ! -d \"$r\" ]; then mkdir -p \"$r\" && r_share; fi\n"
    "[ -w \"$r\" ] && command exec 9>>\"$r/.lock\" || return 1; }\n"
    "r_lock(){ if r_flock; then r_start $$\n"
    "printf '%s\\n' \"$1 $2\" \"$$ $r_s\" >\"$r/.lock.by\"; echo locked; return; fi\n"
    "exec 9>&-; r_x=; r_y=; read -r r_x r_y <\"$r/.lock.by\"\n"
    "if [ \"$r_x\" = \"$1\" ]; then echo ours; else printf 'held %s\\n' \"$r_y\"; fi; }\n"
    "r_enter(){ if r_open; then r_lock \"$1\" \"$2\"; else printf 'unwritable %s\\n' \"$r\"; fi; "
    "}\n"
    "r_begin(){ if [ -f \"$r/.lock.by\" ]; then r_enter \"$@\"; else r_masked r_enter \"$@\"; fi; "
    "}\n";

/* r_strays NAME: r_z, a line for each place that r_found prints and that the record does not know.
 */
const char script_library_alone[] =
    "r_strays(){ r_z=$(if command -v awk >/dev/null; then r_found 2>/dev/null | LC_ALL=C awk "
    "'FNR==NR{if(/^place /)w[substr($0,9)];next} !($0 in w){print \"stray \" $0}' \"$r/$1\" -\n"
    "else { sed -n 's/^place . //p' \"$r/$1\"; sed -n 's/^place . //p' \"$r/$1\"; "
    "r_found 2>/dev/null; } | LC_ALL=C sort | uniq -u | sed 's/^/stray /'; fi); [ \"$r_z\" ]; }\n";

const char script_library_share[] =
    "r_share(){ set -- $(ls -ldn \"$r/..\"); chgrp \"$4\" \"$r\" 2>/dev/null; "
    "chmod g+s \"$r\" 2>/dev/null; :; }\n";

/* Who holds the lock is told first: not a session that is just ending, which nobody waited for. */
const char script_library_look[] =
    "r_held(){ [ -f \"$r/.lock.by\" ] || return 1; r_x=; r_y=\n"
    "{ read -r r_x; read -r r_y r_z; } <\"$r/.lock.by\"\n"
    "r_lives \"$r_y\" \"$r_z\" && { sleep 0.5 2>/dev/null || sleep 1; r_lives \"$r_y\" "
    "\"$r_z\"; }; }\n"
    "r_look(){ r_held && printf 'held %s\\n' \"${r_x#* }\"\n"
    "for r_k in \"$r\"/*@*; do r_k=${r_k##*/}; case $r_k in '*@*') ;; *+*) "
    "[ -s \"$r/${r_k%%+*}\" ] || printf '+ %s\\n. %s\\n' \"${r_k%%+*}\" \"$r_k\";; "
    "*) [ ! -s \"$r/$r_k\" ] || r_read \"$r_k\";; esac; done; }\n"
    "r_break(){ r_held || return; kill -s TERM $r_y && printf 'held %s\\n' \"${r_x#* }\"; }\n";
