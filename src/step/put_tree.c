#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/session.h"
#include "step/command.h"
#include "step/exclude.h"
#include "step/pack.h"
#include "step/put.h"
#include "step/put_memory.h"
#include "step/put_mirror.h"
#include "step/put_tree.h"
#include "step/temporary.h"

enum { MANY_FOLDERS = 3 };

/* Everything below one folder of the host, the root, by paths relative to it. */

static const char *top_name(const struct step *step, const struct content *content)
{
    const struct put *put = step->data;
    return put_keeps_names(put) ? put_name(put->arena, content->path)
                                : put_name(put->arena, put_destination(step));
}

/* `.`, `..` and `/` have no name that could be kept: what is in them goes into DST itself. */
static bool is_nameless(const char *name)
{
    return !*name || strcmp(name, "/") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* seen: NULL where no name comes twice. */
static void add_item(struct put_tree *tree, struct map *seen, struct put_item item)
{
    void **slot = seen ? map_put(seen, item.name) : NULL;
    if (slot && *slot && item.content->kind != CONTENT_FOLDER)
        tree->twice = item.name;
    if (slot && *slot)
        return;
    if (slot)
        *slot = (void *)item.name;
    tree->items[tree->count++] = item;
}

static void add_content(struct put_tree *tree, struct map *seen, const struct step *step,
                        const struct content *content)
{
    struct arena *arena = ((struct put *)step->data)->arena;
    const char *name = top_name(step, content);
    const char *excludes = exclude_join(arena, step->options.excludes);
    bool has_name = !put_fills(step) && !is_nameless(name);
    if (has_name)
        add_item(tree, seen,
                 (struct put_item){ .name = name, .content = content, .source = content });
    for (size_t i = 0; i < content->entry_count; i++) {
        const struct content *entry = &content->entries[i];
        if (exclude_matches(excludes, entry->path))
            continue;
        add_item(tree, seen,
                 (struct put_item){
                     .name = has_name ? put_path(arena, name, entry->path) : entry->path,
                     .content = entry,
                     .source = content,
                 });
    }
}

struct put_tree put_tree_list(const struct step *step, const struct content *const *contents)
{
    const struct put *put = step->data;
    const char *to = put_destination(step);
    struct put_tree tree = { .root = put_keeps_names(put) || put_fills(step)
                                         ? to
                                         : put_parent(put->arena, to) };
    struct map seen = { 0 };
    size_t most = 0;
    for (size_t i = 0; i < put->source_count; i++)
        most += contents[i]->entry_count + 1;
    tree.items = arena_alloc(put->arena, (most ? most : 1) * sizeof *tree.items);
    for (size_t i = 0; i < put->source_count; i++)
        add_content(&tree, put->source_count > 1 ? &seen : NULL, step, contents[i]);
    map_free(&seen);
    tree.nearest = tree.root;
    if (!put_fills(step) && put->source_count == 1 && tree.count > 0 &&
        !is_nameless(top_name(step, contents[0])))
        tree.nearest = put_join(put->arena, tree.root, tree.items[0].name);
    return tree;
}

const char *put_item_path(struct arena *arena, const struct put_item *item)
{
    const char *folder = item->source->path;
    return item->content == item->source ? folder : put_path(arena, folder, item->content->path);
}

unsigned put_item_mode(const struct step *step, const struct put_item *item)
{
    switch (item->content->kind) {
    case CONTENT_FOLDER:
        return (item->content->mode & 0777) | 0700; /* or what is in it could not be moved */
    case CONTENT_LINK:
        return 0777;
    default:
        return put_mode(step, item->content);
    }
}

/* Marks what is to be sent: what the host lacks, and the folders that lead to it. */
static size_t mark_missing(const struct step *step, struct put_tree *tree, const char *answer)
{
    struct put *put = step->data;
    struct map by_name = { 0 };
    size_t missing = 0;
    put_tree_compare(step, tree, answer);
    for (size_t i = 0; i < tree->count; i++)
        *map_put(&by_name, tree->items[i].name) = &tree->items[i];
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->items[i].is_there)
            continue;
        missing++;
        tree->items[i].is_sent = true;
        for (const char *name = tree->items[i].name; strchr(name, '/');) {
            name = put_parent(put->arena, name);
            struct put_item *parent = map_get(&by_name, name);
            if (!parent || parent->is_sent)
                break;
            parent->is_sent = true;
        }
    }
    map_free(&by_name);
    return missing;
}

