#include "io/boot.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/session.h"

/* What an exec request carries: sshd takes 256 KiB in a packet of 32 KiB; csh takes words of some
 * tens of thousands of bytes. */
enum { BOOT_TEXT_LIMIT = 24 * 1024 };

/*
 * The far shell's program. It travels inside '…' through whatever log-in shell the account has, so
 * it holds no single quote, no exclamation mark, no newline and no double backslash (csh, fish). It
 * is plain POSIX, proved on dash, bash, busybox, mksh, ksh93 and zsh; docs/protocol.md says why
 * each part is as it is. Names begin with f_, but for d, the session's private folder.
 *
 * At first one process reads requests: the loop. f_folder, the first line of the first request,
 * makes the loop a background process, and the shell itself becomes the runner of steps: so steps
 * are foreground commands, and do not ignore SIGINT and SIGQUIT as background ones do.
 *
 * Descriptors: 0 the requests, 1 and 3 the channel's output, 4 its error output, 8 the next step's
 * standard input, 9 the lock's. In the loop: 5 the way to the runner, 6 the fifo m. In the runner:
 * 0 from the loop, 5 and 6 the fifos of the running step, 7 where a step's shell says its number.
 *
 * Files in $d: o0, e0, o1, e1 the fifos of steps, in turn; r the fifo to the runner; m who may
 * change fifos; c the two cats; q0, q1 the request; p "STEP FIFO LEFT" while a step runs, LEFT
 * being how many fifos the cats have yet to read, with a "-" behind once its shell has ended; g its
 * process group; k "SIGNAL all": the request is to end; l the loop's process; t what the watchdog
 * looks at, s its sleep; a, v, z, u*, i*, c* outputs and inputs.
 */
