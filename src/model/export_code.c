/* export_code.c - the functions of exported files, as text. They are written
 * to be read and to be right in any order of layers and for any shape, not to
 * be fast: their innermost loops run over channels, which compilers make
 * vectors of (-O3). */
#include "model/export_code.h"

const char export_types[] =
    "/* A map lies in memory row by row, a row pixel by pixel, and the c\n"
    " * channels of a pixel side by side. */\n"
    "struct shape {\n"
    "    int h, w, c;\n"
    "};\n";

/* Left out where there is neither a convolution nor a pool. */
const char export_clip[] =
    "\n"
    "/* A window of r rows and s columns; the map is padded on each side. */\n"
    "struct window {\n"
    "    int r, s, stride_h, stride_w, pad_h, pad_w;\n"
    "};\n"
    "\n"
    "/* The taps of a window, from `from` up to `to`, that lie inside a map "
    "of\n"
    " * `size` pixels; the first tap is at `start`, which may be negative. */\n"
    "struct span {\n"
    "    int from, to;\n"
    "};\n"
    "\n"
    "static struct span inside(int start, int taps, int size)\n"
    "{\n"
    "    struct span span;\n"
    "    span.from = start < 0 ? -start : 0;\n"
    "    span.to = start + taps > size ? size - start : taps;\n"
    "    return span;\n"
    "}\n";

const char export_standardise[] =
    "\n"
    "/* Less the mean of all values, by their standard deviation. */\n"
    "static void standardise(float *y, int n)\n"
    "{\n"
    "    double sum = 0, squares = 0, least = 1.0 / n;\n"
    "    for (int i = 0; i < n; i++) {\n"
    "        sum += (double)y[i];\n"
    "        squares += (double)y[i] * (double)y[i];\n"
    "    }\n"
    "    double mean = sum / n;\n"
    "    double square = mean * mean;\n"
    "    double variance = squares / n - square;\n"
    "    double std = sqrt(variance > least ? variance : least);\n"
    "    float mul = (float)(1.0 / std);\n"
    "    float add = (float)(-mean / std);\n"
    "    for (int i = 0; i < n; i++) {\n"
    "        float product = y[i] * mul;\n"
    "        y[i] = product + add;\n"
    "    }\n"
    "}\n";

static const char conv[] =
    "\n"
    "/* y = b + the sum over the window of x w, where x is 0 in the padding; "
    "w\n"
    " * is (r, s, c, k) for the k channels of y, b may be NULL. */\n"
    "static void conv(float *y, struct shape out, const float *x,\n"
    "                 struct shape in, struct window v, const float *w,\n"
    "                 const float *b)\n"
    "{\n"
    "    for (int i = 0; i < out.h; i++)\n"
    "        for (int j = 0; j < out.w; j++) {\n"
    "            float *restrict to = y + (i * out.w + j) * out.c;\n"
    "            int top = i * v.stride_h - v.pad_h;\n"
    "            int left = j * v.stride_w - v.pad_w;\n"
    "            struct span rows = inside(top, v.r, in.h);\n"
    "            struct span columns = inside(left, v.s, in.w);\n"
    "            for (int k = 0; k < out.c; k++)\n"
    "                to[k] = b ? b[k] : 0;\n"
    "            for (int r = rows.from; r < rows.to; r++)\n"
    "                for (int s = columns.from; s < columns.to; s++) {\n"
    "                    const float *from =\n"
    "                        x + ((top + r) * in.w + left + s) * in.c;\n"
    "                    const float *tap = w + (r * v.s + s) * in.c * out.c;\n"
    "                    for (int c = 0; c < in.c; c++)\n"
    "                        for (int k = 0; k < out.c; k++)\n"
    "                            to[k] += from[c] * tap[c * out.c + k];\n"
    "                }\n"
    "        }\n"
    "}\n";

