/* position.h - where a training is, as a line of text in its checkpoint. With
 * the weights, the optimizer's slots and the settings it is all that is needed
 * to go on: random numbers depend on the seed, the epoch and the step alone. */
#ifndef TRAIN_POSITION_H
#define TRAIN_POSITION_H

#include <ramp/train.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one epoch adds up. */
struct tally {
    size_t n_batches, n, n_wrong;
    double loss; /* sum over the pictures */
};

struct position {
    int epochs;         /* finished */
    uint64_t step;      /* steps taken since the start */
    struct tally tally; /* of the epoch begun; zero between two epochs */
    double seconds;     /* spent in that epoch */
    double elapsed;     /* since the start, pauses not counted */
    /* Of the best epoch so far: its number (0: none yet) and errors and
     * losses. */
    struct ramp_epoch best;
};

#define POSITION_BYTES 640

/* "epochs 3 step 2112 ...": reading gives the same doubles back. */
void position_write(char text[POSITION_BYTES], const struct position *position);

/* False if the text is not as position_write makes it. */
bool position_read(struct position *position, const char *text);

#endif
