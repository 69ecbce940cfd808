#include "run/store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

/* The form of LMDB 0.9's file, in this machine's byte order: pages, of which the first two are
 * "meta" and name the roots of two trees, the free pages by transaction and the values by key. The
 * meta page with the higher transaction counts. */

enum {
    MAGIC = (int)0xBEEFC0DE,
    FORMAT = 1,
    TREE_FREE = 0,
    TREE_VALUES = 1,
    TREES = 2,
    FIRST_PAGE = 2,   /* behind the two meta pages */
    DEPTH_LIMIT = 32, /* of LMDB's cursors */
    KEY_LIMIT = 511,
    FREE_FLAGS = 0x4008, /* of the tree of free pages: keys are numbers; a file without a folder */
};

/* Of a page. */
enum { IS_BRANCH = 0x01, IS_LEAF = 0x02, IS_OVERFLOW = 0x04, IS_META = 0x08 };
/* Of a leaf's node: its value is on pages of its own. */
enum { IS_BIG = 0x01 };

static const uint64_t no_page = UINT64_MAX;

struct page_head {
    uint64_t number;
    uint16_t padding, flags;
    union {
        struct {
            uint16_t lower, upper; /* where the free space between list and nodes begins and ends */
        };
        uint32_t pages; /* of an overflow */
    };
};

struct tree {
    uint32_t padding; /* of the tree of free pages: the size of a page */
    uint16_t flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};

struct meta {
    uint32_t magic, format;
    uint64_t address, map_size;
    struct tree trees[TREES];
    uint64_t last_page, transaction;
};

/* Its data are the key and the value, or the key alone and the page is in the first three. */
struct node {
    uint16_t low, high, flags, key_size;
};

struct check {
    int fd;
    size_t page_size;
    uint64_t file_pages;
    struct meta meta;        /* that counts */
    unsigned char *used;     /* a bit a page */
    const struct tree *tree; /* being walked */
    struct tree counted;     /* what is found of it */
    const char *wrong;
};

static bool fail(struct check *check, const char *what)
{
    if (!check->wrong)
        check->wrong = what;
    return false;
}

/* ---- reading ---- */

static bool read_at(struct check *check, uint64_t page, void *buffer, size_t size)
{
    off_t at = (off_t)(page * check->page_size);
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(check->fd, (char *)buffer + done, size - done, at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(check, got < 0 ? strerror(errno) : "it is cut off");
        done += (size_t)got;
    }
    return true;
}

/* No page is two things. */
static bool take(struct check *check, uint64_t page)
{
    if (page < FIRST_PAGE || page > check->meta.last_page)
        return fail(check, "a page that cannot be");
    unsigned char *bits = &check->used[page / 8], bit = (unsigned char)(1u << page % 8);
    if (*bits & bit)
        return fail(check, "a page that is two things");
    *bits |= bit;
    return true;
}

/* ---- values ---- */

uint64_t store_sum(const void *key, size_t key_size, const void *value, size_t value_size)
{
    return hash_bytes64(value, value_size) ^ (hash_bytes64(key, key_size) << 1 | 1);
}

static bool check_value(struct check *check, const void *key, size_t key_size, const char *value,
                        size_t size)
{
    uint64_t sum;
    if (size < sizeof sum)
        return fail(check, "a value without a sum");
    size -= sizeof sum;
    memcpy(&sum, value + size, sizeof sum);
    return sum == store_sum(key, key_size, value, size) ||
           fail(check, "a value that is damaged, or of another version");
}

/* A count, and as many pages. */
static bool check_free(struct check *check, const char *value, size_t size)
{
    uint64_t count, page;
    if (size < sizeof count || size % sizeof count != 0)
        return fail(check, "a list of free pages that is none");
    memcpy(&count, value, sizeof count);
    if (count != size / sizeof count - 1)
        return fail(check, "a list of free pages that is none");
    for (size_t i = 1; i <= count; i++) {
        memcpy(&page, value + i * sizeof page, sizeof page);
        if (!take(check, page))
            return false;
    }
    return true;
}

static bool check_entry(struct check *check, const char *key, size_t key_size, const char *value,
                        size_t size)
{
    if (check->tree == &check->meta.trees[TREE_VALUES])
        return check_value(check, key, key_size, value, size);
    return (key_size == sizeof(uint64_t) || fail(check, "a key that is no number")) &&
           check_free(check, value, size);
}

static bool check_overflow(struct check *check, const char *key, size_t key_size, uint64_t page,
                           size_t size)
{
    struct page_head head;
    uint64_t pages = (sizeof head + size + check->page_size - 1) / check->page_size;
    if (page >= check->file_pages || pages > check->file_pages - page)
        return fail(check, "it is cut off");
    if (!read_at(check, page, &head, sizeof head))
        return false;
    if (head.number != page || head.flags != IS_OVERFLOW || head.pages < pages)
        return fail(check, "a page that is not what it should be");
    for (uint64_t i = 0; i < head.pages; i++)
        if (!take(check, page + i))
            return false;
    check->counted.overflows += head.pages;
    char *bytes = mem_resize(NULL, sizeof head + size);
    bool fine = read_at(check, page, bytes, sizeof head + size) &&
                check_entry(check, key, key_size, bytes + sizeof head, size);
    free(bytes);
    return fine;
}

/* ---- pages ---- */

static bool check_page(struct check *check, uint64_t page, unsigned depth);

