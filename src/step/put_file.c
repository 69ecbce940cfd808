#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/sending.h"
#include "step/temporary.h"

enum { SMALL = 16 * 1024, LARGE = 4 * 1024 * 1024 };

/* The answer: D or N (DST is a folder or not), then what is at the file's place: "-" nothing, "d" a
 * folder, "l" a link, "f SIZE MODE HASH", where HASH is "-" unless the size is ours and so are, of
 * a large file, the ends; with --owner or --group then " OWNER UID GROUP GID". */
static const char query_text[] =
    "p_ask() { if [ -d \"$p_to\" ]; then echo D; p_x=${p_to%/}/$p_name; else echo N; p_x=$p_to; "
    "[ -z \"$p_keep\" ] || p_x=${p_to%/}/$p_name; fi; "
    "if [ -h \"$p_x\" ]; then echo l; elif [ -d \"$p_x\" ]; then echo d; elif [ -f \"$p_x\" ]; "
    "then "
    "set -- $(stat -c \"%s %a\" \"$p_x\"); [ \"$2\" ] || set -- $(stat -f \"%z %Mp%Lp\" \"$p_x\"); "
    "[ \"$2\" ] || set -- $(($(wc -c <\"$p_x\"))) -; "
    "p_h=-; if [ \"$1\" = $p_size ]; then p_e=; [ -z \"$p_ends\" ] || "
    "p_e=$({ dd bs=65536 count=1 <\"$p_x\"; tail -c 65536 <\"$p_x\"; } | digest); "
    "case $p_e in \"$p_ends\"*) p_h=$(digest <\"$p_x\");; esac; fi; p_o=; [ -z \"$p_owned\" ] || "
    "p_o=$(stat -c \"%U %u %G %g\" \"$p_x\" || stat -f \"%Su %u %Sg %g\" \"$p_x\"); "
    "echo f $1 $2 ${p_h%% *} $p_o; else echo -; fi; }; { p_ask; } 2>/dev/null";

/* The step's parts, at its turn. `old` is set to what was sent: the runner of the request finds its
 * path in the session's folder, a shell of its own looks for it again. */
static const char found_text[] = "IFS= read -r old <\"$d/t$tmp\"\n";
static const char sought_text[] = "ok() { [ -f \"$at/$tmp\" ]; }; "
                                  "spot \"$to\" \"$parent\" || exit 119\nold=$at/$tmp\n";

static const char arrived_text[] = "[ -f \"$old\" ] || exit 119\n" /* an earlier step removed it */
                                   "trap 'rm -f \"$old\" \"$dir/$tmp\"' 0\n";

/* `x` is set to the file's place, and `dir` to the folder that it is in. */
static const char place_text[] =
    "if [ -d \"$to\" ]; then [ \"$was\" = N ] && exit 119; x=${to%/}/$name; "
    "elif [ \"$keep\" ]; then say \"$to: no such folder\"; "
    "else [ \"$was\" = D ] && exit 119; x=$to; fi\n"
    "case $x in */*) dir=${x%/*}; dir=${dir:-/};; *) dir=.;; esac\n"
    "[ ! -d \"$x\" ] || say \"$x is a folder\"\n"
    "[ -f \"$x\" ] || [ ! -e \"$x\" ] || say \"$x is neither a file nor a folder\"\n"
    "[ -d \"$dir\" ] || say \"$dir: no such folder\"\n"
    "[ -w \"$dir\" ] || say \"$dir: no permission to write\"\n";

static const char bring_text[] =
    "[ \"${old%/*}\" = \"$dir\" ] || { (umask 077; cat <\"$old\" >\"$dir/$tmp\") || exit 1; "
    "rm -f \"$old\"; old=$dir/$tmp; }\n";

/* A small text is in the step: `b`. Where printf is a program, a process list would show it. cat
 * says why, as a shell may say no more than "I/O error". */
static const char write_text[] =
    "old=$dir/$tmp; printf '%s\\n' \"$old\" >\"$d/t$tmp\"; trap 'rm -f \"$old\"' 0; umask 077\n"
    "{ case ${KSH_VERSION-} in ?*) print -rn -- \"$b\";; *) printf %s \"$b\";; esac 2>/dev/null; } "
    ">\"$old\" || { echo x | cat >>\"$old\"; exit 1; }\n";

/* The session removes what a mv leaves; not what is root's. */
static const char rename_here_text[] = "trap - 0; exec mv -f \"$old\" \"$x\"\n";
static const char rename_text[] = "mv -f \"$old\" \"$x\" || exit 1\ntrap - 0\n";

