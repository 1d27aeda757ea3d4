#!/bin/sh
# kills.sh - a training may be killed at any moment: what it has reported as
# saved is there and loads. SIGKILL at every system call of a training with two
# saves, then at random times; SIGINT and SIGTERM, alone and in pairs, too.
#
# CALLS: at which system calls; KILLS: how many at random times (1000).
. tests/faults/common

export OMP_NUM_THREADS=1
settings="--net $tiny_net --batch 70"

# again WHAT: what was killed has no lock any more. Its folder is refused if it
# holds a run, and else taken, without what was left there.
again() {
    held=0
    [ ! -e "$dir/new/args.txt" ] || held=2
    # shellcheck disable=SC2086 # $settings is several words
    "$RAMP" train "$data" $settings --epochs 1 --out "$dir/new" \
        >"$dir/out" 2>"$dir/again"
    status=$?
    [ "$status" -eq "$held" ] || fail "$1: again: exit status $status"
    [ "$status" -ne 0 ] || no_temporary "$dir/new" "$1: again"
}

# ---- At every system call ----
calls=0
for call in ${CALLS:-openat write fsync close rename mkdir unlink flock \
    newfstatat read pread64 getpid futex}; do
    n=0
    while [ $((n += 1)) -lt 10000 ]; do
        rm -rf "$dir/new"
        # shellcheck disable=SC2086
        strace -f -qq -o "$dir/trace" -e "trace=$call" \
            -e "inject=$call:signal=KILL:when=$n" "$RAMP" train "$data" \
            $settings --epochs 2 --out "$dir/new" >"$dir/out" 2>"$dir/err"
        status=$?
        checkpoint "$dir/new" "$dir/err" "$call $n"
        [ "$status" -ne 0 ] || break
        [ "$status" -eq 137 ] || fail "$call $n: exit status $status"
        again "$call $n"
        calls=$((calls + 1))
    done
    echo "$call: $((n - 1)) kills" >&2
done

# ---- At random times ----
# start: a training without end, in the background. A shell starts these with
# SIGINT ignored; perl puts that right, and says so by opening the pipe.
mkfifo "$dir/ready"
start() {
    rm -rf "$dir/new"
    # shellcheck disable=SC2086
    perl -e '$SIG{INT} = "DEFAULT"; open F, ">", shift; close F; exec @ARGV' \
        "$dir/ready" "$RAMP" train "$data" $settings --epochs 1000000 \
        --time 60s --out "$dir/new" >"$dir/out" 2>"$dir/err" &
    pid=$!
    : <"$dir/ready"
}

# The moments are spread over four times what it takes to the first report:
# on a machine with other work that is longer.
start
begun=$(date +%s%3N)
until grep -q '^epoch ' "$dir/err" || ! kill -0 "$pid"; do
    sleep 0.01
done
window=$((4 * ($(date +%s%3N) - begun)))
kill -s KILL "$pid"
wait "$pid"

# moments SEED N: so many numbers of seconds.
moments() {
    perl -e 'srand shift; my $n = shift; my $window = shift() / 1000;
        printf "%.4f\n", rand $window for 1 .. $n' "$1" "$2" "$window"
}

kills=0
reports=0
moments 1 "${KILLS:-1000}" >"$dir/times"
while read -r seconds; do
    start
    sleep "$seconds"
    kill -s KILL "$pid"
    wait "$pid"
    status=$?
    [ "$status" -eq 137 ] || fail "kill after $seconds s: exit status $status"
    checkpoint "$dir/new" "$dir/err" "kill after $seconds s"
    [ -z "$reported" ] || reports=$((reports + 1))
    again "kill after $seconds s"
    kills=$((kills + 1))
done <"$dir/times"
[ "$reports" -gt $((kills / 4)) ] || fail "only $reports had reported an epoch"

# ---- Signals that are caught ----
# stop SIGNAL STATUS SECONDS [SECONDS]: one signal, or a second one after it.
slowest=0
saved=0
stop() {
    what="SIG$1 after $3 ${4:-}"
    start
    sleep "$3"
    sent=$(date +%s%3N)
    kill -s "$1" "$pid"
    if [ $# -gt 3 ]; then
        sleep "$4"
        kill -s "$1" "$pid" 2>/dev/null
    fi
    wait "$pid"
    status=$?
    took=$(($(date +%s%3N) - sent))
    [ "$took" -le "$slowest" ] || slowest=$took
    [ "$status" -eq "$2" ] || fail "$what: exit status $status"
    checkpoint "$dir/new" "$dir/err" "$what"
    if grep -q "^stopped by SIG$1; the model is saved" "$dir/err"; then
        saved=$((saved + 1))
        [ -e "$dir/new/best.safetensors" ] || fail "$what: nothing is saved"
        no_temporary "$dir/new" "$what"
    fi
}

moments 2 100 >"$dir/times"
while read -r seconds; do
    stop INT 130 "$seconds"
    stop TERM 143 "$seconds"
done <"$dir/times"
[ "$saved" -gt 100 ] || fail "only $saved stopped after saving"
single=$saved

moments 3 50 >"$dir/times"
while read -r seconds; do
    stop TERM 143 "$seconds" "0.00${seconds#0.}"
done <"$dir/times"

conclude "$calls kills at system calls, $kills at random times ($reports \
after a report): every checkpoint loads, none older than reported, no lock \
left; 200 signals, $single stopped after saving, the slowest in $slowest ms; \
50 pairs of signals"
