#!/bin/sh
# bulk.sh - many pictures at once: the answers, their order and what is said of
# bad ones are those of one picture at a time, on any number of threads; a list
# is answered as fast as it comes; and the memory does not grow with a folder.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common

make_data "$dir/data"
run 0 train "$dir/data/classes" $tiny --out "$dir/run"
pictures=$dir/data/pictures

# answers FILE: all but the times.
answers() {
    sed 's/  [0-9.]* ms$//' "$1"
}

# ---- 3,000 files ----
# Their order on disk is not that of their names; each 500th is bad.
mkdir "$dir/many"
perl -e 'my ($from, $to) = @ARGV;
    for my $i (map { $_ * 7 % 3000 } 0 .. 2999) {
        open my $in, "<:raw", "$from/" . $i % 6 . ".pgm" or die;
        read $in, my $bytes, 1000;
        substr $bytes, -1 - $i % 60, 1, chr($i % 256);
        $bytes = substr $bytes, 0, 20 if $i % 500 == 499;
        open my $out, ">:raw", "$to/$i.pgm" or die;
        print $out $bytes;
    }' "$pictures" "$dir/many"
run 3 predict "$dir/run" "$dir/many" --threads 1
answers "$dir/out" >"$dir/expected"
mv "$dir/err" "$dir/expected.err"
[ "$(wc -l <"$dir/expected")" -eq 2994 ] || fail '3,000 files: lines'
[ "$(wc -l <"$dir/expected.err")" -eq 6 ] || fail '3,000 files: errors'
sed 's/  .*//' "$dir/expected" | LC_ALL=C sort -c || fail 'not sorted'
LC_ALL=C sort -c "$dir/expected.err" || fail 'errors are not sorted'
for threads in 2 3 8; do
    run 3 predict "$dir/run" "$dir/many" --threads "$threads"
    answers "$dir/out" | cmp -s - "$dir/expected" || fail "$threads threads"
    cmp -s "$dir/err" "$dir/expected.err" || fail "$threads threads: errors"
done

# One at a time, and as a list in another order.
sed -n '1~211s/  .*//p' "$dir/expected" | tac >"$dir/list"
"$RAMP" predict "$dir/run" - <"$dir/list" >"$dir/out" || fail 'list'
answers "$dir/out" >"$dir/listed"
while read -r path; do
    run 0 predict "$dir/run" "$path"
    answers "$dir/out"
done <"$dir/list" >"$dir/alone"
cmp -s "$dir/alone" "$dir/listed" || fail 'other answers in a batch'
tac "$dir/alone" | grep -vxF -f "$dir/expected" >"$dir/other" &&
    fail "other answers alone: $(cat "$dir/other")"

# What is bad is said in the order of the input, wherever it stands in a batch.
echo 'no picture' >"$dir/bad.png"
mkdir "$dir/empty"
run 3 predict "$dir/run" "$pictures" "$dir/bad.png" "$dir/empty" "$pictures" \
    "$dir/none"
[ "$(wc -l <"$dir/out")" -eq 12 ] || fail 'bad ones among good ones'
[ "$(sed "s|.*$dir/\([a-z]*\).*|\1|" "$dir/err" | tr '\n' ' ')" = \
    'bad empty none ' ] || fail "errors: $(cat "$dir/err")"

# ---- Standard input ----
# Somebody who writes one line and waits has the answer before the next; many
# lines at once, the last without a newline, and one that comes in pieces.
mkfifo "$dir/to" "$dir/from"
"$RAMP" predict "$dir/run" - <"$dir/to" >"$dir/from" 2>"$dir/err" &
pid=$!
exec 3>"$dir/to" 4<"$dir/from"
for i in 2 0 5; do
    echo "$pictures/$i.pgm" >&3
    read -r line <&4
    case $line in "$pictures/$i.pgm  "*) ;; *) fail "asked $i: $line" ;; esac
done
printf '%s\n\n%s\n%s' "$pictures/1.pgm" "$pictures" "$pictures/3" >&3
for i in 1 0 1 2 3 4 5; do
    read -r line <&4
    case $line in "$pictures/$i.pgm  "*) ;; *) fail "asked $i: $line" ;; esac
done
printf '.pgm' >&3
exec 3>&-
read -r line <&4
case $line in "$pictures/3.pgm  "*) ;; *) fail "last line: $line" ;; esac
wait "$pid" || fail "a conversation: $(cat "$dir/err")"
exec 4<&-
"$RAMP" predict "$dir/run" - <&- >"$dir/out" 2>"$dir/err"
[ $? -eq 5 ] || fail 'closed input: expected exit status 5'
has "$dir/err" "ramp: cannot read '-': "

# ---- Nobody reads ----
sed 's/  .*//' "$dir/expected" >"$dir/list"
{
    "$RAMP" predict "$dir/run" - <"$dir/list" 2>"$dir/err"
    echo $? >"$dir/code"
} | head -n 1 >"$dir/out"
[ "$(cat "$dir/code")" -eq 5 ] || fail "broken pipe: $(cat "$dir/code")"
[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "broken pipe: $(cat "$dir/err")"
has "$dir/err" 'ramp: cannot write the results: Broken pipe'

# ---- Memory ----
# 27,000 files more, with names of 12 letters, take at most 50 bytes each. (A
# sanitizer keeps what was freed.)
if ! grep -qa -e __asan_init -e __tsan_init "$RAMP"; then
    mkdir "$dir/more"
    perl -e 'my ($from, $to) = @ARGV;
        for my $i (0 .. 29999) {
            link sprintf("%s/%d.pgm", $from, $i % 499),
                sprintf("%s/%08d.pgm", $to, $i) or die;
        }' "$dir/many" "$dir/more"
    for folder in many more; do
        perl tests/cli/measure.pl "$dir/$folder.figures" 100 \
            "$RAMP" predict "$dir/run" "$dir/$folder" >"$dir/out" 2>"$dir/err"
    done
    read -r _ _ _ few <"$dir/many.figures"
    read -r _ _ _ many <"$dir/more.figures"
    [ "$few" -eq 0 ] || [ $((many - few)) -le $((27 * 50)) ] ||
        fail "$few KiB for 3,000 files, $many for 30,000"
fi

finish
