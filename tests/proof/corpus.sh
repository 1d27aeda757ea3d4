#!/bin/sh
# corpus.sh - the committed inputs of the fuzz targets, under clang's checkers,
# and which lines of the parsers they reach: they alone, then together with the
# test programs of the parsers.
set -u

parsers='data/idx data/cifar data/gz data/archive data/tree data/image_folder
    data/image data/image_bmp data/image_exif data/image_jpeg data/image_kind
    data/image_png data/image_pnm model/safetensors model/settings
    model/checkpoint model/model net/netspec cli/options cli/recipe'
tests='archive cifar dataset export folder idx image image_damage json_memory
    loader model netspec safetensors'
build=build/coverage

# The lines reached so far: "data/idx 99.10 221" for each file to the standard
# error, and their sum.
lines() {
    for file in $parsers; do
        gcov -n -o "$build/obj/$file.o" "src/$file.c" 2>/dev/null |
            sed -n "\\,^File 'src/$file.c'\$, { n
                s,Lines executed:\\(.*\\)% of \\(.*\\),$file \\1 \\2, p
            }"
    done | awk '
        {
            print >"/dev/stderr"
            files++
            lines += $3
            reached += $2 * $3 / 100
            below += $2 < 95
        }
        END {
            printf "%.1f %% of %d lines of %d parser files, %d below 95 %%",
                int(1000 * reached / lines) / 10, lines, files, below
            exit files == 0
        }'
}

RUNS=0 make fuzz SECONDS=0 >&2 || {
    echo "an input fails under clang"
    exit 1
}

# Unoptimised, so that each line is there; of the kernels only the portable.
programs=$(for name in $tests; do echo "$build/tests/check_$name"; done)
# shellcheck disable=SC2086 # $programs are several words
make fuzz-programs $programs CC=gcc BUILD=$build MACHINE= FORTIFY= \
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
by_inputs=$(lines) || exit
for name in $tests; do
    $build/tests/"check_$name" >&2 || {
        echo "check_$name fails"
        exit 1
    }
done
by_all=$(lines) || exit
echo "$inputs inputs, 0 failed, reach $by_inputs; with $(echo "$tests" |
    wc -w) test programs $by_all"
