#include "run/store.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "run/store_check.h"
#include "run/store_seal.h"
#include "run/store_value.h"

/* Keys: "version"; 'r' and the hash of (folder, target); 'q' and that of (folder, goals); 't' and
 * that of (folder, tree); those of store_content.c. At the end of each value stands its sum
 * (store_check.h). Numbers are this machine's: the store never leaves it. */

enum {
    STORE_SIZE_LIMIT = 1 << 30, /* of the address space, not of the disk */
    FLUSH_EACH = 4096,
};

static const char version[] = "fake-store 2";

struct record_key {
    char kind;
    char hex[HASH_HEX_SIZE];
};

struct pending_value {
    char key[STORE_KEY];
    size_t size;
    char value[];
};

struct pending_record {
    char *target;
    char *text; /* NULL: to be removed */
    size_t size;
};

struct store {
    MDB_env *environment;
    MDB_dbi table;
    char *folder;        /* absolute, of the Fakefile: records of two folders never mix */
    struct map records;  /* target ▶ struct pending_record */
    struct vec contents; /* struct pending_value */
    struct store_seal *seal;
    bool has_written;
};

#define TEXT_OF(number)                   #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *run_libraries(void)
{
    return "LMDB " VERSION_TEXT(MDB_VERSION_MAJOR, MDB_VERSION_MINOR, MDB_VERSION_PATCH);
}

static MDB_val value_of(const void *data, size_t size)
{
    return (MDB_val){ .mv_data = (void *)data, .mv_size = size };
}

/* ---- values ---- */

/* The value without its sum. False: not there, or not as it was written. */
static bool get(struct store *store, MDB_txn *transaction, MDB_val key, MDB_val *value)
{
    uint64_t sum;
    if (mdb_get(transaction, store->table, &key, value) != 0 || value->mv_size < sizeof sum)
        return false;
    value->mv_size -= sizeof sum;
    memcpy(&sum, (char *)value->mv_data + value->mv_size, sizeof sum);
    return sum == store_sum(key.mv_data, key.mv_size, value->mv_data, value->mv_size);
}

static int put(struct store *store, MDB_txn *transaction, MDB_val key, MDB_val value)
{
    uint64_t sum = store_sum(key.mv_data, key.mv_size, value.mv_data, value.mv_size);
    MDB_val room = { .mv_size = value.mv_size + sizeof sum };
    int error = mdb_put(transaction, store->table, &key, &room, MDB_RESERVE);
    if (!error) {
        memcpy(room.mv_data, value.mv_data, value.mv_size);
        memcpy((char *)room.mv_data + value.mv_size, &sum, sizeof sum);
    }
    return error;
}

static int commit(struct store *store, MDB_txn *transaction)
{
    store->has_written = true;
    return mdb_txn_commit(transaction);
}

/* ---- opening ---- */

static bool is_of_version(struct store *store, MDB_txn *transaction)
{
    MDB_val value;
    return get(store, transaction, value_of("version", 7), &value) &&
           value.mv_size == sizeof version - 1 &&
           memcmp(value.mv_data, version, sizeof version - 1) == 0;
}

/* A new one gets its version. */
static int settle_version(struct store *store, MDB_txn *transaction)
{
    MDB_stat statistics;
    int error = mdb_dbi_open(transaction, NULL, 0, &store->table);
    if (!error)
        error = mdb_stat(transaction, store->table, &statistics);
    if (error || is_of_version(store, transaction))
        return error;
    if (statistics.ms_entries > 0)
        return MDB_VERSION_MISMATCH;
    store->has_written = true;
    return put(store, transaction, value_of("version", 7), value_of(version, sizeof version - 1));
}

static int check_version(struct store *store)
{
    MDB_txn *transaction;
    int error = mdb_txn_begin(store->environment, NULL, 0, &transaction);
    if (error)
        return error;
    error = settle_version(store, transaction);
    if (!error)
        return mdb_txn_commit(transaction);
    mdb_txn_abort(transaction);
    return error;
}

static int open_environment(struct store *store, const char *path)
{
    int error = mdb_env_create(&store->environment);
    if (error)
        return error;
    error = mdb_env_set_mapsize(store->environment, STORE_SIZE_LIMIT);
    if (!error)
        error = mdb_env_open(store->environment, path, MDB_NOSUBDIR | MDB_NOTLS, 0666);
    if (!error)
        error = check_version(store);
    if (error) {
        mdb_env_close(store->environment);
        store->environment = NULL;
    }
    return error;
}

