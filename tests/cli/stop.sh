#!/bin/sh
# stop.sh - a training that is told to end saves its model, and says by its
# exit status which signal it was; one that diverges says so.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common

make_data "$dir/data"

# Wait until the training in the background has finished an epoch.
await_epoch() {
    n=0
    while ! grep -q '^epoch' "$dir/err" && [ $((n += 1)) -lt 100 ]; do
        sleep 0.1
    done
}

# stopped SIGNAL STATUS
stopped() {
    signal=$1
    : >"$dir/err"
    # A shell starts what runs in the background with SIGINT ignored; perl
    # puts that right.
    perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$RAMP" train "$dir/data" \
        --net "$tiny_net" --epochs 1000000 --time 20s --out "$dir/$signal" \
        >"$dir/out" 2>"$dir/err" &
    pid=$!
    await_epoch
    kill -s "$signal" "$pid"
    wait "$pid"
    status=$?
    [ "$status" -eq "$2" ] || fail "$signal: expected $2, found $status"
    has "$dir/err" "stopped by SIG$signal; the model is saved"
    has "$dir/out" "model       $dir/$signal/best.safetensors"
    run 0 eval "$dir/$signal" "$dir/data"
}
stopped INT 130
stopped TERM 143

# Where SIGINT is ignored (nohup, a background job), it stays ignored.
: >"$dir/err"
(
    trap '' INT
    exec "$RAMP" train "$dir/data" --net "$tiny_net" --epochs 1000000 \
        --time 20s --out "$dir/nohup" >"$dir/out" 2>"$dir/err"
) &
pid=$!
await_epoch
kill -s INT "$pid"
sleep 0.2
kill -s TERM "$pid" || fail 'an ignored SIGINT ended the training'
wait "$pid"
status=$?
[ "$status" -eq 143 ] || fail "ignored SIGINT: expected 143, found $status"

# The penalty breaks the weights in a later epoch than the first.
run 7 train "$dir/data" --net "$tiny_net" --epochs 50 --batch 10 --lr 0.1 \
    --l2 100 --momentum 0 --schedule constant --warmup 0 --out "$dir/diverged"
grep -q '^ramp: training diverged: .* in epoch [0-9]*, batch [0-9]*, '\
'at learning rate 0.1; try --lr 0.01$' "$dir/err" ||
    fail "diverged: $(cat "$dir/err")"
[ -s "$dir/diverged/args.txt" ] || fail 'a diverged run has no args.txt'
epochs=$(grep -c '^epoch ' "$dir/err")
[ "$epochs" -gt 0 ] || fail 'diverged before the first epoch was done'
run 0 info "$dir/diverged/last.safetensors"
grep -q "^trained .*, epoch $epochs\$" "$dir/out" ||
    fail "diverged: the last model is not of epoch $epochs"
run 0 eval "$dir/diverged" "$dir/data"

# ... and the largest rate in the first: no model at all.
run 7 train "$dir/data" $tiny --lr 1000 --out "$dir/at-once"
has "$dir/err" 'ramp: training diverged: '
for name in best last; do
    [ ! -e "$dir/at-once/$name.safetensors" ] || fail "diverged, and yet $name"
done
refused 2 --lr train "$dir/data" $tiny --lr 1e30 --out "$dir/beyond"
[ ! -e "$dir/beyond" ] || fail 'a folder for a rate that is refused'

finish
