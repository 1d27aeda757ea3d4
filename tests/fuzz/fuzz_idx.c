/* fuzz_idx.c - IDX files, plain and gzip'd, as a data set of several. */
#include "data/idx.h"
#include "tests/fuzz/members.h"

static const char *const names[] = {
    "train-images-idx3-ubyte",    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",     "t10k-labels-idx1-ubyte",
    "val-images.idx4-ubyte.gz",   "val-labels.idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz", "test-labels-idx1-ubyte"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct ramp_error err = {.text = ""};
    bool found = false;
    if (n_bytes == 0)
        return 0;
    struct ramp_dataset *data = members_open(
        bytes[0] % 2 ? "fashion" : "digits", names,
        sizeof names / sizeof *names, 1023, bytes + 1, n_bytes - 1);
    enum ramp_status status = idx_load(data, &found, &err);
    fuzz_check_error(status, &err);
    ASSERT(found == (data->tree.n > 0));
    if (status == RAMP_OK && found)
        members_check(data);
    ramp_dataset_free(data);
    return 0;
}
