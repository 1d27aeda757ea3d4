/* relu_vs_tanh_map.c - when rectifiers are several times faster than tanh, and
 * when not: the ratio of epochs over the depth of a net and the spread of its
 * first weights. */
#include "claims/preset.h"

#include "claims/nets.h"
#include "trials/stats.h"

#include <math.h>
#include <stdio.h>

/* A pair of arms for each spread: a quarter, half, once and twice the one that
 * keeps the size of the signal. */
#define ARM(ACT, DEPTH, SPREAD, GAIN)                                          \
    {                                                                          \
        .name = ACT "-" #DEPTH "-" SPREAD, .net = "plain", .act = ACT,         \
        .scale = RAMP_SCALE_STANDARD, .gain = GAIN, .write_net = net_plain_24, \
        .n = DEPTH                                                             \
    }
#define PAIR(DEPTH, SPREAD, FACTOR)                                            \
    ARM("relu", DEPTH, SPREAD, 1.41421356 * FACTOR),                           \
        ARM("tanh", DEPTH, SPREAD, FACTOR)
#define DEPTH(N)                                                               \
    PAIR(N, "0.25", 0.25), PAIR(N, "0.5", 0.5), PAIR(N, "1", 1.0),             \
        PAIR(N, "2", 2.0)

enum { N_DEPTHS = 4, N_SPREADS = 4 };
static const int depths[N_DEPTHS] = {4, 8, 12, 16};
static const char *const spreads[N_SPREADS] = {"0.25", "0.5", "1", "2"};

static const struct compare_arm arms[] = {DEPTH(4), DEPTH(8), DEPTH(12),
                                          DEPTH(16)};

static const struct preset preset = {
    .data = "cifar10",
    .schedule = RAMP_CONSTANT,
    .arms = arms,
    .n_arms = COUNT(arms),
    .sizes =
        {
            [CLAIM_QUICK] = {10000, 1, -7, 2, 0, 4},
            [CLAIM_STANDARD] = {20000, 3, -8, 3, 5, 15},
            [CLAIM_FULL] = {0, 3, -8, 4, 5, 20},
        },
};

static void compare_of(struct compare *compare, const struct claim *claim,
                       const struct claim_settings *settings)
{
    preset_compare(compare, claim, settings);
    compare->only_reached = true;
}

/* ==== A cell of the map ==== */

enum cell_state { BOTH, RELU_ALONE, TANH_ALONE, NEITHER, MISSING };

struct cell {
    enum cell_state state;
    double ratio; /* tanh to relu; of BOTH */
};

/* How an arm did. It got there if every seed did; where the first one, which
 * walks the grid, did so at no rate, the others need not run. */
struct arm_state {
    bool there; /* all the runs that it takes */
    bool reached;
    double epochs; /* if so, the median */
};

static enum ramp_status find_first(struct arm_state *state,
                                   const struct results *results,
                                   const char *scale, const char *arm,
                                   struct ramp_error *err)
{
    struct compare_rates rates;
    enum ramp_status status =
        compare_collect(&rates, results, scale, arm, NULL, 1, err);
    if (status != RAMP_OK)
        return status;
    state->there = rates.n > 0;
    state->reached = rates.best >= 0 &&
                     compare_at(&rates, rates.best, 1)->outcome == RUN_REACHED;
    compare_rates_release(&rates);
    return RAMP_OK;
}