static bool is_damage(int error)
{
    return error == MDB_INVALID || error == MDB_VERSION_MISMATCH || error == MDB_CORRUPTED ||
           error == MDB_PAGE_NOTFOUND || error == MDB_PANIC || error == MDB_BAD_DBI ||
           error == MDB_INCOMPATIBLE || error == EINVAL;
}

/* Moves a store that cannot be trusted out of the way. */
static bool put_aside(const char *path, const char *damage, char **why)
{
    char *aside = mem_printf("%s.bad-%ld", path, (long)time(NULL));
    char *lock = mem_printf("%s-lock", path);
    bool moved = rename(path, aside) == 0;
    unlink(lock);
    if (moved)
        *why = mem_printf("%s cannot be trusted (%s): put aside as %s", path, damage, aside);
    free(aside);
    free(lock);
    return moved;
}

/* What was changed by something else does not reach LMDB. */
static int open_trusted(struct store *store, const char *path, char **why)
{
    const char *damage = NULL;
    int error = 0;
    store->seal = store_seal_open(path);
    if (!store->seal)
        return errno;
    if (store_seal_is_broken(store->seal))
        damage = store_check(path);
    if (!damage || put_aside(path, damage, why))
        error = open_environment(store, path);
    if (is_damage(error) && put_aside(path, mdb_strerror(error), why))
        error = open_environment(store, path);
    store_seal_share(store->seal);
    return error;
}

static char *absolute_folder(const char *folder)
{
    char *path = realpath(folder, NULL);
    return path ? path : mem_strdup(folder);
}

struct store *store_open(const char *folder, char **why)
{
    *why = NULL;
    char *own = mem_printf("%s/.fake", folder);
    char *path = mem_printf("%s/store", own);
    struct store *store = mem_alloc(sizeof *store);
    int error = 0;
    if (!file_make_folders(own, 0777))
        error = errno;
    if (!error)
        error = open_trusted(store, path, why);
    if (error) {
        free(*why);
        *why = mem_printf("%s: %s", path, mdb_strerror(error));
        store_seal_close(store->seal, false);
        free(store);
        store = NULL;
    } else {
        store->folder = absolute_folder(folder);
    }
    free(own);
    free(path);
    return store;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_flush(store);
    mdb_env_close(store->environment);
    store_seal_close(store->seal, store->has_written);
    map_free(&store->records);
    vec_free(&store->contents);
    free(store->folder);
    free(store);
}

/* ---- reading ---- */

static bool read_value(struct store *store, MDB_val key, void *buffer, size_t size,
                       struct str *text)
{
    MDB_txn *transaction;
    if (mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &transaction) != 0)
        return false;
    MDB_val value;
    bool found = get(store, transaction, key, &value);
    if (found && text)
        str_addn(text, value.mv_data, value.mv_size);
    else if (found && value.mv_size == size)
        memcpy(buffer, value.mv_data, size);
    else
        found = false;
    mdb_txn_abort(transaction);
    return found;
}

bool store_read_value(struct store *store, const void *key, void *value, size_t size)
{
    return read_value(store, value_of(key, STORE_KEY), value, size, NULL);
}

static struct record_key named_key(const struct store *store, char kind, const char *name)
{
    struct record_key key = { .kind = kind };
    struct hasher *hasher = hasher_new();
    hasher_add_string(hasher, store->folder);
    hasher_add_string(hasher, name);
    hash_hex(hasher_end(hasher), key.hex);
    return key;
}

bool store_get_record(struct store *store, const char *target, struct str *text)
{
    const struct pending_record *pending = map_get(&store->records, target);
    if (pending) {
        if (pending->text)
            str_addn(text, pending->text, pending->size);
        return pending->text != NULL;
    }
    struct record_key key = named_key(store, 'r', target);
    return read_value(store, value_of(&key, sizeof key), NULL, 0, text);
}

/* ---- writing ---- */

static void keep_record(struct store *store, const char *target, char *text, size_t size)
{
    struct pending_record *pending = map_get(&store->records, target);
    if (!pending) {
        pending = mem_alloc(sizeof *pending);
        pending->target = mem_strdup(target);
        *map_put(&store->records, pending->target) = pending;
    }
    free(pending->text);
    pending->text = text;
    pending->size = size;
}

void store_put_record(struct store *store, const char *target, const char *text, size_t size)
{
    keep_record(store, target, mem_strndup(text, size), size);
    if (store->records.len >= FLUSH_EACH)
        store_flush(store);
}

void store_remove_record(struct store *store, const char *target)
{
    keep_record(store, target, NULL, 0);
}

void store_keep_value(struct store *store, const void *key, const void *value, size_t size)
{
    struct pending_value *pending = mem_alloc(sizeof *pending + size);
    memcpy(pending->key, key, STORE_KEY);
    memcpy(pending->value, value, size);
    pending->size = size;
    vec_push(&store->contents, pending);
    if (store->contents.len >= FLUSH_EACH)
        store_flush(store);
}