/* room: bytes from the node to the page's end. */
static bool check_leaf_node(struct check *check, const char *at, const struct node *node,
                            size_t room)
{
    const char *key = at + sizeof *node, *value = key + node->key_size;
    size_t size = node->low | (size_t)node->high << 16;
    uint64_t page;
    bool is_big = node->flags == IS_BIG;
    check->counted.entries++;
    if (node->key_size == 0 || (node->flags && !is_big))
        return fail(check, "an entry that is none");
    if (sizeof *node + node->key_size + (is_big ? sizeof page : size) > room)
        return fail(check, "an entry that is too long");
    if (!is_big)
        return check_entry(check, key, node->key_size, value, size);
    memcpy(&page, value, sizeof page);
    return check_overflow(check, key, node->key_size, page, size);
}

static bool check_node(struct check *check, const char *bytes, size_t offset, bool is_leaf,
                       unsigned depth)
{
    struct node node;
    size_t room = check->page_size - offset;
    memcpy(&node, bytes + offset, sizeof node);
    if (node.key_size > KEY_LIMIT || sizeof node + node.key_size > room)
        return fail(check, "a key that is too long");
    if (is_leaf)
        return check_leaf_node(check, bytes + offset, &node, room);
    return check_page(check, node.low | (uint64_t)node.high << 16 | (uint64_t)node.flags << 32,
                      depth + 1);
}

static bool check_nodes(struct check *check, const char *bytes, const struct page_head *head,
                        unsigned depth)
{
    size_t count = (head->lower - sizeof *head) / sizeof(uint16_t);
    bool is_leaf = head->flags == IS_LEAF;
    bool is_free = check->tree == &check->meta.trees[TREE_FREE];
    if (count == 0 || (count == 1 && !is_leaf && !is_free))
        return fail(check, "a page without entries");
    for (size_t i = 0; i < count; i++) {
        uint16_t offset;
        memcpy(&offset, bytes + sizeof *head + i * sizeof offset, sizeof offset);
        if (offset < head->upper || offset + sizeof(struct node) > check->page_size || offset % 2)
            return fail(check, "an entry outside of its page");
        if (!check_node(check, bytes, offset, is_leaf, depth))
            return false;
    }
    return true;
}

static bool check_page(struct check *check, uint64_t page, unsigned depth)
{
    struct page_head head;
    bool is_last = depth == check->tree->depth;
    if (!take(check, page))
        return false;
    char *bytes = mem_resize(NULL, check->page_size);
    bool fine = read_at(check, page, bytes, check->page_size);
    if (fine) {
        memcpy(&head, bytes, sizeof head);
        if (head.number != page || head.flags != (is_last ? IS_LEAF : IS_BRANCH) ||
            head.lower < sizeof head || head.lower > head.upper || head.lower % 2 ||
            head.upper > check->page_size)
            fine = fail(check, "a page that is not what it should be");
    }
    if (fine && is_last)
        check->counted.leaves++;
    else if (fine)
        check->counted.branches++;
    fine = fine && check_nodes(check, bytes, &head, depth);
    free(bytes);
    return fine;
}

static bool check_tree(struct check *check, const struct tree *tree, uint16_t flags)
{
    check->tree = tree;
    check->counted = (struct tree){ 0 };
    if (tree->flags != flags || tree->depth > DEPTH_LIMIT ||
        (tree->root == no_page) != (tree->depth == 0))
        return fail(check, "a tree that is none");
    if (tree->depth > 0 && !check_page(check, tree->root, 1))
        return false;
    const struct tree *counted = &check->counted;
    return (counted->branches == tree->branches && counted->leaves == tree->leaves &&
            counted->overflows == tree->overflows && counted->entries == tree->entries) ||
           fail(check, "a tree that lacks something");
}

/* ---- the whole ---- */

static bool read_meta(struct check *check, uint64_t page, struct meta *meta)
{
    struct {
        struct page_head head;
        struct meta meta;
    } found;
    if (!read_at(check, page, &found, sizeof found))
        return false;
    *meta = found.meta;
    if (found.head.number != page || found.head.flags != IS_META ||
        meta->magic != (uint32_t)MAGIC || meta->format != FORMAT)
        return fail(check, "it is no store");
    if (meta->trees[TREE_FREE].padding != check->page_size || meta->last_page < FIRST_PAGE - 1)
        return fail(check, "a beginning that cannot be");
    return true;
}

/* Transactions are counted one by one and take turns at the two pages. */
static bool choose_meta(struct check *check)
{
    struct meta metas[2];
    for (uint64_t i = 0; i < 2; i++)
        if (!read_meta(check, i, &metas[i]))
            return false;
    uint64_t first = metas[0].transaction, second = metas[1].transaction;
    bool is_new = first == 0 && second == 0;
    if (!is_new && (first % 2 != 0 || second % 2 != 1 ||
                    (first > second ? first - second : second - first) != 1))
        return fail(check, "beginnings that do not follow each other");
    check->meta = metas[second > first];
    /* Pages at the end that were never written may be lacking; used ones may not. */
    return check->meta.last_page < 2 * check->file_pages + 1024 * FIRST_PAGE ||
           fail(check, "it is cut off");
}

static void check_file(struct check *check)
{
    if (!choose_meta(check))
        return;
    check->used = mem_array(check->meta.last_page / 8 + 1, 1);
    if (check_tree(check, &check->meta.trees[TREE_VALUES], 0))
        check_tree(check, &check->meta.trees[TREE_FREE], FREE_FLAGS);
    free(check->used);
}

const char *store_check(const char *path)
{
    struct check check = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
    struct stat status;
    if (check.fd < 0)
        return errno == ENOENT ? NULL : strerror(errno);
    check.page_size = (size_t)sysconf(_SC_PAGESIZE);
    if (fstat(check.fd, &status) != 0)
        check.wrong = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        check.wrong = "it is no file";
    check.file_pages = check.wrong ? 0 : (uint64_t)status.st_size / check.page_size;
    if (!check.wrong && status.st_size > 0)
        check_file(&check);
    close(check.fd);
    return check.wrong;
}
