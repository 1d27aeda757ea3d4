/* init.c - first weights. */
#include "layers/init.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

double init_std(const struct ramp_init *init, double fan_in, double fan_out)
{
    double fan = init->fan_out ? fan_out : fan_in;
    switch (init->kind) {
    case RAMP_INIT_HE: return sqrt(2 / fan);
    case RAMP_INIT_XAVIER: return sqrt(2 / (fan_in + fan_out));
    case RAMP_INIT_LECUN: return sqrt(1 / fan);
    }
    ASSERT(false);
    return 0;
}

/* A uniform distribution over +-b has the standard deviation b / sqrt(3). */
float init_value(const struct ramp_init *init, double std, struct rng_key key,
                 uint64_t i)
{
    if (init->uniform)
        return (float)((2 * rng_uniform(key, i) - 1) * sqrt(3) * std);
    return (float)(rng_normal(key, i) * std);
}

enum ramp_status ramp_init_parse(struct ramp_init *init, const char *text,
                                 struct ramp_error *err)
{
    struct ramp_init parsed = {.bias = init->bias};
    const char *const kinds[] = {"he", "xavier", "lecun"};
    const char *p = text;
    bool known = false;
    for (int part = 0; *p != 0; part++) {
        size_t n = strcspn(p, "-");
        bool found = false;
        for (int i = 0; i < 3 && part == 0; i++)
            if (n == strlen(kinds[i]) && memcmp(p, kinds[i], n) == 0) {
                parsed.kind = (enum ramp_init_kind)i;
                found = true;
            }
        if (part > 0 && n == 7 && memcmp(p, "uniform", n) == 0)
            found = parsed.uniform = true;
        if (part > 0 && n == 6 && memcmp(p, "fanout", n) == 0)
            found = parsed.fan_out = true;
        known = found;
        p += n;
        if (!found || *p == 0)
            break;
        p++;
        known = *p != 0; /* nothing behind the last dash */
    }
    if (!known || *p != 0)
        return error_set(err, RAMP_USAGE,
                         "unknown initialisation %s: expected he, xavier or "
                         "lecun, then -uniform, -fanout or both",
                         TEXT_QUOTE(text));
    *init = parsed;
    return RAMP_OK;
}
