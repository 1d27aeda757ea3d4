#!/bin/sh
# demo.sh - what ramp does, in about a minute: classifies picture files by the
# trained models that come with it, then trains one on 10,000 pictures of
# clothes and measures it on 2,000 others.
#
# usage: [RAMP=/path/to/ramp] scripts/demo.sh
set -eu
cd "$(dirname "$0")/.."
ramp=${RAMP:-$PWD/ramp}
case $ramp in /*) ;; *) ramp=$PWD/$ramp ;; esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-demo.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
    printf '\n== %s\n' "$*"
}

show() { # a command as it could be typed, then what it prints
    printf '$ ./ramp %s\n' "$*"
    "$ramp" "$@"
}

predict() { # the same, where the pictures are
    printf '$ ./ramp predict %s\n' "$*"
    from=$1
    shift
    case $from in */*) from=$PWD/$from ;; esac
    (cd "$dir" && "$ramp" predict "$from" "$@")
}

mkdir "$dir/drawn" "$dir/clothes"
perl scripts/draw_digits.pl "$dir/drawn"
perl scripts/idx_to_pnm.pl datasets/fashion-small t10k 0 10 "$dir/clothes" \
    T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle-boot

say "Classify ten digits that a script has drawn, by a trained model of models/"
predict digits drawn --top 2
predict digits drawn/3.pgm --show --top 3

say "Pictures of clothes (the name of each file says what it shows)"
predict fashion clothes --top 2

say "Train a small convolutional network on 10,000 pictures of clothes"
echo '$ ./ramp train fashion-small --epochs 5 --time 90s'
results=$("$ramp" train fashion-small --epochs 5 --time 90s)
printf '%s\n' "$results"
model=$(printf '%s\n' "$results" | sed -n 's/^model  *//p')
run=${model%/*}

say "Measure it on 2,000 pictures that it has never seen"
show eval "$run" fashion-small

say "Classify the clothes by the model of a minute's training"
predict "$run" clothes --top 2

say "What next"
cat <<EOF
The model is $model;
how it learned and where it is wrong is a page for a browser:
    $run/report.html
Longer training makes a better one; what else can be set:
    ./ramp train fashion-small --epochs 20
    ./ramp train --help
Your own pictures, a folder for each class:
    ./ramp train my-pictures/
    ./ramp predict runs/my-pictures-default-1 new-picture.jpg
The full data sets, fetched once, and then known by name:
    scripts/datasets.sh mnist
    scripts/datasets.sh fashion-mnist
    scripts/datasets.sh cifar10
    ./ramp train cifar10 --net krizhevsky
A net of your own is a text file; models/ holds examples:
    ./ramp info models/krizhevsky.net
EOF
