/* check_model.c - model files: what is written is read back, by others too;
 * everything that breaks a rule is refused in one clear line. */
#include "base/mem.h"
#include "base/rng.h"
#include "model/checkpoint.h"
#include "model/model.h"
#include "net/net.h"
#include "tests/unit/model_fixture.h"

#include <math.h>
#include <ramp/model.h>
#include <unistd.h>

/* ==== A model with every kind of tensor ==== */

static const char net_text[] = "# \xc3\xa9t\xc3\xa9 \"quoted\"\n"
                               "input data\n"
                               "conv 4 3x2 pad 1\n"
                               "batchnorm\n"
                               "act\n"
                               "maxpool 2x2\n"
                               "dense 37 nobias\n"
                               "act\n"
                               "dense classes\n";
static const char *const class_names[] = {"cat", "d\"o\ng", "\xc3\xa9"};

static struct ramp_net *make_net(const char *text)
{
    const struct ramp_net_options options = {
        3, 4, 6, 3, {RAMP_ACT_LEAKY, 0.1f}};
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = 0.1f};
    struct ramp_net *net;
    struct ramp_error err;
    enum ramp_status status =
        ramp_net_parse(&net, text, "test.net", &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ramp_net_init(net, &init, 7);
    for (size_t i = 0; i < net->n_running; i++)
        net->running[i] = (float)i + 0.25f;
    return net;
}

static struct ramp_preprocess make_preprocess(void)
{
    return (struct ramp_preprocess){3,
                                    4,
                                    6,
                                    RAMP_FIT_LETTERBOX,
                                    RAMP_SCALE_STANDARD,
                                    {0.1f, 1.0f / 3, 0},
                                    {0.7f, 0x1.fffffep-3f, 1e-5f},
                                    NULL};
}

static float mean_image[4 * 6 * 3];

