/* image_jpeg.c - the structure of a JPEG file: a walk over its markers to the
 * last, with the tables, the frame, the scans and the EXIF orientation. The
 * decoding is stb_image's, which trusts the tables and takes a file that was
 * cut for a whole one. The coded data themselves carry no checksum and are
 * only searched for the next marker.
 *
 * Source: ITU-T T.81 (1992), annex B. */
#include "data/image_file.h"

#include <string.h>

enum { N_TABLES = 4, MAX_SCANS = 100, MAX_COMPONENTS = 4 };

enum marker {
    SOF0 = 0xc0, /* baseline */
    SOF1 = 0xc1, /* extended sequential */
    SOF2 = 0xc2, /* progressive */
    DHT = 0xc4,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    DQT = 0xdb,
    DNL = 0xdc,
    DRI = 0xdd,
    APP0 = 0xe0,
    APP1 = 0xe1,
    APP15 = 0xef,
    COM = 0xfe
};

struct component {
    uint8_t id, h, v, quantiser;
    bool begun; /* a scan with its first (or only) coefficients was there */
};

struct segment {
    int marker;
    const uint8_t *data; /* borrowed; behind the length */
    size_t n_bytes;
};

struct jpeg {
    struct image_file *file; /* borrowed */
    size_t at;
    bool has_frame, progressive, has_exif;
    int n_components, n_scans;
    int h_most, v_most; /* of the sampling factors */
    size_t interval;    /* of restarts; 0: there are none */
    size_t n_scan_bits; /* that the last scan must have at least, */
    size_t n_restarts;  /* and how often it must restart */
    struct component components[MAX_COMPONENTS];
    bool has_quantiser[N_TABLES], has_dc[N_TABLES], has_ac[N_TABLES];
};

static enum ramp_status ends_early(const struct jpeg *jpeg)
{
    return image_refuse(jpeg->file,
                        "expected the end of the JPEG (EOI), found the end of "
                        "the file");
}

/* A marker may have any number of 0xff before it. */
static enum ramp_status next_marker(int *marker, struct jpeg *jpeg)
{
    const struct image_file *file = jpeg->file;
    size_t at = jpeg->at;
    if (at < file->n_bytes && file->bytes[at] != 0xff)
        return image_refuse(file,
                            "expected a JPEG marker at byte %zu, found 0x%02x",
                            at, file->bytes[at]);
    while (at < file->n_bytes && file->bytes[at] == 0xff)
        at++;
    if (at == file->n_bytes)
        return ends_early(jpeg);
    *marker = file->bytes[at];
    jpeg->at = at + 1;
    return RAMP_OK;
}

static enum ramp_status read_segment(struct segment *segment, struct jpeg *jpeg)
{
    size_t left = jpeg->file->n_bytes - jpeg->at;
    const uint8_t *p = jpeg->file->bytes + jpeg->at;
    if (left < 2)
        return ends_early(jpeg);
    size_t n = image_be16(p);
    if (n < 2)
        return image_refuse(jpeg->file,
                            "expected a JPEG segment of at least 2 bytes, "
                            "found %zu",
                            n);
    if (n > left)
        return ends_early(jpeg);
    segment->data = p + 2;
    segment->n_bytes = n - 2;
    jpeg->at += n;
    return RAMP_OK;
}

static enum ramp_status bad_segment(const struct jpeg *jpeg, const char *name)
{
    return image_refuse(jpeg->file,
                        "expected a sound JPEG segment %s, found a wrong "
                        "length or number",
                        name);
}

static enum ramp_status read_quantisers(struct jpeg *jpeg,
                                        const struct segment *segment)
{
    size_t at = 0;
    while (at < segment->n_bytes) {
        int wide = segment->data[at] >> 4;
        int which = segment->data[at] & 15;
        size_t n = wide ? 129 : 65;
        if (wide > 1 || which >= N_TABLES || segment->n_bytes - at < n)
            return bad_segment(jpeg, "DQT");
        jpeg->has_quantiser[which] = true;
        at += n;
    }
    return RAMP_OK;
}

/* The code lengths must leave each code a place (Kraft's inequality); a DC
 * symbol is a number of bits, and stb_image looks up masks by it unchecked. */
static bool sound_code(const uint8_t *counts, const uint8_t *symbols, size_t n,
                       bool is_dc)
{
    uint32_t places = 1;
    for (int i = 0; i < 16; i++) {
        places *= 2;
        if (counts[i] > places)
            return false;
        places -= counts[i];
    }
    for (size_t i = 0; i < n && is_dc; i++)
        if (symbols[i] > 15)
            return false;
    return true;
}

