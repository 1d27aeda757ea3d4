/* plan_inside.h - what a plan is made of; only for plan.c, fold.c, run.c and
 * describe.c.
 *
 * The layers are cut into stages. A batch-wise layer is a stage of its own; the
 * image-wise layers between two of them are one stage, a chain, which takes a
 * block of images through all its layers while their maps are in the cache:
 *
 *     conv pool act conv act pool | dense | act | dense
 *     `------- a chain ---------'                        (training)
 *
 * A map in the middle of a chain is kept for the whole batch only if the
 * backward pass asks for it; else it lies in a ring of two rooms a thread.
 *
 * In a watched plan each layer is a stage of its own, in the net's order, and
 * all maps and their gradients are kept. */
#ifndef NET_PLAN_INSIDE_H
#define NET_PLAN_INSIDE_H

#include "net/plan.h"

enum {
    N_CHUNKS = 8,
    MAX_BLOCK = 16,           /* images */
    RING_FLOATS = 128 * 1024, /* of a block's largest map: 512 KB */
};

struct stage {
    size_t first, end; /* layers */
    size_t block;      /* images taken through a chain together */
    size_t group;      /* images of layer_group, else the whole batch */
    bool batch_wise;
    bool interleaved; /* a chain on interleaved images, LANES a block */
};

/* Memory of one layer; NULL where it needs none. */
struct slot {
    float *y;          /* output of the whole batch; NULL: in the ring */
    float *dy;         /* its gradient, in a watched plan for training */
    bool in_place;     /* overwrites what it reads */
    void *saved;       /* from forward to backward */
    float *packed;     /* weights as tiles want them */
    float *gathered;   /* see layer_group */
    size_t partial_at; /* its place in the block of a chunk */
    /* Of a convolution that a batch norm of the net is folded into: fold.h. */
    const struct layer *norm;
    float *folded;
};

struct plan {
    struct ramp_net *net; /* borrowed */
    struct run run;
    int n_threads;
    bool packed;  /* the packed weights are those of the net */
    bool watched; /* see above */
    size_t n_layers;
    struct layer *layers; /* the net's, in the order in which they run */
    size_t n_stages;
    struct stage *stages;
    struct slot *slots;
    /* One block holds the rest. */
    char *memory;
    float *grads;            /* as net->params */
    float *chunks[N_CHUNKS]; /* partial sums of the image-wise layers */
    size_t chunk_floats;
    float *scratch; /* n_threads x scratch_floats, of the layers */
    size_t scratch_floats;
    float *ring[2]; /* n_threads x ring_floats */
    /* Of interleaved chains, n_threads x ring_floats: input, output, dy. */
    float *turned[3];
    size_t ring_floats;
    float *shared;           /* of a batch-wise layer */
    float *d[2];             /* gradients of the maps between stages */
    double *losses;          /* per image */
    unsigned char *wrong;    /* per image */
    struct plan_time *times; /* n_threads x n_layers; NULL: nobody asks */
};

#endif
