#!/bin/sh
# records.sh - train the shipped nets with several seeds, and write what came
# out below docs/records: trainings.tsv, recipes.tsv and ablation.tsv, a line
# for each training, recipes/NAME-seedN.csv, the log of each training by a
# recipe, and README.md, means and spread. Needs the data: MNIST and CIFAR-10
# (JPEG) in $RAMP_DATA, Fashion-MNIST from Debian's dataset-fashion-mnist.
# What stands in a table already is not trained again. While recipes are
# trained nothing else should run: their time counts. Their models stay below
# runs/, where `make models` finds those of seed 1.
#
# usage: scripts/records.sh [PATTERN]    only recipes, options or changes
#                                        ("ablation: ...") that match it
set -eu
cd "$(dirname "$0")/.."

tab=$(printf '\t')
pattern=${1:-}
ramp=${RAMP:-./ramp}
cifar=$RAMP_DATA/cifar10-jpeg.tar.xz
trainings=docs/records/trainings.tsv
recipes=docs/records/recipes.tsv
ablation=docs/records/ablation.tsv
runs=$(mktemp -d "${TMPDIR:-/tmp}/ramp-records.XXXXXX")
trap 'rm -rf "$runs"' EXIT
trap 'exit 130' INT TERM
mkdir -p docs/records/recipes
[ -f "$trainings" ] ||
    printf 'arguments\tseed\tval_error\ttest_error\n' >"$trainings"
[ -f "$recipes" ] ||
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' recipe data seed test_error \
        mirror_error seconds peak_before peak_after >"$recipes"

[ -f "$ablation" ] || printf 'change\tseed\tval_error\n' >"$ablation"

# The errors of parts that an output has, in per cent.
errors() { # FILE
    sed -n 's/^\(val \|test \|\)error *\([0-9.]*\) %.*/\2/p' "$1" | paste -s -
}

# What the processor can do, GFLOP/s.
peak() {
    "$ramp" bench lenet --input 1x28x28 --seconds 0.2 |
        sed -n 's/^peak *\([0-9.]*\) .*/\1/p'
}

now() {
    perl -MTime::HiRes=time -e 'printf "%.3f\n", time'
}

# train SEEDS OPTIONS: a tenth held out, the epoch that is best on it.
train() {
    seeds=$1
    shift
    name=$(echo "$*" | sed "s,[^ ]*/,,")
    case $name in *"$pattern"*) ;; *) return ;; esac
    for seed in $(seq "$seeds"); do
        if ! grep -qF "$name$tab$seed$tab" "$trainings"; then
            echo "ramp train $name --seed $seed" >&2
            "$ramp" train "$@" --seed "$seed" --out "$runs/run" >"$runs/out"
            printf '%s\t%s\t%s\n' "$name" "$seed" "$(errors "$runs/out")" \
                >>"$trainings"
            rm -rf "$runs/run"
        fi
    done
}

# record SEEDS RECIPE DATA: all training pictures, the last epoch. Mirror
# images are looked at where they show the same.
record() {
    recipe=$2
    data=$3
    case $recipe in *"$pattern"*) ;; *) return ;; esac
    for seed in $(seq "$1"); do
        if ! grep -q "^$recipe$tab$data$tab$seed$tab" "$recipes"; then
            echo "ramp train $data --recipe $recipe --val 0 --seed $seed" >&2
            run=runs/model-$recipe-$seed
            rm -rf "$run"
            before=$(peak)
            start=$(now)
            "$ramp" train "$data" --recipe "$recipe" --val 0 --seed "$seed" \
                --out "$run" >"$runs/out"
            seconds=$(echo "$start $(now)" | awk '{ printf "%.1f", $2 - $1 }')
            after=$(peak)
            mirror=-
            if [ "$data" != mnist ]; then
                "$ramp" eval "$run" "$data" --tta mirror >"$runs/mirror"
                mirror=$(errors "$runs/mirror")
            fi
            cp "$run/log.csv" "docs/records/recipes/$recipe-seed$seed.csv"
            printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$recipe" "$data" \
                "$seed" "$(errors "$runs/out")" "$mirror" "$seconds" \
                "$before" "$after" >>"$recipes"
        fi
    done
}

# ablate SEEDS CHANGE RECIPE [NET]: the recipe of speedy-s for ten epochs with
# one thing changed, by what sed does to its recipe and its net; a tenth held
# out, the error on it after the last epoch.
ablate() {
    seeds=$1 change=$2
    case "ablation: $change" in *"$pattern"*) ;; *) return ;; esac
    sed -e 's/^--epochs .*/--epochs 10/' -e "$3" models/speedy-s.recipe \
        >"$runs/changed.recipe"
    sed "${4:-}" models/speedy-s.net >"$runs/changed.net"
    for seed in $(seq "$seeds"); do
        if ! grep -qF "$change$tab$seed$tab" "$ablation"; then
            echo "speedy-s, $change, seed $seed" >&2
            "$ramp" train "$cifar" --recipe "$runs/changed.recipe" \
                --net "$runs/changed.net" --val 0.1 --seed "$seed" \
                --out "$runs/run" >"$runs/out"
            printf '%s\t%s\t%s\n' "$change" "$seed" "$(awk -F, '
                END { printf "%.2f", 100 * $5 }' "$runs/run/log.csv")" \
                >>"$ablation"
            rm -rf "$runs/run"
        fi
    done
}

