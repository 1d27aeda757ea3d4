/* image_pnm.c - reader for binary PGM (P5) and PPM (P6), 8 and 16 bit. The
 * text forms, PBM and PAM are refused by image.c. */
#include "data/image_file.h"

#include "base/mem.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Past blanks and comments, which end with their line. */
static size_t skip_blanks(const struct image_file *file, size_t at)
{
    while (at < file->n_bytes) {
        if (file->bytes[at] == '#') {
            while (at < file->n_bytes && file->bytes[at] != '\n' &&
                   file->bytes[at] != '\r')
                at++;
        } else if (is_blank(file->bytes[at])) {
            at++;
        } else {
            break;
        }
    }
    return at;
}

/* Reads a number at *at; no number of a header that we take has more than
 * nine digits. */
static enum ramp_status read_number(int64_t *number,
                                    const struct image_file *file, size_t *at,
                                    const char *what)
{
    size_t begin = skip_blanks(file, *at);
    size_t i = begin;
    *number = 0;
    for (; i < file->n_bytes && file->bytes[i] >= '0' && file->bytes[i] <= '9';
         i++) {
        if (i - begin >= 9)
            return image_refuse(file,
                                "expected a %s of at most 9 digits, "
                                "found more",
                                what);
        *number = *number * 10 + (file->bytes[i] - '0');
    }
    if (i == begin)
        return image_refuse(file, "expected the %s, found %s", what,
                            i == file->n_bytes ? "the end of the file"
                                               : "no number");
    *at = i;
    return RAMP_OK;
}

static enum ramp_status read_header(struct image_file *file, int64_t *maximum,
                                    size_t *data)
{
    int64_t width, height;
    size_t at = 2;
    enum ramp_status status = read_number(&width, file, &at, "width");
    if (status == RAMP_OK)
        status = read_number(&height, file, &at, "height");
    if (status == RAMP_OK)
        status = read_number(maximum, file, &at, "largest sample");
    if (status == RAMP_OK)
        status = image_set_size(file, width, height);
    if (status != RAMP_OK)
        return status;
    if (*maximum < 1 || *maximum > 65535)
        return image_refuse(file,
                            "expected a largest sample of 1 to 65535, "
                            "found %lld",
                            (long long)*maximum);
    if (at == file->n_bytes || !is_blank(file->bytes[at]))
        return image_refuse(file, "expected a blank behind the header");
    *data = at + 1;
    return RAMP_OK;
}

enum ramp_status image_read_pnm(struct image_file *file)
{
    int64_t maximum = 0;
    size_t data = 0;
    enum ramp_status status = read_header(file, &maximum, &data);
    if (status != RAMP_OK)
        return status;
    int channels = file->bytes[1] == '5' ? 1 : 3;
    bool wide = maximum > 255;
    size_t n_samples =
        (size_t)file->width * (size_t)file->height * (size_t)channels;
    size_t n_wanted = wide ? 2 * n_samples : n_samples;
    size_t n_found = file->n_bytes - data;
    if (n_found < n_wanted)
        return image_refuse(file, "expected %zu bytes of pixels, found %zu",
                            n_wanted, n_found);
    if (n_found > n_wanted)
        file->warning = "surplus bytes after the picture";
    status = image_new_pixels(file, channels);
    if (status != RAMP_OK)
        return status;
    const uint8_t *from = file->bytes + data;
    for (size_t i = 0; i < n_samples; i++) {
        uint32_t sample = wide ? image_be16(from + 2 * i) : from[i];
        if (sample > maximum)
            return image_refuse(file,
                                "expected samples of at most %lld, found %u",
                                (long long)maximum, (unsigned)sample);
        file->pixels[i] =
            (uint8_t)((sample * 255 + (uint32_t)maximum / 2) / maximum);
    }
    return RAMP_OK;
}
