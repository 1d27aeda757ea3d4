#!/bin/sh
# bench.sh - `ramp bench`: its table, its JSON, what it refuses, and that the
# memory it takes is what it says beforehand. How fast anything was is not
# looked at.
. tests/cli/common

nets=$PWD/models
cd "$dir" || exit 1
short='--seconds 0.01 --threads 1'

# ---- The table ----
for mode in train infer; do
    # shellcheck disable=SC2086 # several words
    run 0 bench "$tiny_net" --input 1x8x8 --mode $mode --batch 4 $short
    [ -s err ] && fail "bench writes to standard error: $(cat err)"
    for text in 'net       tiny, input 1x8x8, 10 classes, act relu' \
        ' in batches of 4, ' ', 1 thread' 'step ' ' pictures a second, ' \
        'peak ' 'memory ' 'conv 4 3x3 pad 1 ' 'maxpool 2x2 ' 'dense 10 ' \
        'other '; do
        has out "$text"
    done
    awk 'length > 79 { print; long = 1 } END { exit long }' out ||
        fail "bench --mode $mode: lines of more than 79 columns"
done

# The longest layers of shipped nets, and one that is longer than any.
long=$dir/long.net
cat >"$long" <<END
conv    8 3x3 stride 1x1 pad 1x1 nobias
avgpool 2x2 stride 2x2 pad 1x1 ceil
dense   classes
END
for net in "$nets/krizhevsky.net" "$nets/default.net" "$long"; do
    # shellcheck disable=SC2086
    run 0 bench "$net" --batch 2 $short
    awk 'length > 79 { print; long = 1 } END { exit long }' out ||
        fail "bench $net: lines of more than 79 columns"
done

# ---- JSON ----
# An object on one line that another parser takes: numbers are finite and, but
# for those of layers, above 0; the times of the layers add up.
cat >check.pl <<'END'
use strict;
use warnings;
my ($text, $name) = (do { local $/; <STDIN> }, $ARGV[0]);
my $n = qr/-?[0-9]+(?:\.[0-9]+)?(?:e[-+][0-9]+)?/;
my $s = qr/"(?:[^"\\\x00-\x1f]|\\["\\]|\\u[0-9a-f]{4})*"/;
my $layer = qr/\{$s: $s(?:, $s: $n)+\}/;
my $pair = qr/$s: (?:$s|$n)/;
$text =~ /\A\{$pair(?:, $pair)*, "layers": \[$layer(?:, $layer)*\]\}\n\z/
    or die "not an object on one line: $text";
my ($rest, $layers) = split /"layers": /, $text;
my %all = $rest =~ /"(\w+)": ($s|$n)/g;
$all{net} eq "\"$name\"" or die "the net's name is $all{net}\n";
for my $key (qw(batch threads parameters steps median_seconds min_seconds
    max_seconds images_per_second gflops peak_gflops_before peak_gflops_after
    share_of_peak memory_bytes foretold_memory_bytes layers_seconds)) {
    defined $all{$key} && $all{$key} > 0 or die "$key is not above 0\n";
}
my $sum = $all{other_seconds};
$sum += $_ for $layers =~ /"\w+_seconds": ($n)/g;
abs($sum - $all{layers_seconds}) <= 1e-3 * $all{layers_seconds}
    or die "layers add up to $sum, not $all{layers_seconds}\n";
print "$all{memory_bytes} $all{foretold_memory_bytes}\n";
END

json() { # NAME ARGUMENT...
    name=$1
    shift
    # shellcheck disable=SC2086
    run 0 bench "$@" $short --json || return 1
    [ -s err ] && fail "bench --json writes to standard error: $(cat err)"
    perl check.pl "$name" <out >memory || fail "ramp bench $*: its JSON"
}
json tiny "$tiny_net" --input 1x8x8 --batch 4
grep -q '"mode": "train", "batch": 4' out || fail 'JSON: mode and batch'
grep -q '"backward_flop": [1-9]' out || fail 'training goes not backward'
json tiny "$tiny_net" --input 1x8x8 --batch 4 --mode infer
grep -q '"mode": "infer", "batch": 4' out || fail 'JSON: mode and batch'
grep -q '"backward_flop": [1-9]' out && fail 'inference goes backward'

# Names that JSON must not take as they are.
odd=$(printf 'a"b\\c\303\244')
cp "$tiny_net" "$odd.net"
json "$(printf 'a\\u0022b\\u005cc\303\244')" "$odd.net" --batch 2
odd=$(printf 'a\377')
cp "$tiny_net" "$odd.net"
json 'a\u00ff' "$odd.net" --batch 2

# ---- Memory: within a tenth of what is foretold ----
# Of what gcc builds without a sanitizer; others take memory of their own.
if ldd "$RAMP" 2>/dev/null | grep -q libgomp &&
    ! grep -qa -e __asan_init -e __tsan_init "$RAMP"; then
    for line in 'lenet 1x28x28' 'conv2 1x28x28' 'krizhevsky 3x32x32' \
        'default 3x32x32'; do
        for mode in train infer; do
            json "${line% *}" "$nets/${line% *}.net" --input "${line#* }" \
                --mode $mode --batch 64
            read -r held foretold <memory
            if [ $((held * 10)) -gt $((foretold * 11)) ] ||
                [ $((held * 10)) -lt $((foretold * 9)) ]; then
                fail "$line $mode: held $held bytes, foretold $foretold"
            fi
        done
    done
fi

# ---- What makes no sense ----
refused 2 'expected NET, found nothing' bench
refused 2 "expected NET, found 'b' too" bench a b
refused 2 "--mode: expected train or infer, found 'trian'; try train" \
    bench lenet --mode trian
for value in 0 -1 1e3 1000001; do
    refused 2 "--batch: expected a whole number from 1 to 1000000" \
        bench lenet "--batch=$value"
done
for value in 0 -1 nan 1e9; do
    refused 2 "--seconds: expected a number from 0.01 to 100000" \
        bench lenet "--seconds=$value"
done
refused 2 "--json: expected no value, found 'yes'" bench lenet --json=yes
refused 2 "unknown option '--second'; try --seconds" bench lenet --second 1
refused 4 "cannot find net 'lenett'" bench lenett
refused 4 '' bench "$nets/lenet.net" --input 1x2x2
refused 2 "unknown activation 'rleu'; try relu" bench "$tiny_net" --act rleu

# ---- Help, and results that cannot be written ----
run 0 bench --help
has out 'usage: ramp bench NET [options]'
has out 'example'
awk 'length > 79 { print; long = 1 } END { exit long }' out ||
    fail 'bench --help has lines of more than 79 columns'
if [ -w /dev/full ]; then
    # shellcheck disable=SC2086
    "$RAMP" bench "$tiny_net" --input 1x8x8 --batch 2 $short \
        >/dev/full 2>err
    [ $? -eq 5 ] || fail '/dev/full: expected exit status 5'
fi

finish
