/* marks.h - where a training was at every tenth of an epoch: sums over the
 * pictures seen, from which running figures over any window follow. Kept
 * beside the checkpoint, so that a curve goes on with its training. */
#ifndef TRIALS_MARKS_H
#define TRIALS_MARKS_H

#include "trials/results.h"

struct mark {
    uint64_t images, wrong; /* since the start */
    double loss;            /* a sum */
    /* NaN but at the end of epochs. */
    double clean_error, val_loss, val_error, zeros, offset;
    double seconds; /* of training so far */
};

struct marks {
    uint64_t n_train;   /* pictures of an epoch */
    struct mark *marks; /* owned; increasing */
    size_t n, capacity;
};

/* RAMP_MEMORY. */
MUST_CHECK enum ramp_status
marks_add(struct marks *marks, const struct mark *mark, struct ramp_error *err);
void marks_release(struct marks *marks);

/* The mark at so many images; NULL if there is none. */
const struct mark *marks_at(const struct marks *marks, uint64_t images);

/* Forget those behind so many images. */
void marks_cut(struct marks *marks, uint64_t images);

/* The i-th as a point of a curve. */
struct run_point marks_point(const struct marks *marks, size_t i);

/* FOLDER/marks.csv, whole. Reading: what is absent, cut or makes no sense are
 * no marks. RAMP_IO, RAMP_MEMORY. */
MUST_CHECK enum ramp_status marks_write(const struct marks *marks,
                                        const char *folder,
                                        struct ramp_error *err);
MUST_CHECK enum ramp_status marks_read(struct marks *marks, const char *folder,
                                       struct ramp_error *err);

#endif