static struct ramp_model *make_model_of(enum ramp_scale scale)
{
    struct ramp_net *net = make_net(net_text);
    struct ramp_preprocess pre = make_preprocess();
    pre.scale = scale;
    for (size_t i = 0; i < sizeof mean_image / sizeof *mean_image; i++)
        mean_image[i] = 1000.0f / (float)(i + 4);
    pre.mean_image = scale == RAMP_SCALE_MEAN_IMAGE ? mean_image : NULL;
    struct ramp_model *model;
    struct ramp_error err;
    enum ramp_status status =
        ramp_model_new(&model, &net, class_names, 3, &pre, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ck_assert_ptr_null(net);
    ck_assert(ramp_model_set_fact(model, "seed", "7", NULL) == RAMP_OK);
    ck_assert(ramp_model_set_fact(model, "command", "ramp train \"x\"\n",
                                  NULL) == RAMP_OK);
    ck_assert(ramp_model_set_fact(model, "a", "", NULL) == RAMP_OK);
    return model;
}

static struct ramp_model *make_model(void)
{
    return make_model_of(RAMP_SCALE_STANDARD);
}

static void expect_equal_nets(const struct ramp_net *a,
                              const struct ramp_net *b)
{
    ck_assert_str_eq(a->text, b->text);
    ck_assert_uint_eq(a->n_params, b->n_params);
    ck_assert_uint_eq(a->n_running, b->n_running);
    ck_assert_int_eq(memcmp(a->params, b->params, 4 * a->n_params), 0);
    ck_assert_int_eq(memcmp(a->running, b->running, 4 * a->n_running), 0);
    ck_assert_int_eq(memcmp(&a->input, &b->input, sizeof a->input), 0);
    ck_assert_int_eq((int)a->options.act.kind, (int)b->options.act.kind);
    ck_assert(a->options.act.a == b->options.act.a);
    ck_assert_int_eq(a->options.n_classes, b->options.n_classes);
}

static void expect_equal_models(const struct ramp_model *a,
                                const struct ramp_model *b)
{
    const struct ramp_preprocess *p = ramp_model_preprocess(a);
    const struct ramp_preprocess *q = ramp_model_preprocess(b);
    const char *name, *text, *other_name, *other_text;
    expect_equal_nets(ramp_model_net(a), ramp_model_net(b));
    ck_assert_int_eq(p->channels, q->channels);
    ck_assert_int_eq(p->height, q->height);
    ck_assert_int_eq(p->width, q->width);
    ck_assert_int_eq((int)p->fit, (int)q->fit);
    ck_assert_int_eq((int)p->scale, (int)q->scale);
    ck_assert_mem_eq(p->mean, q->mean, sizeof p->mean);
    ck_assert_mem_eq(p->std, q->std, sizeof p->std);
    ck_assert_int_eq(p->mean_image == NULL, q->mean_image == NULL);
    if (p->mean_image != NULL)
        ck_assert_mem_eq(p->mean_image, q->mean_image,
                         sizeof(float) * 4 * 6 * 3);
    ck_assert_int_eq(ramp_model_n_classes(a), ramp_model_n_classes(b));
    for (int i = 0; i < ramp_model_n_classes(a); i++)
        ck_assert_str_eq(ramp_model_class(a, i), ramp_model_class(b, i));
    for (size_t i = 0; ramp_model_fact_at(a, i, &name, &text); i++) {
        ck_assert(ramp_model_fact_at(b, i, &other_name, &other_text));
        ck_assert_str_eq(name, other_name);
        ck_assert_str_eq(text, other_text);
    }
}

/* A model whose pictures have a mean image has a copy of its own. */
START_TEST(mean_image_is_copied)
{
    struct ramp_model *model = make_model_of(RAMP_SCALE_MEAN_IMAGE);
    const struct ramp_preprocess *pre = ramp_model_preprocess(model);
    ck_assert_ptr_ne(pre->mean_image, mean_image);
    ck_assert_mem_eq(pre->mean_image, mean_image, sizeof mean_image);
    ramp_model_free(model);
    model = make_model();
    ck_assert_ptr_null(ramp_model_preprocess(model)->mean_image);
    ramp_model_free(model);
}
END_TEST

/* One test for each scale. */
START_TEST(saved_and_loaded_is_equal)
{
    struct ramp_model *model = make_model_of((enum ramp_scale)_i), *loaded;
    struct ramp_error err;
    ck_assert(ramp_model_save(model, fixture_path("m"), NULL) == RAMP_OK);
    enum ramp_status status = ramp_model_load(&loaded, fixture_path("m"), &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    expect_equal_models(model, loaded);
    ck_assert_str_eq(ramp_model_fact(loaded, "command"), "ramp train \"x\"\n");
    ck_assert_ptr_null(ramp_model_fact(loaded, "format"));
    /* Saved again, the bytes are the same. */
    uint8_t *first, *second;
    size_t n_first, n_second;
    ck_assert(ramp_model_save(loaded, fixture_path("n"), NULL) == RAMP_OK);
    ck_assert(file_read(&first, &n_first, fixture_path("m"), 1 << 20,
                        RAMP_MODEL, NULL) == RAMP_OK);
    ck_assert(file_read(&second, &n_second, fixture_path("n"), 1 << 20,
                        RAMP_MODEL, NULL) == RAMP_OK);
    ck_assert_uint_eq(n_first, n_second);
    ck_assert_int_eq(memcmp(first, second, n_first), 0);
    mem_free(first);
    mem_free(second);
    ramp_model_free(loaded);
    ramp_model_free(model);
}
END_TEST

/* Activations of all kinds, also what `act` stands for, and slopes that were
 * learned. */
START_TEST(activations_are_kept)
{
    static const struct ramp_activation acts[] = {
        {RAMP_ACT_RELU, 0},      {RAMP_ACT_RELU, 0.5f},  {RAMP_ACT_LEAKY, 0.1f},
        {RAMP_ACT_PRELU, 0.25f}, {RAMP_ACT_MAXOUT, 2},   {RAMP_ACT_CRELU, 0},
        {RAMP_ACT_SOFTPLUS, 5},  {RAMP_ACT_GELU_TANH, 0}};
    const char *text = "dense 6\nact\nprelu 0.1\ncrelu\ndense classes\n";
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const struct ramp_net_options options = {3, 4, 6, 3, acts[i]};
        struct ramp_preprocess pre = make_preprocess();
        struct ramp_model *model, *loaded;
        struct ramp_net *net;
        ck_assert(ramp_net_parse(&net, text, "n", &options, NULL) == RAMP_OK);
        for (size_t j = 0; j < net->n_params; j++)
            net->params[j] = (float)j / 8;
        ck_assert(ramp_model_new(&model, &net, class_names, 3, &pre, NULL) ==
                  RAMP_OK);
        ck_assert(ramp_model_save(model, fixture_path("m"), NULL) == RAMP_OK);
        ck_assert(ramp_model_load(&loaded, fixture_path("m"), NULL) == RAMP_OK);
        expect_equal_nets(ramp_model_net(model), ramp_model_net(loaded));
        ramp_model_free(loaded);
        ramp_model_free(model);
    }
}
END_TEST

START_TEST(folder_means_its_best_model)
{
    struct ramp_model *model = make_model(), *loaded;
    struct ramp_error err;
    ck_assert(ramp_model_load(&loaded, fixture_folder, &err) == RAMP_MODEL);
    fixture_check_text(&err, "found no best.safetensors in it", "no best");
    ck_assert_ptr_null(loaded);
    ck_assert(ramp_model_save(model, fixture_path("best.safetensors"), NULL) ==
              RAMP_OK);
    ck_assert(ramp_model_load(&loaded, fixture_folder, NULL) == RAMP_OK);
    expect_equal_models(model, loaded);
    ramp_model_free(loaded);
    ramp_model_free(model);
}
END_TEST

/* The sums of one tensor, from the net's memory by the documented layouts:
 * values in the order k, c, tap lie in memory as tap, c, k. */
static int print_tensor(char *out, size_t n_out, const struct ramp_net *net,
                        const char *name, const char *shape, size_t k, size_t c,
                        size_t taps)
{
    double sum = 0, weighted = 0, place = 0;
    const float *memory = NULL;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        if (strcmp(t->name, name) == 0)
            memory = (t->role == TENSOR_RUNNING ? net->running : net->params) +
                     t->offset;
    }
    ck_assert_ptr_nonnull(memory);
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < c; j++)
            for (size_t tap = 0; tap < taps; tap++) {
                double value = (double)memory[(tap * c + j) * k + i];
                sum += value;
                weighted += ++place * value;
            }
    return snprintf(out, n_out, "%s (%s) %.17g %.17g\n", name, shape, sum,
                    weighted);
}

