#!/bin/sh
# claims.sh - ramp reproduce: the claims that train nothing.
# shellcheck disable=SC2086 # some words are several, or none
. tests/cli/common
cd "$dir" || exit 1

# ---- The five lines, byte for byte ----
run 0 reproduce relu-examples --out made
grep '^rectified' out >found
cat >expected <<EOF
rectified(1.0) is 1.0
rectified(1000.0) is 1000.0
rectified(0.0) is 0.0
rectified(-1.0) is 0.0
rectified(-1000.0) is 0.0
EOF
cmp -s expected found || fail "other lines: $(cat found)"
has out 'verdict: reproduced (scale full)'
has made/relu-examples.md 'rectified(1000.0) is 1000.0'
has made/relu-examples.md '**Verdict: reproduced** (scale `full`).'
has made/README.md '| [relu-examples](relu-examples.md) | **reproduced** (full)'

# Once more: the table stays as it was, to the last byte.
cp made/relu-examples.csv before
run 0 reproduce relu-examples --out made --scale quick
cmp -s before made/relu-examples.csv || fail 'another table'

# ---- The others, on this processor and on any ----
run 0 reproduce relu-plot --out made
[ "$(grep -c '^ *[0-9]* |' out)" -eq 11 ] || fail "no plot: $(cat out)"
for claim in relu-def act-table softplus-limits identities; do
    for cpu in "" portable; do
        run 0 reproduce $claim --out made ${cpu:+--cpu $cpu}
        grep -q '^verdict: \(reproduced\|partly\) (scale full)$' out ||
            fail "$claim $cpu: $(tail -n 3 out)"
    done
done
run 0 reproduce --out made
has out 'nothing to train: seconds'
refused 2 'no arms' reproduce relu-def --measure --out made

# ---- Pictures: what the table has; no page links one that is not there ----
# drawn NAME: by the script, without a word.
drawn() {
    command -v gnuplot >/dev/null 2>&1 || return 0
    has "made/$1.svg" '</svg>'
    has "made/$1.md" "![$1]($1.svg)"
    rm "made/$1.svg"
    (cd made && gnuplot "$1.gp") >out 2>&1 || fail "$1.gp draws nothing"
    [ -s out ] && fail "$1.gp: $(cat out)"
    has "made/$1.svg" '</svg>'
}
for claim in relu-plot act-table softplus-limits identities; do
    drawn $claim
done
[ "$(sed -n '/p1_1 <</,/END/p' made/relu-plot.gp | wc -l)" -eq 23 ] ||
    fail "not 21 points: $(cat made/relu-plot.gp)"
has made/relu-plot.gp '7,7,7,7'
has made/act-table.gp '1,0.761594,0.761594,0.761594'
for claim in relu-def relu-examples; do
    [ -e made/$claim.gp ] && fail "$claim: what is there to see?"
    grep -q 'svg\|gnuplot' made/$claim.md && fail "$claim: of what picture?"
done
PATH=$dir run 0 reproduce relu-plot --page --out made
has err 'no relu-plot.svg, for which gnuplot is needed'
has made/relu-plot.md '`gnuplot relu-plot.gp` draws the picture'
grep -q '!\[' made/relu-plot.md && fail 'a link to no picture'
[ -e made/relu-plot.svg ] && fail 'a picture of whom?'

# Rows of "part;seed;name;at;value" as a table.
table() {
    echo "scale,part,protocol,seed,figure,at,value,threads,processor,cpu,\
version,commit,date"
    while IFS=';' read -r part seed name at value; do
        echo "standard,\"$part\",0,$seed,\"$name\",$at,$value,1,cpu,avx2,\
0.1.0,abc,2026"
    done
}

# Over the rate: the median of the seeds, the lowest and the highest; of a rate
# at which one diverged, nothing.
for seed in 3 1 2; do
    echo "relu lr 0.5;$seed;dead;4;0.$seed"
    echo "relu lr 0.5;$seed;val error;4;0.0$seed"
    echo "relu lr 0.02;$seed;dead;4;0"
    echo "relu lr 0.02;$seed;dead;8;0.7"
    echo "leaky lr 0.02;$seed;dead;4;0"
    [ $seed -eq 2 ] || echo "relu lr 1;$seed;dead;4;0.9"
done >rows
echo 'relu lr 1;2;diverged;1;1' >>rows
table <rows >made/dying-relu.csv
for claim in dying-relu leaky-rescue; do
    run 0 reproduce $claim --page --out made --scale standard
    sed -n '/p1_1 <</,/END/p' made/$claim.gp >found
    printf '%s\n' '$p1_1 << END' 0.02,0,0,0 0.5,0.2,0.1,0.3 1,NaN,NaN,NaN END |
        cmp -s - found || fail "$claim: other points: $(cat found)"
    drawn $claim
done

# By layer, before the first step and after the last epoch.
for epoch in 0 1 7; do
    echo "relu 2/n;1;train error;$epoch;0.5"
    for layer in 1 2 3; do
        echo "relu 2/n;1;gradient rms, epoch $epoch;$layer;$epoch.$layer"
    done
done | table >made/vanishing-gradient.csv
run 0 reproduce vanishing-gradient --page --out made --scale standard
sed -n '/p3_1 <</,/END/p' made/vanishing-gradient.gp >found
printf '%s\n' '$p3_1 << END' 1,7.1,7.1,7.1 2,7.2,7.2,7.2 3,7.3,7.3,7.3 END |
    cmp -s - found || fail "vanishing-gradient: other points: $(cat found)"
has made/vanishing-gradient.gp 'set title "epoch 7"'
drawn vanishing-gradient

# Over the epochs, of one layer.
for epoch in 0 1 10 2; do
    for layer in 1 2; do
        echo "tanh, old;1;saturated, epoch $epoch;$layer;0.$epoch$layer"
    done
done | table >made/saturation.csv
run 0 reproduce saturation --page --out made --scale standard
sed -n '/p3_2 <</,/END/p' made/saturation.gp | cut -d, -f1,2 >found
printf '%s\n' '$p3_2 << END' 0,0.02 1,0.12 2,0.22 10,0.102 END |
    cmp -s - found || fail "saturation: other points: $(cat found)"
drawn saturation

# Bars.
for part in relu 'relu, L1 0.001' tanh; do
    for seed in 1 2 3; do
        echo "$part;$seed;zeros, trained;;0.${#part}$seed"
    done
done | table >made/sparsity-trained.csv
run 0 reproduce sparsity-trained --page --out made --scale standard
sed -n '/p1_2 <</,/END/p' made/sparsity-trained.gp | cut -d, -f2- >found
printf '%s\n' '$p1_2 << END' 0.42,0.41,0.43 0.142,0.141,0.143 \
    0.42,0.41,0.43 END | cmp -s - found ||
    fail "sparsity-trained: other bars: $(cat found)"
drawn sparsity-trained

# ---- The verdict is that of the table ----
sed 's/,rectified,-1,0,/,rectified,-1,1,/' before >made/relu-examples.csv
run 0 reproduce relu-examples --page --out made
has out 'verdict: refuted (scale full)'
has made/README.md '**refuted** (full)'

finish
