#!/bin/sh
# train.sh - from data to a model and back: train, eval, info, data, check.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common

make_data "$dir/data"
data=$dir/data

# The weights of a model, without the header that holds its date.
tensors() {
    perl -e 'binmode STDIN; read STDIN, $n, 8; read STDIN, $_, unpack "Q<", $n;
             print while read STDIN, $_, 65536' <"$1" | cksum
}

# ---- train ----
run 0 train "$data" $tiny --out "$dir/run"
has "$dir/out" "model       $dir/run/best.safetensors"
has "$dir/out" 'val error '
has "$dir/out" 'test error '
has "$dir/out" '(30 pictures)'
has "$dir/err" '135 train, 15 val (drawn from train), 30 test pictures'
has "$dir/err" 'epoch 4/4  train loss '
[ "$(grep -c '^epoch ' "$dir/err")" -eq 4 ] || fail 'not one line an epoch'
grep -v '^run ' "$dir/err" | LC_ALL=C grep '[[:cntrl:]]' &&
    fail 'control characters where there is no terminal'
awk 'length > 79 { long = 1 } END { exit long }' "$dir/err" ||
    fail 'a line of progress has more than 79 columns'
for file in args.txt net.net log.csv best.safetensors last.safetensors; do
    [ -s "$dir/run/$file" ] || fail "the run has no $file"
done
cmp -s "$tiny_net" "$dir/run/net.net" || fail 'net.net is another net'

# A run is never overwritten, and each gets a folder of its own.
refused 2 'holds a run already' train "$data" $tiny --out "$dir/run"
(
    cd "$dir" && failures=0 || exit 1
    for i in 1 2; do
        run 0 train data $tiny --epochs=4
        has out "model       runs/data-tiny-$i/best.safetensors"
    done
    finish
) || fail 'run folders'

# ---- args.txt repeats the run ----
# ... with the same bits, however many threads there are.
run 0 train --recipe "$dir/run/args.txt" --threads 2 --out "$dir/again"
for log in run again; do # without the columns of time
    cut -d, -f1-6 "$dir/$log/log.csv" >"$dir/$log.figures"
done
cmp "$dir/run.figures" "$dir/again.figures" ||
    fail 'repeated, but other figures'
[ "$(tensors "$dir/run/best.safetensors")" = \
    "$(tensors "$dir/again/best.safetensors")" ] ||
    fail 'repeated, but other weights'
grep -v '^#' "$dir/run/args.txt" >"$dir/run.settings"
grep -v -e '^#' -e '^--threads' "$dir/again/args.txt" |
    cmp - "$dir/run.settings" || fail 'repeated, but other settings'
run 0 train --recipe "$dir/run/args.txt" --epochs 1 --out "$dir/short"
has "$dir/err" 'epoch 1/1 '

# What help calls the default is what a run is made with.
run 0 train "$data" --net "$tiny_net" --time 1s --out "$dir/defaults"
run 0 train --help
sed -n 's/^  --\([a-z0-9-]*\) .*(default \([^ :)]*\))$/--\1 \2/p
        s/^  --\([a-z-]*\) .*  \(.*, \)*\([a-z]*\) (default).*/--\1 \3/p' \
    "$dir/out" >"$dir/promised"
[ "$(wc -l <"$dir/promised")" -ge 15 ] || fail 'help names too few defaults'
grep -v -e '^--cache ' -e '^--out ' "$dir/promised" | while read -r line; do
    grep -qxF -e "$line" "$dir/defaults/args.txt" || echo "$line"
done >"$dir/broken"
[ -s "$dir/broken" ] && fail "not the default: $(cat "$dir/broken")"

# ---- eval: which pictures ----
run 0 eval "$dir/run" "$data"
has "$dir/out" 'data, test part: 30 pictures'
has "$dir/out" 'accuracy  '
has "$dir/out" 'confusion: a row for each true class'
run 0 eval "$dir/run/best.safetensors" "$data" --part val
has "$dir/out" 'val part, drawn again as for its training: 15 pictures'
run 0 eval "$dir/run" "$data" --part train
has "$dir/out" 'train part, which the model was trained on: 135 pictures'

# The same validation part again gives the same error; another would not, at
# least not for each of these seeds.
for seed in 7 8 9; do
    run 0 train "$data/classes" $tiny --seed $seed --val 0.4 \
        --out "$dir/flat$seed"
    val=$(sed -n 's/^val error   \([0-9.]*\) .*/\1/p' "$dir/out")
    run 0 eval "$dir/flat$seed" "$data/classes"
    has "$dir/out" 'val part, drawn again as for its training: 60 pictures'
    has "$dir/out" "error     $val %"
done
refused 3 'has no test part' eval "$dir/flat7" "$data/classes" --part test
run 0 train "$data/classes" $tiny --val 0 --out "$dir/all"
refused 3 'was trained on all of' eval "$dir/all" "$data/classes"
cp -r "$data/classes" "$dir/others" && rm "$dir/others/left/0.pgm"
run 0 eval "$dir/all" "$dir/others"
has "$dir/out" 'others, all: 149 pictures'
run 0 eval "$dir/flat7" "$dir/others"
has "$dir/out" 'others, all: 149 pictures'
refused 4 'no-such-model' eval "$dir/no-such-model" "$data"
refused 3 'no-such-data' eval "$dir/run" "$dir/no-such-data"

# ---- info ----
run 0 info "$dir/run"
has "$dir/out" 'net       tiny, input 1x8x8, 3 classes'
has "$dir/out" 'conv 4 3x3 pad 1'
has "$dir/out" "command       ramp train $data --net $tiny_net"
has "$dir/out" '  --epochs 4'
run 0 info lenet --input 1x28x28 && has "$dir/out" '61,706'
run 0 info conv2 --input 1x28x28 && has "$dir/out" '1,199,882'
run 0 info krizhevsky && has "$dir/out" '89,578'
run 0 info default --input 1x8x8 --classes 1000
refused 4 "'lenett'" info lenett
refused 4 'no-such' info "$dir/no-such.safetensors"

# ---- data ----
run 0 data "$data/classes"
has "$dir/out" 'train 150'
has "$dir/out" 'unreadable   0'
has "$dir/out" 'left      50'
printf 'no picture' >"$dir/others/top/bad.png"
run 3 data "$dir/others"
has "$dir/out" 'unreadable   1'
has "$dir/out" 'bad.png'
has "$dir/err" 'ramp: '
refused 3 'bad.png' train "$dir/others" $tiny
run 0 train "$dir/others" $tiny --skip-bad --out "$dir/skipped"
has "$dir/err" 'ramp: warning: left out 1 bad picture'

# ---- check ----
run 0 check "$tiny_net" --input 1x8x8 && has "$dir/out" 'conv1.weight'

finish
