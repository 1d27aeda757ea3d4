/* example.c - trains LeNet on fashion-small, classifies the picture named. */
#include <ramp/ramp.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct ramp_net_options shape = {1, 28, 28, 10, {RAMP_ACT_RELU, 0}};
    struct ramp_dataset *data;
    struct ramp_net *net;
    struct ramp_model *model;
    struct ramp_predictor *predictor;
    struct ramp_image image;
    struct ramp_error err;
    float probs[10];
    int best;
    if (ramp_dataset_open(&data, "fashion-small", NULL, &err) ||
        ramp_net_load(&net, "lenet", &shape, &err) ||
        ramp_train(&model, NULL, &net, data, NULL, &err) ||
        ramp_predictor_new(&predictor, model, 1, NULL, &err) ||
        ramp_image_load(&image, argv[argc - 1], &err) ||
        ramp_predict_image(predictor, NULL, probs, &image, &err))
        return fprintf(stderr, "%s\n", err.text), err.status;
    ramp_top(&best, 1, probs, 10);
    printf("%s %.3f\n", ramp_model_class(model, best), (double)probs[best]);
    ramp_image_release(&image);
    ramp_predictor_free(predictor);
    ramp_model_free(model);
    ramp_dataset_free(data);
    return 0;
}