static enum ramp_status read_codes(struct jpeg *jpeg,
                                   const struct segment *segment)
{
    size_t at = 0;
    while (at < segment->n_bytes) {
        const uint8_t *p = segment->data + at;
        size_t left = segment->n_bytes - at;
        size_t n = 0;
        if (left < 17 || p[0] >> 4 > 1 || (p[0] & 15) >= N_TABLES)
            return bad_segment(jpeg, "DHT");
        bool is_dc = p[0] >> 4 == 0;
        for (int i = 1; i <= 16; i++)
            n += p[i];
        if (n > 256)
            return image_refuse(jpeg->file,
                                "expected a Huffman table of at most 256 "
                                "codes, found %zu",
                                n);
        if (left < 17 + n || !sound_code(p + 1, p + 17, n, is_dc))
            return bad_segment(jpeg, "DHT");
        (is_dc ? jpeg->has_dc : jpeg->has_ac)[p[0] & 15] = true;
        at += 17 + n;
    }
    return RAMP_OK;
}

/* h or v of every component must divide the largest: stb_image repeats
 * samples a whole number of times. */
static enum ramp_status check_sampling(struct jpeg *jpeg)
{
    for (int i = 0; i < jpeg->n_components; i++) {
        const struct component *c = &jpeg->components[i];
        if (c->h < 1 || c->h > 4 || c->v < 1 || c->v > 4)
            return image_refuse(jpeg->file,
                                "expected JPEG sampling factors of 1 to 4, "
                                "found %dx%d",
                                c->h, c->v);
        jpeg->h_most = c->h > jpeg->h_most ? c->h : jpeg->h_most;
        jpeg->v_most = c->v > jpeg->v_most ? c->v : jpeg->v_most;
    }
    for (int i = 0; i < jpeg->n_components; i++) {
        const struct component *c = &jpeg->components[i];
        if (jpeg->h_most % c->h != 0 || jpeg->v_most % c->v != 0)
            return image_refuse(jpeg->file,
                                "expected JPEG sampling factors that divide "
                                "%dx%d, found %dx%d",
                                jpeg->h_most, jpeg->v_most, c->h, c->v);
    }
    return RAMP_OK;
}

static enum ramp_status read_components(struct jpeg *jpeg,
                                        const struct segment *segment)
{
    for (int i = 0; i < jpeg->n_components; i++) {
        const uint8_t *p = segment->data + 6 + 3 * i;
        struct component *c = &jpeg->components[i];
        *c = (struct component){
            .id = p[0], .h = p[1] >> 4, .v = p[1] & 15, .quantiser = p[2]};
        if (c->quantiser >= N_TABLES)
            return bad_segment(jpeg, "SOF");
        for (int j = 0; j < i; j++)
            if (jpeg->components[j].id == c->id)
                return bad_segment(jpeg, "SOF");
    }
    return check_sampling(jpeg);
}

static enum ramp_status read_frame(struct jpeg *jpeg,
                                   const struct segment *segment)
{
    struct image_file *file = jpeg->file;
    const uint8_t *p = segment->data;
    if (jpeg->has_frame)
        return image_refuse(file, "expected one JPEG frame, found two");
    if (segment->n_bytes < 6)
        return bad_segment(jpeg, "SOF");
    if (p[0] != 8)
        return image_refuse(
            file, "expected a JPEG of 8 bits a sample, found %d", p[0]);
    if (image_be16(p + 1) == 0)
        return image_refuse(file, "expected the height in the JPEG header, "
                                  "found 0");
    jpeg->has_frame = true;
    jpeg->progressive = segment->marker == SOF2;
    jpeg->n_components = p[5];
    if (p[5] != 1 && p[5] != 3 && p[5] != 4)
        return image_refuse(file,
                            "expected a JPEG of 1, 3 or 4 components, "
                            "found %d",
                            p[5]);
    if (segment->n_bytes != 6 + 3 * (size_t)p[5])
        return bad_segment(jpeg, "SOF");
    if (p[5] == 4)
        file->warning = "CMYK colours are approximate";
    enum ramp_status status =
        image_set_size(file, image_be16(p + 3), image_be16(p + 1));
    return status == RAMP_OK ? read_components(jpeg, segment) : status;
}

static struct component *find_component(struct jpeg *jpeg, uint8_t id)
{
    for (int i = 0; i < jpeg->n_components; i++)
        if (jpeg->components[i].id == id)
            return &jpeg->components[i];
    return NULL;
}

