/* activation.h - the detector stages that a net can name. */
#ifndef RAMP_ACTIVATION_H
#define RAMP_ACTIVATION_H

#include <ramp/error.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*                        f(x)                      f'(x)
 * RAMP_ACT_LINEAR        x                         1
 * RAMP_ACT_RELU          max(0, x)                 x > 0
 * RAMP_ACT_LEAKY         x < 0 ? a x : x           x > 0 ? 1 : a
 * RAMP_ACT_ELU           x < 0 ? a (exp x - 1) : x x > 0 ? 1 : f(x) + a
 * RAMP_ACT_TANH          tanh x                    1 - f(x)^2
 * RAMP_ACT_SIGMOID       1 / (1 + exp -x)          f(x) (1 - f(x))
 *
 * NaN stays NaN in every one of them; the sign of a zero is not promised.
 * Sources: Nair & Hinton 2010 (relu), Maas et al. 2013 (leaky), Clevert et
 * al. 2016 (elu). */
enum ramp_act_kind {
    RAMP_ACT_LINEAR,
    RAMP_ACT_RELU,
    RAMP_ACT_LEAKY,
    RAMP_ACT_ELU,
    RAMP_ACT_TANH,
    RAMP_ACT_SIGMOID,
    RAMP_N_ACTS
};

struct ramp_activation {
    enum ramp_act_kind kind;
    float a; /* leaky: 0.01, elu: 1 unless given */
};

/* Reads "relu", "leaky 0.1", "leaky:0.1", "elu 1", ... RAMP_USAGE with the
 * nearest name if there is no such activation. */
RAMP_API RAMP_MUST_CHECK enum ramp_status
ramp_activation_parse(struct ramp_activation *act, const char *text,
                      struct ramp_error *err);

/* "relu", "leaky 0.1": what ramp_activation_parse reads back. */
RAMP_API void ramp_activation_text(const struct ramp_activation *act,
                                   char *buffer, size_t n_bytes);

/* The list of names: ramp_activation_name(i) for i < RAMP_N_ACTS. */
RAMP_API const char *ramp_activation_name(enum ramp_act_kind kind);

#ifdef __cplusplus
}
#endif

#endif