static size_t read_pack(void *context, char *buffer, size_t size)
{
    return pack_read(context, buffer, size);
}

static void free_pack(void *context)
{
    pack_free(context);
}

static struct pack *pack_sent(const struct step *step, const struct put_tree *tree)
{
    struct arena *arena = ((struct put *)step->data)->arena;
    struct pack_entry *entries = mem_array(tree->count, sizeof *entries);
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct put_item *item = &tree->items[i];
        if (item->is_sent)
            entries[count++] = (struct pack_entry){ .name = item->name,
                                                    .path = put_item_path(arena, item),
                                                    .content = item->content,
                                                    .mode = put_item_mode(step, item) };
    }
    struct pack *pack = pack_new(entries, count);
    free(entries);
    return pack;
}

static void add_variables(struct str *text, const struct put_tree *tree, const char *name)
{
    put_add_variable(text, "tmp", name);
    put_add_variable(text, "to", tree->nearest);
    put_add_variable(text, "parent", tree->root);
}

static bool add_upload(const struct step *step, const struct put_tree *tree, const char *name,
                       const struct step_target *target)
{
    struct pack *pack = pack_sent(step, tree);
    if (!pack)
        return false;
    bool is_pressed = target->has_gzip && pack_press(pack);
    struct str consumer = { 0 };
    str_add(&consumer, "(umask 077; ");
    add_variables(&consumer, tree, name);
    str_addf(&consumer,
             "%s%skeep || exit; mkdir -m 700 \"$at/$tmp\" && e=$(cd \"$at/$tmp\" && %star xpmof - "
             "2>&1) || "
             "{ { echo x >\"$at/$tmp/x\" || e=\"No space left: $e\"; } 2>/dev/null; "
             "rm -rf \"$at/$tmp\"; set -f; echo $e >&2; exit 1; })",
             put_text_spot, put_text_keep, is_pressed ? "gzip -dc | " : "");
    request_upload(target->request, &(struct upload){
                                        .id = (*target->next_id)++,
                                        .consumer = str_text(&consumer),
                                        .size = pack_size(pack),
                                        .read = read_pack,
                                        .free = free_pack,
                                        .context = pack,
                                    });
    str_free(&consumer);
    return true;
}

/* Runs at the step's turn. A folder that is not there yet is moved whole; into one that is there,
 * its files are renamed one by one: those of a folder by one mv, those of many by perl, where it
 * can. */
