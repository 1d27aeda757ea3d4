#!/bin/sh
# disk.sh - a disk that is full loses nothing: tmpfs of every size from 0 to all
# that a training writes and 64 kB, in steps of 4 kB; /dev/full; a limit of the
# size of files. In a name space of its own, where it may mount.
if [ -z "${RAMP_UNSHARED:-}" ]; then
    unshare -rm true || {
        echo 'no name space to mount in'
        exit 1
    }
    RAMP_UNSHARED=1 exec unshare -rm sh "$0"
fi
. tests/faults/common

disk=$dir/disk
mkdir "$disk"
export OMP_NUM_THREADS=1
wide=$dir/wide.net
sed 's/^conv    4/conv    64/' "$tiny_net" >"$wide"

# train_there FOLDER [OUTPUT ERRORS]: ends as the disk lets it; sets $status.
train_there() {
    "$RAMP" train "$data" --net "$wide" --epochs 3 --batch 70 --opt adamw \
        --out "$1" >"${2:-$dir/out}" 2>"${3:-$dir/err}" </dev/null
    status=$?
}

# one_line WHAT TEXT
one_line() {
    [ "$(grep -c '^ramp: ' "$dir/err")" -eq 1 ] || fail "$1: not one line"
    has "$dir/err" "$2"
}

train_there "$dir/run"
[ "$status" -eq 0 ] || fail 'no training on a disk with room'
need=$(du -k --apparent-size "$dir/run" | cut -f1)
# Beside all files the largest of them stands a second time.
need=$((need + $(wc -c <"$dir/run/last.safetensors") / 1024 + 64))

# ---- tmpfs ----
# A file of 4 kB takes the first block, since size=0 would be no limit.
steps=0
failed=0
before=0
for kilobytes in $(seq 0 4 $need); do
    mount -t tmpfs -o "size=$((kilobytes + 4))k" tmpfs "$disk" || exit
    head -c 4096 /dev/zero >"$disk/filler"
    train_there "$disk/run"
    case $status in
    0) ;;
    5)
        failed=$((failed + 1))
        one_line "$kilobytes kB" 'No space left on device'
        [ ! -e "$disk/run/last.safetensors" ] || before=$((before + 1))
        ;;
    *) fail "$kilobytes kB: exit status $status" ;;
    esac
    checkpoint "$disk/run" "$dir/err" "$kilobytes kB"
    no_temporary "$disk/run" "$kilobytes kB"
    umount "$disk"
    steps=$((steps + 1))
done
[ "$status" -eq 0 ] || fail 'not even the largest disk is large enough'
[ "$before" -gt 0 ] || fail 'no disk became full after the first save'

# ---- A limit of the size of files, in blocks of 512 bytes ----
# What the program says goes through a pipe: the log is a file, too.
limits=0
for blocks in $(seq 0 $(($(wc -c <"$dir/run/last.safetensors") / 512 + 2))); do
    rm -rf "$dir/new"
    {
        (
            ulimit -f "$blocks"
            train_there "$dir/new" /dev/stdout /dev/stdout
            exit "$status"
        )
        echo "status $?"
    } | cat >"$dir/err"
    case $(sed -n 's/^status //p' "$dir/err") in
    0) ;;
    5)
        limits=$((limits + 1))
        one_line "$blocks blocks" 'File too large'
        ;;
    *) fail "$blocks blocks: $(tail -n 1 "$dir/err")" ;;
    esac
    checkpoint "$dir/new" "$dir/err" "$blocks blocks"
    no_temporary "$dir/new" "$blocks blocks"
done
grep -q '^status 0' "$dir/err" || fail 'not even the largest limit is enough'

# ---- Results that nobody takes ----
n_full=0
for command in --help --version 'train --help' "info $dir/run" 'info lenet' \
    "predict $dir/run $data/pictures" "eval $dir/run $data" "data $data" \
    "check $wide --input 1x8x8" 'bench lenet --seconds 0.01' \
    "train $data --net $wide --epochs 1 --out $dir/full"; do
    for sink in /dev/full closed pipe; do
        rm -rf "$dir/full"
        # shellcheck disable=SC2086 # a command is several words
        case $sink in
        closed) "$RAMP" $command >&- 2>"$dir/err" ;;
        pipe) # whose reader has gone
            {
                sleep 0.1
                "$RAMP" $command 2>"$dir/err"
                echo $? >"$dir/status"
            } | true
            (exit "$(cat "$dir/status")")
            ;;
        *) "$RAMP" $command >"$sink" 2>"$dir/err" ;;
        esac
        status=$?
        [ "$status" -eq 5 ] || fail "$command, $sink: exit status $status"
        one_line "$command, $sink" 'ramp: cannot write the results: '
        n_full=$((n_full + 1))
    done
done

conclude "$steps sizes of tmpfs, $failed too small ($before of them only for a \
later save), $limits limits of ulimit -f too small: exit 5, one line, every \
checkpoint loads, 0 temporary files; $n_full times no results taken: exit 5"
