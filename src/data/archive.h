/* archive.h - tar (plain, .gz, .xz, .bz2, .zst) and zip archives, read into
 * memory through libarchive, which is loaded only here and only now. Nothing
 * is ever written to disk. */
#ifndef DATA_ARCHIVE_H
#define DATA_ARCHIVE_H

#include "base/error.h"
#include "data/tree.h"

/* List an archive and keep the bytes of every file that tree_wants. What kind
 * it is shows in its bytes. All members together, wanted or not, may have at
 * most max_bytes: RAMP_MEMORY beyond. RAMP_DATA if it is no such archive, cut,
 * damaged or encrypted, or if there is no libarchive. On failure `tree` is
 * released. `path` is borrowed.
 * A leading "./" or "/" of a member's path is dropped, and of two members with
 * one path the last one stays, as unpacking would leave them; members below
 * ".." are hidden. Not seen: that a plain tar was cut between two members, and
 * a wrong CRC of a gzip'd one, which libarchive does not check. */
MUST_CHECK enum ramp_status archive_load(struct tree *tree, const char *path,
                                         uint64_t max_bytes,
                                         struct ramp_error *err);

#endif
