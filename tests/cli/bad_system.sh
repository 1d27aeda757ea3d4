#!/bin/sh
# bad_system.sh - bad inputs 228 to 250: a system that refuses something.
# shellcheck disable=SC2086 # $train and $options are several words
. tests/cli/bad_common

make_data "$dir/data"
cp "$PWD/tests/cli/bytes.pl" "$dir"
cd "$dir" || exit 1
"$RAMP" train data/classes --net "$tiny_net" --epochs 1 --out run >log 2>&1 ||
    fail "no model: $(cat log)"
options="--net $tiny_net --epochs 2"
train="train data $options"
picture=data/pictures/0.pgm

# ---- Where the output goes ----
trains 228 'output folder missing: it is made' 'epoch 2/2' \
    $train --out a/b/c
if [ -n "$as_user" ]; then
    through=$as_user
    mkdir read-only && chmod 555 read-only
    refuses 229 'output folder in a read-only one' 5 \
        "cannot make folder 'read-only/run': Permission denied" \
        $train --out read-only/run
    refuses 229 'output folder read-only' 5 \
        "cannot write 'read-only/args.txt': Permission denied" \
        $train --out read-only
    through=
else
    passes_over 229 'root here may write everywhere'
fi
: >file
refuses 230 'output is a file' 5 "'file': a file has this name" \
    $train --out file
refuses 230 'output below a file' 5 "'file/run': Not a directory" \
    $train --out file/run
mkdir -p taken/best.safetensors
refuses 230 'the model is a folder' 2 \
    "'taken' holds a run already (best.safetensors)" $train --out taken

