/* kernels.c - the table of one instruction set. Compiled once for each with
 * -DKERNELS_ISA=portable|avx2|avx512|neon and its flags; exports the table
 * and nothing else, so that no function of another room can end up compiled
 * for an instruction set that the CPU may lack. */
#include "kernels/kernels.h"

#include "kernels/act_kernels.h"
#include "kernels/narrow_kernels.h"
#include "kernels/peak_kernels.h"
#include "kernels/pool_kernels.h"
#include "kernels/row_kernels.h"
#include "kernels/tile_kernels.h"
#include "kernels/winograd_kernels.h"

#define PASTE(a, b) a##b
#define TABLE_NAME(isa) PASTE(kernels_, isa)
#define STRING(s) #s
#define TABLE_TEXT(isa) STRING(isa)

extern const struct kernels TABLE_NAME(KERNELS_ISA);

const struct kernels TABLE_NAME(KERNELS_ISA) = {
    .name = TABLE_TEXT(KERNELS_ISA),
    .width = VEC_WIDTH,
    .max_nv = VEC_MAX_NV,
    .max_m = VEC_MAX_M,
    .rows = TILE_TABLE(rows),
    .columns = TILE_TABLE(columns),
    .dots_m = VEC_DOTS_M,
    .dots = DOTS_TABLE,
    .winograd = WINOGRAD_TABLE(winograd),
    .winograd_row = WINOGRAD_TABLE(winograd_row),
    .narrow_output = narrow_output_45,
    .narrow_gradient = narrow_gradient_45,
    .act_forward =
        {
            [RAMP_ACT_LINEAR] = linear_forward,
            [RAMP_ACT_RELU] = relu_forward,
            [RAMP_ACT_LEAKY] = leaky_forward,
            [RAMP_ACT_ELU] = elu_forward,
            [RAMP_ACT_TANH] = tanh_forward,
            [RAMP_ACT_SIGMOID] = sigmoid_forward,
            [RAMP_ACT_SELU] = selu_forward,
            [RAMP_ACT_SRELU] = srelu_forward,
            [RAMP_ACT_SOFTPLUS] = softplus_forward,
            [RAMP_ACT_GELU] = gelu_forward,
            [RAMP_ACT_GELU_TANH] = gelu_tanh_forward,
            [RAMP_ACT_SILU] = silu_forward,
            [RAMP_ACT_ABS] = abs_forward,
            [RAMP_ACT_RELU6] = relu6_forward,
        },
    .act_backward =
        {
            [RAMP_ACT_LINEAR] = linear_backward,
            [RAMP_ACT_RELU] = relu_backward,
            [RAMP_ACT_LEAKY] = leaky_backward,
            [RAMP_ACT_ELU] = elu_backward,
            [RAMP_ACT_TANH] = tanh_backward,
            [RAMP_ACT_SIGMOID] = sigmoid_backward,
            [RAMP_ACT_SELU] = selu_backward,
            [RAMP_ACT_SRELU] = srelu_backward,
            [RAMP_ACT_SOFTPLUS] = softplus_backward,
            [RAMP_ACT_GELU] = gelu_backward,
            [RAMP_ACT_GELU_TANH] = gelu_tanh_backward,
            [RAMP_ACT_SILU] = silu_backward,
            [RAMP_ACT_ABS] = abs_backward,
            [RAMP_ACT_RELU6] = relu6_backward,
        },
    .prelu_forward = prelu_forward,
    .prelu_backward = prelu_backward,
    .maxout_forward = maxout_forward,
    .maxout_backward = maxout_backward,
    .crelu_forward = crelu_forward,
    .crelu_backward = crelu_backward,
    .add = add,
    .axpy = axpy,
    .scale = scale,
    .transpose = transpose,
    .sum_rows = sum_rows,
    .dropout = dropout,
    .bn_sums = bn_sums,
    .bn_normalise = bn_normalise,
    .bn_gradsums = bn_gradsums,
    .bn_gradient = bn_gradient,
    .max_pool = max_pool,
    .max_unpool = max_unpool,
    .sgd = sgd,
    .adamw = adamw,
    .peak = peak,
};
