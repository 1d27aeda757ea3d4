/* archive.c - tar and zip archives in memory, the only user of libarchive.
 *
 * libarchive brings a dozen libraries along, whose loading takes more time and
 * memory than classifying a picture. So the program is not linked with it: it
 * is loaded when the first archive is opened, under the name (LIBARCHIVE, from
 * the Makefile) of the library that the headers belong to. */
#include "data/archive.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/gz.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

enum {
    READ_BLOCK_BYTES = 1 << 16,
    /* What a member costs beside its bytes, so that empty ones have a price. */
    MEMBER_BYTES = 512
};

_Static_assert(sizeof LIBARCHIVE > 1, "libarchive.so was not found");

/* What is used of libarchive: X(name) for each archive_name(). */
#define LIBARCHIVE_FUNCTIONS(X)                                                \
    X(error_string)                                                            \
    X(format)                                                                  \
    X(read_new)                                                                \
    X(read_support_format_tar)                                                 \
    X(read_support_format_zip_seekable)                                        \
    X(read_support_filter_xz)                                                  \
    X(read_support_filter_bzip2)                                               \
    X(read_support_filter_zstd)                                                \
    X(read_open)                                                               \
    X(read_open_filename)                                                      \
    X(read_next_header)                                                        \
    X(read_header_position)                                                    \
    X(read_data)                                                               \
    X(filter_bytes)                                                            \
    X(read_free)                                                               \
    X(entry_pathname)                                                          \
    X(entry_pathname_utf8)                                                     \
    X(entry_filetype)                                                          \
    X(entry_size)                                                              \
    X(entry_size_is_set)

