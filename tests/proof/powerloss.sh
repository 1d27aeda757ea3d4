#!/bin/sh
# powerloss.sh - what the disk may hold if the power fails at any moment of a
# training: whole files, none older than the last reported epoch. The calls are
# those of a real training, the disk is that of tests/faults/powerloss.pl.
. tests/faults/common

export OMP_NUM_THREADS=1
wide=$dir/wide.net
sed 's/^conv    4/conv    32/' "$tiny_net" >"$wide"
mkdir "$dir/versions"
strace -f -qq -xx -s 100000000 -o "$dir/trace" \
    -e trace=openat,write,fsync,close,rename,mkdir,unlink \
    "$RAMP" train "$data" --net "$wide" --epochs 12 --batch 70 --val 0 \
    --opt adamw --out "$dir/run" >"$dir/out" 2>"$dir/err" || {
    cat "$dir/err"
    fail 'no training'
}
perl tests/faults/powerloss.pl "$dir/run" "$dir/versions" \
    <"$dir/trace" >"$dir/found" || failures=$((failures + 1))
cat "$dir/found"
# shellcheck disable=SC2046 # four numbers
set -- $(tail -n 1 "$dir/found")
[ "$4" -eq 12 ] || fail "12 epochs reported, $4 found in the trace"
[ "$1" -ge 10000 ] || fail "only $1 states"
for model in "$dir"/versions/*; do
    [ -n "$(epoch_of "$model")" ] || fail "${model##*/} does not load"
done

conclude "$1 states of the disk after $2 calls of a training of 12 epochs: no \
file torn, lost or older than reported; $3 versions of the models load"
