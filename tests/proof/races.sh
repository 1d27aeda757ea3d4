#!/bin/sh
# races.sh - no data race: the parts of the suite that start threads, and a
# training, a prediction and an evaluation of the program, with 4 threads under
# ThreadSanitizer. Only clang's libomp tells it of OpenMP's barriers (with gcc's
# library it would report races where none are). A planted race must be found.
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-races.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

build=build/tsan
flags='-O1 -g -fno-omit-frame-pointer -fsanitize=thread'
programs='check_layers check_plan check_gradients check_loader check_dataset
    check_archive check_evaluate check_predict check_bench check_keeper
    check_optimizer check_answers check_trainer'
targets=
for program in $programs; do
    targets="$targets $build/tests/$program"
done

# One instruction set is enough: the others have the same loops over threads.
# FORTIFY would hide calls from the sanitizer. No core has a "machine" that the
# Makefile knows, so that only the portable kernels are compiled.
# shellcheck disable=SC2086 # a list of programs
make -j"$(nproc)" --no-print-directory CC=clang BUILD="$build" FORTIFY= \
    MACHINE=none CFLAGS="$flags" all $targets >&2 || {
    echo 'not built'
    exit 1
}

# Reports are counted in these files, however a program ends. libomp itself is
# not instrumented; Archer, which comes with it, explains it, and takes locks of
# its own at addresses that were used before. Archer's manual would have
# ignore_noninstrumented_modules=1, but that also passes over what the program's
# own memcpy and memset do.
printf 'called_from_lib:%s\n' libomp.so libarcher.so >"$dir/suppressions"
export TSAN_OPTIONS="suppressions=$dir/suppressions log_path=$dir/report \
exitcode=66"
export OMP_NUM_THREADS=4
n_reports() {
    cat "$dir"/report.* 2>/dev/null | grep -c '^WARNING: ThreadSanitizer'
}

failures=
n=0
for program in $programs; do
    echo "== $program" >&2
    CK_TIMEOUT_MULTIPLIER=50 timeout 3000 "$build/tests/$program" \
        >"$dir/out" 2>&1 || failures="$failures $program"
    cat "$dir/out" >&2
    n=$((n + $(sed -n 's/.*Checks: \([0-9]*\),.*/\1/p' "$dir/out")))
done

ramp() { # ARGUMENT...
    echo "== ramp $*" >&2
    "$build/ramp" "$@" --threads 4 >&2 || failures="$failures ramp-$1"
}
mkdir "$dir/data"
perl tests/cli/make_data.pl "$dir/data" || exit 1
for data in data data/classes; do
    ramp train "$dir/$data" --net default --epochs 2 --batch 20 --out "$dir/run"
    ramp eval "$dir/run" "$dir/$data"
    rm -rf "$dir/run"
done
ramp train "$dir/data" --net conv2 --opt adamw --epochs 2 \
    --batch 20 --out "$dir/run"
ramp predict "$dir/run" "$dir/data/pictures"
cat "$dir"/report.* >&2 2>/dev/null
reports=$(n_reports)

# The control: nobody waits until all parts are copied.
cat >"$dir/race.c" <<'END'
#include <string.h>
static float from[1024], to[1024], sums[64];
int main(int argc, char **argv)
{
    (void)argv;
#pragma omp parallel num_threads(4)
    {
#pragma omp for schedule(static) nowait
        for (int i = 0; i < 64; i++)
            memcpy(to + 16 * i, from, (size_t)(16 - argc) * sizeof *to);
#pragma omp for schedule(static)
        for (int i = 0; i < 64; i++)
            for (int j = 0; j < 1024; j++)
                sums[i] += to[j];
    }
    return sums[0] > 0;
}
END
rm -f "$dir"/report.*
# shellcheck disable=SC2086
clang $flags -fopenmp -o "$dir/race" "$dir/race.c" >&2 && "$dir/race"
[ "$(n_reports)" -gt 0 ] || failures="$failures blind"

echo "$reports reports in $n tests and 6 runs of the program with 4 threads;" \
    "a planted race is reported${failures:+; FAILED:$failures}"
[ -z "$failures" ] && [ "$reports" -eq 0 ]
