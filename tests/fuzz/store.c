// clang-format off
// links: base/arena.c base/file.c base/hash.c base/hash_wide.c base/map.c base/mem.c base/str.c base/vec.c run/store.c run/store_check.c run/store_seal.c run/quick_table.c
// clang-format on

/* A store of which the input changes some bytes, or cuts some off: it is opened, read, written, and
 * nothing comes out that was not written. An input is a length to cut off (in pages), then triples
 * of four bytes: page, place in it (two), what to xor. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "run/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { RECORDS = 120, PAGE = 4096, QUICK = 700 };

static char folder[64];
static struct str texts[RECORDS];
static struct str whole; /* the file, undamaged */

static void name_record(unsigned i, char name[32])
{
    snprintf(name, 32, "target-%u", i);
}

/* Of all lengths: some are on pages of their own. */
static void write_text(unsigned i, struct str *text)
{
    for (unsigned n = 0; n < i * i % 9000 / 16 + 1; n++)
        str_addf(text, "record %5u of %3u\n", n, i);
}

static struct quick_table make_table(void)
{
    struct quick_table table = quick_table_new(QUICK);
    for (uint64_t i = 1; i <= QUICK; i++)
        quick_table_add(&table, i << 40 | i, i);
    return table;
}

static char *in_folder(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static struct store *open_store(void)
{
    char *why;
    struct store *store = store_open(folder, &why);
    free(why);
    return store;
}

static void fill(struct store *store, unsigned first, unsigned step)
{
    for (unsigned i = first; i < RECORDS; i += step) {
        char name[32];
        name_record(i, name);
        store_put_record(store, name, texts[i].data, texts[i].len);
    }
    if (!store_flush(store))
        abort();
}

static void remove_folder(void)
{
    char *command = mem_printf("rm -rf %s", folder);
    if (system(command) != 0)
        abort();
    free(command);
}

/* Several transactions, and some pages that are free. */
static void make_store(void)
{
    strcpy(folder, "/dev/shm/fake-fuzz-store-XXXXXX"); /* a commit waits for a disk */
    if (!mkdtemp(folder))
        abort();
    atexit(remove_folder);
    for (unsigned i = 0; i < RECORDS; i++)
        write_text(i, &texts[i]);
    struct store *store = open_store();
    struct quick_table table = make_table();
    fill(store, 0, 1);
    store_put_quick(store, "all", &table);
    for (unsigned i = 0; i < RECORDS; i += 3) {
        char name[32];
        name_record(i, name);
        store_remove_record(store, name);
    }
    store_flush(store);
    fill(store, 0, 6);
    store_close(store);
    quick_table_free(&table);
    char *path = in_folder(".fake/store");
    if (!file_read(path, &whole))
        abort();
    free(path);
}

static void write_damaged(const uint8_t *bytes, size_t size)
{
    static char *copy;
    size_t length = whole.len;
    copy = copy ? copy : malloc(whole.len);
    memcpy(copy, whole.data, whole.len);
    if (size > 0 && bytes[0] * (size_t)PAGE < length)
        length -= bytes[0] * (size_t)PAGE;
    for (size_t i = 1; i + 4 <= size; i += 4) {
        size_t at = bytes[i] * (size_t)PAGE + (bytes[i + 1] << 8 | bytes[i + 2]) % PAGE;
        if (at < length)
            copy[at] ^= (char)bytes[i + 3];
    }
    char *path = in_folder(".fake/store");
    FILE *file = fopen(path, "w");
    if (!file || fwrite(copy, 1, length, file) != length || fclose(file) != 0)
        abort();
    free(path);
}

static void check_record(struct store *store, unsigned i)
{
    char name[32];
    struct str found = { 0 };
    name_record(i, name);
    if (store_get_record(store, name, &found) && strcmp(str_text(&found), texts[i].data) != 0)
        abort();
    str_free(&found);
}

static void check_table(struct store *store)
{
    struct quick_table table = store_get_quick(store, "all");
    for (uint64_t i = 0; i < table.count; i++)
        if (table.entries[i].key &&
            table.entries[i].key != (table.entries[i].value << 40 | table.entries[i].value))
            abort();
    quick_table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!*folder)
        make_store();
    write_damaged(bytes, size);
    struct store *store = open_store();
    if (!store)
        return 0;
    for (unsigned i = 0; i < RECORDS; i++)
        check_record(store, i);
    check_table(store);
    fill(store, 1, 4);
    for (unsigned i = 0; i < RECORDS; i++)
        check_record(store, i);
    store_close(store);
    return 0;
}