/* Which coefficients a scan brings: Ss, Se, Ah, Al of the standard. */
static bool sound_scan(const struct jpeg *jpeg, const uint8_t *p, int n)
{
    int from = p[0];
    int to = p[1];
    int high = p[2] >> 4;
    int low = p[2] & 15;
    if (!jpeg->progressive)
        return from == 0 && to == 63 && high == 0 && low == 0;
    return to <= 63 && high <= 13 && low <= 13 &&
           (from == 0 ? to == 0 : from <= to && n == 1);
}

/* One component of a scan: are its tables there? */
static bool has_tables(const struct jpeg *jpeg, const struct component *c,
                       uint8_t tables, const uint8_t *p)
{
    int dc = tables >> 4;
    int ac = tables & 15;
    bool first = p[2] >> 4 == 0;
    bool needs_dc = p[0] == 0 && first;
    bool needs_ac = !jpeg->progressive || p[0] > 0;
    return dc < N_TABLES && ac < N_TABLES &&
           jpeg->has_quantiser[c->quantiser] &&
           (!needs_dc || jpeg->has_dc[dc]) && (!needs_ac || jpeg->has_ac[ac]);
}

static int divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* Blocks of 8x8 samples of one component in a scan. Where several components
 * take turns, each fills up to whole turns. */
static size_t n_blocks(const struct jpeg *jpeg, const struct component *c,
                       bool takes_turns)
{
    int width = jpeg->file->width;
    int height = jpeg->file->height;
    int across, down;
    if (takes_turns) {
        across = divide_up(width, 8 * jpeg->h_most) * c->h;
        down = divide_up(height, 8 * jpeg->v_most) * c->v;
    } else {
        across = divide_up(divide_up(width * c->h, jpeg->h_most), 8);
        down = divide_up(divide_up(height * c->v, jpeg->v_most), 8);
    }
    return (size_t)across * (size_t)down;
}

/* The fewest bits that a block takes: two codes, or one bit of a DC
 * coefficient; a run of AC coefficients may leave out any number of blocks. */
static size_t least_bits(const struct jpeg *jpeg, const uint8_t *p)
{
    if (!jpeg->progressive)
        return 2;
    return p[0] == 0 ? 1 : 0;
}

/* Between two intervals stands a restart. They are counted in turns, or in
 * blocks where one component is alone. */
static size_t n_restarts(const struct jpeg *jpeg, const struct component *c,
                         bool takes_turns)
{
    size_t n = n_blocks(jpeg, c, takes_turns);
    if (takes_turns)
        n /= (size_t)(c->h * c->v);
    return jpeg->interval > 0 ? (n - 1) / jpeg->interval : 0;
}

static enum ramp_status read_scan(struct jpeg *jpeg,
                                  const struct segment *segment)
{
    const uint8_t *p = segment->data;
    if (!jpeg->has_frame)
        return image_refuse(jpeg->file, "expected a JPEG frame before its "
                                        "scans, found none");
    if (++jpeg->n_scans > MAX_SCANS)
        return image_refuse(jpeg->file,
                            "expected at most %d JPEG scans, found more",
                            MAX_SCANS);
    int n = segment->n_bytes > 0 ? p[0] : 0;
    jpeg->n_scan_bits = 0;
    if (n < 1 || n > jpeg->n_components ||
        segment->n_bytes != 4 + 2 * (size_t)n ||
        !sound_scan(jpeg, p + 1 + 2 * n, n))
        return bad_segment(jpeg, "SOS");
    for (int i = 0; i < n; i++) {
        struct component *c = find_component(jpeg, p[1 + 2 * i]);
        if (c == NULL)
            return bad_segment(jpeg, "SOS");
        if (!has_tables(jpeg, c, p[2 + 2 * i], p + 1 + 2 * n))
            return image_refuse(jpeg->file,
                                "expected the tables of a JPEG scan before it "
                                "(DQT, DHT), found none");
        if (p[1 + 2 * n] == 0 && p[3 + 2 * n] >> 4 == 0)
            c->begun = true;
        if (!c->begun)
            return image_refuse(
                jpeg->file, "expected the DC coefficients in the first JPEG "
                            "scan of a component, found others");
        jpeg->n_scan_bits +=
            n_blocks(jpeg, c, n > 1) * least_bits(jpeg, p + 1 + 2 * n);
        jpeg->n_restarts = n_restarts(jpeg, c, n > 1);
    }
    return RAMP_OK;
}

/* Past the coded data of a scan: to the next marker that is neither a stuffed
 * zero nor a restart. stb_image would fill up a scan that ends early with
 * grey, and leave all behind a missing restart as it was; one that cannot be
 * whole is refused. */
