#!/bin/sh
# compare.sh - ramp compare and ramp reproduce: a comparison that is killed
# again and again ends with the table of one that never was.
# shellcheck disable=SC2086 # $settings is several words
. tests/cli/common

data=$PWD/datasets/fashion-small
models=$PWD/models
cd "$dir" || exit 1
settings="$data --act relu,tanh --net $tiny_net --lr 0.02,0.1 --seeds 2
    --batch 50 --max-train 400 --threads 1"

# Rows and curves without what a clock or a machine says.
figures() { # FOLDER
    cut -d, -f1-16 "$1/compare.csv"
    cat "$1/compare-curves.csv"
}

run 0 compare $settings --epochs 3 --out whole
cp out whole.out
has out 'tanh - relu'
[ "$(wc -l <whole/compare.csv)" -eq 9 ] || fail 'not 8 runs'
[ "$(wc -l <whole/compare-curves.csv)" -eq 193 ] || fail 'not 192 points'
[ -z "$(ls whole/unfinished)" ] || fail "left behind: $(ls whole/unfinished)"

# ---- Killed, and started again, with any number of threads ----
n=0
while [ $((n += 1)) -lt 60 ]; do
    "$RAMP" compare $settings --epochs 3 --out parts --threads 1 \
        >out 2>err </dev/null &
    pid=$!
    perl -e 'select undef, undef, undef, $ARGV[0]' \
        "$(echo "$n" | awk '{ print 0.05 + 0.01 * $1 * $1 }')"
    kill -s KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    status=$?
    [ "$status" -ne 0 ] || break
    [ "$status" -eq 137 ] || fail "status $status: $(cat err)"
done
[ "$status" -eq 0 ] || fail 'never ended'
[ "$n" -gt 2 ] || fail "was killed only $((n - 1)) times"
cmp -s whole.out out || fail "another table after $n parts: $(cat out)"
figures whole >expected
figures parts >found
cmp -s expected found || fail "other figures: $(diff expected found)"
[ -z "$(find parts -name '*.tmp-*')" ] ||
    fail "temporary files are left: $(find parts -name '*.tmp-*')"

# Nothing is trained again; what a killed comparison left is removed.
echo x >parts/compare-curves.csv.tmp-77
echo x >parts/notes.tmp-78
run 0 compare $settings --epochs 3 --out parts
[ ! -e parts/compare-curves.csv.tmp-77 ] || fail 'a temporary file is left'
[ -e parts/notes.tmp-78 ] || fail 'a file of somebody else is removed'
cmp -s whole.out out || fail 'another table the second time'
[ -s err ] && fail "trained again: $(cat err)"

# ---- Stopped by a signal ----
perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$RAMP" compare $settings \
    --epochs 300 --out stopped >out 2>err </dev/null &
pid=$!
until [ -e stopped/unfinished ] || ! kill -0 "$pid" 2>/dev/null; do
    perl -e 'select undef, undef, undef, 0.05'
done
perl -e 'select undef, undef, undef, 0.5'
kill -s INT "$pid"
wait "$pid"
status=$?
[ "$status" -eq 130 ] || fail "SIGINT: status $status: $(cat err)"

# ---- A target, and rates that are searched ----
run 0 compare $data --act relu,tanh --net $tiny_net --seeds 2 --epochs 8 \
    --batch 50 --max-train 400 --threads 1 --target-train-error 50 --out target
has out 'tanh : relu'
grep -q '^ *\* *$' out && fail 'a star alone'
[ "$(grep -c '\* ' out)" -eq 2 ] || fail "not two best rates: $(cat out)"
if command -v gnuplot >/dev/null 2>&1; then
    for picture in target/compare.svg whole/compare.svg; do
        has $picture '</svg>'
    done
fi

# ---- ramp train with the same goal ----
run 0 train $data --net $tiny_net --epochs 9 --target-train-error 40 --out goal
has err 'stopped: the training error is at most 40 %'
n=$(wc -l <goal/log.csv)
[ "$n" -lt 10 ] || fail 'the goal did not end the training'
awk -F, 'NR > 1 { last = $3; n += $3 <= 0.4 } END { exit !(n == 1 &&
    last <= 0.4) }' goal/log.csv || fail "not at the goal: $(cat goal/log.csv)"

# ---- What makes no sense ----
refused 2 'unknown activation' compare $data --act rely
refused 2 'different words' compare $data --act relu,relu
refused 2 '--lr' compare $data --lr fast
refused 2 'nothing to compare by' compare $data --val 0
refused 4 'nothere' compare $data --net nothere --out none
refused 3 'cannot find data set' compare nothere --out none
printf 'scale,arm\nx\n' >whole/compare.csv
refused 3 'row 1' compare $settings --epochs 3 --out whole

