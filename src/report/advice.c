/* advice.c - warnings in plain words from what a training shows. */
#include "report/advice.h"

#include "report/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORSE 3
#define TEXT_COLUMNS (TERMINAL_COLUMNS - 6) /* behind "note: " */

static void say(struct advice *a, enum advice_kind kind, double badness,
                const char *format, ...) PRINTF_LIKE(4, 5);

static void say(struct advice *a, enum advice_kind kind, double badness,
                const char *format, ...)
{
    va_list args;
    if (a->n == ADVICE_MAX ||
        (a->said[kind] > 0 && badness < WORSE * a->said[kind]))
        return;
    va_start(args, format);
    vsnprintf(a->texts[a->n++], ADVICE_BYTES, format, args);
    va_end(args);
    a->said[kind] = badness;
}

/* ==== The classes ==== */

void advice_init(struct advice *a, double lr, const size_t *counts,
                 int n_classes, bool weighted)
{
    size_t smallest = SIZE_MAX, largest = 0;
    double all = 0;
    *a = (struct advice){.lr = lr};
    for (int i = 0; i < n_classes; i++) {
        all += (double)counts[i];
        if (counts[i] > largest)
            largest = counts[i];
        if (counts[i] > 0 && counts[i] < smallest)
            smallest = counts[i];
    }
    if (weighted) {
        a->chance = log(n_classes);
        return;
    }
    for (int i = 0; i < n_classes; i++)
        if (counts[i] > 0)
            a->chance -= (double)counts[i] / all * log((double)counts[i] / all);
    if (largest >= ADVICE_UNEQUAL * smallest)
        say(a, ADVICE_OF_CLASSES, 1,
            "unequal classes, of %s to %s pictures; try --class-weights auto",
            FORMAT_COUNT(smallest), FORMAT_COUNT(largest));
}

/* ==== The layers ==== */

/* The convolution or dense layer that layer i of the net belongs to. */
static const char *name_of(const struct ramp_epoch *e, size_t i)
{
    for (size_t j = i + 1; j-- > 0;)
        if (e->layers[j].kind == RAMP_LAYER_CONV ||
            e->layers[j].kind == RAMP_LAYER_DENSE)
            return e->layers[j].name;
    return e->layers[i].name;
}

/* The layer with the largest share of dead units. */
static void judge_units(struct advice *a, const struct ramp_epoch *e)
{
    double largest = 0;
    size_t worst = 0;
    for (size_t i = 0; i < e->n_layers; i++) {
        const struct ramp_layer_stats *s = &e->layers[i];
        double share = s->dead < 2 ? 0 : (double)s->dead / s->units;
        if (share > largest) {
            largest = share;
            worst = i;
        }
    }
    if (largest < ADVICE_DEAD)
        return;
    if (e->layers[worst].act.kind == RAMP_ACT_RELU)
        say(a, ADVICE_OF_DEAD, largest,
            "%s: %.0f %% of its units never fired; try --lr %.3g, --act leaky "
            "or --bias 0.1",
            name_of(e, worst), 100 * largest, a->lr / 10);
    else
        say(a, ADVICE_OF_DEAD, largest,
            "%s: %.0f %% of its units are saturated in every picture; try "
            "--lr %.3g",
            name_of(e, worst), 100 * largest, a->lr / 10);
}

/* Change of the weights by a step at the rate that was asked for: schedules end
 * at rates near zero. */
static double full_step(const struct advice *a, const struct ramp_epoch *e,
                        const struct ramp_layer_stats *s)
{
    return e->lr > 0 ? s->update_ratio * a->lr / e->lr : -1;
}

