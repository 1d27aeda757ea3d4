/* check_export.c - exported C, compiled as its readers would compile it, with
 * every warning an error, and asked the same pictures as ramp: all nets of
 * models/, nets of every kind of layer in odd shapes, names that C would
 * stumble over. */
#include "base/rng.h"
#include "model/model.h"
#include "tests/unit/model_fixture.h"

#include <dlfcn.h>
#include <math.h>
#include <ramp/export.h>
#include <ramp/predict.h>

/* Of the largest logit. ramp's Winograd convolutions and the plain loops of
 * the file add up in different orders; the last line of each test shows how far
 * they come apart. */
static const double TOLERANCE = 1e-5;
enum { N_PICTURES = 3, MAX_CLASSES = 100 };

struct example {
    const char *net; /* a name in models/, or a text */
    int c, h, w, n_classes;
    const char *act;
    enum ramp_scale scale;
};

/* ==== A model without a training ==== */

/* What training would leave: biases and statistics that are not 0 and 1. */
static void disturb(struct ramp_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct tensor *t = &net->tensors[i];
        float *values = net_tensor_block(net, t) + t->offset;
        struct rng_key key = rng_key(7, RNG_TEST, i);
        bool variance = strstr(t->name, "running_var") != NULL;
        if (t->role == TENSOR_WEIGHT)
            continue;
        for (size_t j = 0; j < t->n; j++) {
            float u = (float)rng_uniform(key, j);
            values[j] += variance ? u : u / 2 - 0.25f;
        }
    }
}

