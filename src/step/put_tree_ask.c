#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "step/put_memory.h"
#include "step/put_mirror.h"
#include "step/put_tree.h"

/* The query of a tree and what its answer says. The first part of the answer, up to a line "#", is
 * cheap to have and asked for again at the step's turn:
 *   MODE INODE SIZE MTIME CTIME CTIME ./NAME     what lies where our files go; MODE in hexadecimal,
 * with the type, with --owner or --group ",OWNER,UID,GROUP,GID" behind it d ./NAME a folder that is
 * there l ./NAME                         a link with our text The second part has the hashes of
 * these files, as sha256sum prints them: HASH  ./NAME Names go in batches: few processes there, and
 * no list of arguments gets too long. */

enum { BATCH = 256 };

static const char state_functions[] =
    "more= state=; if stat -c %f . >/dev/null; then state=-c; "
    "[ -z \"$owned\" ] || more=,%U,%u,%G,%g; format=\"%f$more %i %s %Y %Z %z %n\"; "
    "elif stat -f %Xp . >/dev/null; then state=-f; "
    "[ -z \"$owned\" ] || more=,%Su,%u,%Sg,%g; format=\"%Xp$more %i %z %m %c %Fc %N\"; fi; "
    "state() { [ -z \"$state\" ] || stat $state \"$format\" \"$@\"; }; "
    "folders() { for x; do [ -d \"$x\" ] && echo \"d $x\"; done; }; "
    "one_link() { [ -h \"$1\" ] && [ \"$(readlink \"$1\")\" = \"$2\" ] && echo \"l $1\"; }; ";

static const char hash_functions[] =
    "program=; if command -v sha256sum >/dev/null; then program=sha256sum; "
    "elif command -v shasum >/dev/null; then program=\"shasum -a 256\"; "
    "elif command -v openssl >/dev/null; then program=\"openssl dgst -sha256 -r\"; "
    "elif command -v sha256 >/dev/null; then program=\"sha256 -r\"; fi; "
    "digests() { [ -z \"$program\" ] || $program \"$@\"; }; ";

/* What prints these names prints them as they are, a name a line. */
static bool is_askable(const struct put_item *item)
{
    return !strpbrk(item->name, "\n\\");
}

static void add_batches(struct str *text, const struct put_tree *tree, const char *function,
                        enum content_kind kind)
{
    size_t in_batch = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct put_item *item = &tree->items[i];
        if (item->content->kind != kind || !is_askable(item))
            continue;
        if (in_batch == 0)
            str_add(text, function);
        str_add(text, " ./");
        str_add_quoted(text, item->name);
        in_batch = (in_batch + 1) % BATCH;
        if (in_batch == 0)
            str_add(text, "; ");
    }
    if (in_batch > 0)
        str_add(text, "; ");
}

static void add_state_query(struct str *text, const struct step *step, const struct put_tree *tree)
{
    put_add_variable(text, "owned", put_wants_owner(step) ? "1" : "");
    str_add(text, state_functions);
    if (step->options.mirror) {
        put_mirror_add_states(text, step);
    } else {
        add_batches(text, tree, "state", CONTENT_FILE);
        add_batches(text, tree, "folders", CONTENT_FOLDER);
    }
    for (size_t i = 0; i < tree->count; i++) {
        const struct put_item *item = &tree->items[i];
        if (item->content->kind != CONTENT_LINK || !is_askable(item))
            continue;
        str_add(text, "one_link ./");
        str_add_quoted(text, item->name);
        str_add(text, " ");
        str_add_quoted(text, item->content->link);
        str_add(text, "; ");
    }
}

static void add_cd(struct str *text, const struct put_tree *tree)
{
    str_add(text, "cd ");
    str_add(text, tree->root[0] == '/' ? "" : "./");
    str_add_quoted(text, tree->root);
    str_add(text, " && { ");
}

void put_tree_ask(const struct step *step, const struct content *const *contents, struct str *query)
{
    struct put_tree tree = put_tree_list(step, contents);
    str_add(query, "(");
    add_cd(query, &tree);
    add_state_query(query, step, &tree);
    str_addf(query, "echo \"#\"; %s", hash_functions);
    if (step->options.mirror)
        put_mirror_add_hashes(query, step, &tree);
    else
        add_batches(query, &tree, "digests", CONTENT_FILE);
    str_add(query, "}) 2>/dev/null\n");
}

/* One line of the answer, about one item. */
static void take_line(struct map *modes, struct map *hashes, struct map *others, char *line)
{
    char *name = strstr(line, "./");
    if (!name || name == line || line[0] == '=')
        return;
    size_t first = strcspn(line, " ");
    if (first == 1 && line[0] == 'n')
        return;
    line[first] = '\0';
    if (first == HASH_SHA256_HEX_SIZE - 1)
        *map_put(hashes, name + 2) = line;
    else if (strcmp(line, "d") == 0 || strcmp(line, "l") == 0)
        *map_put(others, name + 2) = line;
    else
        *map_put(modes, name + 2) = line;
}

/* MODE,OWNER,UID,GROUP,GID */
static bool is_owned(const struct step *step, const char *mode)
{
    char user[33] = "", uid[33] = "", group[33] = "", gid[33] = "";
    sscanf(mode, "%*[^,],%32[^,],%32[^,],%32[^,],%32s", user, uid, group, gid);
    return put_is_account(step->options.owner, user, uid) &&
           put_is_account(step->options.group, group, gid);
}

