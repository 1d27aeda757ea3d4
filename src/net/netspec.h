/* netspec.h - from the text of a net to its layers. The format stands in
 * ramp/net.h. */
#ifndef NET_NETSPEC_H
#define NET_NETSPEC_H

#include "base/error.h"
#include "layers/layer.h"

#include <ramp/net.h>

#define NETSPEC_MAX_LAYERS 1000
#define NETSPEC_MAX_PARAMS ((size_t)1 << 28)

/* The layers with their shapes; where their parameters lie is not filled in.
 * `name` is for messages. *layers is the caller's (mem_free). Statuses as
 * ramp_net_parse. */
MUST_CHECK enum ramp_status
netspec_parse(struct layer **layers, size_t *n_layers, struct shape *input,
              const char *text, const char *name,
              const struct ramp_net_options *options, struct ramp_error *err);

#endif