static const char maxpool[] =
    "\n"
    "/* y = the largest x of the window, of the pixels inside the map. */\n"
    "static void maxpool(float *y, struct shape out, const float *x,\n"
    "                    struct shape in, struct window v)\n"
    "{\n"
    "    for (int i = 0; i < out.h; i++)\n"
    "        for (int j = 0; j < out.w; j++) {\n"
    "            float *restrict to = y + (i * out.w + j) * out.c;\n"
    "            int top = i * v.stride_h - v.pad_h;\n"
    "            int left = j * v.stride_w - v.pad_w;\n"
    "            struct span rows = inside(top, v.r, in.h);\n"
    "            struct span columns = inside(left, v.s, in.w);\n"
    "            for (int c = 0; c < out.c; c++)\n"
    "                to[c] = -INFINITY;\n"
    "            for (int r = rows.from; r < rows.to; r++)\n"
    "                for (int s = columns.from; s < columns.to; s++) {\n"
    "                    const float *from =\n"
    "                        x + ((top + r) * in.w + left + s) * in.c;\n"
    "                    for (int c = 0; c < out.c; c++)\n"
    "                        to[c] = from[c] > to[c] ? from[c] : to[c];\n"
    "                }\n"
    "        }\n"
    "}\n";

static const char avgpool[] =
    "\n"
    "/* y = the mean x of the window, of the pixels inside the map. */\n"
    "static void avgpool(float *y, struct shape out, const float *x,\n"
    "                    struct shape in, struct window v)\n"
    "{\n"
    "    for (int i = 0; i < out.h; i++)\n"
    "        for (int j = 0; j < out.w; j++) {\n"
    "            float *restrict to = y + (i * out.w + j) * out.c;\n"
    "            int top = i * v.stride_h - v.pad_h;\n"
    "            int left = j * v.stride_w - v.pad_w;\n"
    "            struct span rows = inside(top, v.r, in.h);\n"
    "            struct span columns = inside(left, v.s, in.w);\n"
    "            int n = (rows.to - rows.from) * (columns.to - columns.from);\n"
    "            for (int c = 0; c < out.c; c++)\n"
    "                to[c] = 0;\n"
    "            for (int r = rows.from; r < rows.to; r++)\n"
    "                for (int s = columns.from; s < columns.to; s++) {\n"
    "                    const float *from =\n"
    "                        x + ((top + r) * in.w + left + s) * in.c;\n"
    "                    for (int c = 0; c < out.c; c++)\n"
    "                        to[c] += from[c];\n"
    "                }\n"
    "            for (int c = 0; c < out.c; c++)\n"
    "                to[c] /= (float)n;\n"
    "        }\n"
    "}\n";

static const char dense[] =
    "\n"
    "/* y = b + x w; w is (n, k) for the n values of the map and the k units "
    "of\n"
    " * y, b may be NULL. */\n"
    "static void dense(float *restrict y, int k, const float *x, int n,\n"
    "                  const float *w, const float *b)\n"
    "{\n"
    "    for (int j = 0; j < k; j++)\n"
    "        y[j] = b ? b[j] : 0;\n"
    "    for (int i = 0; i < n; i++)\n"
    "        for (int j = 0; j < k; j++)\n"
    "            y[j] += x[i] * w[i * k + j];\n"
    "}\n";

static const char batchnorm[] =
    "\n"
    "/* y = x mul + add in each channel, in place: batch norm with the mean "
    "and\n"
    " * variance that training left, out of which mul and add were made. */\n"
    "static void batchnorm(float *restrict y, struct shape shape,\n"
    "                      const float *mul, const float *add)\n"
    "{\n"
    "    for (int i = 0; i < shape.h * shape.w; i++)\n"
    "        for (int c = 0; c < shape.c; c++)\n"
    "            y[i * shape.c + c] = y[i * shape.c + c] * mul[c] + add[c];\n"
    "}\n";