static const char BOOT[] =
    "exec 3>&1 4>&2 2>/dev/null 8</dev/null; cd \"${HOME:-/}\"; "
    "d= f_w= f_due=; "

    /* Frames. echo is the one builtin of every shell that writes a line by one write. */
    "f_say(){ echo \"$f_mark$f_nonce $*\" >&3; }; "
    /* With what is due of the step before: a packet less on each stream. */
    "f_both(){ f_x=\"$f_due$f_mark$f_nonce $*\" f_due=; echo \"$f_x\" >&3; echo \"$f_x\" >&4; }; "
    "f_over(){ f_c=$2 f_due=\"$f_mark$f_nonce e $1 $2$f_nl\"; return $2; }; "
    "f_code(){ return $1; }; "

    /* A query: ID TEXT. Its bytes go out raw, between two frames; f_hex is for when a step writes
     * to the channel too. The watchdog waits for a query as long as it takes. */
    "f_look(){ [ -z \"$d\" ] || echo $1 >\"$d/t\"; }; "
    "f_query(){ f_look -; f_say a $1; { eval \"$2\"; } </dev/null; f_say r $1 $?; f_look $1.q; }; "
    "f_hex(){ f_look -; { eval \"$2\"; } </dev/null >\"$d/a\"; f_r=$?; "
    "od -An -v -tx1 \"$d/a\" | while read -r f_x; do f_say h $1 \"$f_x\"; done; "
    "f_say r $1 $f_r; f_look $1.q; }; "

    /* How a process group is made: by setsid, or by job control where it works without a terminal.
     */
    "f_groups(){ if command -v setsid >/dev/null; then S=setsid G=- M=; "
    "elif (set -m; sleep 1 & kill -s 0 -- -$! && kill $! ) >/dev/null 2>&1; then S= G=- M=1; "
    "else S= G= M=; fi; }; "

    /* f_take N: exactly N bytes of standard input, by one program where dd can count bytes. One
     * that cannot says so before it reads; then what can is found out: some head read ahead, some
     * dd know no fullblock. A dd that broke off leaves what could be taken for requests. */
    "f_dd(){ LC_ALL=C dd bs=131072 count=$1 iflag=fullblock,count_bytes; }; "
    "f_take(){ if f_dd $1 2>\"$d/v\"; then f_take(){ f_dd $1; }; "
    "else f_read v; [ -z \"$f_z\" ] || f_break; f_reader; f_take $1; fi; }; "
    "f_break(){ read -r f_x <\"$d/l\"; kill -s KILL $$ $f_x; exit; }; "
    /* What dd, as it ends, says of its blocks: f_z whole ones, f_y broken ones. */
    "f_read(){ f_z=; while read -r f_p f_q; do case $f_q in \"records in\") f_z=${f_p%+*} "
    "f_y=${f_p#*+};; esac; done <\"$d/$1\"; }; "
    "f_counts(){ exec 7<>\"$d/z\"; echo abc >&7; \"$@\" <&7 >/dev/null; echo x >&7; "
    "f_x=; read -r f_x <&7; exec 7>&-; [ \"$f_x\" = bc ]; }; "
    "f_reader(){ mkfifo \"$d/z\"; if f_counts head -c 1; then f_take(){ head -c $1; }; "
    "elif f_counts dd bs=1 count=1 iflag=fullblock; "
    "then f_take(){ [ $1 -lt 65536 ] || dd bs=65536 count=$(($1/65536)) iflag=fullblock; "
    "[ $(($1%65536)) = 0 ] || dd bs=$(($1%65536)) count=1 iflag=fullblock; }; "
    "else f_take(){ dd bs=1 count=$1; }; fi; }; "

    /* The private folder, in memory first; those that dead sessions of ours left are swept. Dead is
     * one of which runner, loop and watchdog are: the loop may still be cleaning up after its
     * runner. */
    "f_sweep(){ for f_x in \"$1\"/.fake.$f_node.*; do [ -d \"$f_x\" ] || continue; f_l= f_v=; "
    "f_p=${f_x%.*}; read -r f_l <\"$f_x/l\"; read -r f_v <\"$f_x/w\"; "
    "kill -s 0 ${f_p##*.} || kill -s 0 $f_l || kill -s 0 $f_v || rm -rf \"$f_x\"; done; }; "
    "f_make(){ "
    "for f_y in \"$XDG_RUNTIME_DIR\" /dev/shm \"${TMPDIR:-/tmp}\" \"$HOME\"; do "
    "[ \"$f_y\" ] && [ -d \"$f_y\" ] && [ -w \"$f_y\" ] || continue; f_sweep \"$f_y\"; "
    "d=$f_y/.fake.$f_node.$$.${f_nonce%????????????}; mkdir -m 700 \"$d\" && "
    "mkfifo -m 622 \"$d/o0\" \"$d/e0\" \"$d/o1\" \"$d/e1\" \"$d/r\" \"$d/m\" && break; d=; done; "
    "printf \"%s\\n\" \"$f_mark$f_nonce d $d\"; [ \"$d\" ]; }; "
    /* A channel that is gone must not end the loop by SIGPIPE before it has cleaned up. */
    "f_folder(){ [ \"$d\" ] && return; f_groups; f_make || return; "
    "exec 7<&0; f_child <&7 & echo $! >\"$d/l\"; exec 7<&- </dev/null; f_knows $!; f_runner; "
    "exit 0; }; "
    "f_child(){ trap : PIPE; exec 7<&- 5>\"$d/r\" 6<>\"$d/m\"; echo >&6; f_loop; }; "
    "f_runner(){ exec 9>&-; trap : INT QUIT; while read -r f_x; do . \"$d/q$f_x\"; done <\"$d/r\"; "
    "}; "

    /* The two cats that carry the outputs of steps to the channel. Each reads fifo 0, fifo 1, fifo
     * 0 and so on, to the end of each: so a next fifo that can be opened for writing is the proof
     * that nobody holds the last one any more. f_cats FIRST COUNT. */
    "f_cats(){ f_x=$1 f_y=$2 f_q= f_z=; while [ $f_y -gt 0 ]; do f_q=\"$f_q o$f_x\" f_z=\"$f_z "
    "e$f_x\"; f_x=$((1-f_x)) f_y=$((f_y-1)); done; "
    "( cd \"$d\"; exec 7>&- 8<&- 9>&-; cat $f_q >&3 3>&- 4>&- 5>&- 6>&- & f_x=$!; "
    "cat $f_z >&4 3>&- 4>&- 5>&- 6>&- & echo $f_x $! >c ); }; "
    /* A shell that hears of a child's end may give up opening or reading: again, then. */
    "f_fifo(){ until command exec 5>\"$d/o$f_k\"; do [ -e \"$d/m\" ] || return; done; "
    "until command exec 6>\"$d/e$f_k\"; do [ -e \"$d/m\" ] || return; done; }; "
    "f_lock(){ until read -r f_x; do [ -e \"$d/m\" ] || return; done; }; "
    /* m is the right to change cats and fifos: whoever has read the line in it. The last fifo of
     * the cats is for the proof alone. */
    "f_begin(){ f_k=$((1-${f_k-1})) f_left=33; f_cats $f_k $f_left; f_fifo; }; "
    "f_next(){ exec 5>&- 6>&-; f_k=$((1-f_k)) f_left=$((f_left-1)); f_fifo; "
    "f_lock <\"$d/m\"; : >\"$d/p\"; echo >\"$d/m\"; "
    "[ $f_left -gt 1 ] || { exec 5>&- 6>&-; f_begin; }; }; "

    /* A step: ID TEXT [$0]. In ( ), so that the runner does not say "Terminated" into its error
     * output. */
    "f_gone(){ for f_x in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do "
    "f_lives $1 || return; sleep 0.2 || sleep 1; done; f_send KILL $1; }; "
    "f_lives(){ if [ $1 = t ]; then f_tree 0; else kill -s 0 -- $G$1; fi; }; "
    "f_send(){ if [ $2 = t ]; then f_tree $1; else kill -s $1 -- $G$2; fi; }; "
    "f_stopped(){ [ -e \"$d/k\" ]; }; "
    "f_step(){ f_i=$1; f_stopped && return 130; f_both b $f_i; "
    "[ $f_left ] || f_begin; echo $f_i $f_k $f_left >\"$d/p\"; [ \"$M\" ] && set -m; "
    "( exec $S sh -c \"echo \\$\\$ >&7;exec 7>&-;$2\" ${3+\"$3\"} "
    "<&8 >&5 2>&6 7>\"$d/g\" 3>&- 4>&- 5>&- 6>&- 8<&- ); f_c=$?; [ \"$M\" ] && set +m; "
    "[ -e \"$d/y\" ] && rm -f \"$d/y\" && read -r f_p <\"$d/g\" && { ( exec >/dev/null 3>&- "
    "4>&- 5>&- 6>&- 8<&-; f_gone $f_p ) & }; "
    "echo $f_i $f_k $f_left - >\"$d/p\"; : >\"$d/g\"; "
    "echo \"$f_mark$f_nonce e $f_i $f_c\" >&5; echo \"$f_mark$f_nonce e $f_i $f_c\" >&6; "
    "f_next; return $f_c; }; "

    /* A step that needs no shell and no group of its own, as none of its programs leaves a process:
     * the runner does it itself, or a subshell if its text is one. Nobody can hold its outputs, so
     * they are the channel's; g is t.
     * It is signalled as what it is, the tree of processes under the runner but for the loop; where
     * the system does not list those, or the shell forks no subshell (ksh93), it is a step like
     * others. f_tree SIGNAL: no, if there are none. */
    "f_near(){ [ \"$f_list\" ] || { printf \"%s\\n\" \"$2\" >\"$d/c$1\"; f_step $1 \"d=\\${0%/*};. "
    "\\\"\\$0\\\"\" \"$d/c$1\"; return; }; f_stopped && return 130; f_both b $1; "
    "echo t >\"$d/g\"; echo $1 >\"$d/p\"; "
    "{ eval \"$2\"; } <&8 >&3 2>&4 3>&- 4>&- 5>&- 6>&- 8<&-; f_over $1 $?; : >\"$d/p\"; "
    ": >\"$d/g\"; return $f_c; }; "
    "f_kids(){ f_x=; read -r f_x <\"/proc/$1/task/$1/children\"; }; "
    "f_knows(){ f_list=; f_kids $$; case \" $f_x $KSH_VERSION\" in *AJM*) ;; *\" $1 \"*) "
    "f_list=1;; "
    "esac; }; "
    "f_tree(){ f_v=1; read -r f_l <\"$d/l\"; f_kids $$; for f_x in $f_x; do "
    "[ $f_x = $f_l ] || { f_v=0; [ $1 = 0 ] || f_fell $1 $f_x; }; done; return $f_v; }; "
    /* Stopped first: a shell must not start the next program of its list when one is gone. It may
     * be starting one until it does stand still. */
    "f_fell(){ kill -s STOP $2; f_still $2; f_kids $2; set -- $1 $2 $f_x; kill -s $1 $2; f_s=$1; "
    "kill -s CONT $2; shift 2; for f_x in \"$@\"; do f_fell $f_s $f_x; done; }; "
    "f_still(){ for f_y in 0 0 0 0 0 0.01 0.01 0.02 0.04 0.1 0.2 0.4; do "
    "read -r f_x <\"/proc/$1/stat\" || return; case ${f_x#*\")\"} in \" T\"*|\" Z\"*) return;; "
    "esac; "
    "[ $f_y = 0 ] || sleep $f_y; done; }; "

    /* Exit codes that count as success: CODES f_step … */
    "f_ok(){ f_o=$1; shift; \"$@\"; f_c=$?; case \" $f_o \" in *\" $f_c \"*) return 0;; esac; "
    "[ $f_c = 0 ] && return 1; return $f_c; }; "

    /* Trusted text between steps: ID TEXT. */
    "f_own(){ eval \"$1\"; }; f_script(){ f_stopped && return 130; f_both b $1; "
    "f_own \"$2\" </dev/null >/dev/null 2>&4; f_over $1 $?; }; "

    /* A request: ID FILE UPLOADS TEXT; the text is in its file already when it is not given. There
     * are two files, 0 and 1, in turn: the runner may still be reading the last line of one. */
    "f_run(){ [ \"$d\" ] || { f_both q $1 1; return; }; "
    "for f_x in $3; do case \"$f_bad \" in *\" $f_x \"*) f_both q $1 1; return;; esac; done; "
    "f_stopped && rm -f \"$d/k\"; [ -z \"$4\" ] || printf \"%s\\n\" \"$4\" >\"$d/q$2\"; "
    "echo $2 >&5; }; "

    /* f_signal SIGNAL STEP: to the group of the running step, if it is this one; SIGNAL all: to
     * any, and the request is over. `k`: it has not begun yet, ask again. */
    "f_signal(){ [ $2 = all ] && echo $1 >\"$d/k\"; "
    "read -r f_i f_a f_b f_x <\"$d/p\" || { f_say k; return; }; [ \"$f_x\" ] && return; "
    "case $2 in all|$f_i) ;; *) return;; esac; read -r f_p <\"$d/g\" || { f_say k; return; }; "
    "[ $f_p = t ] && { f_tree $1 || f_say k; return; }; "
    ": >\"$d/y\"; if [ \"$G\" ]; then kill -s $1 -- -$f_p; "
    "elif [ $1 = KILL ]; then rm -rf \"$d\"; kill -s KILL 0; else kill -s $1 $f_p; fi; }; "

    /* f_cut STEP: its shell has ended, but something holds its outputs. A drain takes over each
     * fifo, new ones take their places, and new cats begin with the next ones, for which the runner
     * waits. */
    "f_cut(){ f_lock <&6; read -r f_i f_a f_b f_x <\"$d/p\" && [ \"$f_i $f_x\" = \"$1 -\" ] || "
    "{ echo >&6; return; }; "
    "for f_x in o$f_a e$f_a; do exec 7<>\"$d/$f_x\" 8<\"$d/$f_x\" 7>&-; "
    "cat <&8 >/dev/null 3>&- 4>&- 5>&- 6>&- 8<&- 9>&- & exec 8</dev/null; done; "
    "rm -f \"$d/o$f_a\" \"$d/e$f_a\"; mkfifo -m 622 \"$d/o$f_a\" \"$d/e$f_a\"; f_say c $1; "
    "f_kill; f_cats $((1-f_a)) $((f_b-1)); echo >&6; }; "
    "f_kill(){ read -r f_x f_y <\"$d/c\" && kill $f_x $f_y; }; "

    /* f_upload NAME CONSUMER, then pieces: a length, a newline, so many bytes; 0 ends it. Requests
     * may stand between the pieces. */
    "f_pieces(){ while IFS= read -r f_x; do case $f_x in 0) return;; "
    "[1-9]*) f_n=$((f_n+1)); f_look $1.$f_n; $2 $f_x;; *) eval \"$f_x\" >&3;; esac; done; }; "
    "f_told(){ if [ $2 = 0 ]; then f_say u $1 0; "
    "else f_bad=\"$f_bad $1\"; f_x=; read -r f_x <\"$d/u$1\"; "
    "printf \"%s%.500s\\n\" \"$f_mark$f_nonce u $1 $2 \" \"$f_x\" >&3; fi; }; "
    "f_upload(){ f_pieces $1 f_take | { ( eval \"$2\" ) >/dev/null 2>\"$d/u$1\" "
    "3>&- 4>&- 5>&- 6>&- 9>&-; f_r=$?; "
    "if [ $f_r -gt 0 ] || read -r f_x; then cat >/dev/null; fi; f_code $f_r; }; f_told $1 $?; }; "

    /* f_store NAME OPENER, then the same: into the file that OPENER makes and sets f_f to. dd
     * writes it by itself, so there is neither a second process nor a second copy; when that fails,
     * dd says how many blocks it has taken from the channel. */
    "f_keep(){ [ $f_lost = 0 ] || { f_take $1 >/dev/null; return; }; "
    "if [ \"$f_old\" ]; then f_pipe $1; return; fi; f_dd $1 2>\"$d/u$f_j\" && return; f_r=$?; "
    "f_read u$f_j; if [ \"$f_z\" ]; then f_lost=1; [ $f_y -gt 0 ] || "
    "[ $((f_z*131072)) = $1 ] || f_take $(($1-f_z*131072)) >/dev/null; return; fi; "
    /* Killed: what is still to come could be taken for requests. */
    "[ $f_r -lt 128 ] || { f_told $f_j 1; f_break; }; f_old=1; f_reader; f_pipe $1; }; "
    "f_pipe(){ f_take $1 | { cat 2>\"$d/u$f_j\"; f_r=$?; cat >/dev/null; f_code $f_r; } || "
    "f_lost=1; }; "
    "f_store(){ f_j=$1 f_lost=0 f_old=; ( f_f=; "
    "{ eval \"$2\"; } 2>\"$d/u$1\" </dev/null 3>&- 4>&- 5>&- 6>&- 9>&- && "
    "command exec >\"$f_f\" || { f_lost=1; exec >/dev/null; }; f_pieces $1 f_keep; "
    "[ $f_lost = 0 ] || { [ -z \"$f_f\" ] || rm -f \"$f_f\"; exit 9; } ); f_r=$?; "
    /* Else a redirection of the opener has ended its shell, with the pieces still to come. */
    "case $f_r in 0|9) ;; *) f_lost=1; f_pieces $1 f_keep >/dev/null;; esac; "
    "[ $f_r = 0 ] || f_r=1; f_told $1 $f_r; }; "

    /* The watchdog: two looks alike at what the client raises, and the session is over. */
    "f_ping(){ f_watch; f_look $1; f_say p; }; "
    "f_watch(){ [ -z \"$f_w\" ] || return; f_look 0; ( exec </dev/null >/dev/null 3>&- 4>&- 5>&- "
    "6>&- 8<&- 9>&-; f_y=; f_w=; "
    "while :; do sleep $f_every & echo $! >\"$d/s\"; wait $!; read -r f_x <\"$d/t\" || exit; "
    "case $f_x in -) ;; \"$f_y\") read -r f_l <\"$d/l\"; kill -s STOP $f_l; f_end; "
    "kill -s KILL $f_l; exit;; esac; f_y=$f_x; done ) & f_w=$!; echo $f_w >\"$d/w\"; }; "

    /* The end: no next step, the running one's group ended, nothing left. A step that has ended but
     * for a process it left is cut off from that. */
    "f_end(){ [ \"$d\" ] || return; echo TERM >\"$d/k\"; for f_x in 1 2 3 4 5; do "
    "read -r f_i f_a f_b f_y <\"$d/p\" || break; [ \"$f_y\" ] && { f_cut $f_i; break; }; "
    "read -r f_p <\"$d/g\" && { f_send TERM $f_p; f_gone $f_p; break; }; sleep 0.2 || sleep "
    "1; "
    "done; f_kill; "
    "[ \"$f_w\" ] && kill $f_w; read -r f_x <\"$d/s\" && kill $f_x; "
    "set --; for f_x in \"$d\"/t.*; do IFS= read -r f_y <\"$f_x\" && case $f_y in */.fake-*) "
    "set -- \"$@\" \"$f_y\";; esac; done; "
    /* The runner stands still first: what it writes as its step ends would keep the folder. */
    "kill -s STOP $$; rm -rf \"$@\" \"$d\" || rm -rf \"$d\"; exec 5>&- 6>&-; "
    "kill -s KILL $$; }; "
    "f_loop(){ while IFS= read -r f_line; do eval \"$f_line\"; done; f_end; exit 0; }; ";