START_TEST(perl_reads_the_same_numbers)
{
    struct ramp_model *model = make_model_of(RAMP_SCALE_MEAN_IMAGE);
    const struct ramp_net *net = ramp_model_net(model);
    double sum = 0, weighted = 0;
    char expected[2000], found[2000] = {0}, command[400];
    char *at = expected, *end = expected + sizeof expected;
    static const struct {
        const char *name, *shape;
        size_t k, c, taps;
    } tensors[] = {
        {"conv1.weight", "4,3,3,2", 4, 3, 6},
        {"conv1.bias", "4", 4, 1, 1},
        {"batchnorm1.weight", "4", 4, 1, 1},
        {"batchnorm1.bias", "4", 4, 1, 1},
        {"batchnorm1.running_mean", "4", 4, 1, 1},
        {"batchnorm1.running_var", "4", 4, 1, 1},
        {"dense1.weight", "37,24", 37, 4, 6},
        {"dense2.weight", "3,37", 3, 37, 1},
        {"dense2.bias", "3", 3, 1, 1},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        at += print_tensor(at, (size_t)(end - at), net, tensors[i].name,
                           tensors[i].shape, tensors[i].k, tensors[i].c,
                           tensors[i].taps);
    for (int i = 0; i < 4 * 6 * 3; i++) {
        sum += (double)mean_image[i];
        weighted += (i + 1) * (double)mean_image[i];
    }
    snprintf(at, (size_t)(end - at), "preprocess.mean (4,6,3) %.17g %.17g\n",
             sum, weighted);
    ck_assert(ramp_model_save(model, fixture_path("m"), NULL) == RAMP_OK);
    snprintf(command, sizeof command,
             "perl tests/data/read_safetensors.pl '%s'", fixture_path("m"));
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_uint_gt(fread(found, 1, sizeof found - 1, pipe), 0);
    ck_assert_int_eq(pclose(pipe), 0);
    ck_assert_str_eq(found, expected);
    ramp_model_free(model);
}
END_TEST

/* ==== Making models ==== */

START_TEST(facts_keep_order_and_are_checked)
{
    struct ramp_model *model = make_model();
    const char *name, *text;
    struct ramp_error err;
    ck_assert(ramp_model_set_fact(model, "seed", "8", NULL) == RAMP_OK);
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        ck_assert(ramp_model_set_fact(model, key, key, NULL) == RAMP_OK);
    }
    ck_assert(ramp_model_fact_at(model, 0, &name, &text));
    ck_assert_str_eq(name, "seed");
    ck_assert_str_eq(text, "8");
    ck_assert(ramp_model_fact_at(model, 102, &name, &text));
    ck_assert_str_eq(text, "k99");
    ck_assert(!ramp_model_fact_at(model, 103, &name, &text));
    ck_assert_str_eq(ramp_model_fact(model, "a"), "");
    ck_assert_ptr_null(ramp_model_fact(model, "b"));
    static const char *const bad[] = {"", "net", "format", "std", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert(ramp_model_set_fact(model, bad[i], "x", &err) == RAMP_USAGE);
        fixture_check_text(&err, "no fact can be named '", bad[i]);
    }
    ck_assert(ramp_model_set_fact(model, "seed",
                                  "a\xff\xe2\x82"
                                  "b\xe2\x82\xac\xf0\x9f",
                                  NULL) == RAMP_OK);
    ck_assert_str_eq(ramp_model_fact(model, "seed"),
                     "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                     "b\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd");
    ramp_model_free(model);
}
END_TEST

START_TEST(facts_are_removed)
{
    struct ramp_model *model = make_model();
    const char *name, *text;
    ck_assert(ramp_model_set_fact(model, "seed", NULL, NULL) == RAMP_OK);
    ck_assert(ramp_model_set_fact(model, "seed", NULL, NULL) == RAMP_OK);
    ck_assert_ptr_null(ramp_model_fact(model, "seed"));
    ck_assert(ramp_model_fact_at(model, 0, &name, &text));
    ck_assert_str_eq(name, "command");
    ck_assert(ramp_model_fact_at(model, 1, &name, &text));
    ck_assert_str_eq(name, "a");
    ck_assert(!ramp_model_fact_at(model, 2, &name, &text));
    ck_assert(ramp_model_set_fact(model, "seed", "y", NULL) == RAMP_OK);
    ck_assert(ramp_model_fact_at(model, 2, &name, &text));
    ck_assert_str_eq(text, "y");
    ramp_model_free(model);
}
END_TEST

static void expect_new_refused(const char *text, const char *const *classes,
                               int n_classes, const struct ramp_preprocess *pre,
                               const char *message)
{
    struct ramp_net *net = make_net(text), *before = net;
    struct ramp_model *model = (struct ramp_model *)&net;
    struct ramp_error err;
    ck_assert(ramp_model_new(&model, &net, classes, n_classes, pre, &err) ==
              RAMP_MODEL);
    fixture_check_text(&err, message, message);
    ck_assert_ptr_null(model);
    ck_assert_ptr_eq(net, before);
    ramp_net_free(net);
}

START_TEST(new_model_is_checked)
{
    static const char *const twice[] = {"cat", "dog", "cat"};
    static const char *const latin[] = {"cat", "dog", "\xe9"};
    struct ramp_preprocess pre = make_preprocess(), bad = pre;
    expect_new_refused(net_text, class_names, 2, &pre,
                       "expected 3 classes, found 2");
    expect_new_refused(net_text, twice, 3, &pre, "two classes are named 'cat'");
    expect_new_refused(net_text, latin, 3, &pre,
                       "class name '\\xe9' is not UTF-8");
    expect_new_refused("# \xe9\ndense classes", class_names, 3, &pre,
                       "the text of net 'test' is not UTF-8");
    bad.width = 7;
    expect_new_refused(net_text, class_names, 3, &bad,
                       "pictures of 3x4x6 (of 1 or 3 channels), found 3x4x7");
    static const float bad_numbers[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        bad = pre;
        bad.mean[2] = bad_numbers[i];
        expect_new_refused(net_text, class_names, 3, &bad, "for channel 3");
        bad = pre;
        bad.std[1] = bad_numbers[i];
        expect_new_refused(net_text, class_names, 3, &bad, "for channel 2");
    }
    for (int i = 0; i < 3; i++) {
        float image[4 * 6 * 3] = {0};
        bad = pre;
        bad.scale = RAMP_SCALE_MEAN_IMAGE;
        bad.mean_image = image;
        image[71 - i] = bad_numbers[i];
        expect_new_refused(net_text, class_names, 3, &bad,
                           "expected a finite mean image");
    }
    bad = pre;
    bad.std[1] = -1;
    expect_new_refused(net_text, class_names, 3, &bad,
                       "a standard deviation above 0 for channel 2");
    /* Finite numbers whose quotient is not. */
    bad = pre;
    bad.mean[0] = 1e30f;
    bad.std[0] = 1e-30f;
    expect_new_refused(net_text, class_names, 3, &bad, "for channel 1");
}
END_TEST

/* Constant pictures: a std of 0 is taken as 1, and the file says so. */
START_TEST(constant_channel_is_taken_as_1)
{
    struct ramp_net *net = make_net(net_text);
    struct ramp_preprocess pre = make_preprocess();
    struct ramp_model *model;
    pre.std[1] = 0;
    ck_assert(ramp_model_new(&model, &net, class_names, 3, &pre, NULL) ==
              RAMP_OK);
    ck_assert(ramp_model_preprocess(model)->std[1] == 1);
    ck_assert(ramp_model_preprocess(model)->std[0] == pre.std[0]);
    ck_assert(ramp_model_save(model, fixture_path("m"), NULL) == RAMP_OK);
    ramp_model_free(model);
    ck_assert(ramp_model_load(&model, fixture_path("m"), NULL) == RAMP_OK);
    ramp_model_free(model);
}
END_TEST

START_TEST(bad_weights_are_not_saved)
{
    struct ramp_model *model = make_model(), *loaded;
    struct ramp_net *net = ramp_model_net(model);
    struct ramp_error err;
    uint8_t *before, *after;
    size_t n_before, n_after;
    ck_assert(ramp_model_save(model, fixture_path("m"), NULL) == RAMP_OK);
    ck_assert(file_read(&before, &n_before, fixture_path("m"), 1 << 20,
                        RAMP_MODEL, NULL) == RAMP_OK);
    net->params[net->n_params - 1] = NAN;
    ck_assert(ramp_model_save(model, fixture_path("m"), &err) == RAMP_MODEL);
    fixture_check_text(&err, "tensor 'dense2.bias' holds a NaN", "NaN");
    net->params[net->n_params - 1] = 0;
    net->running[net->n_running - 1] = -INFINITY;
    ck_assert(ramp_model_save(model, fixture_path("m"), &err) == RAMP_MODEL);
    fixture_check_text(
        &err, "tensor 'batchnorm1.running_var' holds an infinity", "infinity");
    ck_assert(file_read(&after, &n_after, fixture_path("m"), 1 << 20,
                        RAMP_MODEL, NULL) == RAMP_OK);
    ck_assert(n_before == n_after && memcmp(before, after, n_after) == 0);
    ck_assert(ramp_model_load(&loaded, fixture_path("m"), NULL) == RAMP_OK);
    net->running[net->n_running - 1] = 1;
    ck_assert(ramp_model_save(model, fixture_path("no/m"), &err) == RAMP_IO);
    fixture_check_text(&err, "no/m': No such file", "no folder");
    mem_free(before);
    mem_free(after);
    ramp_model_free(loaded);
    ramp_model_free(model);
}
END_TEST

/* ==== The optimiser's slots ==== */

static float *make_block(const struct ramp_net *net, uint64_t seed)
{
    float *block = mem_alloc(net->n_params, sizeof *block);
    for (size_t i = 0; i < net->n_params; i++)
        block[i] = (float)rng_normal(rng_key(seed, RNG_TEST, 0), i);
    return block;
}

START_TEST(slots_are_kept)
{
    struct ramp_model *model = make_model(), *loaded;
    const struct ramp_net *net = ramp_model_net(model);
    float *m = make_block(net, 1), *v = make_block(net, 2);
    const struct model_extra extras[] = {{.name = "moment", .block = m},
                                         {.name = "v", .block = v}};
    struct model_slot slots[] = {
        {.name = "v"}, {.name = "mom"}, {.name = "moment"}};
    struct ramp_error err;
    ck_assert(model_save_with(model, fixture_path("m"), extras, 2, NULL) ==
              RAMP_OK);
    enum ramp_status status =
        model_load_with(&loaded, fixture_path("m"), slots, 3, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    expect_equal_models(model, loaded);
    ck_assert_ptr_nonnull(slots[0].block);
    ck_assert_int_eq(memcmp(slots[0].block, v, 4 * net->n_params), 0);
    ck_assert_ptr_null(slots[1].block);
    ck_assert_ptr_nonnull(slots[2].block);
    ck_assert_int_eq(memcmp(slots[2].block, m, 4 * net->n_params), 0);
    ramp_model_free(loaded);
    mem_free(slots[0].block);
    mem_free(slots[2].block);
    /* Whoever wants the model alone gets it. */
    ck_assert(ramp_model_load(&loaded, fixture_path("m"), NULL) == RAMP_OK);
    expect_equal_models(model, loaded);
    ramp_model_free(loaded);
    /* Nor are slots saved that are not finite. */
    v[3] = INFINITY;
    ck_assert(model_save_with(model, fixture_path("m"), extras, 2, &err) ==
              RAMP_MODEL);
    fixture_check_text(&err, "tensor 'optimizer.v.conv1.weight' holds an", "v");
    mem_free(m);
    mem_free(v);
    ramp_model_free(model);
}
END_TEST

/* ==== Files that break a rule ==== */

/* A model of 2 classes whose picture is 1x1x2; what the rows below change. */
static const char good_header[] =
    "{\"__metadata__\":{\"format\":\"ramp\",\"version\":\"1\","
    "\"net\":\"dense classes\\n\",\"act\":\"relu\","
    "\"classes\":\"[\\\"cat\\\",\\\"dog\\\"]\",\"input\":\"1x1x2\","
    "\"fit\":\"crop\",\"scale\":\"standard\",\"mean\":\"0.5\",\"std\":\"0.25\","
    "\"note\":\"n\"},"
    "\"dense1.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],"
    "\"data_offsets\":[0,16]},"
    "\"dense1.bias\":{\"dtype\":\"F32\",\"shape\":[2],"
    "\"data_offsets\":[16,24]}}";
enum { GOOD_VALUES = 6 };

#define MORE(name)                                                             \
    "[16,24]},\"" name "\":{\"dtype\":\"F32\",\"shape\":[1],"                  \
    "\"data_offsets\":[24,28]}}"

static const struct {
    const char *find, *replace; /* in the header, once */
    size_t n_values;            /* of data; 0: as the good file has */
    const char *message;        /* NULL: it is accepted */
} edits[] = {
    {"\"note\":\"n\"", "\"note\":\"n\"", 0, NULL},
    {"\"note\":\"n\"", "\"checksum\":\"1234\"", 0, NULL}, /* a fact */
    {"dense classes", "input 1x1x2\\ndense 2", 0, NULL},
    /* What it is, and which version. */
    {"\"format\":\"ramp\",", "", 0, "file of another program"},
    {"\"ramp\"", "\"pt\"", 0, "file of another program"},
    {"\"version\":\"1\"", "\"version\":\"2\"", 0,
     "expected version 1, found '2'; try a newer ramp"},
    {"\"version\":\"1\"", "\"version\":\"1.5\"", 0,
     "expected version 1, found '1.5'"},
    {"\"version\":\"1\"", "\"version\":\"\"", 0,
     "expected version 1, found ''"},
    {"\"version\":\"1\",", "", 0, "expected metadata 'version', found none"},
    /* Every setting missing or wrong. */
    {"\"net\"", "\"nets\"", 0, "expected metadata 'net', found none"},
    {"\"act\"", "\"acts\"", 0, "expected metadata 'act', found none"},
    {"\"classes\"", "\"class\"", 0, "expected metadata 'classes', found none"},
    {"\"input\"", "\"in\"", 0, "expected metadata 'input', found none"},
    {"\"fit\"", "\"Fit\"", 0, "expected metadata 'fit', found none"},
    {"\"scale\"", "\"Scale\"", 0, "expected metadata 'scale', found none"},
    {"\"mean\"", "\"Mean\"", 0, "expected metadata 'mean', found none"},
    {"\"std\"", "\"Std\"", 0, "expected metadata 'std', found none"},
    {"\"act\":\"relu\"", "\"act\":\"rely\"", 0, "act: "},
    {"1x1x2", "1x1", 0, "input: expected 1 or 3 channels x height x width"},
    {"1x1x2", "1x1x2x3", 0, "found '1x1x2x3'"},
    {"1x1x2", "2x1x2", 0, "found '2x1x2'"},
    {"1x1x2", "0x1x2", 0, "found '0x1x2'"},
    {"1x1x2", "1x0x2", 0, "found '1x0x2'"},
    {"1x1x2", "1x1x16385", 0, "found '1x1x16385'"},
    {"1x1x2", "1x1x-2", 0, "found '1x1x-2'"},
    {"1x1x2", "1x1x 2", 0, "found '1x1x 2'"},
    {"1x1x2", "1x1x000000000000000000000000000000000000000000000000000002", 0,
     "input: expected"},
    {"crop", "cut", 0, "fit: expected crop, letterbox or stretch, found 'cut'"},
    {"standard", "z", 0,
     "scale: expected none, unit, standard, signed, mean-image or picture, "
     "found 'z'"},
    {"\"0.5\"", "\"\"", 0, "mean: expected 1 number, found ''"},
    {"\"0.5\"", "\"nan\"", 0, "mean: expected 1 number, found 'nan'"},
    {"\"0.5\"", "\"1e39\"", 0, "mean: expected 1 number, found '1e39'"},
    {"\"0.5\"", "\"0.5,0.5\"", 0, "mean: expected 1 number, found '0.5,0.5'"},
    {"\"0.25\"", "\"0\"", 0, "std: expected 1 number above 0, found '0'"},
    {"\"0.25\"", "\"-1\"", 0, "std: expected 1 number above 0, found '-1'"},
    {"\"0.25\"", "\"inf\"", 0, "std: expected 1 number above 0, found 'inf'"},
    {"\"0.5\",\"std\":\"0.25\"", "\"1e30\",\"std\":\"1e-30\"", 0,
     "expected a finite mean and a standard deviation above 0 for channel 1"},
    /* Classes. */
    {"[\\\"cat\\\",\\\"dog\\\"]", "cat", 0, "classes: expected a JSON array"},
    {"[\\\"cat\\\",\\\"dog\\\"]", "{}", 0, "classes: expected a JSON array"},
    {"[\\\"cat\\\",\\\"dog\\\"]", "[1,2]", 0, "classes: expected a JSON array"},
    {"\\\"dog\\\"", "\\\"\\\\u0000\\\"", 0, "classes: expected a JSON array"},
    {"\\\"dog\\\"", "\\\"cat\\\"", 0, "two classes are named 'cat'"},
    {"[\\\"cat\\\",\\\"dog\\\"]", "[]", 0, "found 0"},
    {",\\\"dog\\\"", "", 0, "found 1"},
    {",\\\"dog\\\"", ",\\\"dog\\\",\\\"ant\\\"", 0,
     "expected 9 parameters as its net has, found 6"},
    /* The net. */
    {"dense classes", "", 0, "expected layers, found none"},
    {"dense classes", "dens classes", 0, "line 1: "},
    {"dense classes", "dense 3", 0,
     "expected 2 values at the end, one a class, found 3"},
    {"dense classes", "input 1x2x2\\ndense classes", 0,
     "expected the data's 1x1x2, found '1x2x2'"},
    {"dense classes", "dense 1000000\\ndense classes", 0,
     "expected 5000002 parameters as its net has, found 6"},
    /* Tensors. */
    {"dense1.bias", "dense2.bias", 0, "expected tensor 'dense1.bias', found"},
    {"dense1.bias", "optimizer.bias", 0,
     "expected tensor 'dense1.bias', found none"},
    {"[16,24]}}", MORE("surplus"), 7, "tensor 'surplus' is none of its net's"},
    {"[16,24]}}", MORE("optimizer"), 7,
     "tensor 'optimizer' is none of its net's"},
    {"[16,24]}}", MORE("optimizer.v.dense1.bias"), 7, NULL},
    {"[16,24]}}", MORE("optimizer.other"), 7, NULL},
    {"[2,2]", "[4]", 0,
     "tensor 'dense1.weight': expected shape (2, 2), found (4)"},
    {"[2,2]", "[1,4]", 0, "expected shape (2, 2), found (1, 4)"},
    {"[2,2]", "[2,2,1]", 0, "expected shape (2, 2), found (2, 2, 1)"},
    {"[2,2]", "[2,1,1,1,1,1,1,2]", 0, "expected shape (2, 2), found (2, 1, 1"},
};

/* The good file with one text replaced. */
static uint8_t *edited(size_t *n_bytes, const char *find, const char *replace,
                       size_t n_values)
{
    static const float values[GOOD_VALUES + 1] = {1, -2, 3, -4, 5, -6, 7};
    char header[2000];
    const char *at = strstr(good_header, find);
    ck_assert_msg(at != NULL && strstr(at + 1, find) == NULL, "%s", find);
    snprintf(header, sizeof header, "%.*s%s%s", (int)(at - good_header),
             good_header, replace, at + strlen(find));
    return fixture_bytes(n_bytes, header, values,
                         n_values ? n_values : GOOD_VALUES);
}

/* Through a file named 'm' in the working folder, so that lines are short. */
static enum ramp_status load_bytes(struct ramp_model **model,
                                   const uint8_t *bytes, size_t n_bytes,
                                   struct ramp_error *err)
{
    /* A new file each time: closing one that was cut to nothing and written
     * again waits for the disk on some file systems. */
    remove(fixture_path("m"));
    FILE *file = fopen(fixture_path("m"), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n_bytes, file), n_bytes);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chdir(fixture_folder), 0);
    return ramp_model_load(model, "m", err);
}