static const char place_text[] =
    "[ -d \"$parent\" ] || say \"$parent: no such folder\"\n"
    "if [ -d \"$to\" ] && [ -w \"$to\" ]; then dir=$to; else dir=$parent; fi\n"
    "if [ \"$at\" != \"$dir\" ]; then old=$at; at=$dir; "
    "mv \"$old/$tmp\" \"$at/$tmp\" || { rm -rf \"$old/$tmp\"; exit 1; }; fi\n"
    "case $at in /*) ;; *) at=$PWD/$at;; esac\n"
    "case $parent in /*) ;; *) parent=$PWD/$parent;; esac\n"
    "cd \"$at/$tmp\" || exit 1\n"
    "[ -z \"$owner$group\" ] || own .\n"
    "files() { from=$1; set --\n"
    "for y in \"$from\"/* \"$from\"/.[!.]* \"$from\"/..?*; do\n"
    "if [ -h \"$y\" ] || { [ -e \"$y\" ] && [ ! -d \"$y\" ]; }; then set -- \"$@\" \"$y\"; fi\n"
    "[ $# -lt 200 ] || { mv -f \"$@\" \"$parent/$from/\" && set --; } || return\n"
    "done; [ $# = 0 ] || mv -f \"$@\" \"$parent/$from/\"; }\n"
    "walk() {\n"
    "[ \"$many\" ] || files \"$1\" || exit 1\n"
    "for x in \"$1\"/*/ \"$1\"/.[!.]*/ \"$1\"/..?*/; do\n"
    "x=${x%/}\n"
    "[ -d \"$x\" ] && [ ! -h \"$x\" ] || continue\n"
    "[ -z \"$strict\" ] || [ ! -h \"$parent/$x\" ] || "
    "say \"${parent%/}/${x#./} is a link: what is unpacked must not go elsewhere\"\n"
    "if [ -d \"$parent/$x\" ]; then walk \"$x\"; continue; fi\n"
    "[ ! -e \"$parent/$x\" ] || say \"${parent%/}/${x#./} is no folder\"\n"
    "mv -f \"$x\" \"$parent/$x\" || exit 1\n"
    "done\n"
    "}\n"
    "command -v perl >/dev/null || many=\n"
    "walk .\n"
    "[ -z \"$many\" ] || find . ! -type d -exec perl -e "
    "'my $p = shift; for (@ARGV) { rename $_, \"$p/$_\" or exit 1 }' \"$parent\" {} + 2>/dev/null "
    "|| { many=; walk .; }\n";

static const char *complaint(const struct step *step, const struct put_tree *tree,
                             const struct content *const *contents)
{
    if (step->options.mirror && contents[0]->kind != CONTENT_FOLDER)
        return arena_printf(step->arena, "--mirror copies a folder, and %s is none",
                            contents[0]->path);
    if (tree->twice)
        return arena_printf(step->arena, "two of the sources are to be %s", tree->twice);
    if (step->options.check)
        return "--check is for one file, and this is a tree or several";
    return NULL;
}

/* Sends what is missing, and adds text that finds it. */
static bool add_arrival(struct str *text, const struct step *step, const struct put_tree *tree,
                        const struct step_target *target)
{
    char name[TEMPORARY_NAME_SIZE];
    if (!temporary_name(name) || !add_upload(step, tree, name, target))
        return false;
    add_variables(text, tree, name);
    str_addf(text,
             "%s%sok() { [ -d \"$at/$tmp\" ]; }\n"
             "spot \"$to\" \"$parent\" || exit 119\n" /* an earlier step removed it */
             "base=$PWD\n"                            /* at may be relative to it */
             "trap 'cd \"$base\" || cd /; rm -rf \"$at/$tmp\"' 0\n",
             put_text_say, put_text_spot);
    return true;
}

/* More programs than find and perl would be. */
static bool has_many_folders(const struct step *step, const struct put_tree *tree)
{
    struct arena *arena = ((struct put *)step->data)->arena;
    struct map folders = { 0 };
    for (size_t i = 0; i < tree->count && folders.len <= MANY_FOLDERS; i++) {
        const struct put_item *item = &tree->items[i];
        if (item->is_sent && item->content->kind != CONTENT_FOLDER)
            *map_put(&folders, put_parent(arena, item->name)) = (void *)item;
    }
    bool many = folders.len > MANY_FOLDERS;
    map_free(&folders);
    return many;
}

static void add_placing(struct str *text, const struct step *step, const struct put_tree *tree,
                        const struct content *source)
{
    put_add_options(text, step);
    put_add_variable(text, "many", has_many_folders(step, tree) ? "1" : "");
    str_add(text, put_text_own);
    put_add_variable(text, "strict", step->options.unpack ? "1" : "");
    if (put_fills(step))
        str_addf(text, "mode=%o\n%s", (source->mode & 0777) | 0700, put_mirror_root_text);
    str_add(text, place_text);
}

static void add_removal(struct str *text, const char *names)
{
    if (*names)
        str_addf(text, "(cd \"$root\" || exit\n%s:) || exit\n", names);
}

