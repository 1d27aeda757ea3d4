/* fuzz_cifar.c - the binary files of CIFAR-10 and CIFAR-100, plain and
 * gzip'd, and their lists of names, as a data set. */
#include "data/cifar.h"
#include "tests/fuzz/members.h"

static const char *const names[] = {
    "data_batch_1.bin", "data_batch_2.bin",    "data_batch_3.bin.gz",
    "data_batch_4.bin", "data_batch_5.bin",    "test_batch.bin",
    "batches.meta.txt", "data_batch_1",        "train.bin",
    "test.bin.gz",      "fine_label_names.txt"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    bool found;
    struct ramp_dataset *data =
        members_open("cifar", names, sizeof names / sizeof *names,
                     2 * (2 + CIFAR_PIXELS) + 1, bytes, n_bytes);
    enum ramp_status status = cifar_load(data, &found, &err);
    fuzz_check_error(status, &err);
    if (status == RAMP_OK && found)
        members_check(data);
    ramp_dataset_free(data);
    return 0;
}
