#!/bin/sh
# uninitialised.sh - nothing is read before it is set, and no memory is lost.
# The tests of pictures under clang's MemorySanitizer, with the memory of
# stb_image counted as unset (see poison.c): every picture that is accepted has
# all of its pixels set, also among those that are cut or changed at every byte,
# and among a million that libFuzzer makes up (RUNS=5000000 for more). Then the
# program under valgrind, which knows no AVX-512, in its usual ways and
# in its errors.
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-unset.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

failures=

# ---- MemorySanitizer ----

# stb's vectors of SSE2 are beyond it; the loops they stand for are not.
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -pthread -fwrapv
    -DSTBI_NO_SIMD -Iinclude -Isrc -I. -include $dir/build.h -O1 -g
    -fno-omit-frame-pointer -fsanitize=memory"
echo '#define RAMP_PREFIX "/usr/local"' >"$dir/build.h"

decoder() { # OBJECT [FLAG...]
    object=$1
    shift
    # shellcheck disable=SC2086 # flags are words
    clang $flags "$@" -c -o "$object" src/data/image.c >&2
}

# tests TEST IMAGE_OBJECT: runs a test program; its output is in $dir/out.
tests() {
    # shellcheck disable=SC2086
    clang $flags -Wl,--wrap=ramp_image_decode,--wrap=fwrite,--wrap=compress2 \
        -o "$dir/test" "tests/unit/$1.c" tests/proof/poison.c "$2" \
        $others src/base/*.c -lcheck -lsubunit -lrt -lz -lm >&2 &&
        CK_TIMEOUT_MULTIPLIER=50 "$dir/test" >"$dir/out" 2>&1
    status=$?
    cat "$dir/out" >&2
    return "$status"
}

others=
for source in src/data/image_*.c; do
    case $source in
    */image_folder.c) ;;
    *) others="$others $source" ;;
    esac
done
decoder "$dir/image.o" -Dmem_alloc=unset_alloc || exit 1
n_tests=0
for test in check_image check_image_damage; do
    tests "$test" "$dir/image.o" || failures="$failures $test"
    n_tests=$((n_tests + $(sed -n 's/.*Checks: \([0-9]*\),.*/\1/p' "$dir/out")))
done

