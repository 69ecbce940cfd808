#include "run/script_big.h"

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
 * Of few places, "f NAME" or "d NAME" in r_few: r_states_few, r_sums_few.
 * r_scan FILE: of the states of now, those that the record does not know for sure, as r_few.
 * r_without FILE NEW: the record without r_few goes to NEW; what it says of their content is
 * printed. Where there is no awk, all are few. */
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
    "r_states_few(){ r_folders_few r_stat; r_names_few | r_xstat; }\n"
    "r_sums_few(){ { r_folders_few r_sum; r_names_few | r_some; } | LC_ALL=C sort; }\n"
    "r_scan(){ if r_awk; then LC_ALL=C awk \"$r_paths\"'"
    "function few(l,p){p=at(l);if(!(p in t)){t[p];print(l~/^state d /?\"d \":\"f \")p}} "
    "FNR==NR{if(/^state /)s[$0];else if(/^young/){q=1;y=$2+0};next} "
    "($0 in s)&&(!q||$2==\"d\"||$5<y){delete s[$0];next} {few($0)} END{for(l in s)few(l)}' "
    "\"$1\" -\n"
    "else cat >/dev/null; sed -n 's/^place d /d /p;s/^place [fl] /f /p' \"$1\"; fi; }\n"
    "r_without(){ if r_awk; then r_o=$2 LC_ALL=C awk \"$r_paths\"'"
    "BEGIN{o=ENVIRON[\"r_o\"]} FNR==NR{w[substr($0,3)];next} /^young|^end$/{next} "
    "/^state /{if(!(at($0) in w))print>o;next} " AWK_SUM "{if(of($0) in w){print;next}} {print>o}' "
    "- \"$1\" <<r_end\n$r_few\nr_end\n"
    "else sed -n '/^state /q;p' \"$1\" >\"$2\"; sed -n \"$r_sums\" \"$1\"; fi; }\n"
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
    "!q&&/^young/{y[n]=$2+0;next} "
    "q{match($0,/^state [0-9]* [0-9]* [0-9]* [0-9]* /);a=substr($0,RLENGTH+1);"
    "k=substr($0,1,RLENGTH) p a;m=s[k];x=h[m p a];"
    "if(m&&length(x)==64&&(!(m in y)||$5<y[m]))print x\"  ./\"a;else print \"miss \"a}'\n"
    "else sed 's/^state [0-9]* [0-9]* [0-9]* [0-9]* /miss /'; fi; }\n";

/* r_sums FILE (with r_st, the states): what there is of a record's places.
 * r_kept NAME: adds to .new.NAME what .old.NAME says of its places but for $r_changed; prints the
 * others as r_few. */
const char script_big_writing[] =
    "r_sums(){ { r_folders_of r_sum \"$1\"\n"
    "r_k=$(sed '/^state d /d' <<r_end | r_known ''\n$r_st\nr_end\n)\n"
    "sed -n '/^miss /d;s,^\\([0-9a-f]*\\)  \\./,hash \\1  ,p' <<r_end\n$r_k\nr_end\n"
    "sed -n '/^miss /{s///;" ESCAPE "}' <<r_end | r_some\n$r_k\nr_end\n"
    "} | LC_ALL=C sort; }\n"
    "r_kept(){ r_o=$r/.new.$1 LC_ALL=C awk \"$r_paths\"'"
    "BEGIN{o=ENVIRON[\"r_o\"]} FNR==1{f++} f==1{if(/^place /)w[substr($0,9)]=substr($0,7,1);next} "
    "f==2{c[$0];next} /^state /{p=at($0);if((p in w)&&!(p in c)){a[p];print>>o};next} " AWK_SUM
    "{p=of($0);if((p in w)&&!(p in c)){b[p];print>>o}} "
    "END{for(p in w)if(!(p in a)||!(p in b))print(w[p]==\"d\"?\"d \":\"f \")p}' "
    "\"$r/.new.$1\" - \"$r/.old.$1\" <<r_end\n#\n$r_changed\nr_end\n}\n"
    "r_end_big(){ r_was=; r_clock \"$r/.new.$1\"; r_y=$r_n\n"
    "if [ \"$r_keep\" ] && [ -f \"$r/.old.$1\" ] && r_awk; then r_few=$(r_kept \"$1\"); "
    "r_st=$(r_states_few); r_b=$(r_sums_few); r_keep=; "
    /* What was young then is young. */
    "r_was=$(sed -n 's/^young */0/p' \"$r/.old.$1\")\n"
    "else r_st=$(r_states \"$r/.new.$1\"); r_b=$(r_sums \"$r/.new.$1\"); fi\n"
    "r_put \"$1\" && rm -f \"$r/.old.$1\"; }\n";
