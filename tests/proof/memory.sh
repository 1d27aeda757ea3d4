#!/bin/sh
# memory.sh - no allocation that fails, and no limit of the address space, makes
# ramp crash, lie or lose a file. Each command runs with its first allocation
# failing, its second, and so on until it needs no more; once with this one
# failing alone, once with all behind it failing too.
. tests/faults/common
preload fail_malloc

# The team of threads and the loader's thread allocate, too.
export OMP_NUM_THREADS=2
trained="$data --net $tiny_net --epochs 2 --batch 70"

# shellcheck disable=SC2086 # $trained is several words
"$RAMP" train $trained --out "$dir/run" || exit

# What a command has to say, whatever time it took.
said() {
    sed -e 's/  [0-9.]* ms$//' -e "s|$dir/new|RUN|" -e '/^time /d' "$1"
    [ ! -e "$dir/new" ] || tensors "$dir/new/best.safetensors" \
        "$dir/new/last.safetensors"
}

# attempt ARGUMENT...: sets $status; in $dir/new what it makes.
attempt() {
    rm -rf "$dir/new"
    "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
}

# judge WHAT: 6 and a line that says so; 1 if libgomp says so; 0 only with all
# the results. What was saved before is whole.
judge() {
    case $status in
    0) said "$dir/out" | cmp -s - "$dir/expected" || fail "$1: other results" ;;
    1) grep -q '^libgomp: ' "$dir/err" || fail "$1: 1, not by libgomp" ;;
    6)
        grep '^ramp: ' "$dir/err" >"$dir/lines"
        [ -s "$dir/lines" ] || fail "$1: 6 without a word"
        # Of several pictures each may fail.
        [ "$2" = many ] || [ "$(wc -l <"$dir/lines")" -eq 1 ] ||
            fail "$1: several errors"
        [ "$(wc -L <"$dir/lines")" -lt 240 ] || fail "$1: a long line"
        ;;
    *)
        fail "$1: exit status $status"
        cat "$dir/err"
        ;;
    esac
    [ ! -e "$dir/new" ] || {
        no_temporary "$dir/new" "$1"
        checkpoint "$dir/new" "$dir/err" "$1"
    }
}

points=0
survived=0
by_libgomp=0

# failing NAME one|many ARGUMENT...
failing() {
    name=$1
    errors=$2
    shift 2
    attempt "$RAMP" "$@"
    [ "$status" -eq 0 ] || fail "$name: exit status $status without a fault"
    said "$dir/out" >"$dir/expected"
    for forever in '' FAIL_FOREVER=1; do
        n=0
        while [ $((n += 1)) -lt 100000 ]; do
            rm -f "$dir/mark"
            attempt env FAIL_AT="$n" FAIL_MARK="$dir/mark" $forever \
                LD_PRELOAD="$dir/fail_malloc.so" "$RAMP" "$@"
            [ -e "$dir/mark" ] || break
            judge "$name: allocation $n $forever" "$errors"
            [ "$status" -ne 0 ] || survived=$((survived + 1))
            [ "$status" -ne 1 ] || by_libgomp=$((by_libgomp + 1))
        done
        [ "$n" -gt 20 ] || fail "$name: only $n allocations"
        [ "$status" -eq 0 ] || fail "$name: exit status $status, none failed"
        echo "$name $forever: $((n - 1)) allocations" >&2
        points=$((points + n - 1))
    done
}

before=$(cksum "$dir"/run/*)
failing info one info "$dir/run"
failing net one info lenet
failing data one data fashion-small
failing predict many predict "$dir/run" "$data/pictures"
failing eval one eval "$dir/run" "$data"
# shellcheck disable=SC2086
failing train one train $trained --out "$dir/new"
[ "$before" = "$(cksum "$dir"/run/*)" ] || fail 'the model has changed'

# ---- The address space ----
# Below a certain limit the loader of programs gives up, by exit status 127.
limits=0
worked=0
"$RAMP" train fashion-small --net lenet --time 0.1s --out "$dir/lenet" || exit
for megabytes in $(seq 16 8 512); do
    for command in "info $dir/lenet" \
        "predict $dir/run $data/pictures/0.pgm" \
        "train fashion-small --net lenet --time 0.1s --out $dir/new"; do
        # shellcheck disable=SC2086 # a command is several words
        attempt sh -c "ulimit -v $((megabytes * 1024)) && exec \"\$@\"" \
            limited "$RAMP" $command
        what="$megabytes MB: ${command%% *}"
        case $status in
        0)
            [ -s "$dir/out" ] || fail "$what: no results"
            said "$dir/out" >"$dir/expected"
            worked=$((worked + 1))
            ;;
        127)
            grep -q 'error while loading shared' "$dir/err" ||
                fail "$what: 127, not by the loader"
            continue
            ;;
        esac
        judge "$what" one
    done
    limits=$((limits + 1))
done
[ "$worked" -gt "$limits" ] || fail "only $worked commands had enough memory"

# ---- Threads ----
# libgomp ends the process by itself if it cannot start a thread. An ordinary
# user may have so many threads and no more; root may always.
refused=0
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$dir"
    mkdir -m 777 "$dir/open"
    for threads in $(seq 1 20); do
        rm -rf "$dir/open/new"
        attempt setpriv --reuid=65534 --regid=65534 --clear-groups \
            prlimit --nproc="$threads" env OMP_NUM_THREADS=8 "$RAMP" train \
            "$data" --net "$tiny_net" --epochs 2 --batch 70 \
            --out "$dir/open/new"
        case $status in
        0) ;;
        1 | 6) refused=$((refused + 1)) ;;
        *) fail "$threads threads: exit status $status: $(cat "$dir/err")" ;;
        esac
        [ "$status" -ne 1 ] || grep -q '^libgomp: ' "$dir/err" ||
            fail "$threads threads: 1, not by libgomp"
        no_temporary "$dir/open/new" "$threads threads"
        checkpoint "$dir/open/new" "$dir/err" "$threads threads"
    done
    [ "$refused" -gt 5 ] || fail "only $refused limits of threads were too low"
    [ "$status" -eq 0 ] || fail '20 threads are not enough for 8'
fi

conclude "$points failing allocations: exit 6, but $survived with all results \
and $by_libgomp by libgomp's exit 1; $limits limits of memory x 3 commands, \
$worked done; $refused limits of threads too low; 0 signals, 0 temporary \
files, every checkpoint loads"
