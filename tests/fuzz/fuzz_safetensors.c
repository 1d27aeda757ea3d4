/* fuzz_safetensors.c - a model file with all its rules, up to the model: the
 * container, the words in it, the net's text, the weights. */
#include "tests/fuzz/model_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    struct ramp_model *model;
    const char *name, *text;
    enum ramp_status status =
        n_bytes > 0 && bytes[0] == '{'
            ? model_file_compose(&model, bytes, n_bytes, &err)
            : model_file_load(&model, bytes, n_bytes, &err);
    if (status == RAMP_OK) {
        ASSERT(ramp_model_n_classes(model) >= 2);
        for (int i = 0; i < ramp_model_n_classes(model); i++)
            fuzz_touch(ramp_model_class(model, i),
                       strlen(ramp_model_class(model, i)));
        for (size_t i = 0; ramp_model_fact_at(model, i, &name, &text); i++)
            ASSERT(ramp_model_fact(model, name) == text);
    }
    ramp_model_free(model);
    return 0;
}
