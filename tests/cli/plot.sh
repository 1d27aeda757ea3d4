#!/bin/sh
# plot.sh - `ramp plot`: its table, its picture, what it refuses.
. tests/cli/common
cd "$dir" || exit 1

# ---- The table: the rectifier comes out exactly ----
run 0 plot relu
[ -s err ] && fail "plot writes to standard error: $(cat err)"
awk 'NR > 1 { print $1, $2, $3 }' out >found
awk 'BEGIN { for (x = -10; x <= 10; x++) print x, (x > 0 ? x : 0), (x > 0) }' \
    >expected
cmp -s found expected || fail "plot relu: $(cat found)"
[ "$(awk 'NR > 1 && $2 == 0' out | wc -l)" -eq 11 ] || fail 'not 11 zeros'

# Values of tables; a colon or a blank before the number; several side by side.
run 0 plot sigmoid tanh leaky:0.1 'prelu 0.5' --from -1 --to 3 --step 2
has out 'sigmoid'
has out 'leaky 0.1'
grep -q '^ 1 *0.731059 *0.196612 *0.761594 *0.419974 *1 *1 *1 *1$' out ||
    fail "plot at 1: $(cat out)"
grep -q '^ 3 .* 0.995055 *0.00986604 ' out || fail "tanh at 3: $(cat out)"
grep -q '^-1 .* -0.1 *0.1 *-0.5 *0.5$' out || fail "at -1: $(cat out)"
run 0 plot gelu --from -0.75179 --to 0 --step 1
has out '-0.169971'
run 0 plot silu --from -1.27846 --to 0 --step 1
has out '-0.278465'
run 0 plot relu:0.5 --from -1 --to 1 --step 0.1
[ "$(wc -l <out)" -eq 22 ] || fail "$(wc -l <out) lines"
grep -q '^ *0 *0 *0.5$' out || fail "the slope at 0: $(cat out)"

# ---- The picture ----
mkdir folder
run 0 plot relu 'softplus:5' --out folder/curves.svg
has folder/curves.gp 'curves.svg'
has folder/curves.gp 'softplus 5'
if command -v gnuplot >/dev/null 2>&1; then
    [ -s err ] && fail "a picture, and yet: $(cat err)"
    has folder/curves.svg '</svg>'
    rm folder/curves.svg
    (cd folder && gnuplot curves.gp) || fail 'the script draws nothing'
    has folder/curves.svg '</svg>'
fi
PATH=$dir run 0 plot relu --out none.svg
has err 'none.svg, for which gnuplot is needed'
[ -e none.gp ] || fail 'no script without gnuplot'
[ -e none.svg ] && fail 'a picture without gnuplot'

# ---- What it refuses ----
refused 2 'found nothing' plot
refused 2 "unknown activation 'geul'; try gelu" plot geul
refused 2 'cannot plot maxout: it is no function of one number' plot maxout
refused 2 'cannot plot crelu' plot relu crelu
refused 2 'expected --from below --to' plot relu --from 1 --to 0
refused 2 'expected at most 100000 rows' plot relu --step 1e-5
refused 2 "ends in .svg, found 'a.png'" plot relu --out a.png
refused 2 'expected ACT..., found ' plot relu relu relu relu relu relu relu \
    relu elu
run 5 plot relu --out no/such/a.svg
finish
