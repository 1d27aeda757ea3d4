/* resume.c - trains one epoch of a net in a run folder, and stops after a
 * number of batches; where the folder holds a checkpoint, it goes on from it.
 * For resume.sh, which compares what is left.
 *
 * usage: resume DATA NET FOLDER BATCHES THREADS      BATCHES 0: to the end */
#include <ramp/ramp.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool count_down(void *context, const struct ramp_progress *progress)
{
    int *left = context;
    (void)progress;
    return --*left != 0;
}

static int fail(const struct ramp_error *err)
{
    fprintf(stderr, "resume: %s\n", err->text);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct ramp_dataset_options data_options = {.val_share = 0.1, .seed = 1};
    struct ramp_train_options options;
    struct ramp_train_result result;
    struct ramp_dataset *data;
    struct ramp_model *model;
    struct ramp_net *net;
    struct ramp_error err;
    struct ramp_preprocess pre;
    char last[4096];
    if (argc != 6)
        return EXIT_FAILURE;
    int batches = atoi(argv[4]);
    if (ramp_dataset_open(&data, argv[1], &data_options, &err) != RAMP_OK)
        return fail(&err);
    ramp_dataset_shape(data, &pre);
    const struct ramp_net_options net_options = {
        .channels = pre.channels,
        .height = pre.height,
        .width = pre.width,
        .n_classes = ramp_dataset_n_classes(data),
        .act = {.kind = RAMP_ACT_RELU}};
    if (ramp_net_load(&net, argv[2], &net_options, &err) != RAMP_OK)
        return fail(&err);
    ramp_train_defaults(&options, data);
    snprintf(last, sizeof last, "%s/last.safetensors", argv[3]);
    options.epochs = 1;
    options.seed = 1;
    options.out_dir = argv[3];
    options.compute.n_threads = atoi(argv[5]);
    options.resume = access(last, F_OK) == 0;
    if (batches > 0) {
        options.on_batch = count_down;
        options.context = &batches;
    }
    if (ramp_train(&model, &result, &net, data, &options, &err) != RAMP_OK)
        return fail(&err);
    printf("%zu\n", result.epochs == 1 ? (size_t)0 : result.batches);
    ramp_model_free(model);
    ramp_dataset_free(data);
    return EXIT_SUCCESS;
}
