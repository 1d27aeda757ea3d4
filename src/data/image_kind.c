/* image_kind.c - names for files that are not pictures we read, so that a
 * refusal can say what was found. */
#include "data/image_file.h"

#include <string.h>

struct kind {
    size_t offset;
    size_t n_bytes;
    const char *bytes;
    const char *name;
};

/* The first that fits decides. */
static const struct kind kinds[] = {
    {0, 4, "\x89PNG", "a damaged PNG"}, /* its signature is longer */
    {0, 2, "\xff\xd8", "a damaged JPEG"},
    {0, 4, "GIF8", "a GIF"},
    {8, 4, "WEBP", "a WebP picture"},
    {4, 7, "ftypavi", "an AVIF picture"},
    {4, 7, "ftyphei", "a HEIC picture"},
    {4, 7, "ftyphev", "a HEIC picture"},
    {4, 8, "ftypmif1", "a HEIC picture"},
    {4, 8, "ftypmsf1", "a HEIC picture"},
    {4, 4, "ftyp", "a film"},
    {0, 8, "\0\0\0\x0cjP  ", "a JPEG 2000 picture"},
    {0, 4, "\xff\x4f\xff\x51", "a JPEG 2000 picture"},
    {0, 8, "\0\0\0\x0cJXL ", "a JPEG XL picture"},
    {0, 2, "\xff\x0a", "a JPEG XL picture"},
    {0, 4, "II*\0", "a TIFF picture"},
    {0, 4, "MM\0*", "a TIFF picture"},
    {0, 4, "II+\0", "a TIFF picture"},
    {0, 4, "MM\0+", "a TIFF picture"},
    {0, 4, "8BPS", "a Photoshop document"},
    {0, 10, "#?RADIANCE", "a Radiance HDR picture"},
    {0, 6, "#?RGBE", "a Radiance HDR picture"},
    {0, 4, "\x53\x80\xf6\x34", "a Softimage PIC picture"},
    {0, 4, "\x76\x2f\x31\x01", "an OpenEXR picture"},
    {0, 4, "DDS ", "a DDS picture"},
    {0, 4, "qoif", "a QOI picture"},
    {0, 4, "\0\0\1\0", "a Windows icon"},
    {0, 8, "gimp xcf", "a GIMP picture"},
    {0, 5, "\x8aMNG\r", "an MNG animation"},
    {0, 5, "\x8bJNG\r", "a JNG picture"},
    {0, 4, "%PDF", "a PDF document"},
    {0, 3, "\x1f\x8b\x08", "gzip-compressed data"},
    {0, 3, "BZh", "bzip2-compressed data"},
    {0, 6,
     "\xfd"
     "7zXZ\0",
     "xz-compressed data"},
    {0, 4, "\x28\xb5\x2f\xfd", "zstd-compressed data"},
    {0, 4, "PK\3\4", "a zip archive"},
    {257, 5, "ustar", "a tar archive"},
    {0, 6, "\x93NUMPY", "a NumPy array"},
    {0, 2, "P1", "a text PBM (P1) picture"},
    {0, 2, "P2", "a text PGM (P2) picture"},
    {0, 2, "P3", "a text PPM (P3) picture"},
    {0, 2, "P4", "a PBM (P4) picture"},
    {0, 2, "P7", "a PAM (P7) picture"},
    {0, 2, "PF", "a PFM picture"},
    {0, 2, "Pf", "a PFM picture"},
};

/* Whether the word, in any case, stands within the first 512 bytes. */
static bool mentions(const uint8_t *bytes, size_t n_bytes, const char *word)
{
    size_t n = strlen(word);
    size_t end = n_bytes < 512 ? n_bytes : 512;
    for (size_t i = 0; i + n <= end; i++) {
        size_t j = 0;
        while (j < n && (bytes[i + j] | 0x20) == (word[j] | 0x20))
            j++;
        if (j == n)
            return true;
    }
    return false;
}

static const char *text_kind(const uint8_t *bytes, size_t n_bytes)
{
    size_t end = n_bytes < 512 ? n_bytes : 512;
    for (size_t i = 0; i < end; i++)
        if (bytes[i] < 0x20 && (bytes[i] < '\t' || bytes[i] > '\r'))
            return NULL;
    if (mentions(bytes, n_bytes, "<svg"))
        return "an SVG drawing";
    if (mentions(bytes, n_bytes, "<html") ||
        mentions(bytes, n_bytes, "<!doctype html"))
        return "an HTML page";
    if (mentions(bytes, n_bytes, "<?xml"))
        return "an XML document";
    return "text";
}

const char *image_kind(const uint8_t *bytes, size_t n_bytes)
{
    static const char targa[] = "TRUEVISION-XFILE."; /* with its zero */
    if (n_bytes == 0)
        return "an empty file";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct kind *kind = &kinds[i];
        if (n_bytes >= kind->offset + kind->n_bytes &&
            memcmp(bytes + kind->offset, kind->bytes, kind->n_bytes) == 0)
            return kind->name;
    }
    if (n_bytes >= sizeof targa &&
        memcmp(bytes + n_bytes - sizeof targa, targa, sizeof targa) == 0)
        return "a TGA picture";
    const char *text = text_kind(bytes, n_bytes);
    return text != NULL ? text : "an unknown kind of file";
}