/* The facts are the answer to query 0: lines of their own each; home, which may hold anything,
 * comes last. What /proc tells, and who we are where the home of the account in LOGNAME is ours,
 * costs no program. */
static const char FACTS[] =
    "f_kernel(){ f_v=/proc/sys/kernel; read -r f_p <$f_v/ostype && read -r f_q <$f_v/osrelease && "
    "read -r f_r <$f_v/arch && read -r f_node <$f_v/hostname; }; "
    "f_system(){ if f_kernel; then f_z=\"$f_p $f_q $f_r\"; else set -- $(uname -snrm); f_node=$2 "
    "f_z=$1; shift 2; f_z=\"$f_z $*\"; fi; }; "
    "f_user(){ case $LOGNAME in -*|$f_odd|\"\") return 1;; esac; "
    "eval \"f_u=~$LOGNAME\"; [ -O \"$f_u\" ] && f_u=$LOGNAME; }; "
    "f_facts(){ f_x=; command -v gzip >/dev/null && f_x=gzip; f_user || f_u=$(id -un); f_y=; read "
    "-r f_y </etc/machine-id || "
    "read -r f_y </var/lib/dbus/machine-id || f_y=\"$(hostid) $(uname -n)\"; f_system; "
    "printf \"%s\\n\" \"$f_z\" \"$f_u\" \"$f_x\" \"$f_y\" \"$HOME\"; }; "
    "f_bad= f_n=0 f_left= f_every=30; ";

