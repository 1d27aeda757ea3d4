/* nets.c - nets that claims need and nobody else. */
#include "claims/nets.h"

#include <math.h>

static void plain(struct draft *draft, int n, int channels)
{
    int n_convs = n - 1;
    for (int i = 0; i < n_convs; i++)
        draft_add(draft, "conv %d 3x3 pad 1%s\nact\n", channels,
                  i == 0 || i == (n_convs + 1) / 2 ? " stride 2" : "");
    draft_add(draft, "globalpool\ndense classes\n");
}

void net_plain_16(struct draft *draft, int n)
{
    plain(draft, n, 16);
}

void net_plain_24(struct draft *draft, int n)
{
    plain(draft, n, 24);
}

static const char *const detectors[] = {
    "act\n",
    [NET_NORM] = "batchnorm\nact\n",
    [NET_CRELU] = "crelu\n",
    [NET_MAXOUT] = "maxout 2\n",
    [NET_MAXOUT_NORM] = "batchnorm\nmaxout 2\n",
};

static int changed_filters(int filters, int change)
{
    switch (change) {
    case NET_CRELU: return filters / 2;
    case NET_MAXOUT:
    case NET_MAXOUT_NORM: return 2 * (int)(filters / sqrt(2) + 0.5);
    default: return filters;
    }
}

void net_krizhevsky(struct draft *draft, int change)
{
    const char *detector = detectors[change];
    int narrow = changed_filters(32, change);
    draft_add(draft,
              "conv %d 5x5 pad 2\nmaxpool 3x3 stride 2 ceil\n%s"
              "conv %d 5x5 pad 2\n%savgpool 3x3 stride 2 ceil\n"
              "conv %d 5x5 pad 2\n%savgpool 3x3 stride 2 ceil\n"
              "dense classes\n",
              narrow, detector, narrow, detector, changed_filters(64, change),
              detector);
}

void net_digits_s(struct draft *draft, int change)
{
    static const int filters[] = {16, 16, 32, 32, 64};
    const bool norm = change == NET_NORM || change == NET_MAXOUT_NORM;
    for (int i = 0; i < 5; i++)
        draft_add(draft, "conv %d 3x3 pad 1%s\n%s%s",
                  changed_filters(filters[i], change), norm ? " nobias" : "",
                  detectors[change], i == 1 || i == 3 ? "maxpool 2x2\n" : "");
    draft_add(draft, "globalpool max\ndense classes\n");
}

void net_softmax(struct draft *draft, int unused)
{
    (void)unused;
    draft_add(draft, "dense classes\n");
}

void net_dense_norm(struct draft *draft, int unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++)
        draft_add(draft, "dense 512\nbatchnorm\nact\n");
    draft_add(draft, "dense classes\n");
}

static void two_layers(struct draft *draft, int units, const char *detector,
                       bool dropout)
{
    const char *hidden = dropout ? "dropout 0.5\n" : "";
    draft_add(draft, "%sdense %d\n%s%sdense %d\n%s%sdense classes\n",
              dropout ? "dropout 0.2\n" : "", units, detector, hidden, units,
              detector, hidden);
}

void net_maxout(struct draft *draft, int dropout)
{
    two_layers(draft, 1200, "maxout 5\n", dropout);
}

void net_dense(struct draft *draft, int dropout)
{
    two_layers(draft, 780, "act\n", dropout);
}