static const char *place_of(const struct step *step, const struct content *content, bool is_inside)
{
    const struct put *put = step->data;
    const char *to = put_destination(step);
    if (!put_keeps_names(put) && !is_inside)
        return to;
    return put_join(put->arena, to, put_name(put->arena, content->path));
}

/* Another file of the same size is told by its ends: the host's own program may take longer to read
 * it whole than we to send ours. */
static void add_ends(struct str *query, const struct content *content)
{
    char ends[HASH_SHA256_HEX_SIZE];
    bool is_large = content->size >= LARGE && !content->load;
    put_add_variable(query, "p_ends", is_large && hash_file_ends(content->path, ends) ? ends : "");
}

static void add_query(struct str *query, const struct step *step, const struct content *content)
{
    const struct put *put = step->data;
    put_add_variable(query, "p_to", put_destination(step));
    put_add_variable(query, "p_name", put_name(put->arena, content->path));
    put_add_variable(query, "p_keep", put_keeps_names(put) ? "1" : "");
    put_add_variable(query, "p_owned", put_wants_owner(step) ? "1" : "");
    add_ends(query, content);
    str_addf(query, "p_size=%llu; %s%s", (unsigned long long)content->size, put_text_hash,
             query_text);
}

void put_file_ask(const struct step *step, const struct content *content, struct str *query)
{
    add_query(query, step, content);
    str_add(query, "\n");
}

/* What the host's answer says. */
struct state {
    bool is_known;
    bool is_inside; /* DST is a folder */
    bool is_same;   /* the file there has our content */
    bool is_owned;  /* by whom it is to be */
    unsigned mode;  /* its mode; UINT_MAX: not known */
};

static struct state read_answer(const struct step *step, const char *answer,
                                const struct content *content)
{
    struct state state = { 0 };
    if (!answer || (answer[0] != 'D' && answer[0] != 'N') || answer[1] != '\n')
        return state;
    state.is_known = true;
    state.is_inside = answer[0] == 'D';
    unsigned long long size;
    char mode[8], hash[HASH_SHA256_HEX_SIZE], user[33] = "", uid[33] = "", group[33] = "",
                                              gid[33] = "";
    if (sscanf(answer + 2, "f %llu %7s %64s %32s %32s %32s %32s", &size, mode, hash, user, uid,
               group, gid) < 3)
        return state;
    state.is_owned = put_is_account(step->options.owner, user, uid) &&
                     put_is_account(step->options.group, group, gid);
    state.is_same = size == content->size && strcmp(hash, content->sha256) == 0;
    state.mode = mode[0] == '-' ? ~0U : (unsigned)strtoul(mode, NULL, 8);
    return state;
}

static void add_variables(struct str *text, const struct step *step, const char *name)
{
    const struct put *put = step->data;
    const char *to = put_destination(step);
    put_add_variable(text, "tmp", name);
    put_add_variable(text, "to", to);
    put_add_variable(text, "parent", put_parent(put->arena, to));
}

static void add_upload(const struct step *step, const struct content *content, const char *name,
                       const struct step_target *target)
{
    struct str opener = { 0 };
    add_variables(&opener, step, name);
    str_addf(&opener, "%s%sumask 077; keep && f_f=$at/$tmp && : >\"$f_f\"", put_text_spot,
             put_text_keep);
    struct str bytes = { 0 };
    if (content->load && content->load(content, &bytes))
        sending_add_bytes(target, str_text(&bytes), bytes.len, str_text(&opener), true);
    else
        sending_add_file(target, content->path, content->size, str_text(&opener), true);
    str_free(&bytes);
    str_free(&opener);
}

/* Nothing is sent: the file must still be what the host said it is. */
static void add_check(struct str *text, const struct step *step, const struct content *content,
                      const char *answer, const struct state *state)
{
    const struct put *put = step->data;
    size_t length = strlen(answer);
    while (length > 0 && answer[length - 1] == '\n')
        length--;
    str_add(text, "[ \"$( "); /* "$((" would be arithmetic */
    add_query(text, step, content);
    str_add(text, ")\" = ");
    str_add_quoted(text, arena_strndup(put->arena, answer, length));
    str_addf(text, " ] || exit %d\n", STEP_STALE);
    unsigned mode = put_mode(step, content);
    if (state->mode == mode && state->is_owned)
        return;
    put_add_variable(text, "x", place_of(step, content, put->is_inside));
    put_add_options(text, step);
    str_addf(text, "%sown \"$x\"; chmod %o \"$x\"", put_text_own, mode);
}