static void judge_gradients(struct advice *a, const struct ramp_epoch *e)
{
    const struct ramp_layer_stats *first = NULL, *last = NULL;
    bool bends = false; /* an activation that flattens on both sides */
    for (size_t i = 0; i < e->n_layers; i++) {
        const struct ramp_layer_stats *s = &e->layers[i];
        bends =
            bends ||
            (s->kind == RAMP_LAYER_ACT &&
             (s->act.kind == RAMP_ACT_TANH || s->act.kind == RAMP_ACT_SIGMOID));
        if (s->gradient_norm < 0)
            continue;
        last = s;
        if (first == NULL)
            first = s;
    }
    if (first == last)
        return;
    double share = first->gradient_norm / last->gradient_norm;
    double step = full_step(a, e, first);
    const char *remedy =
        bends ? "--act relu or batchnorm" : "--init he or batchnorm";
    if (share < ADVICE_VANISHING)
        say(a, ADVICE_OF_VANISHING, 1,
            "%s hardly learns: its gradient is %.1g of that of %s; try %s",
            first->name, share, last->name, remedy);
    else if (step >= 0 && step < ADVICE_STANDSTILL &&
             full_step(a, e, last) >= ADVICE_SMALL_STEP)
        say(a, ADVICE_OF_VANISHING, 1,
            "%s hardly learns: one step changes its weights by %.1g %%; try %s",
            first->name, 100 * step, remedy);
}

static void judge_steps(struct advice *a, const struct ramp_epoch *e)
{
    const struct ramp_layer_stats *worst = NULL;
    for (size_t i = 0; i < e->n_layers; i++)
        if (e->layers[i].update_ratio > ADVICE_STEP &&
            (!worst || e->layers[i].update_ratio > worst->update_ratio))
            worst = &e->layers[i];
    a->n_large_steps = worst ? a->n_large_steps + 1 : 0;
    if (a->n_large_steps >= 2)
        say(a, ADVICE_OF_STEP, worst->update_ratio,
            "%s: one step changes its weights by %.0f %%; try --lr %.3g",
            worst->name, 100 * worst->update_ratio, a->lr / 10);
}

/* ==== The losses ==== */

/* Ten times less, unless the steps were next to nothing. */
static double other_rate(const struct advice *a, const struct ramp_epoch *e)
{
    double largest = -1;
    for (size_t i = 0; i < e->n_layers; i++)
        largest = fmax(largest, full_step(a, e, &e->layers[i]));
    return largest >= 0 && largest < ADVICE_SMALL_STEP ? a->lr * 10
                                                       : a->lr / 10;
}

static void judge_start(struct advice *a, const struct ramp_epoch *e)
{
    if (e->epoch >= 2 && e->train_loss >= ADVICE_CHANCE * a->chance)
        say(a, ADVICE_OF_CHANCE, 1,
            "training loss %.3g after %d epochs, guessing has %.3g; try --lr "
            "%.3g",
            e->train_loss, e->epoch, a->chance, other_rate(a, e));
}

static void judge_validation(struct advice *a, const struct ramp_epoch *e)
{
    if (e->val_loss < 0)
        return;
    if (a->best_epoch == 0 || e->val_loss < a->best_val_loss) {
        a->best_epoch = e->epoch;
        a->best_val_loss = e->val_loss;
        a->best_val_error = e->val_error;
        a->best_train_loss = e->train_loss;
        return;
    }
    double rise = e->val_loss / a->best_val_loss - 1;
    if (rise >= ADVICE_OVERFITTING && e->epoch >= a->best_epoch + 2 &&
        e->val_error >= a->best_val_error && e->train_loss < a->best_train_loss)
        say(a, ADVICE_OF_OVERFITTING, rise,
            "overfitting: since epoch %d val loss rose by %.0f %%, while train "
            "loss fell; try --augment, more --l2 or --patience 3",
            a->best_epoch, 100 * rise);
}

void advice_epoch(struct advice *a, const struct ramp_epoch *e)
{
    judge_start(a, e);
    judge_validation(a, e);
    if (e->layers == NULL)
        return;
    judge_units(a, e);
    judge_gradients(a, e);
    judge_steps(a, e);
}

/* ==== Showing ==== */

/* Bytes of the first line of a text: broken at a blank. */
static int line_bytes(const char *text)
{
    int n = format_cut(text, TEXT_COLUMNS);
    if (text[n] == 0)
        return n;
    int blank = n;
    while (blank > 0 && text[blank] != ' ')
        blank--;
    return blank > 0 ? blank : n;
}

void advice_show(struct advice *a, struct terminal *terminal)
{
    for (; a->n_shown < a->n; a->n_shown++) {
        const char *text = a->texts[a->n_shown], *before = "note: ";
        while (*text) {
            int n = line_bytes(text);
            terminal_line(terminal, "%s%.*s", before, n, text);
            text += n;
            text += *text == ' ';
            before = "      ";
        }
    }
}
