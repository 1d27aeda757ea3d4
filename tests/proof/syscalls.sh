#!/bin/sh
# syscalls.sh - no system call that fails makes ramp crash, lie or lose a file.
# strace lets the first call of a kind fail, the second, and so on, with each of
# several errors, and EIO also from there on.
#
# CALLS: which calls (all that read or write).
. tests/faults/common

# Small data: the fewer files, the fewer calls.
small=$dir/small
for class in left right top; do
    mkdir -p "$small/$class"
    find "$data/classes/$class" -name '*.pgm' | sort | head -n 3 |
        xargs cp -t "$small/$class"
done
rm -r "$data/classes"
export OMP_NUM_THREADS=1
settings="--net $tiny_net --epochs 2 --batch 70"
# shellcheck disable=SC2086 # $settings is several words
"$RAMP" train "$data" $settings --out "$dir/run" || exit

# What a command has to say, whatever time it took, and what it has made.
said() {
    sed -e 's/  [0-9.]* ms$//' -e "s|$dir/new|RUN|" -e '/^time /d' "$1"
    [ ! -e "$dir/new" ] || tensors "$dir/new/best.safetensors" \
        "$dir/new/last.safetensors"
}

# faulty CALL ERROR WHEN ARGUMENT...: sets $status; in $dir/new what it makes.
faulty() {
    call=$1 error=$2 when=$3
    shift 3
    rm -rf "$dir/new"
    strace -f -y --seccomp-bpf -qq -o "$dir/trace" -e "trace=$call" \
        -e "inject=$call:error=$error:when=$when" "$RAMP" "$@" \
        >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
}

# judge WHAT: exit status 0 with all the results; else one line that says why.
# The line may have been what could not be written, and a temporary file what
# could not be removed.
judge() {
    injected=$(grep INJECTED "$dir/trace")
    case $status in
    0)
        # Of what is written no failure may be passed over.
        printf '%s\n' "$injected" | grep -v EINTR |
            grep -E '^[0-9]+ +(write|fsync|close)\([0-9]+<[^>]*\.tmp-' &&
            fail "$1: 0 all the same"
        said "$dir/out" | cmp -s - "$dir/expected" ||
            fail "$1: 0 with other results: $injected"
        ;;
    1) grep -q '^libgomp: ' "$dir/err" || fail "$1: 1, not by libgomp" ;;
    127)
        grep -q 'while loading shared libraries' "$dir/err" ||
            fail "$1: 127, not by the loader"
        ;;
    [3-6])
        case $injected in
        *'write(2<'*) ;;
        *)
            lines=$(grep -c '^ramp: ' "$dir/err")
            # Of several pictures each may fail.
            [ "$title" != predict ] || [ "$lines" -eq 0 ] || lines=1
            [ "$lines" -eq 1 ] ||
                fail "$1: not one line of error: $(cat "$dir/err")"
            ;;
        esac
        ;;
    *) fail "$1: exit status $status: $injected $(cat "$dir/err")" ;;
    esac
    [ -e "$dir/new" ] || return
    case $injected in *unlink*) ;; *) no_temporary "$dir/new" "$1" ;; esac
    checkpoint "$dir/new" "$dir/err" "$1"
}

points=0
survived=0

# each NAME CALL ERROR SUFFIX ARGUMENT...
each() {
    what=$1 kind=$2 fault=$3 suffix=$4
    shift 4
    n=0
    while [ $((n += 1)) -lt 10000 ]; do
        faulty "$kind" "$fault" "$n$suffix" "$@"
        grep -q INJECTED "$dir/trace" || break
        judge "$what: $kind $n$suffix $fault"
        [ "$status" -ne 0 ] || survived=$((survived + 1))
        points=$((points + 1))
    done
    [ "$status" -eq 0 ] || fail "$what: exit status $status without a fault"
}

all='openat read pread64 write fsync close rename mkdir getdents64 newfstatat
flock unlink lseek'

# sweep NAME CALLS ARGUMENT...
sweep() {
    title=$1 calls=${CALLS:-$2}
    shift 2
    start=$points
    rm -rf "$dir/new"
    "$RAMP" "$@" >"$dir/out" 2>"$dir/err" || fail "$title: does not work"
    said "$dir/out" >"$dir/expected"
    for one in $calls; do
        for number in EIO ENOSPC EINTR EACCES EMFILE; do
            each "$title" "$one" "$number" '' "$@"
        done
        each "$title" "$one" EIO + "$@"
    done
    each "$title" clone3 EAGAIN '' "$@"
    echo "$title: $((points - start)) points" >&2
}

before=$(cksum "$dir"/run/*)
# shellcheck disable=SC2086
sweep train "$all" train "$data" $settings --out "$dir/new"
# shellcheck disable=SC2086
sweep folder 'openat read getdents64 newfstatat' train "$small" $settings \
    --out "$dir/new"
sweep info "$all" info "$dir/run"
sweep predict "$all" predict "$dir/run" "$small"
sweep eval "$all" eval "$dir/run" "$data"
[ "$before" = "$(cksum "$dir"/run/*)" ] || fail 'the model has changed'

conclude "$points failing system calls, $survived without consequence; else \
one line and exit 3 to 6; 0 signals, every checkpoint loads"