/* Nothing but text of ours runs, and as who we are. */
static bool is_plain(const struct step *step)
{
    return command_may_be_in_runner(step) && !put_wants_owner(step) && !step->options.sudo &&
           !step->options.check;
}

static void add_place(struct str *text, const struct step *step, const struct content *content,
                      const struct state *state)
{
    const struct put *put = step->data;
    bool keeps = put_keeps_names(put);
    put_add_variable(text, "name", put_name(put->arena, content->path));
    put_add_variable(text, "keep", keeps ? "1" : "");
    put_add_variable(text, "was", !state->is_known || keeps ? "" : state->is_inside ? "D" : "N");
    str_add(text, place_text);
}

static void add_placing(struct str *text, const struct step *step, const struct content *content,
                        const struct state *state)
{
    bool plain = is_plain(step);
    str_addf(text, "%s%s", plain ? "" : put_text_spot, plain ? found_text : sought_text);
    str_add(text, arrived_text);
    add_place(text, step, content, state);
    str_add(text, bring_text);
    if (!plain) {
        put_add_options(text, step);
        str_addf(text, "%s%sown \"$old\"\n", put_text_own, put_text_check);
    }
    str_addf(text, "chmod %o \"$old\" || exit 1\n", put_mode(step, content));
    str_add(text, plain ? rename_here_text : "check \"$old\"\n");
    if (!plain)
        str_add(text, rename_text);
}

/* The bytes of a file that its step carries: text, still what was hashed. */
static bool is_carried(const struct step *step, const struct content *content, struct str *bytes)
{
    char sha256[HASH_SHA256_HEX_SIZE];
    if (content->size > SMALL || !is_plain(step) ||
        !(content->load ? content->load(content, bytes) : file_read(content->path, bytes)) ||
        strlen(str_text(bytes)) != bytes->len)
        return false;
    hash_bytes_sha256(str_text(bytes), bytes->len, sha256);
    return strcmp(sha256, content->sha256) == 0;
}

static void add_writing(struct str *text, const struct step *step, const struct content *content,
                        const struct str *bytes, const struct state *state)
{
    add_place(text, step, content, state);
    put_add_variable(text, "b", str_text(bytes));
    str_addf(text, "%schmod %o \"$old\" || exit 1\n%s", write_text, put_mode(step, content),
             rename_here_text);
}

/* What differs on the host: sent ahead of the step, or with it. */
static void add_change(struct str *text, const struct step *step, const struct content *content,
                       const char *name, const struct state *state,
                       const struct step_target *target)
{
    struct str bytes = { 0 };
    add_variables(text, step, name);
    str_add(text, put_text_say);
    if (is_carried(step, content, &bytes)) {
        add_writing(text, step, content, &bytes, state);
    } else {
        add_upload(step, content, name, target);
        add_placing(text, step, content, state);
    }
    str_free(&bytes);
}

bool put_file_compile(struct step *step, const struct content *content, const char *answer,
                      const struct step_target *target, const char **why)
{
    struct put *put = step->data;
    struct state state = read_answer(step, answer, content);
    struct str text = { 0 };
    char name[TEMPORARY_NAME_SIZE];
    put->is_inside = state.is_inside;
    step->changes = !state.is_same || !state.is_owned || state.mode != put_mode(step, content);
    if (state.is_same) {
        add_check(&text, step, content, answer, &state);
    } else if (temporary_name(name)) {
        add_change(&text, step, content, name, &state, target);
    } else {
        *why = "no random bytes from /dev/urandom";
        return false;
    }
    if (is_plain(step))
        command_send_in_runner(step, str_text(&text), target, true);
    else
        put_send(step, str_text(&text), target);
    str_free(&text);
    return true;
}

void put_file_places(const struct step *step, struct arena *arena, const struct content *content,
                     const char *answer, struct vec *places)
{
    const struct put *put = step->data;
    struct place *place = arena_alloc(arena, sizeof *place);
    place->path =
        place_of(step, content, put->is_inside || read_answer(step, answer, content).is_inside);
    memcpy(place->sha256, content->sha256, sizeof place->sha256);
    place->mode = put_mode(step, content);
    place->size = content->size;
    place->content = content;
    place->from = content->path;
    vec_push(places, place);
}