static int write_pending(struct store *store, MDB_txn *transaction)
{
    int error = 0;
    for (size_t i = 0; i < store->contents.len && !error; i++) {
        struct pending_value *pending = store->contents.items[i];
        MDB_val key = value_of(pending->key, STORE_KEY);
        MDB_val value = value_of(pending->value, pending->size);
        error = put(store, transaction, key, value);
    }
    for (size_t i = 0; i < store->records.len && !error; i++) {
        struct pending_record *pending = store->records.entries[i].value;
        struct record_key name = named_key(store, 'r', pending->target);
        MDB_val key = value_of(&name, sizeof name);
        MDB_val value = value_of(pending->text, pending->size);
        if (pending->text)
            error = put(store, transaction, key, value);
        else
            error = mdb_del(transaction, store->table, &key, NULL);
        if (error == MDB_NOTFOUND)
            error = 0;
    }
    return error;
}

static void forget_pending(struct store *store)
{
    for (size_t i = 0; i < store->contents.len; i++)
        free(store->contents.items[i]);
    store->contents.len = 0;
    for (size_t i = 0; i < store->records.len; i++) {
        struct pending_record *pending = store->records.entries[i].value;
        free(pending->target);
        free(pending->text);
        free(pending);
    }
    map_free(&store->records);
    store->records = (struct map){ 0 };
}

bool store_flush(struct store *store)
{
    if (store->contents.len == 0 && store->records.len == 0)
        return true;
    MDB_txn *transaction;
    int error = mdb_txn_begin(store->environment, NULL, 0, &transaction);
    if (!error) {
        error = write_pending(store, transaction);
        if (error)
            mdb_txn_abort(transaction);
        else
            error = commit(store, transaction);
    }
    forget_pending(store);
    return error == 0;
}

/* ---- states ---- */

struct quick_table store_get_quick(struct store *store, const char *goals)
{
    struct record_key key = named_key(store, 'q', goals);
    struct quick_table table = { 0 };
    struct str bytes = { 0 };
    if (read_value(store, value_of(&key, sizeof key), NULL, 0, &bytes) &&
        bytes.len % sizeof *table.entries == 0) {
        table.count = bytes.len / sizeof *table.entries;
        table.entries = (struct quick_entry *)str_steal(&bytes);
    }
    str_free(&bytes);
    return table;
}

static int open_to_peek(struct store *store, const char *path)
{
    MDB_txn *transaction;
    int error = mdb_env_create(&store->environment);
    if (error)
        return error;
    error = mdb_env_set_mapsize(store->environment, STORE_SIZE_LIMIT);
    if (!error)
        error = mdb_env_open(store->environment, path, MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY, 0666);
    if (!error)
        error = mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &transaction);
    if (error)
        return error;
    error = mdb_dbi_open(transaction, NULL, 0, &store->table);
    if (!error && !is_of_version(store, transaction))
        error = MDB_VERSION_MISMATCH;
    if (error)
        mdb_txn_abort(transaction);
    else
        mdb_txn_commit(transaction);
    return error;
}

struct quick_table store_peek_quick(const char *folder, const char *goals)
{
    struct store store = { .folder = absolute_folder(folder) };
    char *path = mem_printf("%s/.fake/store", folder);
    struct quick_table table = { 0 };
    int seal = store_seal_peek(path);
    if (seal >= 0) {
        if (open_to_peek(&store, path) == 0)
            table = store_get_quick(&store, goals);
        mdb_env_close(store.environment);
        close(seal);
    }
    free(store.folder);
    free(path);
    return table;
}

static void put_at_once(struct store *store, struct record_key name, MDB_val value)
{
    MDB_txn *transaction;
    if (mdb_txn_begin(store->environment, NULL, 0, &transaction) != 0)
        return;
    if (put(store, transaction, value_of(&name, sizeof name), value) == 0)
        commit(store, transaction);
    else
        mdb_txn_abort(transaction);
}

void store_put_quick(struct store *store, const char *goals, const struct quick_table *table)
{
    put_at_once(store, named_key(store, 'q', goals),
                value_of(table->entries, table->count * sizeof *table->entries));
}

bool store_get_tree(struct store *store, const char *name, struct str *text)
{
    struct record_key key = named_key(store, 't', name);
    return read_value(store, value_of(&key, sizeof key), NULL, 0, text);
}

void store_put_tree(struct store *store, const char *name, const char *text, size_t size)
{
    put_at_once(store, named_key(store, 't', name), value_of(text, size));
}