START_TEST(edited_file_is_judged)
{
    size_t n_bytes;
    struct ramp_model *model = (struct ramp_model *)&n_bytes;
    struct ramp_error err = {0};
    uint8_t *bytes =
        edited(&n_bytes, edits[_i].find, edits[_i].replace, edits[_i].n_values);
    enum ramp_status status = load_bytes(&model, bytes, n_bytes, &err);
    if (edits[_i].message == NULL) {
        ck_assert_msg(status == RAMP_OK, "row %d: %s", _i, err.text);
        ck_assert(ramp_model_net(model)->params[0] == 1);
        ramp_model_free(model);
    } else {
        ck_assert_msg(status == RAMP_MODEL, "row %d: %d", _i, status);
        ck_assert_int_eq((int)err.status, RAMP_MODEL);
        ck_assert_ptr_null(model);
        fixture_check_text(&err, edits[_i].message, edits[_i].replace);
        fixture_check_text(&err, "'m'", edits[_i].replace);
    }
    mem_free(bytes);
}
END_TEST

START_TEST(missing_file_is_refused)
{
    struct ramp_model *model;
    struct ramp_error err;
    ck_assert(ramp_model_load(&model, fixture_path("none"), &err) ==
              RAMP_MODEL);
    fixture_check_text(&err, "none': No such file", "missing");
    ck_assert(ramp_model_load(&model, "/dev/null", &err) == RAMP_MODEL);
    fixture_check_text(&err, "found a special file", "/dev/null");
    ck_assert(ramp_model_load(&model, "", &err) == RAMP_MODEL);
    fixture_check_text(&err, "cannot find model ''", "empty name");
    ck_assert(load_bytes(&model, (const uint8_t *)"", 0, &err) == RAMP_MODEL);
    fixture_check_text(&err, "cannot read 'm': ", "empty");
    ck_assert_ptr_null(model);
}
END_TEST

