/* answers.c - the answers of a model to pictures, all their bits: a line for
 * each path read from standard input, the probabilities as hexadecimal floats.
 *
 * usage: answers MODEL BATCH THREADS <LIST */
#include <ramp/ramp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PICTURES 4096

static struct ramp_error err;

static void check(enum ramp_status status)
{
    if (status == RAMP_OK)
        return;
    fprintf(stderr, "answers: %s\n", err.text);
    exit((int)status);
}

static char paths[MAX_PICTURES][512];

/* All pictures as the net takes them, one behind the other. */
static uint8_t *read_pictures(const struct ramp_preprocess *pre, size_t n_bytes,
                              size_t *n)
{
    uint8_t *pixels = calloc(MAX_PICTURES, n_bytes);
    if (pixels == NULL)
        exit(1);
    for (*n = 0; *n < MAX_PICTURES && fgets(paths[*n], 512, stdin); ++*n) {
        struct ramp_image image = {0};
        paths[*n][strcspn(paths[*n], "\n")] = 0;
        check(ramp_image_load(&image, paths[*n], &err));
        check(ramp_preprocess_fit(pixels + *n * n_bytes, pre, &image, &err));
        ramp_image_release(&image);
    }
    return pixels;
}

int main(int argc, char **argv)
{
    struct ramp_model *model;
    struct ramp_predictor *predictor;
    if (argc != 4)
        return 2;
    size_t batch = strtoul(argv[2], NULL, 10), n;
    const struct ramp_compute compute = {.n_threads =
                                             (int)strtoul(argv[3], NULL, 10)};
    check(ramp_model_load(&model, argv[1], &err));
    check(ramp_predictor_new(&predictor, model, batch, &compute, &err));
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    size_t n_classes = (size_t)ramp_model_n_classes(model);
    size_t n_bytes = (size_t)(pre->channels * pre->height * pre->width);
    uint8_t *pixels = read_pictures(pre, n_bytes, &n);
    float *probs = calloc(batch * n_classes, sizeof *probs);
    if (probs == NULL)
        return 1;
    for (size_t first = 0; first < n; first += batch) {
        size_t some = n - first < batch ? n - first : batch;
        ramp_predict_pixels(predictor, NULL, probs, pixels + first * n_bytes,
                            some);
        for (size_t i = 0; i < some; i++) {
            printf("%s", paths[first + i]);
            for (size_t k = 0; k < n_classes; k++)
                printf(" %a", (double)probs[i * n_classes + k]);
            putchar('\n');
        }
    }
    free(probs);
    free(pixels);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
    return ferror(stdout) || fflush(stdout) ? 5 : 0;
}