/* What holds bytes that a log-in shell would not leave alone: f_mark is the record separator, f_nl
 * a newline, f_odd what is in no name. One printf, which is a program in mksh, carries this and the
 * queries. */
static const char FIRST[] =
    "f_mark='\036' f_nl='\n' f_odd='*[!A-Za-z0-9_.-]*'\nf_query 0 f_facts\n";

static const char LOOP[] = "f_say ready $$; f_loop";

void boot_make_nonce(char nonce[FRAME_NONCE_LENGTH + 1])
{
    unsigned char bytes[FRAME_NONCE_LENGTH / 2];
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes) {
        perror("fake: /dev/urandom"); /* fatal: a guessable nonce would be worse */
        exit(2);
    }
    close(fd);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
}

void boot_add_quoted(struct str *line, const char *text)
{
    str_addc(line, '\'');
    for (const char *s = text; *s; s++) {
        if (*s == '\'')
            str_add(line, "'\\''");
        else if (*s == '\n')
            str_add(line, "'\"$f_nl\"'");
        else
            str_addc(line, *s);
    }
    str_addc(line, '\'');
}

/* By hand: there are hundreds of them for each host. */
static void add_octal(struct str *out, unsigned char c)
{
    const char digits[] = { '\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
                            (char)('0' + (c & 7)) };
    str_addn(out, digits, sizeof digits);
}

