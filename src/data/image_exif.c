/* image_exif.c - the orientation in an EXIF block, and nothing else of it. */
#include "data/image_file.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

static uint32_t read16(const uint8_t *p, bool big)
{
    return big ? image_be16(p) : image_le16(p);
}

static uint32_t read32(const uint8_t *p, bool big)
{
    return big ? image_be32(p) : image_le32(p);
}

int image_exif_orientation(const uint8_t *tiff, size_t n_bytes)
{
    if (n_bytes < 8 || (tiff[0] != 'I' && tiff[0] != 'M'))
        return 1;
    bool big = tiff[0] == 'M';
    size_t at = read32(tiff + 4, big);
    if (tiff[1] != tiff[0] || read16(tiff + 2, big) != 42 || at > n_bytes - 2)
        return 1;
    size_t n_entries = read16(tiff + at, big);
    at += 2;
    for (size_t i = 0; i < n_entries && n_bytes - at >= ENTRY_BYTES; i++) {
        const uint8_t *entry = tiff + at;
        if (read16(entry, big) == TAG_ORIENTATION) {
            uint32_t value = read16(entry + 8, big);
            bool sound = read16(entry + 2, big) == TYPE_SHORT &&
                         read32(entry + 4, big) == 1 && value >= 1 &&
                         value <= 8;
            return sound ? (int)value : 1;
        }
        at += ENTRY_BYTES;
    }
    return 1;
}
