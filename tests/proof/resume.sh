#!/bin/sh
# resume.sh - a training of MNIST with lenet.net, one epoch of 844 batches, that
# is stopped after a random batch and goes on with another number of threads,
# ends with the tensors of one that never stopped: 50 times. Then once with 50
# stops. Without $RAMP_DATA it takes fashion-small.
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-resume.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
seed=${RAMP_TEST_SEED:-1}
data=mnist
n_batches=844 # of 64 in 54,000 pictures
if [ ! -e "${RAMP_DATA:-}/mnist" ]; then
    data=fashion-small
    n_batches=141
fi

make -j"$(nproc)" --no-print-directory all >&2 &&
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -O2 \
        -Iinclude -o "$dir/resume" tests/proof/resume.c libramp.a -fopenmp \
        -lz -ljansson -lm >&2 || {
    echo 'not built'
    exit 1
}

# The tensors of both models, without their headers.
tensors() { # RUN
    for model in best last; do
        perl -e 'binmode STDIN; read STDIN, my $n, 8;
            read STDIN, my $header, unpack "Q<", $n;
            print while read STDIN, $_, 65536' <"$1/$model.safetensors"
    done | sha256sum
}

train() { # RUN BATCHES THREADS
    "$dir/resume" "$data" lenet "$1" "$2" "$3"
}

train "$dir/whole" 0 2 >&2 || exit 1
whole=$(tensors "$dir/whole")

# 50 batches, each from a piece of its own of the epoch.
places=$(perl -e 'my ($n, $seed) = @ARGV; srand $seed;
    print join " ", map {
        my $low = int($n * $_ / 50);
        my $high = int($n * ($_ + 1) / 50);
        my $k = $low + 1 + int rand($high - $low);
        $k < $n ? $k : $n - 1 } 0 .. 49' "$n_batches" "$seed")
n_equal=0
n_other=0
for k in $places; do
    run=$dir/run
    rm -rf "$run"
    stopped=$(train "$run" "$k" $((k % 3 + 1))) || exit 1
    [ "$stopped" -eq "$k" ] || echo "stopped after $stopped, not $k" >&2
    train "$run" 0 $(((k + 1) % 4 + 1)) >&2 || exit 1
    if [ "$stopped" -eq "$k" ] && [ "$(tensors "$run")" = "$whole" ]; then
        n_equal=$((n_equal + 1))
    else
        n_other=$((n_other + 1))
        echo "after batch $k: other tensors" >&2
    fi
done

run=$dir/often
rm -rf "$run"
n_stops=0
former=0
for k in $places; do
    [ "$k" -gt "$former" ] || continue
    train "$run" $((k - former)) $((k % 2 + 1)) >&2 || exit 1
    former=$k
    n_stops=$((n_stops + 1))
done
train "$run" 0 2 >&2 || exit 1
often=other
[ "$(tensors "$run")" != "$whole" ] || often='the same'

echo "$data: $n_equal of $((n_equal + n_other)) trainings stopped once have" \
    "the tensors of one that was not; one stopped $n_stops times: $often"
[ "$n_other" -eq 0 ] && [ "$often" = 'the same' ]