START_TEST(weights_that_are_not_finite_are_refused)
{
    static const struct {
        uint32_t bits;
        const char *message;
    } bad[] = {{0x7fc00000, "holds a NaN"},
               {0xffc00001, "holds a NaN"},
               {0x7f800001, "holds a NaN"},
               {0x7f800000, "holds an infinity"},
               {0xff800000, "holds an infinity"}};
    size_t n_bytes;
    uint8_t *bytes = edited(&n_bytes, "dense classes", "dense classes", 0);
    ck_assert_int_eq(chdir(fixture_folder), 0);
    for (size_t place = 0; place < GOOD_VALUES; place++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            uint8_t *at = bytes + n_bytes - 4 * (GOOD_VALUES - place), old[4];
            struct ramp_model *model;
            struct ramp_error err;
            memcpy(old, at, 4);
            for (int b = 0; b < 4; b++)
                at[b] = (uint8_t)(bad[i].bits >> 8 * b);
            ck_assert(load_bytes(&model, bytes, n_bytes, &err) == RAMP_MODEL);
            fixture_check_text(&err, bad[i].message, bad[i].message);
            fixture_check_text(&err,
                               place < 4 ? "'dense1.weight'" : "'dense1.bias'",
                               "tensor");
            memcpy(at, old, 4);
        }
    mem_free(bytes);
}
END_TEST

