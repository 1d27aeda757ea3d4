/* gz.c - gzip data in memory. */
#include "data/gz.h"

#include "base/mem.h"
#include "base/text.h"

#define ZLIB_CONST
#include <string.h>
#include <zlib.h>

/* With this, zlib expects gzip framing and checks CRC and length itself. */
enum { GZ_WINDOW_BITS = 15 + 16 };

/* What zlib allocates at least, for messages. */
enum { GZ_STATE_BYTES = 1 << 15 };

/* No deflate stream is denser than 1032:1. */
enum { GZ_MAX_RATIO = 1032 };

static voidpf gz_alloc(voidpf context, uInt n, uInt size)
{
    (void)context;
    return mem_alloc(n, size);
}

static void gz_free(voidpf context, voidpf block)
{
    (void)context;
    mem_free(block);
}

static bool stream_begin(z_stream *stream)
{
    memset(stream, 0, sizeof *stream);
    stream->zalloc = gz_alloc;
    stream->zfree = gz_free;
    return inflateInit2(stream, GZ_WINDOW_BITS) == Z_OK;
}

/* zlib counts in 32 bits. */
static uInt at_most(size_t n)
{
    return n > 1u << 30 ? 1u << 30 : (uInt)n;
}

bool gz_is(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

enum ramp_status gz_peek(size_t *n_found, uint8_t *out, size_t n_out,
                         const uint8_t *bytes, size_t n_bytes,
                         struct ramp_error *err)
{
    z_stream stream;
    *n_found = 0;
    if (!stream_begin(&stream))
        return error_memory(err, "inflating", GZ_STATE_BYTES);
    stream.next_in = bytes;
    stream.avail_in = at_most(n_bytes);
    stream.next_out = out;
    stream.avail_out = at_most(n_out);
    int code = inflate(&stream, Z_SYNC_FLUSH);
    *n_found = n_out - stream.avail_out;
    inflateEnd(&stream);
    return code == Z_MEM_ERROR ? error_memory(err, "inflating", GZ_STATE_BYTES)
                               : RAMP_OK;
}

/* Everything that is under way while one block of memory is inflated. */
struct inflation {
    z_stream stream;
    const uint8_t *in;
    size_t n_in; /* still to be read */
    uint8_t *out;
    size_t n_out, done;
    const char *name;
};

static enum ramp_status damaged(const struct inflation *s,
                                struct ramp_error *err)
{
    return error_set(err, RAMP_DATA, "cannot read %s: damaged gz data (%s)",
                     TEXT_QUOTE(s->name),
                     s->stream.msg ? s->stream.msg : "unknown method");
}

/* One call of zlib over what is left; *code is its answer. */
static void inflate_some(struct inflation *s, int *code)
{
    z_stream *stream = &s->stream;
    uInt in = at_most(s->n_in), out = at_most(s->n_out - s->done);
    stream->next_in = s->in;
    stream->avail_in = in;
    stream->next_out = s->out + s->done;
    stream->avail_out = out;
    *code = inflate(stream, Z_NO_FLUSH);
    s->in += in - stream->avail_in;
    s->n_in -= in - stream->avail_in;
    s->done += out - stream->avail_out;
}

/* s->out has room for one byte more than allowed: a surplus shows in it. */
static enum ramp_status inflate_members(struct inflation *s,
                                        struct ramp_error *err)
{
    int code = Z_OK;
    for (;;) {
        size_t before = s->n_in + (s->n_out - s->done);
        inflate_some(s, &code);
        if (s->done == s->n_out)
            return error_set(err, RAMP_DATA,
                             "cannot read %s: expected at most %zu bytes "
                             "inflated, found more",
                             TEXT_QUOTE(s->name), s->n_out - 1);
        if (code == Z_STREAM_END && s->n_in == 0)
            return RAMP_OK;
        if (code == Z_STREAM_END && !gz_is(s->in, s->n_in))
            return error_set(err, RAMP_DATA,
                             "cannot read %s: expected the end of the gz "
                             "data, found %zu bytes more",
                             TEXT_QUOTE(s->name), s->n_in);
        if (code == Z_STREAM_END)
            code = inflateReset(&s->stream);
        if (code == Z_MEM_ERROR)
            return error_memory(err, "inflating", GZ_STATE_BYTES);
        if (code != Z_OK && code != Z_BUF_ERROR)
            return damaged(s, err);
        if (s->n_in == 0 && before == s->n_in + (s->n_out - s->done))
            return error_set(err, RAMP_DATA,
                             "cannot read %s: the gz data are cut short",
                             TEXT_QUOTE(s->name));
    }
}

enum ramp_status gz_inflate(uint8_t **out, size_t *n_out, const uint8_t *bytes,
                            size_t n_bytes, size_t max_bytes, const char *name,
                            struct ramp_error *err)
{
    struct inflation s = {.in = bytes, .n_in = n_bytes, .name = name};
    size_t most;
    *out = NULL;
    *n_out = 0;
    if (size_mul(&most, n_bytes, GZ_MAX_RATIO) && most < max_bytes)
        max_bytes = most;
    if (!size_add(&s.n_out, max_bytes, 1))
        return error_memory(err, "inflating", max_bytes);
    enum ramp_status status = MEM_NEW(&s.out, s.n_out, "inflating", err);
    if (status != RAMP_OK)
        return status;
    if (stream_begin(&s.stream)) {
        status = inflate_members(&s, err);
        inflateEnd(&s.stream);
    } else {
        status = error_memory(err, "inflating", GZ_STATE_BYTES);
    }
    if (status == RAMP_OK) {
        *out = s.out;
        *n_out = s.done;
    } else {
        mem_free(s.out);
    }
    return status;
}
