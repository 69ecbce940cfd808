#include "run/script_large.h"

/* r_clock FILE: r_n, two seconds before FILE was written; and r_kind is known from then on. */
const char script_large_tools[] =
    "r_xstat(){ if [ \"$r_kind\" ]; then xargs stat -$r_kind \"$r_form\" -- 2>/dev/null; "
    "else sed 's/\\\\\\(.\\)/\\1/g;s/^/state 0 0 0 0 /'; fi; }\n"
    "r_xhash(){ if command -v sha256sum; then set -- sha256sum; elif command -v shasum; then "
    "set -- shasum -a 256; elif command -v sha256; then set -- sha256 -r; else set -- cksum; fi "
    ">/dev/null 2>&1; xargs \"$@\" -- 2>/dev/null | sed '/^[0-9a-f]*  *-$/d;/^[0-9]* 0$/d;s/^/hash "
    "/'; }\n"
    "r_folder(){ [ ! -d \"$1\" ] || case $r_f in r_stat) printf 'state d %s\\n' \"$1\";; "
    "*) printf 'folder %s\\n' \"$1\";; esac; }\n"
    "r_clock(){ r_stat \"$1\" \"$1\"; [ \"$r_kind\" ] || r_n=$(($(date +%s)-2)); }\n"
    "r_sums='/^hash /p;/^link /p;/^fixed /p;/^folder /p'\n";

/* r_tree NAME ROOT KNOWN: "= tree TREE DIGEST COUNT", and the hashes of what must be read. */
const char script_large_tree[] =
    "r_tree(){ [ -f \"$r/.tree.$1\" ] || return\n"
    "{ read -r r_l && read -r r_x && read -r r_y && case $r_l in 'fake-tree 1 '*) ;; *) false;; "
    "esac && case $3 in *\" ${r_l##* } \"*) ;; *) false;; esac && { "
    "printf '= tree %s %s %s\\n' \"${r_l##* }\" \"${r_x%% *}\" \"$r_y\"; [ \"$r_y\" = 0 ] || "
    "( cd \"$2\" && xargs sha256sum -- ); :; }; } <\"$r/.tree.$1\" 2>/dev/null; }\n";

/* Only of places whose state is another one, or young, the contents are looked at, and only they
 * get new lines. $2: nothing may be written. Only what fake needs is sent: with "m MODE PATH" for
 * what is young, whose state does not tell of its mode; "m" alone: there is too much of it. */
const char script_large_reading[] =
    "r_look_at_modes(){ r_form_m='m %f %n'; [ \"$r_kind\" = c ] || r_form_m='m %Xp %N'\n"
    "if [ ${#r_few} -gt 60000 ]; then r_modes=m; "
    "else r_modes=$(r_names_few | xargs stat -$r_kind \"$r_form_m\" -- 2>/dev/null); fi; }\n"
    "r_same_big(){ r_was= r_modes=; r_clock \"$r/.lock.by\"; r_y=$r_n\n"
    "r_few=$(r_states \"$r/$1\" | r_scan \"$r/$1\"); [ \"$r_few\" ] || return 0\n"
    "r_w=; case $2$r_few in 1*${r_nl}m) r_w=$r/.new.$1;; esac; r_b=$(r_sums_few); "
    "r_a=$(r_without \"$r/$1\" \"$r_w\" | LC_ALL=C sort)\n"
    "[ \"$r_a\" = \"$r_b\" ] || { [ -z \"$r_w\" ] || rm -f \"$r_w\"; return 1; }\n"
    "case $r_few in *${r_nl}m) ;; *) r_look_at_modes;; esac\n"
    "case $2$r_few in [!1]*|*${r_nl}z) ;; *${r_nl}m) r_st=$(r_states_few); r_put \"$1\";; "
    "*) sed '/^young/d' \"$r/$1\" >\"$r/.new.$1\" && mv -f \"$r/.new.$1\" \"$r/$1\";; esac; }\n"
    "r_large(){ case $(tail -n 2 \"$r/$1\") in *\"${r_nl}end\") ;; *) return;; "
    "esac\n"
    "if ( umask $r_m; r_same_big \"$@\"; r_w=$?\n"
    "[ $r_w != 0 ] || r_is_alone \"$1\" || r_w=1 r_a= r_b=$r_z\n"
    "sed -n '/^place /q;p' \"$r/$1\"\n"
    "if [ $r_w = 0 ]; then printf '%s\\n' end '= same' ${r_modes:+\"$r_modes\"}; "
    "else sed '/./!d' <<r_end\n$r_a\nend\n= differs\n$r_b\n"
    "r_end\nfalse; fi ); then r_ok=$r_ok$1$r_nl; fi; }\n";