static enum ramp_status find_arm(struct arm_state *state,
                                 const struct results *results,
                                 const char *scale, const char *act, int depth,
                                 int spread, int n_seeds,
                                 struct ramp_error *err)
{
    struct compare_rates rates;
    char arm[48];
    double epochs[COMPARE_MAX_SEEDS] = {0};
    snprintf(arm, sizeof arm, "%s-%d-%s", act, depths[depth], spreads[spread]);
    *state = (struct arm_state){.there = false};
    enum ramp_status status = find_first(state, results, scale, arm, err);
    if (status != RAMP_OK || !state->reached)
        return status;
    status = compare_collect(&rates, results, scale, arm, NULL, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    state->there = rates.best >= 0;
    for (int s = 1; state->there && s <= n_seeds; s++) {
        const struct run_result *run = compare_at(&rates, rates.best, s);
        state->there = run != NULL;
        state->reached = state->reached && run && run->outcome == RUN_REACHED;
        epochs[s - 1] = run ? run->reached : NAN;
    }
    compare_rates_release(&rates);
    if (state->there && state->reached)
        state->epochs = stats_median(epochs, (size_t)n_seeds);
    return RAMP_OK;
}

static enum ramp_status find_cell(struct cell *cell,
                                  const struct results *results,
                                  enum claim_scale scale, int depth, int spread,
                                  struct ramp_error *err)
{
    struct arm_state relu, tanh = {.there = false};
    int n_seeds = preset.sizes[scale].n_seeds;
    enum ramp_status status = find_arm(&relu, results, claim_scales[scale],
                                       "relu", depth, spread, n_seeds, err);
    if (status == RAMP_OK)
        status = find_arm(&tanh, results, claim_scales[scale], "tanh", depth,
                          spread, n_seeds, err);
    if (status != RAMP_OK)
        return status;
    *cell = (struct cell){.state = NEITHER, .ratio = NAN};
    if (!relu.there || !tanh.there)
        cell->state = MISSING;
    else if (relu.reached && tanh.reached)
        *cell =
            (struct cell){.state = BOTH, .ratio = tanh.epochs / relu.epochs};
    else if (relu.reached)
        cell->state = RELU_ALONE;
    else if (tanh.reached)
        cell->state = TANH_ALONE;
    return RAMP_OK;
}

typedef struct cell cell_map[N_DEPTHS][N_SPREADS];

static enum ramp_status find_map(cell_map map, const struct results *results,
                                 enum claim_scale scale, struct ramp_error *err)
{
    enum ramp_status status = RAMP_OK;
    for (int i = 0; i < N_DEPTHS * N_SPREADS && status == RAMP_OK; i++)
        status = find_cell(&map[i / N_SPREADS][i % N_SPREADS], results, scale,
                           i / N_SPREADS, i % N_SPREADS, err);
    return status;
}

/* ==== What it says ==== */

static void count(int counts[MISSING + 1], double *lowest, double *highest,
                  int *n_several, cell_map map)
{
    *lowest = INFINITY;
    *highest = *n_several = 0;
    for (int i = 0; i < N_DEPTHS * N_SPREADS; i++) {
        const struct cell *cell = &map[i / N_SPREADS][i % N_SPREADS];
        counts[cell->state]++;
        if (cell->state != BOTH)
            continue;
        *lowest = fmin(*lowest, cell->ratio);
        *highest = fmax(*highest, cell->ratio);
        *n_several += cell->ratio >= 4;
    }
}

/* The depth at which one of the two no longer gets there, with the proper
 * spread. */
static void say_first(struct draft *draft, cell_map map)
{
    for (int i = 0; i < N_DEPTHS; i++) {
        enum cell_state state = map[i][2].state;
        if (state == BOTH)
            continue;
        draft_add(draft, " With the proper spread %s first: at %d layers.",
                  state == RELU_ALONE   ? "tanh stops training"
                  : state == TANH_ALONE ? "ReLU stops training"
                                        : "both stop training",
                  depths[i]);
        return;
    }
    draft_add(draft, " With the proper spread both train at every depth.");
}

static enum ramp_status judge(struct verdict *verdict,
                              const struct claim *claim,
                              const struct results *results,
                              enum claim_scale scale, struct ramp_error *err)
{
    cell_map map;
    int counts[MISSING + 1] = {0}, n_several;
    double lowest, highest;
    (void)claim;
    enum ramp_status status = find_map(map, results, scale, err);
    if (status != RAMP_OK)
        return status;
    count(counts, &lowest, &highest, &n_several, map);
    verdict->complete = counts[MISSING] == 0;
    if (!verdict->complete) {
        draft_add(&verdict->sentence, "Runs are missing.");
        return RAMP_OK;
    }
    if (counts[BOTH] > 0)
        draft_add(&verdict->sentence,
                  "Where both get there (%d of 16 cells), tanh takes %.2f to "
                  "%.2f times the epochs of ReLU, 4 times or more in %d.",
                  counts[BOTH], lowest, highest, n_several);
    draft_add(&verdict->sentence,
              " ReLU alone gets there in %d cells, tanh alone in %d, neither "
              "in %d.",
              counts[RELU_ALONE], counts[TANH_ALONE], counts[NEITHER]);
    say_first(&verdict->sentence, map);
    int n_faster = n_several + counts[RELU_ALONE];
    if (preset.sizes[scale].n_seeds < 2 || counts[NEITHER] == 16)
        return RAMP_OK;
    if (n_faster == 16 - counts[NEITHER])
        verdict->word = VERDICT_REPRODUCED;
    else
        verdict->word = n_faster > 0 ? VERDICT_PARTLY : VERDICT_REFUTED;
    return RAMP_OK;
}

/* ==== The picture ==== */

static const char head[] =
    "set terminal svg size 640,480 noenhanced font \"sans-serif,15\" \\\n"
    "    background \"white\"\n"
    "set encoding utf8\n"
    "set border linecolor rgb \"#888888\"\n"
    "set tics nomirror scale 0 textcolor rgb \"#333333\"\n"
    "set xlabel \"standard deviation of the first weights, of the proper "
    "one\"\n"
    "set ylabel \"layers with weights\"\n"
    "set title \"epochs of tanh for one of ReLU\"\n"
    "set xrange [-0.5:3.5]\nset yrange [-0.5:3.5]\n"
    "set logscale cb\nset cbrange [0.25:8]\n"
    "set cbtics (\"1/4\" 0.25, \"1/2\" 0.5, \"1\" 1, \"2\" 2, \"4\" 4, \"8\" "
    "8)\n"
    "set palette defined (-2 \"#2471a3\", 0 \"#f7f7f7\", 3 \"#c0392b\")\n"
    "unset key\n";

static void add_cell(struct draft *draft, const struct cell *cell, int depth,
                     int spread)
{
    static const char *const words[] = {"", "ReLU alone", "tanh alone",
                                        "neither", "-"};
    static const double colours[] = {0, 8, 0.25, NAN, NAN};
    char text[16];
    snprintf(text, sizeof text, "%.2f", cell->ratio);
    draft_add(draft, "%d %d %g \"%s\"\n", spread, depth,
              cell->state == BOTH ? cell->ratio : colours[cell->state],
              cell->state == BOTH ? text : words[cell->state]);
}

static enum ramp_status write_picture(struct draft *draft,
                                      const struct claim *claim,
                                      const struct results *results,
                                      enum claim_scale scale,
                                      struct ramp_error *err)
{
    cell_map map;
    (void)claim;
    enum ramp_status status = find_map(map, results, scale, err);
    if (status != RAMP_OK)
        return status;
    draft_add(draft, "%sset xtics (", head);
    for (int i = 0; i < N_SPREADS; i++)
        draft_add(draft, "%s\"%s\" %d", i > 0 ? ", " : "", spreads[i], i);
    draft_add(draft, ")\nset ytics (");
    for (int i = 0; i < N_DEPTHS; i++)
        draft_add(draft, "%s\"%d\" %d", i > 0 ? ", " : "", depths[i], i);
    draft_add(draft, ")\n$cells << END\n");
    for (int i = 0; i < N_DEPTHS * N_SPREADS; i++)
        add_cell(draft, &map[i / N_SPREADS][i % N_SPREADS], i / N_SPREADS,
                 i % N_SPREADS);
    draft_add(draft, "END\n"
                     "plot $cells using 1:2:3 with image pixels, \\\n"
                     "    $cells using 1:2:4 with labels\n");
    return RAMP_OK;
}

const struct claim claim_relu_vs_tanh_map = {
    .name = "relu-vs-tanh-map",
    .statement = "Rectifiers train several times faster than tanh, whatever "
                 "the depth of the net and the spread of its first weights.",
    .source = "Krizhevsky, Sutskever & Hinton 2012, section 3.1, widened",
    .protocol = PRESET_PROTOCOL
    "Plain convolutional nets of 24 channels with 4, 8, 12 and 16 layers of "
    "weights, without batch norm, on CIFAR-10. The standard deviation of the "
    "first weights, but for the last layer, is a quarter, half, once and twice "
    "that proper one. Counted are the epochs until the running training error "
    "over an epoch is 50 % or less, 15 at most (20 at scale full, 4 at quick). "
    "Where the first seed gets there at no rate, the others are not trained.",
    .reading = "In the picture red cells are those in which ReLU is faster, "
               "blue ones those in which tanh is; \"alone\": the other did not "
               "get there with every seed at any rate.",
    .target = 0.5,
    .literature = "six times, with one net and one initialisation (figure 1)",
    .refuted_if = "of the cells in which one of the two gets there: reproduced "
                  "if in all of them ReLU is at least 4 times faster or alone "
                  "gets there, partly if in some, refuted if in none; "
                  "inconclusive with one seed, or while runs are missing",
    .costs = {"8 minutes", "3.5 hours", "10 hours"},
    .preset = &preset,
    .compare = compare_of,
    .judge = judge,
    .picture = write_picture,
};