/* Tries add up: what was sent once is not as the record says, though the host has it now. */
static void note_unchanged(struct put *put, const struct put_tree *tree)
{
    bool is_first = !put->unchanged;
    if (is_first) {
        put->unchanged = arena_alloc(put->arena, (tree->count + 1) * sizeof *put->unchanged);
        put->unchanged_count = tree->count;
    }
    for (size_t i = 0; i < put->unchanged_count; i++)
        put->unchanged[i] = put->unchanged_count == tree->count && tree->items[i].is_there &&
                            (is_first || put->unchanged[i]);
}

bool put_tree_rest(const struct step *step, const struct content *const *contents, struct str *text)
{
    return put_mirror_add_rest(text, step, put_tree_list(step, contents).root);
}

bool put_tree_compile(struct step *step, const struct content *const *contents, const char *answer,
                      const struct step_target *target, const char **why)
{
    struct put_tree tree = put_tree_list(step, contents);
    struct str text = { 0 }, before = { 0 }, after = { 0 };
    *why = complaint(step, &tree, contents);
    if (*why)
        return false;
    size_t missing = mark_missing(step, &tree, answer);
    note_unchanged(step->data, &tree);
    size_t surplus = put_mirror_add_removals(&before, &after, step, &tree, answer);
    step->changes = missing + surplus > 0;
    const struct step_memory *memory = put_memory_fits(&tree) ? target->memory : NULL;
    if (memory)
        put_memory_add_mark(&text, memory);
    bool fine = missing == 0 || add_arrival(&text, step, &tree, target);
    /* What is to be remembered was seen to be so after the mark. */
    bool is_fresh = target->is_fresh && !memory;
    if (answer && (put_memory_is_told(answer) || (!is_fresh && missing < tree.count + surplus)))
        put_tree_add_check(&text, step, &tree, answer);
    put_add_variable(&text, "root", tree.root);
    str_add(&text, "case $root in /*) ;; *) root=$PWD/$root;; esac\n");
    put_mirror_add_guard(&text, step);
    add_removal(&text, str_text(&before));
    if (missing > 0 || memory)
        put_memory_add_keeping(&text, step, memory, tree.count);
    if (missing > 0)
        add_placing(&text, step, &tree, contents[0]);
    add_removal(&text, str_text(&after));
    if (memory)
        str_add(&text, "remember\n");
    if (fine && !step->options.sudo && command_may_be_in_runner(step))
        command_send_in_runner(step, str_text(&text), target, true);
    else if (fine)
        put_send(step, str_text(&text), target);
    else
        *why = "the tree cannot be packed";
    str_free(&text);
    str_free(&before);
    str_free(&after);
    return fine;
}

static bool is_empty(const struct put_tree *tree, size_t folder)
{
    const char *name = tree->items[folder].name;
    return folder + 1 == tree->count || !str_starts(tree->items[folder + 1].name, name) ||
           tree->items[folder + 1].name[strlen(name)] != '/';
}

void put_tree_places(const struct step *step, struct arena *arena,
                     const struct content *const *contents, struct vec *places)
{
    const struct put *put = step->data;
    struct put_tree tree = put_tree_list(step, contents);
    for (size_t i = 0; i < tree.count; i++) {
        const struct put_item *item = &tree.items[i];
        if (item->content->kind == CONTENT_FOLDER && !is_empty(&tree, i))
            continue;
        struct place *place = arena_alloc(arena, sizeof *place);
        place->path = put_join(arena, tree.root, item->name);
        place->link = item->content->link;
        place->is_unchanged =
            put->unchanged && put->unchanged_count == tree.count && put->unchanged[i];
        memcpy(place->sha256, item->content->sha256, sizeof place->sha256);
        place->content = item->content;
        place->from = put_item_path(arena, item);
        place->size = item->content->size;
        if (item->content->kind == CONTENT_FILE)
            place->mode = put_item_mode(step, item);
        vec_push(places, place);
    }
}
