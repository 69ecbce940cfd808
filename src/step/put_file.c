#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/command.h"
#include "step/put.h"
#include "step/sending.h"
#include "step/temporary.h"

enum { LARGE = 4 * 1024 * 1024 };

/* The answer: D or N (DST is a folder or not), then what is at the file's place: "-" nothing, "d" a
 * folder, "l" a link, "f SIZE MODE HASH", where HASH is "-" unless the size is ours and so are, of
 * a large file, the ends; with --owner or --group then " OWNER UID GROUP GID". */
static const char query_text[] =
    "if [ -d \"$to\" ]; then echo D; else echo N; [ \"$keep\" ] || name=; fi; "
    "x=$to; [ -z \"$name\" ] || x=${to%/}/$name; "
    "if [ -h \"$x\" ]; then echo l; elif [ -d \"$x\" ]; then echo d; elif [ -f \"$x\" ]; then "
    "set -- $(stat -c \"%s %a\" \"$x\" || stat -f \"%z %Mp%Lp\" \"$x\"); "
    "[ \"$2\" ] || set -- $(($(wc -c <\"$x\"))) -; "
    "h=-; if [ \"$1\" = $size ]; then e=; [ -z \"$ends\" ] || "
    "e=$({ dd bs=65536 count=1 <\"$x\"; tail -c 65536 <\"$x\"; } | digest); "
    "case $e in \"$ends\"*) h=$(digest <\"$x\");; esac; fi; o=; [ -z \"$owned\" ] || "
    "o=$(stat -c \"%U %u %G %g\" \"$x\" || stat -f \"%Su %u %Sg %g\" \"$x\"); "
    "echo f $1 $2 ${h%% *} $o; else echo -; fi";

/* Runs at the step's turn, when what was sent is at its spot. */
static const char place_text[] =
    "ok() { [ -f \"$at/$tmp\" ]; }; "
    "spot \"$to\" \"$parent\" || exit 119\n" /* an earlier step removed it */
    "trap 'rm -f \"$at/$tmp\"' 0\n"
    "if [ -d \"$to\" ]; then [ \"$was\" = N ] && exit 119; x=${to%/}/$name; "
    "elif [ \"$keep\" ]; then say \"$to: no such folder\"; "
    "else [ \"$was\" = D ] && exit 119; x=$to; fi\n"
    "case $x in */*) dir=${x%/*}; dir=${dir:-/};; *) dir=.;; esac\n"
    "[ ! -d \"$x\" ] || say \"$x is a folder\"\n"
    "[ -f \"$x\" ] || [ ! -e \"$x\" ] || say \"$x is neither a file nor a folder\"\n"
    "[ -d \"$dir\" ] || say \"$dir: no such folder\"\n"
    "[ -w \"$dir\" ] || say \"$dir: no permission to write\"\n"
    "n=$(($(wc -c <\"$at/$tmp\")))\n"
    "[ $n = $size ] || say \"$n of $size bytes arrived\"\n"
    "if [ \"$at\" != \"$dir\" ]; then old=$at/$tmp; at=$dir; "
    "(umask 077; cat <\"$old\" >\"$at/$tmp\") || { rm -f \"$old\"; exit 1; }; rm -f \"$old\"; fi\n"
    "own \"$at/$tmp\"; chmod $mode \"$at/$tmp\" || exit 1\n"
    "check \"$at/$tmp\"\n"
    "mv -f \"$at/$tmp\" \"$x\" || exit 1\n"
    "trap - 0\n";

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
    put_add_variable(query, "ends", is_large && hash_file_ends(content->path, ends) ? ends : "");
}

static void add_query(struct str *query, const struct step *step, const struct content *content)
{
    const struct put *put = step->data;
    str_add(query, "(");
    put_add_variable(query, "to", put_destination(step));
    put_add_variable(query, "name", put_name(put->arena, content->path));
    put_add_variable(query, "keep", put_keeps_names(put) ? "1" : "");
    put_add_variable(query, "owned", put_wants_owner(step) ? "1" : "");
    add_ends(query, content);
    str_addf(query, "size=%llu; %s%s) 2>/dev/null", (unsigned long long)content->size,
             put_text_hash, query_text);
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
    str_add(&opener, "(umask 077; ");
    add_variables(&opener, step, name);
    str_addf(&opener, "%s%s: >\"$at/$tmp\" && printf %%sx \"$at/$tmp\")", put_text_spot,
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

static void add_placing(struct str *text, const struct step *step, const struct content *content,
                        const char *name, const struct state *state)
{
    const struct put *put = step->data;
    add_variables(text, step, name);
    put_add_variable(text, "name", put_name(put->arena, content->path));
    put_add_variable(text, "keep", put_keeps_names(put) ? "1" : "");
    put_add_variable(text, "was",
                     !state->is_known || put_keeps_names(put) ? ""
                     : state->is_inside                       ? "D"
                                                              : "N");
    put_add_options(text, step);
    str_addf(text, "size=%llu; mode=%o; %s%s%s%s%s", (unsigned long long)content->size,
             put_mode(step, content), put_text_say, put_text_spot, put_text_own, put_text_check,
             place_text);
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
        add_upload(step, content, name, target);
        add_placing(&text, step, content, name, &state);
    } else {
        *why = "no random bytes from /dev/urandom";
        return false;
    }
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
