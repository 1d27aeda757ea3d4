#!/bin/sh
# demo.sh - what ramp does, in about a minute: trains on 10,000 pictures of
# clothes, measures the result on 2,000 others, and classifies picture files.
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

say "Train a small convolutional network on 10,000 pictures of clothes"
echo '$ ./ramp train fashion-small --epochs 5 --time 90s'
results=$("$ramp" train fashion-small --epochs 5 --time 90s)
printf '%s\n' "$results"
model=$(printf '%s\n' "$results" | sed -n 's/^model  *//p')
run=${model%/*}

say "Measure it on 2,000 pictures that it has never seen"
show eval "$run" fashion-small

say "Classify picture files (the name of each file says what it shows)"
mkdir "$dir/pictures"
perl scripts/idx_to_pnm.pl datasets/fashion-small t10k 0 10 "$dir/pictures" \
    T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle-boot
echo "\$ ./ramp predict $run pictures --top 2"
here=$PWD
(cd "$dir" && "$ramp" predict "$here/$run" pictures --top 2)

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