static bool is_as_wanted(const struct step *step, const struct put_item *item,
                         const struct map *modes, const struct map *hashes,
                         const struct map *others)
{
    const char *mode = map_get(modes, item->name), *hash = map_get(hashes, item->name);
    const char *other = map_get(others, item->name);
    switch (item->content->kind) {
    case CONTENT_FOLDER:
        return (other && other[0] == 'd') || (mode && S_ISDIR((mode_t)strtoul(mode, NULL, 16)));
    case CONTENT_LINK:
        return other && other[0] == 'l';
    default:
        return mode && hash && strcmp(hash, item->content->sha256) == 0 && is_owned(step, mode) &&
               strtoul(mode, NULL, 16) == (S_IFREG | (unsigned long)put_item_mode(step, item));
    }
}

void put_tree_compare(const struct step *step, struct put_tree *tree, const char *answer)
{
    const struct put *put = step->data;
    struct map modes = { 0 }, hashes = { 0 }, others = { 0 };
    char *lines = arena_strdup(put->arena, answer ? answer : "");
    while (*lines) {
        char *end = lines + strcspn(lines, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        take_line(&modes, &hashes, &others, lines);
        lines = next;
    }
    for (size_t i = 0; i < tree->count; i++) {
        struct put_item *item = &tree->items[i];
        item->is_there = is_askable(item) && is_as_wanted(step, item, &modes, &hashes, &others);
    }
    map_free(&modes);
    map_free(&hashes);
    map_free(&others);
}

/* ---- an answer of ours ---- */

static struct put_tree list_alone(const struct step *step, const struct content *content)
{
    const struct content *contents[] = { content };
    return put_tree_list(step, contents);
}

static void add_name(struct str *answer, const struct put_item *item)
{
    str_add(answer, " ./");
    str_add(answer, item->name);
    str_addc(answer, '\n');
}

static void add_hash(struct str *answer, const struct put_item *item)
{
    str_add(answer, item->content->sha256);
    str_addc(answer, ' ');
    add_name(answer, item);
}

/* "MODE ./NAME" and the like; of a link that its text is ours. */
static void add_state(struct str *answer, const struct step *step, const struct put_item *item,
                      const struct put_item *wanted)
{
    const struct content *content = item->content;
    const char *owner = step->options.owner, *group = step->options.group;
    if (content->kind == CONTENT_FILE) {
        str_addf(answer, "%x", S_IFREG | put_item_mode(step, item));
        if (put_wants_owner(step))
            str_addf(answer, ",%s,-,%s,-", owner ? owner : "-", group ? group : "-");
    } else if (content->kind == CONTENT_FOLDER) {
        str_add(answer, "d");
    } else {
        bool is_same =
            wanted && wanted->content->link && strcmp(wanted->content->link, content->link) == 0;
        str_addf(answer, "%s", is_same ? "l" : "n");
    }
    add_name(answer, item);
}

void put_tree_recall(const struct step *step, const struct content *now,
                     const struct content *before, struct str *answer)
{
    struct content there = *before;
    struct map wanted = { 0 };
    there.path = now->path;
    struct put_tree ours = list_alone(step, now), theirs = list_alone(step, &there);
    for (size_t i = 0; i < ours.count; i++)
        *map_put(&wanted, ours.items[i].name) = &ours.items[i];
    for (size_t i = 0; i < theirs.count; i++)
        if (!strchr(theirs.items[i].name, '\n'))
            add_state(answer, step, &theirs.items[i], map_get(&wanted, theirs.items[i].name));
    str_add(answer, "#\n");
    for (size_t i = 0; i < theirs.count; i++)
        if (is_askable(&theirs.items[i]) && theirs.items[i].content->kind == CONTENT_FILE)
            add_hash(answer, &theirs.items[i]);
    map_free(&wanted);
}

/* What the digest in the answer is of. */
static void add_list_alone(struct str *text, const struct step *step)
{
    put_add_variable(text, "owned", put_wants_owner(step) ? "1" : "");
    str_add(text, state_functions);
    put_mirror_add_list(text, step);
    str_add(text, "cat <<f_end\n$s\nf_end\n");
}

void put_tree_add_check(struct str *text, const struct step *step, const struct put_tree *tree,
                        const char *answer)
{
    const char *end = strstr(answer, "#\n");
    char hash[HASH_SHA256_HEX_SIZE] = "";
    if (put_memory_is_told(answer)) {
        put_memory_add_check(text, step, tree->root, answer);
        return;
    }
    if (!end)
        return;
    if (!step->options.mirror)
        hash_bytes_sha256(answer, (size_t)(end - answer), hash);
    else if (sscanf(answer, "= %64[0-9a-f]", hash) != 1)
        return;
    str_addf(text, "%sx=$( (", put_text_hash);
    add_cd(text, tree);
    if (step->options.mirror)
        add_list_alone(text, step);
    else
        add_state_query(text, step, tree);
    str_addf(
        text,
        "}) 2>/dev/null | digest); x=${x%%%% *}; [ \"$x\" = - ] || [ \"$x\" = %s ] || exit %d\n",
        hash, STEP_STALE);
}
