#!/bin/sh
# eval.sh - what an evaluation prints and leaves in the folder of --out.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common

make_data "$dir/data"
run 0 train "$dir/data" $tiny --out "$dir/run"

# ---- printed ----
run 0 eval "$dir/run" "$dir/data"
cp "$dir/out" "$dir/without"
has "$dir/out" '(mean recall: each class weighs the same)'
has "$dir/out" 'predict --min-conf P'
has "$dir/out" '0.00  100.00 %'

# The parts have ten pictures of each class: both accuracies are one.
accuracy=$(sed -n 's/^accuracy  \([0-9.]* %\).*/\1/p' "$dir/out")
has "$dir/out" "balanced  $accuracy"

# Several views of each picture; what they are, check_predict.c looks at.
run 0 eval "$dir/run" "$dir/data" --tta none
grep -v '^time' "$dir/out" >"$dir/no-tta"
grep -v '^time' "$dir/without" | cmp -s - "$dir/no-tta" || fail '--tta none'
for tta in mirror shifts mirror,shifts; do
    run 0 eval "$dir/run" "$dir/data" --tta $tta
    has "$dir/out" "views     mean of the logits, --tta $tta"
    sed -n 's/^loss //p' "$dir/out"
    picture=$dir/data/pictures/0.pgm
    run 0 predict "$dir/run" "$picture" --csv --tta $tta
    cut -d, -f2-7 "$dir/out" >>"$dir/answers"
done >"$dir/losses"
[ "$(sort -u "$dir/losses" | wc -l)" -eq 3 ] || fail 'views alike'
[ "$(sort -u "$dir/answers" | wc -l)" -eq 4 ] || fail 'predict: views alike'
refused 2 "expected none, mirror, shifts or mirror,shifts, found 'yes'" \
    eval "$dir/run" "$dir/data" --tta yes
refused 2 '--tta' predict "$dir/run" "$dir/data/pictures/0.pgm" --tta

# ---- written ----
out=$dir/a/deep/folder
files='classes.csv confusion.csv confusion.svg coverage.csv errors.csv
errors.svg'
run 0 eval "$dir/run" "$dir/data" --out "$out"
has "$dir/out" "tables and pictures are in $out"
[ "$(find "$out" -type f | sed 's/.*\///' | sort | tr '\n' ' ')" = \
    "$(echo "$files" | tr '\n' ' ')" ] || fail "left behind: $(ls -a "$out")"
grep -v '^time' "$dir/without" >"$dir/expected"
grep -v -e '^time' -e '^tables and' "$dir/out" | sed '$d' |
    cmp -s - "$dir/expected" || fail '--out changes what is printed'

# The tables agree with what is printed.
wrong=$(sed -n 's/^error .*, \([0-9]*\) of 30 wrong$/\1/p' "$dir/out")
[ "$wrong" -gt 0 ] || fail 'no error to be seen'
[ "$(wc -l <"$out/errors.csv")" -eq $((wrong + 1)) ] || fail 'errors.csv'
has "$out/coverage.csv" '0,30,1,'
[ "$(sed -n 's/^[a-z0-9]*,\([0-9]*\),.*/\1/p' "$out/classes.csv" |
    tr '\n' ' ')" = '10 10 10 ' ] || fail "classes: $(cat "$out/classes.csv")"
[ "$(grep -c '<image ' "$out/errors.svg")" -eq "$wrong" ] || fail 'errors.svg'
has "$out/errors.svg" 'data, test part'

# A second time: its files are new, those of others stay.
echo mine >"$out/notes.txt"
echo old >"$out/confusion.csv"
run 0 eval "$dir/run" "$dir/data" --part val --out "$out"
has "$out/notes.txt" mine
has "$out/confusion.csv" 'truth\answer,0,1,2'
has "$out/errors.svg" 'data, val part'
[ "$(find "$out" -type f | wc -l)" -eq 7 ] || fail "left: $(ls -a "$out")"

# ---- refused ----
: >"$dir/file"
refused 5 "'$dir/file/out'" eval "$dir/run" "$dir/data" --out "$dir/file/out"
refused 5 "'$dir/file'" eval "$dir/run" "$dir/data" --out "$dir/file"
refused 2 'an argument is empty' eval "$dir/run" "$dir/data" --out ''
refused 2 '--out' eval "$dir/run" "$dir/data" --out
refused 3 'no-such-data' eval "$dir/run" "$dir/no-such-data" --out "$dir/none"
[ -e "$dir/none" ] && fail 'a folder was made for nothing'

# What cannot be written is said behind the figures; no half file is left.
mkdir -p "$dir/blocked/errors.csv/full"
run 5 eval "$dir/run" "$dir/data" --out "$dir/blocked"
has "$dir/err" 'errors.csv'
[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "errors: $(cat "$dir/err")"
has "$dir/out" 'accuracy  '
find "$dir/blocked" -name '*.tmp-*' | grep -q . && fail 'half a file is left'
finish
