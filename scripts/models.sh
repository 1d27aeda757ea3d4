#!/bin/sh
# models.sh - train what models/ lacks of the trained models: by their recipes,
# on all training pictures, with seed 1. Needs the data by their names: see
# scripts/datasets.sh. What was stopped goes on.
#
# usage: [RAMP=/path/to/ramp] scripts/models.sh
set -eu
cd "$(dirname "$0")/.."
ramp=${RAMP:-./ramp}

make_model() { # NAME DATA
    model=models/$1.safetensors
    run=runs/model-$1-1
    [ ! -e "$model" ] || return 0
    if [ -e "$run/last.safetensors" ]; then
        "$ramp" train --resume "$run"
    else
        "$ramp" train "$2" --recipe "$1" --val 0 --seed 1 --out "$run"
    fi
    cp "$run/best.safetensors" "$model.tmp"
    mv "$model.tmp" "$model"
    echo "$model"
}

make_model digits mnist
make_model fashion fashion-mnist
make_model speedy-s cifar10
make_model speedy cifar10
