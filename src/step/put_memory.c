#include "step/put_memory.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "step/put_mirror.h"

/* A file of three lines, and a name a line:
 *   fake-tree 1 TREE     what the tree was, as fake knows it
 *   DIGEST  -            of the list of all that is in it, with inodes and times
 *   COUNT                names below
 *   ./NAME               escaped for xargs: a file whose content must be read
 * The list changes with anything that changes, but for what a file became within the clock's tick
 * in which it was looked at, or while the step was at work. So all is to be read that is not older
 * than the mark, a file made before the step looked at anything: what was moved into its place, and
 * whatever somebody else did. Where that cannot be told (times of another clock, a link, a name too
 * many or too few) nothing is kept; nor of files with a second name, as a release of hard links is
 * made of: that changes their state each time.
 *
 * It needs find's -printf: elsewhere nothing is kept, either. */

/* TYPE CTIME INODE SIZE MODE LINKS MTIME DEVICE ./NAME: whatever else changes, CTIME does. */
static void add_list(struct str *text, const struct step *step)
{
    put_mirror_add_prunes(text, step);
    str_add(text, "! -name . -printf \"%y %C@ %i %s %m %n %T@ %D %p\\n\"");
}

bool put_memory_find(const struct step *step, const struct content *const *contents,
                     struct step_memory *memory)
{
    const struct step_options *options = &step->options;
    if (!options->mirror || !options->delete || !options->unrecorded || options->sudo ||
        options->on || put_mirror_looks_at_paths(step))
        return false;
    struct str text = { 0 };
    char hex[HASH_HEX_SIZE];
    memory->root = put_tree_list(step, contents).root;
    str_addf(&text, "%s %u\n%s\n%s\n%s\n%s", step->verb->name, step->verb->version, memory->root,
             options->mode ? options->mode : "", options->owner ? options->owner : "",
             options->group ? options->group : "");
    for (const struct option_value *value = options->excludes; value; value = value->next)
        str_addf(&text, "\n%s", value->text);
    hash_hex(hash_bytes(str_text(&text), text.len), hex);
    memory->name = arena_strdup(step->arena, hex);
    str_free(&text);
    return true;
}

bool put_memory_fits(const struct put_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (strpbrk(tree->items[i].name, "\n\\"))
            return false;
    return true;
}

void put_memory_add_mark(struct str *text, const struct step_memory *memory)
{
    str_addf(text,
             "m=%s/.tree.%s; "
             "( umask %s; true >\"$m.at\" ) 2>/dev/null || m=\n",
             memory->folder, memory->name, memory->mask);
}

bool put_memory_is_told(const char *answer)
{
    return str_starts(answer, "= tree ");
}

void put_memory_add_check(struct str *text, const struct step *step, const char *root,
                          const char *answer)
{
    char digest[HASH_SHA256_HEX_SIZE] = "-";
    sscanf(answer, "= tree %*[0-9a-f] %64[0-9a-f]", digest);
    str_add(text, "x=$( (cd ");
    str_add(text, root[0] == '/' ? "" : "./");
    str_add_quoted(text, root);
    str_add(text, " && { ");
    put_mirror_leave_home(text);
    str_add(text, "LC_ALL=C find .");
    add_list(text, step);
    str_addf(text,
             "; }) 2>/dev/null | sha256sum)\n"
             "[ \"${x%%%% *}\" = %s ] || exit %d\n",
             digest, STEP_STALE);
}

static const char keeping_text[] =
    "$1==\"t\"{t=$2+0;d=$3;next}\n"
    "{n++;print | \"exec sha256sum\";if($8!=d||$1==\"f\"&&$6>1)bad=1}\n"
    "$1!=\"d\"&&$2+0>=t{if($1!=\"f\")bad=1;p=substr($0,index($0,\" ./\")+1);"
    "gsub(/[^A-Za-z0-9_.\\/-]/,\"\\\\\\\\&\",p);y[k++]=p}\n"
    "END{if(close(\"exec sha256sum\")||n!=want||bad||!t)exit 1;print k+0;for(i=0;i<k;i++)print "
    "y[i]}";

void put_memory_add_keeping(struct str *text, const struct step *step,
                            const struct step_memory *memory, size_t count)
{
    if (!memory) {
        str_add(text, "remember() { :; }\n");
        return;
    }
    str_addf(text,
             "remember() { [ \"$m\" ] || return 0; ( umask %s; cd \"$root\" && "
             "{ echo \"fake-tree 1 %s\"; LC_ALL=C find \"$m.at\" . -samefile \"$m.at\" "
             "-printf \"t %%C@ %%D\\n\" -o",
             memory->mask, memory->tree);
    add_list(text, step);
    str_addf(text,
             " | LC_ALL=C awk -v want=%zu '%s'; } >\"$m.new\" && "
             "mv -f \"$m.new\" \"$m\" ) 2>/dev/null || rm -f \"$m.new\" \"$m\"; }\n",
             count, keeping_text);
}