# ---- ramp reproduce ----
ln -s "$models" models
run 0 reproduce
for claim in relu-vs-tanh relu-vs-tanh-map tanh-vs-sigmoid he-vs-xavier \
    linear-net pretrain jarrett-rectification nair-hinton irnn \
    l1-activation sparse-code \
    weight-penalty bias-init input-scale zero-centred relatives \
    maxout-dropout fit-loss; do
    has out "$claim "
done
has out 'Krizhevsky, Sutskever & Hinton 2012'
awk 'length > 79 { exit 1 }' out || fail 'reproduce: long lines'
refused 2 'try relu-vs-tanh' reproduce relu-vs-tan
refused 2 'is not tested' reproduce irnn
refused 2 '--scale' reproduce relu-vs-tanh --scale huge

# Page and index from a table alone.
mkdir claims
names=scale,arm,protocol,rate,seed,outcome,reached,epochs,train_loss
names=$names,train_error,clean_error,val_loss,val_error,images,seconds,threads
names=$names,processor,cpu,version,commit,date
{
    echo "$names"
    for arm in relu:6 tanh:36; do
        for seed in 1 2 3; do
            for rate in 0.005:2 0.01:0 0.02:1; do
                epochs=$((${arm#*:} + seed % 2 + ${rate#*:}))
                printf 'full,fair-%s,p,%s,%s,reached,%s,%s,0.7,0.25,,,,%s\n' \
                    "${arm%:*}" "${rate%:*}" $seed $epochs $epochs \
                    '100,1,2,cpu,avx2,0.1.0,abc,2026-11-21T00:00:00Z'
            done
        done
    done
} >claims/relu-vs-tanh.csv
run 0 reproduce relu-vs-tanh --page --out claims --scale full
has out 'verdict: reproduced (scale full)'
has claims/relu-vs-tanh.md '**Verdict: reproduced** (scale `full`).'
has claims/relu-vs-tanh.md '5.51 times as many'
has claims/README.md '**reproduced** (full)'
run 0 reproduce --out claims
has out 'reproduced (full)'
grep -q 'pictures/s\|act-cost' claims/relu-vs-tanh.md &&
    fail 'seconds and costs that nobody measured'

# With speeds: the median of those that were measured last and in one way; and
# with what activations cost.
{
    echo scale,arm,round,images,seconds,threads,processor,cpu,commit
    echo full,fair-relu,1,100,0.001,2,cpu,avx2,old
    for seconds in 1 0.5 2; do
        echo full,fair-relu,1,100,$seconds,2,cpu,avx2,abc
    done
    echo full,fair-tanh,1,100,4,2,cpu,avx2,abc
    echo quick,fair-tanh,1,100,0.001,2,cpu,avx2,abc
} >claims/relu-vs-tanh-speed.csv
{
    echo scale,part,protocol,seed,figure,at,value,threads,processor,cpu,\
version,commit,date
    for cost in relu:0.125 tanh:1.5 sigmoid:2; do
        echo "full,${cost%:*},p,0,\"forward ns, 4k\",1,${cost#*:},2,cpu,avx2,\
0.1.0,abc,2026"
    done
    echo 'full,tanh,p,0,"libm ns, 4k",1,20,2,cpu,avx2,0.1.0,abc,2026'
} >claims/act-cost.csv
run 0 reproduce relu-vs-tanh --page --out claims --scale full
for file in out claims/relu-vs-tanh.md; do
    grep -q '^fair-relu *100 *7\.0 *1$' $file || fail "$file: ReLU in seconds"
    grep -q '^fair-tanh *25 *37\.0 *4$' $file || fail "$file: tanh in seconds"
done
has claims/relu-vs-tanh.md \
    'relu 0.12 ns, tanh 1.50 ns, sigmoid 2.00 ns; tanh of the C library 20.0 ns'
rm claims/act-cost.csv

# The map: tanh stops at 12 layers.
{
    echo "$names"
    for depth in 4 8 12 16; do
        for spread in 0.25 0.5 1 2; do
            for seed in 1 2 3; do
                tail=',0.7,0.5,,,,100,1,2,cpu,avx2,0.1.0,abc,2026-11-21'
                printf 'standard,relu-%s-%s,p,0.01,%s,reached,2,2%s\n' \
                    $depth $spread $seed "$tail"
                end=reached,3,3
                [ $depth -lt 12 ] || end=missed,,15
                printf 'standard,tanh-%s-%s,p,0.01,%s,%s%s\n' \
                    $depth $spread $seed $end "$tail"
            done
        done
    done
} >claims/relu-vs-tanh-map.csv
run 0 reproduce relu-vs-tanh-map --page --out claims --scale standard
has out 'tanh stops training first: at 12 layers'
has out 'verdict: partly (scale standard)'
has claims/relu-vs-tanh-map.gp '1 0 1.5 "1.50"'
has claims/relu-vs-tanh-map.gp '3 2 8 "ReLU alone"'
if command -v gnuplot >/dev/null 2>&1; then
    has claims/relu-vs-tanh-map.svg 'ReLU alone'
fi

# ---- Pictures of pairs ----
# drawn NAME: by the script, without a word.
drawn() {
    command -v gnuplot >/dev/null 2>&1 || return 0
    has "claims/$1.md" "![$1]($1.svg)"
    (cd claims && gnuplot "$1.gp") >out 2>&1 || fail "$1.gp draws nothing"
    [ -s out ] && fail "$1.gp: $(cat out)"
    has "claims/$1.svg" '</svg>'
}

# errors NAME SCALE ARM:ERROR,ERROR,ERROR...: a row for each seed, at one rate;
# a share of zeros of 0.1 for each letter of the arm.
errors() {
    name=$1 scale=$2
    shift 2
    {
        echo "$names" | sed 's/val_error/val_error,zeros/'
        for arm; do
            seed=0
            for error in $(echo "${arm#*:}" | tr , ' '); do
                seed=$((seed + 1))
                echo "$scale,${arm%%:*},p,0.01,$seed,finished,,10" \
                    "0.5,0.2,,,$error,0.${#arm},100,1,2,cpu,avx2,0.1.0,abc,d" |
                    tr ' ' ,
            done
        done
    } >"claims/$name.csv"
    run 0 reproduce "$name" --page --out claims --scale "$scale"
}

# The differences are 6, 6 and 6.1: 6.0333, give or take 4.3027 * 0.0333.
errors linear-net standard linear-3:0.08,0.081,0.083 relu-3:0.02,0.021,0.022 \
    softmax:0.08,0.081,0.083
sed -n '/^.holds <</,/^END/p; /^.fails_shown <</,/^END/p' claims/linear-net.gp \
    >found
printf '%s\n' '$holds << END' 6.03333,5.88991,6.17676,3 END \
    '$fails_shown << END' 0,0,0,1 END | cmp -s - found ||
    fail "linear-net: other rows: $(cat found)"
[ "$(grep -c '<< END' claims/linear-net.gp)" -eq 2 ] || fail 'more rows'
has claims/linear-net.gp '"linear-3 - relu-3" 3'
drawn linear-net

# One seed has no interval; a pair without runs leaves its row empty.
errors relatives quick relu:0.3 elu:0.28 sigmoid:0.9
sed -n '/^.open <</,/^END/p' claims/relatives.gp >found
printf '%s\n' '$open << END' -2,nan,nan,52 60,nan,nan,43 END |
    cmp -s - found || fail "relatives: other rows: $(cat found)"
grep -q xerrorbars claims/relatives.gp && fail 'an interval of one seed'
drawn relatives
errors relatives quick relu:0.3
grep -q svg claims/relatives.md && fail 'a picture of nothing'
[ -s err ] && fail "nothing was to be drawn: $(cat err)"

# The gain of dropout: 1 and 0.5 points, so half a point more.
errors maxout-dropout standard maxout:0.03,0.03,0.03 \
    maxout-dropout:0.02,0.02,0.02 relu:0.02,0.02,0.02 \
    relu-dropout:0.015,0.015,0.015
has claims/maxout-dropout.gp '0.5,0.5,0.5,0'
drawn maxout-dropout

errors l1-activation standard l1-0:0.02,0.021,0.022 l1-0.001:0.03,0.031,0.032
[ "$(grep -c '^0\.' claims/l1-activation.gp)" -eq 6 ] ||
    fail "l1-activation: not six points: $(cat claims/l1-activation.gp)"
drawn l1-activation

# Of many arms only the seed in the middle, here the second.
{
    echo "$names"
    for bias in 0 -0.1 0.01 0.1; do
        for seed in 1:9 2:7 3:5; do
            for net in conv dense; do
                echo "standard,$net-bias$bias,p,0.01,${seed%:*},reached" \
                    "${seed#*:}" "${seed#*:}" 0.7,0.25,,,,100,1,2,cpu,avx2 \
                    0.1.0,abc,d | tr ' ' ,
            done
        done
    done
} >claims/bias-init.csv
run 0 reproduce bias-init --page --out claims --scale standard
[ "$(grep -c '(run(.*, 2) ?' claims/bias-init.gp)" -eq 8 ] ||
    fail "bias-init: $(cat claims/bias-init.gp)"
[ "$(grep -c '(run(' claims/bias-init.gp)" -eq 8 ] || fail 'other seeds, too'
[ "$(grep -c '^0.01,7$' claims/bias-init.gp)" -eq 8 ] || fail 'other medians'

finish
