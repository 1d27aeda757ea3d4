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

# ---- The verdict is that of the table ----
sed 's/,rectified,-1,0,/,rectified,-1,1,/' before >made/relu-examples.csv
run 0 reproduce relu-examples --page --out made
has out 'verdict: refuted (scale full)'
has made/README.md '**refuted** (full)'

finish
