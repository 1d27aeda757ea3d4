/* export_code.h - the C that export_c.c copies into its file: the functions of
 * the layers, each with its comment. */
#ifndef MODEL_EXPORT_CODE_H
#define MODEL_EXPORT_CODE_H

#include "layers/layer.h"

#include <stdbool.h>

/* What a map and a window are; stands before the functions. */
extern const char export_types[];

/* Loops over the part of a window inside the map; for conv and pools. */
extern const char export_clip[];

/* For pictures that are standardised by themselves. */
extern const char export_standardise[];

/* The function of a kind of layer, but for LAYER_ACT and for LAYER_DROPOUT,
 * which has none (NULL). */
const char *export_layer_code(enum layer_kind kind);

/* f(x) of an activation as an expression of C in floats, also of `a` if it has
 * one. False if there is none here. */
bool export_act(enum ramp_act_kind kind, const char **formula, bool *has_a);

#endif
