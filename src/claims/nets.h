/* nets.h - nets that claims need and nobody else: their texts, written. Each is
 * a write_net of struct compare_arm. */
#ifndef CLAIMS_NETS_H
#define CLAIMS_NETS_H

#include "report/draft.h"

/* Plain convolutions of 3x3 at half the size of the picture, from the middle on
 * at a quarter, then a global mean: n layers with weights, of 16 channels, or
 * of 24. No batch norm, no short cuts. */
void net_plain_16(struct draft *draft, int n);
void net_plain_24(struct draft *draft, int n);

/* krizhevsky.net, and digits-s.net without its batch norm; changed as the words
 * of enum net_change say. */
enum net_change {
    NET_NORM = 1, /* batch norm before each detector */
    NET_CRELU,    /* half as many filters: crelu doubles the channels */
    NET_MAXOUT,   /* filters / sqrt(2), two for each channel: equal work */
    NET_MAXOUT_NORM
};
void net_krizhevsky(struct draft *draft, int change);
void net_digits_s(struct draft *draft, int change);

/* No hidden layer. */
void net_softmax(struct draft *draft, int unused);

/* Three hidden layers of 512 units, batch norm before each activation. */
void net_dense_norm(struct draft *draft, int unused);

/* Two hidden layers of as many weights: 240 maxout units of 5 pieces, or 780
 * of the run's activation. With dropout: 0.2 of the input, 0.5 of the units. */
void net_maxout(struct draft *draft, int dropout);
void net_dense(struct draft *draft, int dropout);

#endif