static struct ramp_model *make_model(const struct example *e,
                                     const char *const *classes)
{
    struct ramp_error err = {.text = ""};
    struct ramp_net *net = NULL;
    struct ramp_model *model = NULL;
    const struct ramp_init init = {.kind = RAMP_INIT_HE, .bias = 0};
    struct ramp_net_options options = {e->c, e->h, e->w, e->n_classes, {0}};
    struct ramp_preprocess pre = {.channels = e->c,
                                  .height = e->h,
                                  .width = e->w,
                                  .scale = e->scale,
                                  .mean = {0.4f, 0.5f, 0.3f},
                                  .std = {0.3f, 0.2f, 0.25f}};
    static float image[9 * 9 * 3];
    for (size_t i = 0; i < sizeof image / sizeof *image; i++)
        image[i] = (float)(i * 7919 % 2551) / 10;
    if (e->scale == RAMP_SCALE_MEAN_IMAGE)
        pre.mean_image = image;
    ck_assert_int_eq(ramp_activation_parse(&options.act, e->act, &err),
                     RAMP_OK);
    enum ramp_status status =
        strchr(e->net, '\n')
            ? ramp_net_parse(&net, e->net, "text", &options, &err)
            : ramp_net_load(&net, e->net, &options, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    ramp_net_init(net, &init, 3);
    disturb(net);
    status = ramp_model_new(&model, &net, classes, e->n_classes, &pre, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    return model;
}

static struct ramp_model *make_plain_model(const struct example *e)
{
    static char names[MAX_CLASSES][32];
    const char *classes[MAX_CLASSES];
    for (int i = 0; i < e->n_classes; i++) {
        snprintf(names[i], sizeof names[i], "class %d", i);
        classes[i] = names[i];
    }
    return make_model(e, classes);
}

/* ==== The file, compiled ==== */

struct compiled {
    void *handle;
    void (*logits)(float *, const uint8_t *);
    int (*classify)(float *, const uint8_t *);
    int (*selftest)(void);
    const char *const *classes;
};

static void compile(struct compiled *c, const char *source, const char *more)
{
    char command[800];
    const char *library = fixture_path("model.so"), *cc = getenv("CC");
    snprintf(command, sizeof command,
             "%s -std=c11 -Wall -Wextra -Wconversion -Wshadow -Wpedantic "
             "-Wmissing-prototypes -Werror -O2 %s -shared -fPIC -o '%s' '%s' "
             "-lm",
             cc && *cc ? cc : "gcc", more, library, source);
    ck_assert_msg(system(command) == 0, "failed: %s", command);
    c->handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(c->handle != NULL, "%s", dlerror());
    *(void **)&c->logits = dlsym(c->handle, "net_1_logits");
    *(void **)&c->classify = dlsym(c->handle, "net_1_classify");
    *(void **)&c->selftest = dlsym(c->handle, "net_1_selftest");
    c->classes = dlsym(c->handle, "net_1_classes");
    ck_assert(c->logits && c->classify && c->selftest && c->classes);
}

static void export_and_compile(struct compiled *c,
                               const struct ramp_model *model, const char *more)
{
    struct ramp_error err = {.text = ""};
    const char *source = fixture_path("1.c"); /* its name becomes net_1 */
    enum ramp_status status = ramp_model_export_c(model, source, NULL, &err);
    ck_assert_msg(status == RAMP_OK, "%s", err.text);
    compile(c, source, more);
}

/* ==== The comparison ==== */

static double largest_difference(const float *a, const float *b, int n)
{
    double largest = 0;
    for (int i = 0; i < n; i++) {
        double d = fabs((double)a[i] - (double)b[i]);
        largest = !(d <= largest) ? d : largest; /* NaN, too */
    }
    return largest;
}

static void compare(const struct compiled *c, const struct ramp_model *model,
                    const struct example *e, bool exact)
{
    static const float zeros[MAX_CLASSES];
    float ours[MAX_CLASSES], ours_p[MAX_CLASSES], theirs[MAX_CLASSES];
    double worst = 0, worst_p = 0;
    struct ramp_error err = {.text = ""};
    struct ramp_compute compute = {.n_threads = 1, .exact = exact};
    struct ramp_predictor *predictor = NULL;
    size_t n_bytes = (size_t)(e->c * e->h * e->w);
    uint8_t *pixels = mem_alloc(n_bytes, 1);
    ck_assert_ptr_nonnull(pixels);
    ck_assert_int_eq(ramp_predictor_new(&predictor, model, 1, &compute, &err),
                     RAMP_OK);
    for (uint64_t i = 0; i < N_PICTURES; i++) {
        struct rng_key key = rng_key(i, RNG_TEST, 0);
        for (size_t j = 0; j < n_bytes; j++)
            pixels[j] = (uint8_t)(256 * rng_uniform(key, j));
        ramp_predict_pixels(predictor, ours, ours_p, pixels, 1);
        c->logits(theirs, pixels);
        double d = largest_difference(ours, theirs, e->n_classes) /
                   largest_difference(ours, zeros, e->n_classes);
        worst = !(d <= worst) ? d : worst;
        int best, answer = c->classify(theirs, pixels);
        d = largest_difference(ours_p, theirs, e->n_classes);
        worst_p = !(d <= worst_p) ? d : worst_p;
        ramp_top(&best, 1, ours_p, e->n_classes);
        ck_assert_int_eq(best, answer);
    }
    printf("%.*s%s: logits differ by %.1e of the largest, probabilities by "
           "%.1e\n",
           (int)strcspn(e->net, "\n"), e->net, exact ? ", exact" : "", worst,
           worst_p);
    ck_assert_msg(worst <= TOLERANCE, "%s: logits differ by %g", e->net, worst);
    ck_assert_msg(worst_p <= TOLERANCE, "%s: probabilities differ by %g",
                  e->net, worst_p);
    ramp_predictor_free(predictor);
    mem_free(pixels);
}

static void check_example(const struct example *e)
{
    struct compiled c;
    struct ramp_model *model = make_plain_model(e);
    export_and_compile(&c, model, "");
    ck_assert_int_eq(c.selftest(), 0);
    compare(&c, model, e, true);
    compare(&c, model, e, false);
    dlclose(c.handle);
    ramp_model_free(model);
}

/* ==== Tests ==== */

static const struct example shipped[] = {
    {"lenet", 1, 28, 28, 10, "relu", RAMP_SCALE_STANDARD},
    {"conv2", 1, 28, 28, 10, "relu", RAMP_SCALE_STANDARD},
    {"krizhevsky", 3, 32, 32, 10, "tanh", RAMP_SCALE_STANDARD},
    {"default", 3, 64, 64, 100, "relu", RAMP_SCALE_STANDARD},
    {"speedy-s", 3, 32, 32, 10, "elu", RAMP_SCALE_UNIT},
    {"speedy", 3, 32, 32, 10, "leaky 0.1", RAMP_SCALE_STANDARD},
    {"krizhevsky-b", 3, 32, 32, 10, "relu", RAMP_SCALE_STANDARD},
    {"digits", 1, 28, 28, 10, "relu", RAMP_SCALE_STANDARD},
    {"digits-s", 1, 28, 28, 10, "sigmoid", RAMP_SCALE_UNIT},
    {"digits-1", 1, 28, 28, 10, "relu", RAMP_SCALE_STANDARD},
    {"fashion", 1, 28, 28, 10, "elu", RAMP_SCALE_STANDARD},
};
enum { N_SHIPPED = sizeof shipped / sizeof *shipped };

START_TEST(shipped_nets)
{
    check_example(&shipped[_i]);
}
END_TEST

START_TEST(every_shipped_net_is_here)
{
    for (int i = 0; i < N_SHIPPED; i++) {
        char path[100];
        snprintf(path, sizeof path, "models/%s.net", shipped[i].net);
        ck_assert_msg(file_is_regular(path), "%s", path);
    }
    FILE *list = popen("ls models/*.net | wc -l", "r");
    char line[20] = "";
    ck_assert(list && fgets(line, sizeof line, list));
    pclose(list);
    ck_assert_int_eq(atoi(line), N_SHIPPED);
}
END_TEST

static const struct example odd[] = {
    /* Every layer, each in its rarest form. */
    {"batchnorm\nconv 5 3x2 stride 2x1 pad 2x1 nobias\nelu 0.7\n"
     "maxpool 3x2 stride 2 pad 1 ceil\nconv 7 1x3 pad 0x2\nbatchnorm noscale\n"
     "leaky 0.2\navgpool 2x3 stride 1x2 pad 1 ceil\ndropout 0.3\ntanh\n"
     "conv 4 2x2\nsigmoid\nlinear\ndense 9 nobias\nact\nbatchnorm\n"
     "dropout 0.5\ndense classes\n",
     3, 17, 11, 3, "relu", RAMP_SCALE_STANDARD},
    /* Activations that know their channel, and one of two words. */
    {"prelu 0.3\nmaxout 3\nconv 6 3x2\nprelu\ncrelu\nmaxpool 2x2\nmaxout 4\n"
     "gelu-tanh\ncrelu\ndense 8\nsoftplus 3\nmaxout\nprelu 2\n"
     "dense classes\n",
     3, 11, 9, 3, "relu", RAMP_SCALE_STANDARD},
    /* Windows as large as the map, and larger with their padding. */
    {"conv 3 9x9 pad 4\nmaxpool 9x9 stride 3 pad 4\nact\navgpool 3x3 pad 1\n"
     "globalpool max\ndense classes\n",
     1, 9, 9, 2, "sigmoid", RAMP_SCALE_NONE},
    /* Nothing but what works in place, and one pool: one map, then two. */
    {"globalpool\nbatchnorm\nact\n", 3, 8, 8, 3, "elu 2", RAMP_SCALE_UNIT},
    {"batchnorm\ndropout 0.1\nact\n", 3, 1, 1, 3, "linear", RAMP_SCALE_UNIT},
    /* Dense alone: the order of the pixels. */
    {"dense classes\n", 3, 5, 7, 4, "relu", RAMP_SCALE_STANDARD},
    {"avgpool 2x2 ceil\nconv 6 1x1\nact\nglobalpool\ndense 5\ndense classes\n",
     3, 7, 5, 2, "tanh", RAMP_SCALE_STANDARD},
};

START_TEST(odd_nets)
{
    check_example(&odd[_i]);
}
END_TEST

/* A net that rounds nothing shows the scaled pixels themselves: here they are
 * the same, bit for bit, for each scale. */
START_TEST(every_scale)
{
    const struct example e = {"globalpool max\n", 3, 7, 5, 3, "relu",
                              (enum ramp_scale)_i};
    const struct ramp_compute compute = {.n_threads = 1};
    struct ramp_predictor *predictor = NULL;
    struct compiled c;
    struct ramp_model *model = make_plain_model(&e);
    export_and_compile(&c, model, "");
    ck_assert_int_eq(c.selftest(), 0);
    ck_assert_int_eq(ramp_predictor_new(&predictor, model, 1, &compute, NULL),
                     RAMP_OK);
    for (uint64_t i = 0; i < 1000; i++) {
        struct rng_key key = rng_key(i, RNG_TEST, 0);
        uint8_t pixels[7 * 5 * 3];
        float ours[3], theirs[3];
        size_t range = i % 256 + 1;
        for (size_t j = 0; j < sizeof pixels; j++)
            pixels[j] = (uint8_t)rng_below(key, j, range);
        ramp_predict_pixels(predictor, ours, NULL, pixels, 1);
        c.logits(theirs, pixels);
        ck_assert_mem_eq(ours, theirs, sizeof ours);
    }
    ramp_predictor_free(predictor);
    dlclose(c.handle);
    ramp_model_free(model);
}
END_TEST

/* Also of those to come: their one line in export_code.c. */
START_TEST(every_activation)
{
    const struct example e = {"dense 8\nact\ndense 6\nact\ndense classes\n",
                              1,
                              6,
                              6,
                              3,
                              ramp_activation_name((enum ramp_act_kind)_i),
                              RAMP_SCALE_STANDARD};
    check_example(&e);
}
END_TEST

static const struct example small = {
    "conv 2 3x3\nbatchnorm\nact\ndense classes\n",
    1,
    5,
    5,
    4,
    "relu",
    RAMP_SCALE_STANDARD};

/* A class name or a fact cannot end a string, a comment or a line. */
START_TEST(hostile_names)
{
    static const char *const classes[] = {"\"};\n#error \"", "\\",
                                          "?\?/?\?' /* */ \xc3\xa4\xe2\x80\xae",
                                          "*/ \x01 %s"};
    static const char hostile[] =
        "?\?/\n*/ #error \xe2\x80\xae /* /*/ \\ */*/ %n \" ?\?'";
    struct ramp_error err;
    struct compiled c;
    struct ramp_model *model = make_model(&small, classes);
    ck_assert_int_eq(ramp_model_set_fact(model, "net-name", hostile, &err),
                     RAMP_OK);
    ck_assert_int_eq(ramp_model_set_fact(model, "data", hostile, &err),
                     RAMP_OK);
    export_and_compile(&c, model, "");
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(c.classes[i], classes[i]);
    ck_assert_int_eq(c.selftest(), 0);
    dlclose(c.handle);
    ramp_model_free(model);
}
END_TEST

START_TEST(thread_local_maps)
{
    struct compiled c;
    struct ramp_model *model = make_plain_model(&small);
    export_and_compile(&c, model, "-DNET_1_THREAD=_Thread_local");
    ck_assert_int_eq(c.selftest(), 0);
    dlclose(c.handle);
    ramp_model_free(model);
}
END_TEST

/* The same model gives the same bytes; names are checked or made. */
START_TEST(names_and_bytes)
{
    static const struct {
        const char *file, *name, *expected;
    } names[] = {
        {"my-net.v2.c", NULL, "int my_net_v2_selftest(void)"},
        {"_x.c", NULL, "int net__x_selftest(void)"},
        {"\xc3\xa4.c", NULL, "int net____selftest(void)"},
        {"a.c", "Digits_2", "int Digits_2_selftest(void)"},
        {"b.c", "Digits_2", "#ifdef DIGITS_2_MAIN"},
    };
    static const char *const bad[] = {
        "",   "2x",  "a-b",
        "_a", "a b", "an_identifier_of_one_letter_over_forty___"};
    struct ramp_error err;
    struct ramp_model *model = make_plain_model(&small);
    uint8_t *text, *first = NULL;
    size_t n, n_first = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = fixture_path(names[i].file);
        ck_assert_int_eq(ramp_model_export_c(model, path, names[i].name, &err),
                         RAMP_OK);
        ck_assert_int_eq(file_read(&text, &n, path, 1 << 20, RAMP_DATA, &err),
                         RAMP_OK);
        ck_assert_msg(strstr((char *)text, names[i].expected) != NULL, "%s",
                      names[i].expected);
        if (i == 4)
            ck_assert(n == n_first && memcmp(text, first, n) == 0);
        mem_free(first);
        first = text;
        n_first = n;
    }
    mem_free(first);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = fixture_path("bad.c");
        ck_assert_int_eq(ramp_model_export_c(model, path, bad[i], &err),
                         RAMP_USAGE);
        fixture_check_text(&err, "expected a name of C", bad[i]);
        ck_assert(!file_exists(path));
    }
    ramp_model_free(model);
}
END_TEST