struct libarchive {
#define MEMBER(name) __typeof__(archive_##name) *name;
    LIBARCHIVE_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Never unloaded: loading it again finds it. False if it is not there, or has
 * not all of the functions. */
static bool libarchive_load(struct libarchive *lib)
{
    void *handle = dlopen(LIBARCHIVE, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return false;
    bool all = true;
#define LOOK_UP(name)                                                          \
    lib->name = (__typeof__(archive_##name) *)dlsym(handle, "archive_" #name); \
    all = all && lib->name != NULL;
    LIBARCHIVE_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return all;
}

struct reader {
    struct libarchive lib;
    struct archive *archive;
    struct tree *tree;
    const char *path;
    uint64_t n_bytes, max_bytes; /* of all members so far */
    gzFile gz;                   /* owned; NULL: not gz data */
    uint8_t *block;              /* owned; what was inflated last */
};

static enum ramp_status over_limit(const struct reader *reader,
                                   struct ramp_error *err)
{
    return error_set(err, RAMP_MEMORY,
                     "cannot hold %s: expected at most %llu bytes (the "
                     "cache), found more; try unpacking it",
                     TEXT_QUOTE(reader->path),
                     (unsigned long long)reader->max_bytes);
}

/* Of gz data that libarchive could not be given. */
static enum ramp_status gz_failed(const struct reader *reader, int code,
                                  const char *why, struct ramp_error *err)
{
    if (code == Z_ERRNO)
        return error_set(err, RAMP_IO, "cannot read %s: %s",
                         TEXT_QUOTE(reader->path), strerror(errno));
    if (code == Z_MEM_ERROR)
        return error_memory(err, "inflating", READ_BLOCK_BYTES);
    if (code == Z_BUF_ERROR)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: the gz data are cut short",
                         TEXT_QUOTE(reader->path));
    const char *colon = strstr(why, ": "); /* behind zlib's name of the file */
    return error_set(err, RAMP_DATA, "cannot read %s: damaged gz data (%s)",
                     TEXT_QUOTE(reader->path), colon ? colon + 2 : why);
}

static enum ramp_status archive_failed(const struct reader *reader,
                                       struct ramp_error *err)
{
    int code = Z_OK;
    const char *gz_why = reader->gz ? gzerror(reader->gz, &code) : "";
    if (code != Z_OK)
        return gz_failed(reader, code, gz_why, err);
    const char *why = reader->lib.error_string(reader->archive);
    return error_set(err, RAMP_DATA, "cannot read %s as an archive: %s",
                     TEXT_QUOTE(reader->path),
                     TEXT_QUOTE(why ? why : "damaged archive"));
}

/* "./a//b" -> "a/b"; false if the path is empty, hidden or too long. */
static bool normal_path(char out[TREE_PATH_BYTES], const char *path)
{
    size_t n = 0;
    while (*path != 0) {
        size_t length = strcspn(path, "/");
        bool skip = length == 0 || (length == 1 && path[0] == '.');
        if (!skip) {
            if (n + length + 2 > TREE_PATH_BYTES)
                return false;
            if (n > 0)
                out[n++] = '/';
            memcpy(out + n, path, length);
            out[n + length] = 0;
            if (tree_hidden(out + n))
                return false;
            n += length;
        }
        path += length + (path[length] != 0);
    }
    return n > 0;
}

static enum ramp_status read_sized(struct reader *reader, uint8_t **bytes,
                                   uint64_t n_bytes, struct ramp_error *err)
{
    size_t done = 0;
    *bytes = mem_alloc((size_t)n_bytes, 1);
    if (*bytes == NULL)
        return error_memory(err, "a file of an archive", (size_t)n_bytes);
    while (done < n_bytes) {
        la_ssize_t got = reader->lib.read_data(reader->archive, *bytes + done,
                                               (size_t)n_bytes - done);
        if (got < 0)
            return archive_failed(reader, err);
        if (got == 0)
            return error_set(err, RAMP_DATA,
                             "cannot read %s: expected a member of %llu "
                             "bytes, found %zu",
                             TEXT_QUOTE(reader->path),
                             (unsigned long long)n_bytes, done);
        done += (size_t)got;
    }
    /* A zip compares checksums only when it is asked for more, and gives more
     * than its headers say. */
    uint8_t more;
    la_ssize_t got = reader->lib.read_data(reader->archive, &more, 1);
    if (got > 0)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected a member of %llu bytes, "
                         "found more",
                         TEXT_QUOTE(reader->path), (unsigned long long)n_bytes);
    return got < 0 ? archive_failed(reader, err) : RAMP_OK;
}

static enum ramp_status read_bytes(struct reader *reader,
                                   struct archive_entry *entry, uint8_t **bytes,
                                   uint64_t *n_bytes, struct ramp_error *err)
{
    *n_bytes = (uint64_t)reader->lib.entry_size(entry);
    enum ramp_status status = read_sized(reader, bytes, *n_bytes, err);
    if (status != RAMP_OK) {
        mem_free(*bytes);
        *bytes = NULL;
    }
    return status;
}

static enum ramp_status take_member(struct reader *reader,
                                    struct archive_entry *entry,
                                    const char *path, struct ramp_error *err)
{
    uint8_t *bytes = NULL;
    uint64_t n_bytes = 0;
    unsigned type = reader->lib.entry_filetype(entry);
    if (type == AE_IFDIR)
        return tree_add(reader->tree, path, TREE_FOLDER, 0, NULL, err);
    if (!tree_wants(path)) {
        reader->tree->n_others++;
        return RAMP_OK;
    }
    if (type != AE_IFREG)
        return tree_add(reader->tree, path, TREE_LINK, 0, NULL, err);
    enum ramp_status status = read_bytes(reader, entry, &bytes, &n_bytes, err);
    if (status != RAMP_OK)
        return status;
    return tree_add(reader->tree, path, TREE_FILE, n_bytes, bytes, err);
}

static enum ramp_status read_member(struct reader *reader,
                                    struct archive_entry *entry,
                                    struct ramp_error *err)
{
    char path[TREE_PATH_BYTES];
    uint64_t n_bytes = MEMBER_BYTES + (uint64_t)reader->lib.entry_size(entry);
    /* Names are bytes to us. Where libarchive holds one as UTF-8 only, it can
     * give its bytes only as such (the locale is not ours to set). */
    const char *name = reader->lib.entry_pathname(entry);
    if (name == NULL)
        name = reader->lib.entry_pathname_utf8(entry);
    if (n_bytes > reader->max_bytes - reader->n_bytes)
        return over_limit(reader, err);
    reader->n_bytes += n_bytes;
    if (name == NULL)
        return error_set(err, RAMP_DATA,
                         "cannot read %s: a member has a name that is not "
                         "UTF-8; try unpacking it",
                         TEXT_QUOTE(reader->path));
    if (!normal_path(path, name))
        return RAMP_OK;
    return take_member(reader, entry, path, err);
}

/* The kind in a word; known after the first header. */
static const char *kind_of(const struct reader *reader)
{
    int format = reader->lib.format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK;
    return format == ARCHIVE_FORMAT_ZIP ? "zip" : "tar";
}

/* ==== gz ==== */

/* libarchive checks neither the CRC nor the length of gz data; zlib checks
 * both, so the archive is inflated here. A callback of libarchive. */
static la_ssize_t inflate_block(struct archive *archive, void *context,
                                const void **block)
{
    struct reader *reader = context;
    int code;
    (void)archive;
    int n = gzread(reader->gz, reader->block, READ_BLOCK_BYTES);
    gzerror(reader->gz, &code);
    *block = reader->block;
    return code == Z_OK ? n : ARCHIVE_FATAL;
}

static enum ramp_status open_gz(struct reader *reader, struct ramp_error *err)
{
    enum ramp_status status =
        MEM_NEW(&reader->block, READ_BLOCK_BYTES, "inflating", err);
    if (status != RAMP_OK)
        return status;
    reader->gz = gzopen(reader->path, "rbe");
    if (reader->gz == NULL || gzbuffer(reader->gz, READ_BLOCK_BYTES) != 0)
        return error_memory(err, "inflating", READ_BLOCK_BYTES);
    if (reader->lib.read_open(reader->archive, reader, NULL, inflate_block,
                              NULL) != ARCHIVE_OK)
        return archive_failed(reader, err);
    return RAMP_OK;
}

static enum ramp_status is_gz(bool *found, const char *path,
                              struct ramp_error *err)
{
    struct file_in in;
    uint8_t magic[2];
    enum ramp_status status = file_in_open(&in, path, SIZE_MAX, RAMP_DATA, err);
    *found = false;
    if (status == RAMP_OK && in.n_bytes >= sizeof magic) {
        status = file_in_read(&in, magic, 0, sizeof magic, err);
        *found = status == RAMP_OK && gz_is(magic, sizeof magic);
    }
    file_in_close(&in);
    return status;
}

/* ==== The whole archive ==== */

/* libarchive takes the end of the file for that of a tar; but blocks of zeros
 * are to end it, and without them members may be missing. Then gz data are
 * read to their end, where their checksum stands. */
static enum ramp_status check_end(struct reader *reader, struct ramp_error *err)
{
    const void *block;
    la_ssize_t n = 0;
    if (text_equal(kind_of(reader), "tar") &&
        reader->lib.filter_bytes(reader->archive, 0) ==
            reader->lib.read_header_position(reader->archive))
        return error_set(err, RAMP_DATA,
                         "cannot read %s: expected the end of the tar archive, "
                         "found the end of the file",
                         TEXT_QUOTE(reader->path));
    while (reader->gz != NULL &&
           (n = inflate_block(reader->archive, reader, &block)) > 0) {
        if ((uint64_t)n > reader->max_bytes - reader->n_bytes)
            return over_limit(reader, err);
        reader->n_bytes += (uint64_t)n;
    }
    return n < 0 ? archive_failed(reader, err) : RAMP_OK;
}

static enum ramp_status read_members(struct reader *reader,
                                     struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    while (status == RAMP_OK) {
        struct archive_entry *entry;
        int code = reader->lib.read_next_header(reader->archive, &entry);
        if (code == ARCHIVE_EOF)
            return check_end(reader, err);
        /* A warning is about names, times or owners: of no account here. */
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            return archive_failed(reader, err);
        status = read_member(reader, entry, err);
    }
    return status;
}

static bool support(const struct reader *reader)
{
    const struct libarchive *lib = &reader->lib;
    struct archive *archive = reader->archive;
    return lib->read_support_format_tar(archive) == ARCHIVE_OK &&
           lib->read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
           lib->read_support_filter_xz(archive) == ARCHIVE_OK &&
           lib->read_support_filter_bzip2(archive) == ARCHIVE_OK &&
           lib->read_support_filter_zstd(archive) == ARCHIVE_OK;
}

static enum ramp_status load(struct reader *reader, struct ramp_error *err)
{
    reader->archive = reader->lib.read_new();
    if (reader->archive == NULL || !support(reader))
        return error_memory(err, "reading an archive", READ_BLOCK_BYTES);
    bool gz;
    enum ramp_status status = is_gz(&gz, reader->path, err);
    if (status == RAMP_OK && gz)
        status = open_gz(reader, err);
    else if (status == RAMP_OK &&
             reader->lib.read_open_filename(reader->archive, reader->path,
                                            READ_BLOCK_BYTES) != ARCHIVE_OK)
        status = archive_failed(reader, err);
    if (status == RAMP_OK)
        status = read_members(reader, err);
    if (status == RAMP_OK)
        reader->tree->archive_kind = kind_of(reader);
    return status;
}

enum ramp_status archive_load(struct tree *tree, const char *path,
                              uint64_t max_bytes, struct ramp_error *err)
{
    struct reader reader = {.tree = tree, .path = path, .max_bytes = max_bytes};
    *tree = (struct tree){0};
    if (!libarchive_load(&reader.lib))
        return error_set(err, RAMP_DATA,
                         "cannot read %s: the library %s cannot be loaded; "
                         "try apt-get install libarchive13",
                         TEXT_QUOTE(path), LIBARCHIVE);
    *tree = (struct tree){.root = path, .archive_kind = "tar"};
    /* libarchive turns UTF-8 names into the charset of the locale, and loses
     * them where that has no such letters. Only this thread's is changed. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    enum ramp_status status = load(&reader, err);
    reader.lib.read_free(reader.archive);
    if (reader.gz != NULL)
        gzclose(reader.gz);
    mem_free(reader.block);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    if (status == RAMP_OK)
        tree_sort(tree);
    else
        tree_release(tree);
    return status;
}