static const char prelu[] =
    "\n"
    "/* y where it is not below 0, else y slope, in each channel, in place. "
    "*/\n"
    "static void prelu(float *restrict y, struct shape shape,\n"
    "                  const float *slope)\n"
    "{\n"
    "    for (int i = 0; i < shape.h * shape.w; i++)\n"
    "        for (int c = 0; c < shape.c; c++) {\n"
    "            float x = y[i * shape.c + c];\n"
    "            y[i * shape.c + c] = x < 0 ? slope[c] * x : x;\n"
    "        }\n"
    "}\n";

static const char maxout[] =
    "\n"
    "/* Each of the n values of y is the largest of k adjacent ones of x. */\n"
    "static void maxout(float *y, int n, const float *x, int k)\n"
    "{\n"
    "    for (int i = 0; i < n; i++) {\n"
    "        y[i] = x[i * k];\n"
    "        for (int j = 1; j < k; j++)\n"
    "            y[i] = x[i * k + j] > y[i] ? x[i * k + j] : y[i];\n"
    "    }\n"
    "}\n";

static const char crelu[] =
    "\n"
    "/* Twice the channels: those of x where it is above 0, then those of -x. "
    "*/\n"
    "static void crelu(float *restrict y, const float *x, struct shape in)\n"
    "{\n"
    "    for (int i = 0; i < in.h * in.w; i++)\n"
    "        for (int c = 0; c < in.c; c++) {\n"
    "            float v = x[i * in.c + c];\n"
    "            y[2 * i * in.c + c] = v < 0 ? 0 : v;\n"
    "            y[(2 * i + 1) * in.c + c] = v > 0 ? 0 : -v;\n"
    "        }\n"
    "}\n";

const char *export_layer_code(enum layer_kind kind)
{
    static const char *const code[] = {
        [LAYER_CONV] = conv,       [LAYER_ACT] = NULL,
        [LAYER_MAXPOOL] = maxpool, [LAYER_AVGPOOL] = avgpool,
        [LAYER_DENSE] = dense,     [LAYER_BATCHNORM] = batchnorm,
        [LAYER_DROPOUT] = NULL,    [LAYER_PRELU] = prelu,
        [LAYER_MAXOUT] = maxout,   [LAYER_CRELU] = crelu,
    };
    ASSERT((size_t)kind < sizeof code / sizeof *code);
    return code[kind];
}

bool export_act(enum ramp_act_kind kind, const char **formula, bool *has_a)
{
    static const struct {
        const char *formula;
        bool has_a;
    } acts[RAMP_N_ACTS] = {
        [RAMP_ACT_LINEAR] = {"x", false},
        [RAMP_ACT_RELU] = {"x < 0 ? 0 : x", false},
        [RAMP_ACT_LEAKY] = {"x < 0 ? a * x : x", true},
        [RAMP_ACT_ELU] = {"x < 0 ? a * expm1f(x) : x", true},
        [RAMP_ACT_TANH] = {"tanhf(x)", false},
        [RAMP_ACT_SIGMOID] = {"1 / (1 + expf(-x))", false},
        [RAMP_ACT_SELU] = {"1.05070098f * (x < 0 ? 1.67326324f * expm1f(x) : "
                           "x)",
                           false},
        [RAMP_ACT_SRELU] = {"x < -1 ? -1 : x", false},
        [RAMP_ACT_SOFTPLUS] = {"(x < 0 ? 0 : x) + log1pf(expf(-fabsf(a * x))) "
                               "/ a",
                               true},
        [RAMP_ACT_GELU] = {"0.5f * x * erfcf(-0.707106781f * x)", false},
        [RAMP_ACT_GELU_TANH] = {"x / (1 + expf(-1.59576912f * (x + 0.044715f "
                                "* x * x * x)))",
                                false},
        [RAMP_ACT_SILU] = {"x / (1 + expf(-x))", false},
        [RAMP_ACT_ABS] = {"fabsf(x)", false},
        [RAMP_ACT_RELU6] = {"x < 0 ? 0 : x > 6 ? 6 : x", false},
    };
    if ((unsigned)kind >= RAMP_N_ACTS || acts[kind].formula == NULL)
        return false;
    *formula = acts[kind].formula;
    *has_a = acts[kind].has_a;
    return true;
}
