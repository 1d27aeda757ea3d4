/* fuzz_netspec.c - the text of a net. The first byte chooses what the text
 * leaves open. */
#include "net/netspec.h"
#include "tests/fuzz/fuzz.h"

static const struct ramp_net_options cases[] = {
    {.channels = 1, .height = 28, .width = 28, .n_classes = 10},
    {.channels = 3, .height = 32, .width = 32, .n_classes = 2},
    {.n_classes = 10}, /* no data: the text must have its shape */
    {.channels = 3, .height = 16384, .width = 5461, .n_classes = 10000},
};

/* The layers of a net that was taken: each begins where the one before it
 * ends, no size is beyond the limits, the texts end. */
static void check(const struct layer *layers, size_t n, struct shape at,
                  int n_classes)
{
    ASSERT(n >= 1 && n <= NETSPEC_MAX_LAYERS);
    for (size_t i = 0; i < n; i++) {
        const struct layer *l = &layers[i];
        ASSERT(memcmp(&l->in, &at, sizeof at) == 0);
        ASSERT(shape_size(l->out) >= 1);
        ASSERT(shape_size(l->out) <= NETSPEC_MAX_PARAMS);
        ASSERT(layer_n_weights(l) <= NETSPEC_MAX_PARAMS);
        ASSERT(memchr(l->text, 0, sizeof l->text) != NULL);
        ASSERT(memchr(l->name, 0, sizeof l->name) != NULL);
        at = l->out;
    }
    ASSERT(at.h == 1 && at.w == 1 && at.c == (size_t)n_classes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    struct layer *layers = NULL;
    struct shape input;
    size_t n_layers;
    if (n_bytes == 0)
        return 0;
    struct ramp_net_options options =
        cases[bytes[0] % (sizeof cases / sizeof *cases)];
    char *text = fuzz_text(bytes + 1, n_bytes - 1);
    enum ramp_status status = netspec_parse(&layers, &n_layers, &input, text,
                                            "fuzz.net", &options, &err);
    fuzz_check_error(status, &err);
    if (status == RAMP_OK) {
        check(layers, n_layers, input, options.n_classes);
        mem_free(layers);
    }
    free(text);
    return 0;
}