# A disk of so many pages of 4 KiB, which is there for one command only. No
# half file stays, and a checkpoint that stays can be read.
cat >on_disk <<END
mount -t tmpfs -o size="\$1"k tmpfs '$dir/disk' || exit 99
shift
"\$@"
status=\$?
ls '$dir/disk'/*.tmp-* >/dev/null 2>&1 && exit 98
for model in '$dir/disk'/*.safetensors; do
    [ ! -e "\$model" ] || '$RAMP' info "\$model" >/dev/null || exit 97
done
exit \$status
END
mkdir disk
own_mounts='unshare -rm'
[ "$(id -u)" -eq 0 ] && own_mounts='unshare -m'
if $own_mounts sh on_disk 64 true 2>/dev/null; then
    through="$own_mounts sh on_disk 4"
    refuses 231 'disk of 4 KiB, full at the start' 5 \
        'No space left on device' $train --out disk
    for kib in 8 12 16 20; do
        through="$own_mounts sh on_disk $kib"
        stops 232 "disk of $kib KiB, full while saving" 5 \
            'No space left on device' $train --out disk
    done
    through="$own_mounts sh on_disk 2000"
    trains 232 'for comparison: a disk large enough' 'epoch 2/2' \
        $train --out disk
    through=
else
    passes_over 231 'no disk can be mounted here'
    passes_over 232 'no disk can be mounted here'
fi

# What is written to standard error is a file, too, and stays below.
through='prlimit --fsize=300'
refuses 233 'ulimit -f, at the start' 5 \
    "cannot write 'limited/args.txt': File too large" $train --out limited
through='prlimit --fsize=3000'
stops 233 'ulimit -f, while saving' 5 ".safetensors': File too large" \
    $train --out limited
[ -z "$(find limited -name '*.tmp-*')" ] || fail 'row 233: a temporary file'
through=

# ---- Memory, files, threads ----
if [ "$relaxed" = no ]; then
    perl -e 'print "P5\n4096 4096\n255\n", "\x80" x (1 << 24)' >large.pgm
    accepts 234 'for comparison: no limit' 'large.pgm  ' predict run large.pgm
    for mib in 12 20 36; do
        through="prlimit --as=$((mib * 1024 * 1024))"
        refuses 234 "RLIMIT_AS of $mib MiB" 6 'out of memory: ' \
            predict run large.pgm
    done
    # 6, although a file that cannot be opened is else a bad one: to leave it
    # out with --skip-bad would be to train on less than there is.
    through='prlimit --nofile=4'
    refuses 235 'RLIMIT_NOFILE 4' 6 "': Too many open files" \
        train data/classes $options --skip-bad --out few
    through='prlimit --nofile=3'
    row_number=235 row_what='RLIMIT_NOFILE 3' row_status=127
    run_row --version # the system cannot even load its libraries
    # libgomp ends the program itself, with status 1 and a line of its own; so
    # it is made to start its threads before the first file is written.
    through='prlimit --as=400000000'
    row_number=236 row_what='64 threads in 400 MB' row_status=1
    run_row $train --threads 64 --out threads
    row_has err 'Thread creation failed'
    [ -e threads/best.safetensors ] && fail "$row: a model"
    through=
else
    for number in 234 235 236; do
        passes_over $number "the limits would meet the $relaxed"
    done
fi

# ---- Results that nobody takes ----
cat >onto.pl <<'END'
my ($onto, @command) = @ARGV;
pipe my $in, my $out or die;
close STDOUT if $onto eq 'closed';
open STDOUT, '>', '/dev/full' if $onto eq 'full';
open STDOUT, '>&', $out if $onto eq 'pipe';
close $in;
close $out;
exec @command;
END
cannot='cannot write the results:'
for arguments in "predict run $picture" 'info run' 'data data' '--help'; do
    through='perl onto.pl closed'
    refuses 237 "closed: $arguments" 5 "$cannot Bad file descriptor" $arguments
    through='perl onto.pl full'
    refuses 238 "/dev/full: $arguments" 5 "$cannot No space" $arguments
    through='perl onto.pl pipe'
    refuses 239 "broken pipe: $arguments" 5 "$cannot Broken pipe" $arguments
done
through=

# ---- Two runs, and what a killed one leaves ----
: >log.err
"$RAMP" train data --net "$tiny_net" --epochs 1000000 --time 60s --out both \
    >log 2>log.err &
first=$!
n=0
while ! grep -q '^epoch' log.err && [ $((n += 1)) -lt 300 ]; do
    sleep 0.05
done
refuses 240 'two runs in one folder' 5 \
    "cannot write to folder 'both': expected no run at work there" \
    $train --out both
kill -s TERM $first
wait $first 2>/dev/null
[ $? -eq 143 ] || fail 'row 240: the first run did not end as it should'
accepts 240 'the first run goes on' 'input 1x8x8, 3 classes' info both
refuses 240 'the first one over' 2 "'both' holds a run already" \
    $train --out both

# Who wrote it held the lock of the folder, and has it no more.
mkdir killed && cp run/best.safetensors killed/best.safetensors.tmp-1
trains 241 'temporary file of a killed run' \
    'ramp: warning: removed 1 temporary file of a run that was killed' \
    $train --out killed
[ -e killed/best.safetensors.tmp-1 ] && fail "$row: it was left"
accepts 241 'the model beside it' 'input 1x8x8, 3 classes' info killed

# ---- Environment ----
accepts 242 'C locale' 'input 1x8x8' info run
cp out c.out
through='env LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8'
accepts 242 'German locale' 'input 1x8x8' info run
cmp -s out c.out || fail "$row: another output"
# libgomp warns, in its own words, and takes what --threads says.
through='env OMP_NUM_THREADS=abc'
row_number=243 row_what='OMP_NUM_THREADS=abc' row_status=0
run_row predict run "$picture" --threads 1
row_has err 'OMP_NUM_THREADS'
row_has out "$picture  "
through=

# ---- Data that say nothing ----
# The deviation 0 of constant pictures is taken as 1, as ramp/image.h says: it
# makes every input 0, which trains as well as it can, and divides by nothing.
perl -e 'require "./bytes.pl"; for my $class ("a", "b") {
    save("constant/$class/$_.pgm", "P5\n8 8\n255\n" . "x" x 64) for 1 .. 5 }'
trains 244 'constant pictures' 'epoch 2/2' train constant $options --out run244
perl -e 'require "./bytes.pl"; save("single/train-images-idx3-ubyte",
    pack("N4", 2051, 3, 8, 8) . "x" x 192);
    save("single/train-labels-idx1-ubyte", pack "N2C3", 2049, 3, 1, 1, 1)'
refuses 245 'one label only' 3 "'single': expected at least 2 classes" \
    data single

# ---- Signals ----

# in_background ARGUMENT...: a training whose number is $pid. A shell starts
# what runs in the background with SIGINT ignored; perl puts that right.
in_background() {
    : >log.err
    perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$RAMP" train "$@" \
        >log 2>log.err &
    pid=$!
}
ended() { # STATUS WHAT
    wait $pid 2>/dev/null
    status=$?
    n_rows=$((n_rows + 1))
    [ $status -eq "$1" ] || fail "$2: expected $1, found $status"
}
in_background data --net "$tiny_net" --epochs 20 --out run246
kill -s TSTP $pid
sleep 0.1
kill -s CONT $pid
ended 0 'row 246 (SIGTSTP, SIGCONT)'
grep -q 'epoch 20/20' log.err || fail 'row 246: not all epochs'

# Before the training has begun there is nothing to save, and the signal ends
# the program; the shell sees the same status.
perl -e 'require "./bytes.pl"; save("large/train-images-idx3-ubyte",
    pack("N4", 2051, 60000, 28, 28) . "x" x 47040000);
    save("large/train-labels-idx1-ubyte",
        pack("N2", 2049, 60000) . "\0\1" x 30000)'
for delay in 0.01 0.03 0.05 0.07 0.1; do
    rm -rf run247
    in_background large --net "$tiny_net" --time 60s --out run247
    sleep $delay
    kill -s TERM $pid
    ended 143 "row 247 (SIGTERM after $delay s)"
done

# A training of so few pictures saves most of the time.
for delay in 0.21 0.22 0.23 0.24 0.25 0.26 0.27; do
    rm -rf run248
    in_background data --net "$tiny_net" --epochs 1000000 --time 60s \
        --out run248
    while ! grep -q '^epoch' log.err && kill -0 $pid 2>/dev/null; do
        sleep 0.05
    done
    sleep $delay
    kill -s INT $pid
    ended 130 "row 248 (SIGINT after $delay s)"
    "$RAMP" info run248 >out 2>err || fail "row 248: no model: $(cat err)"
    [ -z "$(find run248 -name '*.tmp-*')" ] || fail 'row 248: a temporary file'
done

passes_over 249 'no test may set the clock; it is asked only for the date in'\
' args.txt and in models, all durations are of the monotonic clock'
if [ "$(id -u)" -eq 0 ]; then
    cp "$picture" locked.pgm && chmod 000 locked.pgm
    accepts 250 'root over mode 000' 'locked.pgm  ' predict run locked.pgm
else
    passes_over 250 'this is not root'
fi

finish_rows
