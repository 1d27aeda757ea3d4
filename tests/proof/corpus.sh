#!/bin/sh
# corpus.sh - the committed inputs of the fuzz targets, under clang's checkers,
# and which lines of the parsers they reach.
set -u

parsers='data/idx data/cifar data/gz data/archive data/tree data/image_folder
    data/image data/image_bmp data/image_exif data/image_jpeg data/image_kind
    data/image_png data/image_pnm model/safetensors model/settings
    model/checkpoint model/model net/netspec cli/options cli/recipe'
build=build/coverage

RUNS=0 make fuzz SECONDS=0 >&2 || {
    echo "an input fails under clang"
    exit 1
}

# Unoptimised, so that each line is there; of the kernels only the portable.
make fuzz-programs CC=gcc BUILD=$build MACHINE= FORTIFY= \
    CFLAGS='-O0 -g --coverage' >&2 || exit
find $build -name '*.gcda' -exec rm {} +
inputs=0
for source in tests/fuzz/fuzz_*.c; do
    name=${source##*/}
    found=$(CK_FORK=no $build/tests/"${name%.c}") || {
        echo "$found" >&2
        echo "an input of $name fails"
        exit 1
    }
    n=$(echo "$found" | sed -n 's/^100%: Checks: \([0-9]*\),.*/\1/p')
    inputs=$((inputs + n))
done

# "data/idx 99.10 221", a line for each file.
for file in $parsers; do
    gcov -n -o "$build/obj/$file.o" "src/$file.c" 2>/dev/null |
        sed -n "\\,^File 'src/$file.c'\$, { n
            s,Lines executed:\\(.*\\)% of \\(.*\\),$file \\1 \\2, p
        }"
done | tee /dev/stderr | awk -v inputs="$inputs" '
    { lines += $3; reached += $2 * $3 / 100; below += $2 < 95; files++ }
    END {
        printf "%d inputs, 0 failed; %.1f %% of %d lines of %d parser files " \
            "reached, %d of them below 95 %%\n", inputs,
            int(1000 * reached / lines) / 10, lines, files, below
        exit files == 0
    }'