/* A slot that was asked for must be whole; one that was not may be anything. */
START_TEST(slot_in_part_is_refused)
{
    size_t n_bytes;
    struct ramp_model *model;
    struct model_slot slots[] = {{.name = "v"}, {.name = "w"}};
    struct ramp_error err;
    uint8_t *bytes =
        edited(&n_bytes, "[16,24]}}", MORE("optimizer.v.dense1.bias"), 7);
    ck_assert(load_bytes(&model, bytes, n_bytes, NULL) == RAMP_OK);
    ramp_model_free(model);
    ck_assert(model_load_with(&model, "m", slots + 1, 1, NULL) == RAMP_OK);
    ck_assert_ptr_null(slots[1].block);
    ramp_model_free(model);
    ck_assert(model_load_with(&model, "m", slots, 2, &err) == RAMP_MODEL);
    fixture_check_text(
        &err, "expected tensor 'optimizer.v.dense1.weight', found none",
        "slot");
    ck_assert(model == NULL && slots[0].block == NULL);
    mem_free(bytes);
}
END_TEST

/* ==== Damage ==== */

START_TEST(cut_file_is_refused)
{
    size_t n_bytes;
    struct ramp_model *model;
    uint8_t *bytes = edited(&n_bytes, "dense classes", "dense classes", 0);
    for (size_t n = 0; n < n_bytes; n++) {
        ck_assert(load_bytes(&model, bytes, n, NULL) == RAMP_MODEL);
        ck_assert_ptr_null(model);
    }
    ck_assert(load_bytes(&model, bytes, n_bytes, NULL) == RAMP_OK);
    ramp_model_free(model);
    mem_free(bytes);
}
END_TEST

