/* dispatch.c - which instruction set this process computes with. */
#include "base/text.h"
#include "kernels/kernels.h"

#include <ramp/compute.h>

#include <omp.h>
#include <stdlib.h>
#include <string.h>

extern const struct kernels kernels_portable;
#ifdef KERNELS_HAVE_AVX2
extern const struct kernels kernels_avx2;
#endif
#ifdef KERNELS_HAVE_AVX512
extern const struct kernels kernels_avx512;
#endif
#ifdef KERNELS_HAVE_NEON
extern const struct kernels kernels_neon;
#endif

/* The tables that this CPU can run, worst first. */
static size_t runnable(const struct kernels *tables[4])
{
    size_t n = 0;
    tables[n++] = &kernels_portable;
#ifdef KERNELS_HAVE_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        tables[n++] = &kernels_avx2;
#endif
#ifdef KERNELS_HAVE_AVX512
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma"))
        tables[n++] = &kernels_avx512;
#endif
#ifdef KERNELS_HAVE_NEON
    tables[n++] = &kernels_neon;
#endif
    return n;
}

size_t kernels_count(void)
{
    const struct kernels *tables[4];
    return runnable(tables);
}

const struct kernels *kernels_get(size_t i)
{
    const struct kernels *tables[4];
    ASSERT(i < runnable(tables));
    return tables[i];
}

enum ramp_status kernels_select(const struct kernels **kernels,
                                const char *name, struct ramp_error *err)
{
    const struct kernels *tables[4];
    size_t n = runnable(tables);
    char names[64] = "";
    if (name == NULL)
        name = getenv("RAMP_CPU");
    *kernels = tables[n - 1];
    if (name == NULL || *name == 0)
        return RAMP_OK;
    for (size_t i = 0; i < n; i++) {
        if (text_equal(name, tables[i]->name)) {
            *kernels = tables[i];
            return RAMP_OK;
        }
        strncat(names, i ? " or " : "", sizeof names - strlen(names) - 1);
        strncat(names, tables[i]->name, sizeof names - strlen(names) - 1);
    }
    return error_set(err, RAMP_USAGE,
                     "cannot use instruction set %s: expected %s",
                     TEXT_QUOTE(name), names);
}

enum ramp_status ramp_compute_cpu(const char **name,
                                  const struct ramp_compute *compute,
                                  struct ramp_error *err)
{
    const struct kernels *kernels;
    enum ramp_status status = kernels_select(&kernels, compute->cpu, err);
    if (status == RAMP_OK)
        *name = kernels->name;
    return status;
}

int ramp_compute_threads(const struct ramp_compute *compute)
{
    if (compute->n_threads > 0)
        return compute->n_threads;
    int n = omp_get_max_threads();
    return n > 0 ? n : 1;
}
