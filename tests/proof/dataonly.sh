#!/bin/sh
# dataonly.sh - a model is data only, and an answer depends on nothing else:
# `ramp predict` runs no program, opens no socket and writes no file; the same
# picture has the same answer, to the bit, in every run, alone, in a batch, in
# any order, with one thread and with eight.
#
# RUNS: how many (20).
. tests/faults/common

"$RAMP" train fashion-small --net lenet --time 2s --out "$dir/run" || exit
mkdir "$dir/pictures"
perl scripts/idx_to_pnm.pl datasets/fashion-small t10k 0 1000 \
    "$dir/pictures" || exit
ls "$dir"/pictures/*.pgm >"$dir/list"
n_pictures=$(wc -l <"$dir/list")

# ---- What predict asks of the system ----
# trace COMMAND...: nothing but reading, memory, threads of its own, and writing
# to the standard streams.
cat >"$dir/harmless" <<'EOF'
^(access|newfstatat|fstat|statx|readlink|getdents64|lseek)\(
^openat\(AT_FDCWD, "[^"]*", O_RDONLY
^(read|pread64|close|fcntl|ioctl|p?poll)\(
^write\([12],
^(mmap|munmap|mprotect|mremap|madvise|brk)\(
^clone3\(.*CLONE_THREAD
^(futex|set_robust_list|set_tid_address|rseq|arch_prctl|prlimit64)\(
^(rt_sigaction|rt_sigprocmask|sched_getaffinity|sched_yield)\(
^(clock_gettime|getpid|getrandom|gettid|sysinfo|uname)\(
EOF
n_calls=0
trace() {
    strace -f -qq -o "$dir/trace" "$@" >"$dir/out" 2>"$dir/err" <"$dir/list" ||
        fail "$*: $(tail -n 1 "$dir/err")"
    sed -E -e 's/^[0-9]+ +//' -e '/^(---|\+\+\+|<\.\.\.)/d' -e '/^exit/d' \
        "$dir/trace" >"$dir/calls"
    n_calls=$((n_calls + $(wc -l <"$dir/calls")))
    # The first call of all is the start of the program itself.
    sed 1d "$dir/calls" | grep -v -E -f "$dir/harmless" >"$dir/others" &&
        fail "$*: $(sort -u "$dir/others" | head -n 5)"
}
trace "$RAMP" predict "$dir/run" "$dir/pictures" --threads 8
has "$dir/out" '.pgm  '
trace "$RAMP" predict "$dir/run" - --threads 1
for file in tests/data/*.jpg; do
    trace "$RAMP" predict "$dir/run" "$file"
done
# The sieve is not blind: a training does write.
before=$failures
trace "$RAMP" train "$data" --net "$tiny_net" --epochs 1 --out "$dir/tiny"
[ "$failures" -gt "$before" ] || fail 'a training is taken for a prediction'
failures=$((failures > before ? before : failures))

# ---- The same answers ----
${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -Iinclude -fopenmp \
    -o "$dir/answers" tests/faults/answers.c libramp.a -lz -ljansson -lm ||
    exit
"$dir/answers" "$dir/run/best.safetensors" 1 1 <"$dir/list" >"$dir/expected"
[ "$(sort -u "$dir/expected" | wc -l)" -eq "$n_pictures" ] ||
    fail 'not an answer for each picture'
sort "$dir/expected" >"$dir/sorted"
"$RAMP" predict "$dir/run" "$dir/pictures" --threads 1 |
    sed 's/  [0-9.]* ms$//' >"$dir/shown"
answers=0
differences=0

# compare FILE EXPECTED WHAT
compare() {
    n=$(diff "$1" "$2" | grep -c '^[<>]')
    [ "$n" -eq 0 ] || fail "$3: $n lines differ"
    differences=$((differences + n))
    answers=$((answers + $(wc -l <"$1")))
}

run=0
while [ $((run += 1)) -le "${RUNS:-20}" ]; do
    perl -MList::Util=shuffle -e 'srand shift; print shuffle <STDIN>' "$run" \
        <"$dir/list" >"$dir/shuffled"
    for threads in 1 8; do
        for batch in 1 64 $((run * 7)); do
            "$dir/answers" "$dir/run/best.safetensors" "$batch" "$threads" \
                <"$dir/list" >"$dir/out"
            compare "$dir/out" "$dir/expected" \
                "run $run, $threads threads, batches of $batch"
        done
        "$dir/answers" "$dir/run/best.safetensors" 32 "$threads" \
            <"$dir/shuffled" | sort >"$dir/out"
        compare "$dir/out" "$dir/sorted" "run $run, $threads threads, shuffled"
        "$RAMP" predict "$dir/run" "$dir/pictures" --threads "$threads" |
            sed 's/  [0-9.]* ms$//' >"$dir/out"
        compare "$dir/out" "$dir/shown" "run $run: predict of a folder"
    done
done
# One process for each picture.
head -n 100 "$dir/list" | while read -r file; do
    "$RAMP" predict "$dir/run" "$file"
done | sed 's/  [0-9.]* ms$//' >"$dir/out"
head -n 100 "$dir/shown" >"$dir/some"
compare "$dir/out" "$dir/some" 'pictures alone'

conclude "$n_calls system calls of predict: 0 programs, sockets or files \
written; $n_pictures pictures x ${RUNS:-20} runs x {1,8} threads x {alone, \
batches, shuffled, folder}: $answers answers, $differences differ"