START_TEST(flipped_byte_is_survived)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff, 0x20};
    size_t n_bytes;
    struct ramp_model *model;
    uint8_t *bytes = edited(&n_bytes, "dense classes", "dense classes", 0);
    for (size_t i = 0; i < n_bytes; i++)
        for (size_t m = 0; m < sizeof masks; m++) {
            bytes[i] ^= masks[m];
            enum ramp_status status = load_bytes(&model, bytes, n_bytes, NULL);
            /* A flip in "dense 2" can ask for more than there may be. */
            ck_assert(status == RAMP_OK || status == RAMP_MODEL ||
                      status == RAMP_MEMORY);
            ck_assert((status == RAMP_OK) == (model != NULL));
            ramp_model_free(model);
            bytes[i] ^= masks[m];
        }
    mem_free(bytes);
}
END_TEST

/* Fail the nth allocation, once and for ever, until there are no more. */
static void exhaust(enum ramp_status (*action)(void), bool forever)
{
    enum ramp_status status = RAMP_MEMORY;
    int n = 0;
    while (status != RAMP_OK) {
        ck_assert_int_lt(n, 1000);
        mem_fail_at((size_t)++n, forever);
        status = action();
        mem_fail_at(0, false);
        ck_assert(status == RAMP_OK || status == RAMP_MEMORY);
    }
    ck_assert_int_gt(n, 5);
}

