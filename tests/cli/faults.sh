#!/bin/sh
# faults.sh - a fault of memory, disk or folder is one line and an exit status,
# and loses no file. The short part of what tests/proof does at length.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common
. tests/faults/checks

make_data "$dir/data"
data=$dir/data
rm -r "$data/classes"
run 0 train "$data" $tiny --out "$dir/run"

# ---- Two runs in one folder ----
: >"$dir/first.err"
"$RAMP" train "$data" --net "$tiny_net" --epochs 1000000 --time 60s \
    --out "$dir/mine" >"$dir/first.out" 2>"$dir/first.err" &
pid=$!
n=0
while ! grep -q '^epoch' "$dir/first.err" && [ $((n += 1)) -lt 100 ]; do
    sleep 0.1
done
refused 5 'expected no run at work there, found one; try another --out' \
    train "$data" $tiny --out "$dir/mine"
kill -s KILL "$pid"
wait "$pid" 2>/dev/null
checkpoint "$dir/mine" "$dir/first.err" 'killed'
refused 2 'holds a run already' train "$data" $tiny --out "$dir/mine"

# What a killed run has left is removed, and nothing else.
mkdir "$dir/left"
for name in args.txt.tmp-77 last.safetensors.tmp-78 notes.tmp-79; do
    echo x >"$dir/left/$name"
done
run 0 train "$data" $tiny --out "$dir/left"
has "$dir/err" \
    'ramp: warning: removed 2 temporary files of a run that was killed'
[ -e "$dir/left/notes.tmp-79" ] || fail 'a file of somebody else is removed'
rm "$dir/left/notes.tmp-79"
no_temporary "$dir/left" 'after a killed run'

# ---- A full disk ----
# Blocks of 512 bytes; the last checkpoint has 7. What ramp says goes through a
# pipe, because the limit is for every file.
full=0
for blocks in 0 1 3 5 6 20 2000; do
    {
        (
            ulimit -f $blocks
            exec "$RAMP" train "$data" $tiny --out "$dir/limit$blocks" 2>&1
        )
        echo "status $?"
    } | cat >"$dir/err"
    checkpoint "$dir/limit$blocks" "$dir/err" "ulimit -f $blocks"
    no_temporary "$dir/limit$blocks" "ulimit -f $blocks"
    case $(sed -n 's/^status //p' "$dir/err") in
    0) ;;
    5)
        full=$((full + 1))
        has "$dir/err" ': File too large'
        ;;
    *) fail "ulimit -f $blocks: $(cat "$dir/err")" ;;
    esac
done
[ "$full" -eq 6 ] || fail "$full of 6 limits were too small"
[ -e "$dir/limit6/best.safetensors" ] || fail 'no limit hit the last model only'
[ -e "$dir/limit20/last.safetensors" ] || fail 'no limit hit the report only'

# A disk of its own needs a name space of its own, which not every system gives.
mkdir "$dir/disk"
for kilobytes in 4 12 16 64 2000; do
    # shellcheck disable=SC2016 # for the other shell
    unshare -rm sh -c 'mount -t tmpfs -o "size=$1k" tmpfs "$2" || exit 99
        disk=$2
        shift 2
        "$@" --out "$disk/run"
        echo "status $?"
        ls "$disk/run"' sh $kilobytes "$dir/disk" "$RAMP" train "$data" $tiny \
        >"$dir/out" 2>&1 || break
    grep -q '\.tmp-' "$dir/out" && fail "$kilobytes kB: left $(cat "$dir/out")"
    case $(sed -n 's/^status //p' "$dir/out") in
    0) [ $kilobytes -eq 2000 ] || fail "$kilobytes kB: enough" ;;
    5) has "$dir/out" ': No space left on device' ;;
    *) fail "$kilobytes kB: $(cat "$dir/out")" ;;
    esac
done

# Results that nobody takes.
for command in --version "info $dir/run" "eval $dir/run $data" \
    "predict $dir/run $data/pictures" "export $dir/run --to $dir/run.c" \
    "train $data --net $tiny_net --epochs 1 --out $dir/full"; do
    for sink in full closed; do
        rm -rf "$dir/full"
        case $sink in
        full) "$RAMP" $command >/dev/full 2>"$dir/err" ;;
        closed) "$RAMP" $command >&- 2>"$dir/err" ;;
        esac
        status=$?
        [ "$status" -eq 5 ] || fail "$command, $sink: exit status $status"
        has "$dir/err" 'ramp: cannot write the results: '
    done
done
# Standard error is closed: no file that gets its number gets its lines.
"$RAMP" train "$data" $tiny --out "$dir/mute" >"$dir/out" 2>&- ||
    fail 'closed standard error: no training'
[ "$(tensors "$dir/mute/last.safetensors")" = \
    "$(tensors "$dir/run/last.safetensors")" ] ||
    fail 'closed standard error: another model'

# ---- No memory ----
# Not where an address checker has the memory, nor where $RAMP is a script that
# starts it elsewhere.
if head -c 2 "$RAMP" | grep -q '^#!' || grep -q __asan_init "$RAMP"; then
    finish
fi
preload fail_malloc

# failing STEP ARGUMENT...: each STEPth allocation fails, and all behind it.
failing() {
    step=$1
    n=1
    shift
    while :; do
        rm -rf "$dir/new" "$dir/mark"
        FAIL_AT=$n FAIL_FOREVER=1 FAIL_MARK=$dir/mark \
            LD_PRELOAD=$dir/fail_malloc.so "$RAMP" "$@" >"$dir/out" \
            2>"$dir/err" </dev/null
        status=$?
        [ -e "$dir/mark" ] || break
        case $status in
        0) [ -s "$dir/out" ] || fail "$1, allocation $n: no results" ;;
        1) has "$dir/err" 'libgomp: ' ;;
        6) has "$dir/err" 'ramp: ' ;;
        *) fail "$1, allocation $n: exit status $status: $(cat "$dir/err")" ;;
        esac
        [ ! -e "$dir/new" ] || {
            checkpoint "$dir/new" "$dir/err" "$1, allocation $n"
            no_temporary "$dir/new" "$1, allocation $n"
        }
        n=$((n + step))
    done
    [ "$n" -gt 100 ] || fail "$1: only $n allocations"
    [ "$status" -eq 0 ] || fail "$1: exit status $status, none failed"
}
failing 1 info "$dir/run"
failing 5 eval "$dir/run" "$data"
failing 3 export "$dir/run" --to "$dir/run.c"
failing 11 train "$data" $tiny --out "$dir/new"

finish
