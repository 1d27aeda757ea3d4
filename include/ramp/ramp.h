/* ramp.h - the whole public interface of libramp; each header stands alone. */
#ifndef RAMP_H
#define RAMP_H

#include <ramp/activation.h>
#include <ramp/bench.h>
#include <ramp/compute.h>
#include <ramp/dataset.h>
#include <ramp/diagnose.h>
#include <ramp/error.h>
#include <ramp/evaluate.h>
#include <ramp/export.h>
#include <ramp/image.h>
#include <ramp/model.h>
#include <ramp/net.h>
#include <ramp/predict.h>
#include <ramp/train.h>
#include <ramp/version.h>

#endif