static struct ramp_model *exhausted;

static enum ramp_status save_action(void)
{
    float *block = exhausted->net->params;
    const struct model_extra extra = {.name = "v", .block = block};
    return model_save_with(exhausted, fixture_path("m"), &extra, 1, NULL);
}

static enum ramp_status load_action(void)
{
    struct ramp_model *model;
    struct model_slot slot = {.name = "v"};
    enum ramp_status status =
        model_load_with(&model, fixture_path("m"), &slot, 1, NULL);
    ck_assert((status == RAMP_OK) == (model != NULL));
    ck_assert((status == RAMP_OK) == (slot.block != NULL));
    ramp_model_free(model);
    mem_free(slot.block);
    return status;
}

START_TEST(no_memory_is_reported)
{
    exhausted = make_model();
    for (int forever = 0; forever < 2; forever++) {
        exhaust(save_action, forever);
        exhaust(load_action, forever);
    }
    ramp_model_free(exhausted);
}
END_TEST

static TCase *new_case(Suite *s, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(s, tcase);
    return tcase;
}

static Suite *suite(void)
{
    Suite *s = suite_create("model");
    TCase *files = new_case(s, "files");
    TCase *making = new_case(s, "making");
    TCase *rules = new_case(s, "rules");
    TCase *damage = new_case(s, "damage");
    tcase_add_test(making, mean_image_is_copied);
    tcase_add_loop_test(files, saved_and_loaded_is_equal, 0,
                        RAMP_SCALE_PICTURE + 1);
    tcase_add_test(files, activations_are_kept);
    tcase_add_test(files, folder_means_its_best_model);
    tcase_add_test(files, perl_reads_the_same_numbers);
    tcase_add_test(files, bad_weights_are_not_saved);
    tcase_add_test(files, slots_are_kept);
    tcase_add_test(making, facts_keep_order_and_are_checked);
    tcase_add_test(making, facts_are_removed);
    tcase_add_test(making, new_model_is_checked);
    tcase_add_test(making, constant_channel_is_taken_as_1);
    tcase_add_loop_test(rules, edited_file_is_judged, 0,
                        sizeof edits / sizeof *edits);
    tcase_add_test(rules, missing_file_is_refused);
    tcase_add_test(rules, weights_that_are_not_finite_are_refused);
    tcase_add_test(rules, slot_in_part_is_refused);
    tcase_add_test(damage, cut_file_is_refused);
    tcase_add_test(damage, flipped_byte_is_survived);
    tcase_add_test(damage, no_memory_is_reported);
    return s;
}

CHECK_MAIN(suite)
