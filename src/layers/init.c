/* init.c - first weights. */
#include "layers/init.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* A uniform distribution over +-b has the standard deviation b / sqrt(3). */
static double spread_std(const struct ramp_init *init, int layer)
{
    ASSERT(init->n_spreads > 0 && init->n_spreads <= RAMP_INIT_MAX_SPREADS);
    int last = init->n_spreads - 1;
    double spread = init->spreads[layer < last ? layer : last];
    return init->uniform ? spread / sqrt(3) : spread;
}

double init_std(const struct ramp_init *init, int layer, double fan_in,
                double fan_out)
{
    double fan = init->fan_out ? fan_out : fan_in;
    switch (init->kind) {
    case RAMP_INIT_HE: return sqrt(2 / fan);
    case RAMP_INIT_XAVIER: return sqrt(2 / (fan_in + fan_out));
    case RAMP_INIT_LECUN: return sqrt(1 / fan);
    case RAMP_INIT_DIRAC: return sqrt(1 / (3 * fan_in));
    case RAMP_INIT_SPREAD: return spread_std(init, layer);
    }
    ASSERT(false);
    return 0;
}

float init_value(const struct ramp_init *init, double std, struct rng_key key,
                 uint64_t i)
{
    if (init->uniform)
        return (float)((2 * rng_uniform(key, i) - 1) * sqrt(3) * std);
    return (float)(rng_normal(key, i) * std);
}

/* ---- From text ---- */

static bool is_word(const char *text, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(text, word, n) == 0;
}

/* "he-uniform-fanout": a kind, then words behind dashes. */
static bool parse_kind(struct ramp_init *init, const char *text)
{
    const char *const kinds[] = {"he", "xavier", "lecun"};
    bool known = false;
    size_t n = strcspn(text, "-");
    for (int i = 0; i < 3; i++)
        if (is_word(text, n, kinds[i])) {
            init->kind = (enum ramp_init_kind)i;
            known = true;
        }
    for (text += n; known && *text != 0; text += n) {
        n = strcspn(++text, "-");
        bool uniform = is_word(text, n, "uniform");
        known = uniform || is_word(text, n, "fanout");
        *(uniform ? &init->uniform : &init->fan_out) = true;
    }
    return known;
}

/* "0.0001,0.01" */
static bool parse_spreads(struct ramp_init *init, const char *text)
{
    bool more = true;
    for (init->n_spreads = 0; more; init->n_spreads++) {
        char number[32];
        size_t n = strcspn(text, ",");
        if (n >= sizeof number || init->n_spreads == RAMP_INIT_MAX_SPREADS)
            return false;
        memcpy(number, text, n);
        number[n] = 0;
        if (!text_to_double(&init->spreads[init->n_spreads], number, 0, 1000))
            return false;
        more = text[n] == ',';
        text += n + more;
    }
    return true;
}

enum ramp_status ramp_init_parse(struct ramp_init *init, const char *text,
                                 struct ramp_error *err)
{
    struct ramp_init parsed = {.bias = init->bias};
    size_t n = strcspn(text, ":");
    bool known = false;
    if (text_equal(text, "dirac")) {
        parsed.kind = RAMP_INIT_DIRAC;
        parsed.uniform = known = true;
    } else if (text[n] == 0) {
        known = parse_kind(&parsed, text);
    } else if (is_word(text, n, "normal") || is_word(text, n, "uniform")) {
        parsed.kind = RAMP_INIT_SPREAD;
        parsed.uniform = text[0] == 'u';
        if (!parse_spreads(&parsed, text + n + 1))
            return error_set(err, RAMP_USAGE,
                             "initialisation %.*s: expected 1 to %d numbers "
                             "from 0 to 1000 behind the colon, found %s",
                             (int)n, text, RAMP_INIT_MAX_SPREADS,
                             TEXT_QUOTE(text + n + 1));
        known = true;
    }
    if (!known)
        return error_set(err, RAMP_USAGE,
                         "unknown initialisation %s: expected he, xavier or "
                         "lecun, then -uniform, -fanout or both; dirac, "
                         "normal:X or uniform:X",
                         TEXT_QUOTE(text));
    *init = parsed;
    return RAMP_OK;
}
