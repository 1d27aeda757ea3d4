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

run 7 train "$dir/data" $tiny --lr 1000 --out "$dir/diverged"
has "$dir/err" 'ramp: training diverged'
[ -s "$dir/diverged/args.txt" ] || fail 'a diverged run has no args.txt'

finish
