/* train_options.c - the settings of a training: defaults, and the text of an
 * augmentation. What the trainer refuses stands in trainer.c. */
#include "base/error.h"
#include "base/text.h"

#include <ramp/train.h>

#include <string.h>

void ramp_train_defaults(struct ramp_train_options *options,
                         const struct ramp_dataset *data)
{
    struct ramp_preprocess pre;
    ramp_dataset_shape(data, &pre);
    int shift = pre.width / 16;
    *options = (struct ramp_train_options){
        .epochs = 20,
        .batch = 64,
        .optimizer = RAMP_NESTEROV,
        .lr = 0.05,
        .momentum = 0.9,
        .l2 = 5e-4,
        .bias_lr = 1,
        .norm_lr = 1,
        .schedule = RAMP_COSINE,
        .warmup = 1,
        .augment = {.flip = pre.channels == 3, .shift = shift > 1 ? shift : 1},
        .scale = RAMP_SCALE_STANDARD,
    };
}

/* ---- Augmentation ---- */

/* The words, in the order of the fields of struct ramp_augment. */
enum { FLIP, SHIFT, ROTATE, SCALE, SHEAR, CUTOUT, N_WORDS };

static const struct {
    double low, high;
    bool whole; /* a number of pixels */
} limits[N_WORDS] = {
    [FLIP] = {0, 0, false},     [SHIFT] = {1, 16384, true},
    [ROTATE] = {0, 180, false}, [SCALE] = {0, 0.9, false},
    [SHEAR] = {0, 1, false},    [CUTOUT] = {1, 16384, true},
};

static const char *const words[] = {"flip",  "shift",  "rotate", "scale",
                                    "shear", "cutout", "none",   NULL};

static enum ramp_status unknown_word(const char *word, struct ramp_error *err)
{
    const char *near = text_nearest(word, words);
    if (near != NULL && text_equal(near, word))
        near = NULL; /* "none" among others */
    return error_set(err, RAMP_USAGE,
                     "unknown augmentation %s: expected flip, shift:N, "
                     "rotate:X, scale:X, shear:X, cutout:N or none%s%s",
                     TEXT_QUOTE(word), near ? "; try " : "", near ? near : "");
}

static enum ramp_status read_number(double *value, int which, const char *text,
                                    struct ramp_error *err)
{
    double low = limits[which].low, high = limits[which].high;
    bool whole = limits[which].whole;
    uint64_t n = 0;
    bool good = text != NULL &&
                (whole ? text_to_u64(&n, text, (uint64_t)low, (uint64_t)high)
                       : text_to_double(value, text, low, high));
    if (!good)
        return error_set(err, RAMP_USAGE,
                         "augmentation %s: expected %s from %g to %g, found %s",
                         words[which], whole ? "a whole number" : "a number",
                         low, high, text ? TEXT_QUOTE(text) : "none");
    if (whole)
        *value = (double)n;
    return RAMP_OK;
}

/* "flip" or "shift:4"; the text is cut at its colon. */
static enum ramp_status read_item(struct ramp_augment *augment,
                                  bool seen[N_WORDS], char *item,
                                  struct ramp_error *err)
{
    char *text = strchr(item, ':');
    double value = 0;
    int which = 0;
    if (text != NULL)
        *text++ = 0;
    while (which < N_WORDS && !text_equal(item, words[which]))
        which++;
    if (which == N_WORDS)
        return unknown_word(item, err);
    if (seen[which])
        return error_set(err, RAMP_USAGE, "augmentation %s is given twice",
                         words[which]);
    seen[which] = true;
    if (which == FLIP && text != NULL && !text_equal(text, "alternate"))
        return error_set(err, RAMP_USAGE,
                         "augmentation flip: expected nothing or alternate, "
                         "found %s",
                         TEXT_QUOTE(text));
    if (which != FLIP) {
        enum ramp_status status = read_number(&value, which, text, err);
        if (status != RAMP_OK)
            return status;
    }
    switch (which) {
    case FLIP:
        augment->flip = true;
        augment->alternate = text != NULL;
        break;
    case SHIFT: augment->shift = (int)value; break;
    case ROTATE: augment->rotate = value; break;
    case SCALE: augment->scale = value; break;
    case SHEAR: augment->shear = value; break;
    case CUTOUT: augment->cutout = (int)value; break;
    }
    return RAMP_OK;
}

enum ramp_status ramp_augment_parse(struct ramp_augment *augment,
                                    const char *text, struct ramp_error *err)
{
    struct ramp_augment read = {0};
    bool seen[N_WORDS] = {0};
    bool more = !text_equal(text, "none");
    while (more) {
        char item[64];
        size_t n = strcspn(text, ",");
        more = text[n] == ',';
        size_t n_item = n < sizeof item ? n : sizeof item - 1;
        memcpy(item, text, n_item);
        item[n_item] = 0;
        enum ramp_status status = read_item(&read, seen, item, err);
        if (status != RAMP_OK)
            return status;
        text += n + more;
    }
    *augment = read;
    return RAMP_OK;
}