# fuzz IMAGE_OBJECT RUNS FINDINGS: the same for the inputs of fuzz_image.c, and
# for new ones.
fuzz() {
    # shellcheck disable=SC2086
    clang $flags -fsanitize=fuzzer -DFUZZED \
        -Wl,--wrap=ramp_image_decode,--wrap=fwrite,--wrap=compress2 \
        -Wl,--wrap=image_set_size,--wrap=LLVMFuzzerMutate \
        -o "$dir/fuzz" tests/fuzz/fuzz_image.c tests/proof/poison.c "$1" \
        $others src/base/*.c -lz -lm >&2 || return
    rm -rf "$dir/corpus"
    mkdir -p "$dir/corpus" build/fuzz/findings
    "$dir/fuzz" -runs="$2" -max_len=4096 -timeout=20 -print_final_stats=1 \
        -close_fd_mask=1 -dict=tests/fuzz/image.dict \
        -artifact_prefix="$3" "$dir/corpus" tests/fuzz/corpus/image \
        >"$dir/out" 2>&1
    status=$?
    grep -e SUMMARY -e ' cov: ' -e '^stat' "$dir/out" | tail -n 6 >&2
    return "$status"
}

decoder "$dir/fuzzed.o" -Dmem_alloc=unset_alloc -fsanitize=fuzzer-no-link ||
    exit 1
fuzz "$dir/fuzzed.o" "${RUNS:-1000000}" build/fuzz/findings/image-unset- ||
    failures="$failures fuzz"
n_inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/out")

# The control: without the walk over the markers stb_image takes a JPEG that
# lacks a scan, and leaves its pixels unset.
sed 's/image_check_jpeg(file);/image_set_size(file, 16, 16);/' \
    src/data/image.c >"$dir/image.c"
# shellcheck disable=SC2086
clang $flags -Dmem_alloc=unset_alloc -c -o "$dir/trusting.o" \
    "$dir/image.c" >&2
tests check_image "$dir/trusting.o"
grep -q 'use-of-uninitialized-value' "$dir/out" || failures="$failures blind"
fuzz "$dir/trusting.o" 1 "$dir/"
grep -q 'use-of-uninitialized-value' "$dir/out" ||
    failures="$failures blind-fuzz"

# ---- valgrind ----

make -j"$(nproc)" --no-print-directory all >&2 || exit 1
mkdir "$dir/data"
perl tests/cli/make_data.pl "$dir/data" || exit 1
(cd "$dir/data" && tar -czf ../classes.tar.gz classes) || exit 1
cat >"$dir/tiny.net" <<'END'
conv    4 3x3 pad 1
batchnorm
act
maxpool 2x2
dropout 0.2
dense   classes
END
echo 'conv 4 0x3' >"$dir/bad.net"
printf -- '--epochs 1\n--batch 20\n' >"$dir/short.recipe"
head -c 40 "$dir/data/pictures/0.pgm" >"$dir/cut.pgm"
mkdir "$dir/mixed"
cp tests/data/*.jpg "$dir/data/pictures/0.pgm" "$dir/cut.pgm" "$dir/mixed"
tiny="--net $dir/tiny.net --epochs 1 --batch 10"

# What dlopen (of libarchive) notes down it never frees.
cat >"$dir/known" <<'END'
{
    order in which the loaded libraries are initialised
    Memcheck:Leak
    match-leak-kinds: definite
    fun:malloc
    fun:malloc
    fun:_dl_map_object_deps
}
END

# One case: the status that the program must end with, and its arguments. Any
# error or lost block makes valgrind end with 99 instead.
cases=0
try() { # STATUS ARGUMENT...
    expected=$1
    shift
    cases=$((cases + 1))
    RAMP_CPU=avx2 OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive valgrind -q \
        --leak-check=full --errors-for-leak-kinds=definite \
        --suppressions="$dir/known" --error-exitcode=99 ./ramp "$@" \
        >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
    echo "== ramp $*: $status" >&2
    [ "$status" -eq "$expected" ] && return
    cat "$dir/err" >&2
    failures="$failures ramp-$1"
}

# shellcheck disable=SC2086 # $tiny is several words
{
    try 0 train "$dir/data" $tiny --out "$dir/run"
    try 0 train "$dir/data/classes" $tiny --opt adamw --augment \
        flip,shift:1,rotate:10,scale:0.1,cutout:2 --out "$dir/folder"
    try 0 train "$dir/classes.tar.gz" $tiny --threads 1 --out "$dir/archive"
    try 0 train "$dir/data" --recipe "$dir/short.recipe" --net conv2 \
        --schedule onecycle --label-smoothing 0.1 --out "$dir/conv2"
    try 0 train "$dir/data" $tiny --exact --l1 0.001 --patience 1 \
        --input 3x12x12 --fit letterbox --out "$dir/exact"
    try 7 train "$dir/data" --net "$dir/tiny.net" --epochs 4 --batch 10 \
        --lr 1000 --out "$dir/diverged"
    try 2 train "$dir/data" $tiny --epochz 3
    try 3 train "$dir/none" $tiny
    try 4 train "$dir/data" --net "$dir/bad.net"
    try 5 train "$dir/data" $tiny --out /proc/none
    try 0 eval "$dir/run" "$dir/data"
    try 0 eval "$dir/conv2/best.safetensors" "$dir/data"
    try 0 eval "$dir/folder" "$dir/data/classes"
    try 4 eval "$dir/data/pictures/0.pgm" "$dir/data"
    try 0 predict "$dir/run" "$dir/data/pictures" --top 2
    try 0 predict "$dir/exact" tests/data/progressive.jpg
    try 3 predict "$dir/run" "$dir/mixed"
    try 3 predict "$dir/run" "$dir/none.png"
    try 4 predict "$dir/none" "$dir/data/pictures/0.pgm"
    try 2 predict "$dir/run"
    try 0 data "$dir/data"
    try 0 data "$dir/data/classes"
    try 0 data "$dir/classes.tar.gz"
    try 3 data "$dir/mixed/cut.pgm"
    try 0 info "$dir/run"
    try 0 info krizhevsky --plan
    try 4 info "$dir/bad.net"
    try 0 check "$dir/tiny.net"
    try 0 --help
    try 2 evaluate
}

# The control: a block of ramp's own is lost.
cat >"$dir/leak.c" <<'END'
#include "base/mem.h"
int main(int argc, char **argv)
{
    (void)argv;
    char *block = mem_alloc((size_t)argc, 1);
    return block[argc] != 0 ? 1 : (block = NULL) != NULL;
}
END
gcc -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc -Iinclude -o "$dir/leak" \
    "$dir/leak.c" src/base/mem.c src/base/error.c >&2
valgrind -q --leak-check=full --errors-for-leak-kinds=definite \
    --error-exitcode=99 "$dir/leak" >&2
[ $? -eq 99 ] || failures="$failures blind-valgrind"

if [ -n "$failures" ]; then
    echo "failed:$failures"
    exit 1
fi
echo "MemorySanitizer: 0 reports in $n_tests tests of pictures and" \
    "$n_inputs inputs of a fuzzer with the decoder's memory unset;" \
    "$(valgrind --version): 0 errors and 0 lost" \
    "blocks in $cases cases; planted faults are found by both"
