/* example.c - trains LeNet on fashion-small, classifies the picture named. */
#include <ramp/ramp.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct ramp_dataset_options parts = {.val_share = 0.1};
    struct ramp_net_options sizes = {1, 28, 28, 10, {RAMP_ACT_RELU, 0}};
    struct ramp_compute compute = {.n_threads = 0}; /* all */
    struct ramp_train_options how;
    struct ramp_train_result result;
    struct ramp_dataset *data = NULL;
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    struct ramp_predictor *predictor = NULL;
    struct ramp_image image = {0};
    struct ramp_error err;
    float probs[10];
    int best;

    if (ramp_dataset_open(&data, "fashion-small", &parts, &err) ||
        ramp_net_load(&net, "lenet", &sizes, &err))
        return fprintf(stderr, "%s\n", err.text), 1;
    ramp_train_defaults(&how, data);
    how.epochs = 3;
    if (ramp_train(&model, &result, &net, data, &how, &err) ||
        ramp_predictor_new(&predictor, model, 1, &compute, &err) ||
        ramp_image_load(&image, argv[argc - 1], &err) ||
        ramp_predict_image(predictor, NULL, probs, &image, &err))
        return fprintf(stderr, "%s\n", err.text), 1;
    ramp_top(&best, 1, probs, 10);
    printf("val error %.2f %%; %s, %.3f\n", 100 * result.best_val_error,
           ramp_model_class(model, best), (double)probs[best]);
    ramp_image_release(&image);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
    ramp_dataset_free(data);
    return 0;
}