static void check_refused(const struct ramp_model *model, const char *why)
{
    struct ramp_error err;
    const char *path = fixture_path("refused.c");
    ck_assert_int_eq(ramp_model_export_c(model, path, NULL, &err), RAMP_MODEL);
    fixture_check_text(&err, why, why);
    ck_assert(!file_exists(path));
}

START_TEST(what_cannot_be_exported)
{
    struct ramp_error err;
    struct ramp_model *model = make_plain_model(&small);
    struct ramp_net *net = model->net;
    float kept = net->params[3];
    net->params[3] = NAN;
    check_refused(model, "tensor 'conv1.weight' holds a NaN");
    ck_assert_int_eq(
        ramp_model_export_weights(model, fixture_path("w.safetensors"), &err),
        RAMP_MODEL);
    net->params[3] = kept;
    for (size_t i = 0; i < net->n_params; i++)
        net->params[i] = 3e38f;
    check_refused(model, "not finite");
    ramp_model_free(model);
}
END_TEST

START_TEST(no_memory)
{
    struct ramp_error err;
    struct ramp_model *model = make_plain_model(&small);
    const char *path = fixture_path("memory.c");
    enum ramp_status status = RAMP_MEMORY;
    for (size_t n = 1; status == RAMP_MEMORY; n++) {
        ck_assert(!file_exists(path));
        mem_fail_at(n, false);
        status = ramp_model_export_c(model, path, NULL, &err);
        mem_fail_at(0, false);
        ck_assert_uint_lt(n, 1000);
    }
    ck_assert_int_eq(status, RAMP_OK);
    ramp_model_free(model);
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
}

static Suite *export_suite(void)
{
    Suite *suite = suite_create("export");
    TCase *tests = add_case(suite, "shipped");
    tcase_add_loop_test(tests, shipped_nets, 0, N_SHIPPED);
    tcase_add_test(tests, every_shipped_net_is_here);
    tests = add_case(suite, "odd");
    tcase_add_loop_test(tests, odd_nets, 0, (int)(sizeof odd / sizeof *odd));
    tcase_add_loop_test(tests, every_scale, 0, RAMP_SCALE_PICTURE + 1);
    tcase_add_loop_test(tests, every_activation, 0, RAMP_N_ACTS);
    tests = add_case(suite, "rest");
    tcase_add_test(tests, hostile_names);
    tcase_add_test(tests, thread_local_maps);
    tcase_add_test(tests, names_and_bytes);
    tcase_add_test(tests, what_cannot_be_exported);
    tcase_add_test(tests, no_memory);
    return suite;
}

CHECK_MAIN(export_suite)