static enum ramp_status skip_coded(struct jpeg *jpeg)
{
    const struct image_file *file = jpeg->file;
    size_t at = jpeg->at;
    size_t n_least = (jpeg->n_scan_bits + 7) / 8;
    size_t n_found = 0;
    while (at < file->n_bytes) {
        const uint8_t *p = memchr(file->bytes + at, 0xff, file->n_bytes - at);
        if (p == NULL)
            return ends_early(jpeg);
        at = (size_t)(p - file->bytes);
        if (at + 1 >= file->n_bytes)
            break;
        int next = p[1];
        if (next != 0 && next != 0xff && (next < RST0 || next > RST7))
            break;
        n_found += next >= RST0 && next <= RST7;
        at += next == 0xff ? 1 : 2;
    }
    if (at + 1 >= file->n_bytes)
        return ends_early(jpeg);
    if (at - jpeg->at < n_least)
        return image_refuse(file,
                            "expected at least %zu bytes in a JPEG scan, "
                            "found %zu",
                            n_least, at - jpeg->at);
    if (n_found < jpeg->n_restarts)
        return image_refuse(file,
                            "expected %zu or more restarts in a JPEG scan, "
                            "found %zu",
                            jpeg->n_restarts, n_found);
    jpeg->at = at;
    return RAMP_OK;
}

static enum ramp_status read_interval(struct jpeg *jpeg,
                                      const struct segment *segment)
{
    if (segment->n_bytes != 2)
        return bad_segment(jpeg, "DRI");
    jpeg->interval = image_be16(segment->data);
    return RAMP_OK;
}

static void read_exif(struct jpeg *jpeg, const struct segment *segment)
{
    if (jpeg->has_exif || segment->n_bytes < 6 ||
        memcmp(segment->data, "Exif\0", 6) != 0)
        return;
    jpeg->has_exif = true;
    jpeg->file->orientation =
        image_exif_orientation(segment->data + 6, segment->n_bytes - 6);
}

/* A name for the kinds of JPEG that nobody here decodes. */
static const char *unread_frame(int marker)
{
    switch (marker) {
    case 0xc3: return "a lossless JPEG";
    case 0xc5:
    case 0xc6:
    case 0xc7: return "a hierarchical JPEG";
    case 0xc9:
    case 0xca:
    case 0xcb:
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf: return "a JPEG with arithmetic coding";
    case 0xf7: return "a JPEG-LS picture";
    default: return NULL;
    }
}

static enum ramp_status check_segment(struct jpeg *jpeg,
                                      const struct segment *segment)
{
    enum ramp_status status;
    switch (segment->marker) {
    case SOF0:
    case SOF1:
    case SOF2: return read_frame(jpeg, segment);
    case DHT: return read_codes(jpeg, segment);
    case DQT: return read_quantisers(jpeg, segment);
    case DRI: return read_interval(jpeg, segment);
    case SOS:
        status = read_scan(jpeg, segment);
        return status == RAMP_OK ? skip_coded(jpeg) : status;
    case APP1: read_exif(jpeg, segment); return RAMP_OK;
    default: return RAMP_OK;
    }
}

static bool is_known(int marker)
{
    return marker == SOF0 || marker == SOF1 || marker == SOF2 ||
           marker == DHT || marker == DQT || marker == DRI || marker == SOS ||
           marker == DNL || marker == COM ||
           (marker >= APP0 && marker <= APP15);
}

static enum ramp_status check_end(const struct jpeg *jpeg)
{
    if (!jpeg->has_frame)
        return image_refuse(jpeg->file, "expected a JPEG frame, found none");
    for (int i = 0; i < jpeg->n_components; i++)
        if (!jpeg->components[i].begun)
            return image_refuse(jpeg->file,
                                "expected a JPEG scan for each of %d "
                                "components, found none for number %d",
                                jpeg->n_components, i + 1);
    return RAMP_OK;
}

/* Phones write previews and films behind the picture, so nothing is said of
 * bytes behind the end. */
enum ramp_status image_check_jpeg(struct image_file *file)
{
    struct jpeg jpeg = {.file = file, .at = 2};
    for (;;) {
        struct segment segment = {0};
        enum ramp_status status = next_marker(&segment.marker, &jpeg);
        if (status != RAMP_OK)
            return status;
        if (segment.marker == EOI)
            return check_end(&jpeg);
        if (unread_frame(segment.marker) != NULL)
            return image_refuse(file,
                                "expected a baseline or progressive "
                                "JPEG, found %s",
                                unread_frame(segment.marker));
        if (!is_known(segment.marker))
            return image_refuse(file,
                                "expected a JPEG segment at byte %zu, found "
                                "marker 0x%02x",
                                jpeg.at - 1, segment.marker);
        status = read_segment(&segment, &jpeg);
        if (status == RAMP_OK)
            status = check_segment(&jpeg, &segment);
        if (status != RAMP_OK)
            return status;
    }
}
