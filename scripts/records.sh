#!/bin/sh
# records.sh - train the shipped nets with several seeds, and write what came
# out to docs/records/trainings.tsv and, with mean and spread, to
# docs/records/README.md. Needs the data: MNIST and CIFAR-10 (JPEG) in
# $RAMP_DATA, Fashion-MNIST from Debian's dataset-fashion-mnist. What stands in
# the table already is not trained again.
#
# usage: scripts/records.sh [SEEDS]    (default 3)
set -eu
cd "$(dirname "$0")/.."

tab=$(printf '\t')
seeds=${1:-3}
ramp=${RAMP:-./ramp}
table=docs/records/trainings.tsv
runs=$(mktemp -d "${TMPDIR:-/tmp}/ramp-records.XXXXXX")
trap 'rm -rf "$runs"' EXIT
mkdir -p docs/records
[ -f "$table" ] ||
    printf 'arguments\tseed\tval_error\ttest_error\n' >"$table"

# train ARGUMENTS OF RAMP TRAIN: once for each seed
train() {
    name=$(echo "$*" | sed "s,[^ ]*/,,")
    seed=1
    while [ "$seed" -le "$seeds" ]; do
        if ! grep -qF "$name$tab$seed$tab" "$table"; then
            echo "ramp train $name --seed $seed" >&2
            "$ramp" train "$@" --seed "$seed" --out "$runs/run" \
                >"$runs/out"
            errors=$(sed -n 's/^\(val\|test\) error *\([0-9.]*\) %.*/\2/p' \
                "$runs/out" | paste -s -)
            printf '%s\t%s\t%s\n' "$name" "$seed" "$errors" >>"$table"
            rm -rf "$runs/run"
        fi
        seed=$((seed + 1))
    done
}

# The figures as a table: mean and standard deviation over seeds.
summary() {
    awk -F'\t' '
        NR > 1 {
            if (!($1 in n)) order[++k] = $1
            n[$1]++; sum[$1] += $4; square[$1] += $4 * $4; val[$1] += $3
        }
        END {
            print "| `ramp train` | seeds | val error | test error, mean |" \
                " standard deviation |"
            print "|---|---|---|---|---|"
            for (i = 1; i <= k; i++) {
                a = order[i]; mean = sum[a] / n[a]
                v = n[a] > 1 ? (square[a] - n[a] * mean ^ 2) / (n[a] - 1) : 0
                spread = n[a] > 1 ? sprintf("%.2f", sqrt(v > 0 ? v : 0)) : "-"
                printf "| `%s` | %d | %.2f %% | **%.2f %%** | %s |\n",
                    a, n[a], val[a] / n[a], mean, spread
            }
        }' "$table"
}

cifar=$RAMP_DATA/cifar10-jpeg.tar.xz
augment='--augment flip,shift:4'
train mnist --net lenet --epochs 10
train mnist --net conv2 --epochs 8
train fashion-mnist --net conv2 --epochs 12 --augment none
train "$cifar" --net krizhevsky --epochs 20 $augment
seeds=1
train mnist --net conv2 --epochs 8 --exact
train "$cifar" --net krizhevsky --epochs 20 $augment --exact

{
    echo "# Trainings of the shipped nets"
    echo
    echo "Made by \`scripts/records.sh\` out of \`trainings.tsv\`, seeds from 1"
    echo "on. Each run holds out a tenth of the training pictures (val), keeps"
    echo "the epoch that is best on them, and reads the test pictures once."
    echo "\`--exact\` takes the direct algorithm for every convolution."
    echo
    summary
} >docs/records/README.md
cat docs/records/README.md
