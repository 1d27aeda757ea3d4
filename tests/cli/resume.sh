#!/bin/sh
# resume.sh - a training that was stopped or killed goes on by --resume, and
# ends with the very tensors of one that never stopped.
# shellcheck disable=SC2086 # $settings is several words
. tests/cli/common

make_data "$dir/data"
settings="$dir/data --net $tiny_net --batch 5 --augment flip"

# The tensors of both models (their headers hold dates and times), and the log
# without its times.
sums() { # RUN
    for model in best last; do
        perl -e 'binmode STDIN; read STDIN, my $n, 8;
            read STDIN, my $header, unpack "Q<", $n;
            print while read STDIN, $_, 65536' \
            <"$1/$model.safetensors" | sha256sum
    done
    cut -d, -f1-6 "$1/log.csv"
}

run 0 train $settings --epochs 12 --out "$dir/whole"
sums "$dir/whole" >"$dir/expected"

# interrupt SIGNAL: trains with that signal after a while, and again and again
# until it ends by itself; the while grows, so that it does end. The numbers of
# threads take turns.
interrupt() {
    signal=$1
    run=$dir/run-$signal
    set -- train $settings --epochs 12 --out "$run"
    n=0
    while [ $((n += 1)) -lt 60 ]; do
        # A shell starts what is in the background with SIGINT ignored.
        perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$RAMP" "$@" \
            --threads $((n % 3 + 1)) >"$dir/out" 2>"$dir/err" &
        pid=$!
        perl -e 'select undef, undef, undef, $ARGV[0]' \
            "$(echo "$n" | awk '{ print 0.01 + 0.003 * $1 * $1 }')"
        kill -s "$signal" "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null # and says nothing of a kill
        status=$?
        case $status in
        0) break ;;
        130 | 143) [ "$signal" != KILL ] || fail "KILL: status $status" ;;
        137) ;;
        *) fail "$signal: status $status: $(cat "$dir/err")" ;;
        esac
        [ ! -e "$run/last.safetensors" ] || set -- train --resume "$run"
        # Killed before its first epoch, it has to begin again.
        [ -e "$run/last.safetensors" ] || rm -rf "$run"
    done
    [ "$status" -eq 0 ] || fail "$signal: never ended"
    [ "$n" -gt 1 ] || fail "$signal: was never stopped"
    sums "$run" >"$dir/found"
    cmp -s "$dir/expected" "$dir/found" ||
        fail "$signal: other tensors after $n parts: $(
            diff "$dir/expected" "$dir/found"
        )"
}
interrupt INT
interrupt TERM
interrupt KILL

# What is said. The command that goes on is shown as it can be typed.
run 0 train $settings --epochs 100000 --time 0.3s --out "$dir/time"
grep -q '^stopped: the time of 0.3 s is over$' "$dir/err" || fail 'no time'
has "$dir/err" "ramp train --resume $dir/time"
command='ramp train --resume RUN --epochs 100001 --time 0.2s'
run 0 train --resume "$dir/time" --epochs 100001 --time 0.2s
grep -q "^# goes on: $(echo "$command" | sed "s:RUN:$dir/time:"); date: " \
    "$dir/time/args.txt" || fail "args.txt: $(cat "$dir/time/args.txt")"
has "$dir/time/args.txt" '--epochs 100001'
has "$dir/time/args.txt" "# command: ramp train $settings"
run 0 info "$dir/time/last.safetensors"
has "$dir/out" "--out $dir/time"
run 0 train --resume "$dir/whole"
has "$dir/err" 'nothing to do: 12 of 12 epochs are done; try --epochs 24'
has "$dir/out" "model       $dir/whole/best.safetensors"
sums "$dir/whole" | cmp -s - "$dir/expected" || fail 'not as it was'

# What cannot go on, and loses nothing.
whole=$dir/whole
refused 2 "--net cannot change with --resume" train --resume "$whole" --net x
refused 2 'expected none, found ' train --resume "$whole" "$dir/data"
refused 4 'found no args.txt in it' train --resume "$dir/data"
refused 4 'found no args.txt in it' train --resume "$dir/none"
refused 2 'needs a value' train --resume
cp -a "$whole" "$dir/bad"
mv "$dir/bad/last.safetensors" "$dir/kept"
run 4 train --resume "$dir/bad"
has "$dir/err" 'expected last.safetensors in it, found none'
cp "$dir/bad/best.safetensors" "$dir/bad/last.safetensors"
run 4 train --resume "$dir/bad"
has "$dir/err" 'expected the state of a training with this optimizer, found no'
mv "$dir/kept" "$dir/bad/last.safetensors"
echo oops >"$dir/bad/log.csv"
run 3 train --resume "$dir/bad" --epochs 13
has "$dir/err" "log.csv': expected the header 'epoch,train_loss"
[ "$(cat "$dir/bad/log.csv")" = oops ] || fail 'a log was lost'
rm "$dir/bad/log.csv"
run 0 train --resume "$dir/bad" --epochs 13
[ "$(wc -l <"$dir/bad/log.csv")" -eq 2 ] || fail 'a new log: not one row'
printf 'x' | dd of="$dir/data/train-images-idx3-ubyte" bs=1 seek=20 \
    conv=notrunc 2>/dev/null
run 3 train --resume "$dir/bad" --epochs 14
has "$dir/err" 'expected data of fingerprint '

finish
