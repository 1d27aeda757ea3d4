/* net.h - the inside of struct ramp_net: layers, tensors, parameters. */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/error.h"
#include "layers/layer.h"

#include <ramp/net.h>

/* What a tensor is, and so which penalties and files it takes part in. */
enum tensor_role {
    TENSOR_WEIGHT,  /* conv, dense: decays */
    TENSOR_BIAS,    /* conv, dense */
    TENSOR_NORM,    /* batch norm's scale and shift */
    TENSOR_SLOPE,   /* prelu */
    TENSOR_RUNNING, /* batch norm's running mean and variance: not trained */
};

/* A named part of a block of floats. dims are those of the file, (k, c, r, s)
 * or (k, in) or (k); in memory the first of them varies fastest instead. */
struct tensor {
    char name[48]; /* "conv1.weight" */
    enum tensor_role role;
    size_t layer; /* index of its layer */
    int n_dims;
    size_t dims[4];
    size_t n;      /* elements */
    size_t offset; /* in floats: of params, or of running for that role */
};

struct ramp_net {
    char *text; /* as given */
    char *name; /* "lenet" */
    struct ramp_net_options options;
    struct shape input;
    size_t n_layers;
    struct layer *layers;
    size_t n_tensors;
    struct tensor *tensors;
    size_t n_params; /* trained floats, all in one block */
    float *params;
    size_t n_running;
    float *running;
};

/* Copy one tensor between a block with the net's layout (params, a gradient,
 * an optimiser's slot; or running) and the order of files. */
void net_tensor_to_file(const struct ramp_net *net, const struct tensor *t,
                        float *file, const float *block);
void net_tensor_from_file(const struct ramp_net *net, const struct tensor *t,
                          float *block, const float *file);

/* The same for n of the file's rows (the first of its dims), from `first` on;
 * `file` holds these alone. */
void net_rows_from_file(const struct ramp_net *net, const struct tensor *t,
                        float *block, const float *file, size_t first,
                        size_t n);

/* Copy into `net` every tensor of `from` that has the name and the shape of one
 * of its own, but those of the net's last layer with weights; *n_taken counts
 * them. RAMP_MEMORY. */
MUST_CHECK enum ramp_status net_take_over(size_t *n_taken, struct ramp_net *net,
                                          const struct ramp_net *from,
                                          struct ramp_error *err);

/* params or running, whichever holds the tensor. */
float *net_tensor_block(const struct ramp_net *net, const struct tensor *t);

#endif