/* Text as the format of a printf inside "…" inside '…': what stands behind a backslash in BOOT does
 * so here too; all else that some shell on the way could take for its own is an octal escape. */
static bool stands_for_itself(char c)
{
    return c >= ' ' && c <= '~' && !strchr("%'\"!$`\\", c);
}

static void add_escaped(struct str *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        const char *run = s;
        while (stands_for_itself(*s))
            s++;
        str_addn(out, run, (size_t)(s - run));
        if (!*s)
            break;
        if (*s == '%')
            str_add(out, "%%");
        else if (*s == '\n')
            str_add(out, "\\n");
        else if (*s == '"' || *s == '$')
            str_addn(out, (const char[]){ '\\', *s }, 2);
        else
            add_octal(out, (unsigned char)*s);
    }
}

/* As a function: a quoted word of its length would be copied by the shell many times. */
static void add_query(struct str *text, const struct session_query *query)
{
    struct str line = { 0 };
    str_addf(&line, "f_q(){ :; %s\n}\nf_query %u f_q\n", query->text, (unsigned)query->id);
    add_escaped(text, str_text(&line));
    str_free(&line);
}

size_t boot_add_text(struct str *text, const char *nonce, const struct session_query *queries,
                     size_t query_count)
{
    size_t start = text->len;
    str_addf(text, "f_nonce=%s; ", nonce);
    str_add(text, BOOT);
    str_add(text, FACTS);
    str_add(text, "eval \"$(printf \"");
    add_escaped(text, FIRST);
    size_t riding = 0;
    while (riding < query_count) {
        size_t before = text->len;
        add_query(text, &queries[riding]);
        if (text->len - start + sizeof LOOP > BOOT_TEXT_LIMIT) {
            text->len = before;
            text->data[before] = '\0';
            break;
        }
        riding++;
    }
    str_add(text, "\")\"; ");
    str_add(text, LOOP);
    return riding;
}
