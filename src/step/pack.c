#include "step/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "step/content.h"

enum {
    PIECE = 64 * 1024,
    TAR_BLOCK = 512,
    PRESSES_UP_TO = 256 * 1024, /* done, and held, for each host anew */
};

struct pack {
    struct pack_entry *entries;
    size_t count;
    uint64_t size;
    struct archive *archive;
    struct str ready;  /* made and not yet handed out */
    size_t taken;      /* of ready */
    size_t next;       /* entry */
    int fd;            /* the file being read; -1: none */
    struct str loaded; /* … or its bytes, when it is none */
    uint64_t left;     /* bytes of it */
    bool is_closed;
};

static la_ssize_t keep(struct archive *archive, void *context, const void *data, size_t size)
{
    (void)archive;
    struct pack *pack = context;
    str_addn(&pack->ready, data, size);
    return (la_ssize_t)size;
}

static bool add_gzip(struct archive *archive)
{
    return archive_write_add_filter_gzip(archive) == ARCHIVE_OK &&
           archive_write_set_filter_option(archive, "gzip", "compression-level", "1") == ARCHIVE_OK;
}

static bool open_archive(struct pack *pack, bool is_pressed)
{
    pack->archive = archive_write_new();
    return pack->archive && archive_write_set_format_gnutar(pack->archive) == ARCHIVE_OK &&
           (!is_pressed || add_gzip(pack->archive)) &&
           archive_write_set_bytes_per_block(pack->archive, 0) == ARCHIVE_OK &&
           archive_write_open(pack->archive, pack, NULL, keep, NULL) == ARCHIVE_OK;
}

static bool add_header(struct pack *pack, const struct pack_entry *entry, uint64_t size)
{
    static const unsigned types[] = {
        [CONTENT_FILE] = AE_IFREG, [CONTENT_FOLDER] = AE_IFDIR, [CONTENT_LINK] = AE_IFLNK
    };
    struct archive_entry *header = archive_entry_new();
    archive_entry_set_pathname(header, entry->name);
    archive_entry_set_filetype(header, types[entry->content->kind]);
    archive_entry_set_perm(header, (mode_t)entry->mode);
    archive_entry_set_size(header, (la_int64_t)size);
    if (entry->content->kind == CONTENT_LINK)
        archive_entry_set_symlink(header, entry->content->link);
    int result = archive_write_header(pack->archive, header);
    archive_entry_free(header);
    return result == ARCHIVE_OK;
}

static uint64_t data_size(const struct pack_entry *entry)
{
    return entry->content->kind == CONTENT_FILE ? entry->content->size : 0;
}

/* The stream without the files' bytes is made once for its size: they count as whole blocks. */
static bool measure(struct pack *pack)
{
    for (size_t i = 0; i < pack->count; i++) {
        uint64_t size = data_size(&pack->entries[i]);
        if (!add_header(pack, &pack->entries[i], 0))
            return false;
        pack->size += (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK + pack->ready.len;
        str_clear(&pack->ready);
    }
    bool closed = archive_write_close(pack->archive) == ARCHIVE_OK;
    pack->size += pack->ready.len;
    str_clear(&pack->ready);
    archive_write_free(pack->archive);
    pack->archive = NULL;
    return closed;
}

struct pack *pack_new(const struct pack_entry *entries, size_t count)
{
    struct pack *pack = mem_alloc(sizeof *pack);
    pack->entries = mem_array(count ? count : 1, sizeof *entries);
    memcpy(pack->entries, entries, count * sizeof *entries);
    pack->count = count;
    pack->fd = -1;
    if (open_archive(pack, false) && measure(pack) && open_archive(pack, false))
        return pack;
    pack_free(pack);
    return NULL;
}

void pack_free(struct pack *pack)
{
    if (!pack)
        return;
    if (pack->archive)
        archive_write_free(pack->archive);
    if (pack->fd >= 0)
        close(pack->fd);
    str_free(&pack->ready);
    str_free(&pack->loaded);
    free(pack->entries);
    free(pack);
}

uint64_t pack_size(const struct pack *pack)
{
    return pack->size;
}

static bool begin_entry(struct pack *pack)
{
    const struct pack_entry *entry = &pack->entries[pack->next++];
    pack->left = data_size(entry);
    if (!add_header(pack, entry, pack->left))
        return false;
    if (pack->left == 0)
        return true;
    if (entry->content->load) {
        str_clear(&pack->loaded);
        return entry->content->load(entry->content, &pack->loaded) &&
               pack->loaded.len == pack->left;
    }
    pack->fd = open(entry->path, O_RDONLY | O_CLOEXEC);
    return pack->fd >= 0;
}

static bool add_loaded(struct pack *pack)
{
    la_ssize_t size = (la_ssize_t)pack->left;
    pack->left = 0;
    return archive_write_data(pack->archive, str_text(&pack->loaded), (size_t)size) == size;
}

static bool add_data(struct pack *pack)
{
    char buffer[PIECE];
    size_t want = pack->left < sizeof buffer ? (size_t)pack->left : sizeof buffer;
    ssize_t got;
    do
        got = read(pack->fd, buffer, want);
    while (got < 0 && errno == EINTR);
    if (got <= 0 || archive_write_data(pack->archive, buffer, (size_t)got) != got)
        return false;
    pack->left -= (uint64_t)got;
    if (pack->left > 0)
        return true;
    close(pack->fd);
    pack->fd = -1;
    return true;
}

/* Makes more of the stream. False: it cannot be. */
static bool go_on(struct pack *pack)
{
    if (pack->left > 0)
        return pack->fd < 0 ? add_loaded(pack) : add_data(pack);
    if (pack->next < pack->count)
        return begin_entry(pack);
    pack->is_closed = true;
    return archive_write_close(pack->archive) == ARCHIVE_OK;
}

size_t pack_read(struct pack *pack, char *buffer, size_t size)
{
    while (pack->taken == pack->ready.len) {
        str_clear(&pack->ready);
        pack->taken = 0;
        if (pack->is_closed)
            return 0;
        if (!go_on(pack))
            return SIZE_MAX;
    }
    size_t ready = pack->ready.len - pack->taken;
    if (size > ready)
        size = ready;
    memcpy(buffer, pack->ready.data + pack->taken, size);
    pack->taken += size;
    return size;
}

/* Back to its beginning. */
static bool start_again(struct pack *pack, bool is_pressed)
{
    archive_write_free(pack->archive); /* which ends the stream */
    str_clear(&pack->ready);
    if (pack->fd >= 0)
        close(pack->fd);
    pack->fd = -1;
    pack->next = 0;
    pack->left = 0;
    pack->is_closed = false;
    return open_archive(pack, is_pressed);
}

bool pack_press(struct pack *pack)
{
    if (pack->size > PRESSES_UP_TO)
        return false;
    bool fine = start_again(pack, true);
    while (fine && !pack->is_closed)
        fine = go_on(pack);
    if (fine)
        pack->size = pack->ready.len;
    else
        start_again(pack, false); /* what is wrong is told when it is read */
    return fine;
}
