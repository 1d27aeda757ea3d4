/* model.h - the inside of struct ramp_model. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/error.h"
#include "net/net.h"

#include <ramp/model.h>

struct model_fact {
    char *name, *text; /* owned; UTF-8 */
};

struct ramp_model {
    struct ramp_net *net; /* owned */
    struct ramp_preprocess pre;
    float *mean_image; /* owned: what pre.mean_image points to */
    int n_classes;
    char **classes; /* owned; UTF-8, no two equal */
    size_t n_facts, fact_capacity;
    struct model_fact *facts;
};

#endif