# Of each change the mean over the seeds, and how much more than that of the
# recipe as it is, seed by seed, with its standard error.
ablation_summary() {
    awk -F'\t' '
        BEGIN {
            print "| change | seeds | val error | more than as it is |"
            print "|---|---|--:|--:|"
        }
        NR > 1 {
            if (!($1 in n)) order[++k] = $1
            if (k == 1) base[$2] = $3
            n[$1]++
            sum[$1] += $3
            more[$1] += $3 - base[$2]
            square[$1] += ($3 - base[$2]) ^ 2
        }
        END {
            for (i = 1; i <= k; i++) {
                a = order[i]
                mean = more[a] / n[a]
                v = n[a] > 1 ? (square[a] - n[a] * mean ^ 2) / (n[a] - 1) : 0
                error = sqrt((v > 0 ? v : 0) / n[a])
                cell = sprintf(n[a] > 1 ? "%+.2f ± %.2f" : "%+.2f", mean, error)
                printf "| %s | %d | %.2f | %s |\n", a, n[a], sum[a] / n[a],
                    i > 1 ? cell : "-"
            }
        }' "$ablation"
}

# summary TABLE KEYS COLUMN:TITLE...: means and standard deviations over the
# seeds of columns that are numbers; the first KEYS columns name a row.
summary() {
    awk -F'\t' -v keys="$2" -v columns="$(shift 2 && echo "$*")" '
        BEGIN {
            n_columns = split(columns, column, " ")
            line = "| `ramp train` | seeds |"
            rule = "|---|---|"
            for (j = 1; j <= n_columns; j++) {
                title = column[j]
                sub(/^[0-9]*:/, "", title)
                gsub(/_/, " ", title)
                line = line " " title " |"
                rule = rule "--:|"
            }
            print line
            print rule
        }
        NR > 1 {
            name = keys == 1 ? $1 : $2 " --recipe " $1 " --val 0"
            if (!(name in n)) order[++k] = name
            n[name]++
            for (j = 1; j <= n_columns; j++) {
                x = $(column[j] + 0)
                sum[name, j] += x
                square[name, j] += x * x
                absent[name, j] = x == "-"
            }
        }
        END {
            for (i = 1; i <= k; i++) {
                a = order[i]
                line = "| `" a "` | " n[a] " |"
                for (j = 1; j <= n_columns; j++) {
                    mean = sum[a, j] / n[a]
                    v = n[a] > 1 ? square[a, j] - n[a] * mean ^ 2 : 0
                    v = v > 0 ? sqrt(v / (n[a] - 1)) : 0
                    cell = sprintf(n[a] > 1 ? "%.2f ± %.2f" : "%.2f", mean, v)
                    line = line " " (absent[a, j] ? "-" : cell) " |"
                }
                print line
            }
        }' "$1"
}

record 5 digits mnist
record 5 digits-1 mnist
record 3 fashion fashion-mnist
record 3 speedy-s cifar10
record 3 speedy cifar10
ablate 3 'as it is' ''
ablate 3 'ReLU for GELU' 's/gelu/relu/'
ablate 3 'first layer trained, not whitened' '' 's/ whiten//'
ablate 3 'He initialisation' 's/dirac/he/'
ablate 3 'biases of batch norm at the usual rate' '/^--norm-lr/d'
ablate 3 'no Lookahead' '/^--lookahead/d'
ablate 3 'no label smoothing' '/^--label-smoothing/d'
ablate 3 'flips at random' 's/flip:alternate/flip/'
ablate 3 'no shift' 's/,shift:2//'
ablate 3 'no cutout' 's/,cutout:4//'
ablate 3 'batches of 1024' 's/^--batch .*/--batch 1024/'
ablate 3 'half the rate' 's/^--lr .*/--lr 0.042/'
ablate 3 'twice the rate' 's/^--lr .*/--lr 0.167/'
ablate 3 'half the decay' 's/^--l2 .*/--l2 0.01/'
augment='--augment flip,shift:4'
train 3 mnist --net lenet --epochs 10
train 3 mnist --net conv2 --epochs 8
train 3 fashion-mnist --net conv2 --epochs 12 --augment none
# shellcheck disable=SC2086 # two words
train 3 "$cifar" --net krizhevsky --epochs 20 $augment
train 1 mnist --net conv2 --epochs 8 --exact
# shellcheck disable=SC2086
train 1 "$cifar" --net krizhevsky --epochs 20 $augment --exact

{
    cat <<'END'
# Trainings of the shipped nets

Made by `scripts/records.sh`, seeds from 1 on; errors in per cent, mean and
standard deviation.

## By recipes

On all training pictures; the model is that of the last epoch. Where settings
were chosen, it was with a tenth of the training pictures held out, as the
recipes say. Seconds are those of the whole process, the peaks what the
processor did in registers just before and after, GFLOP/s. Each log is in
`recipes/`, all trainings in `recipes.tsv`.

END
    summary "$recipes" 2 4:test_error 5:with_mirror_images 6:seconds \
        7:peak_before 8:peak_after
    cat <<'END'

## What each piece is worth

`speedy-s.recipe` on CIFAR-10, cut to ten epochs, with one thing changed; a
tenth of the training pictures held out, the error on them after the last epoch,
without other views. A standard error stands behind ±. All trainings are in
`ablation.tsv`.

END
    ablation_summary
    cat <<'END'

## With options

A tenth of the training pictures is held out (val); the model is that of the
epoch that is best on them, and the test pictures are read once. `--exact` takes
the direct algorithm for every convolution. All of them are in `trainings.tsv`.

END
    summary "$trainings" 1 3:val_error 4:test_error
} >docs/records/README.md
cat docs/records/README.md
