#!/bin/sh
# predict.sh - pictures in, names out: files, folders, lists, bad ones among
# good ones, and results that nobody can read.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common

make_data "$dir/data"
run 0 train "$dir/data/classes" $tiny --out "$dir/run"
pictures=$dir/data/pictures

# lines N: standard output has so many lines.
lines() {
    [ "$(wc -l <"$dir/out")" -eq "$1" ] && return 0
    fail "expected $1 lines, found:"
    cat "$dir/out"
}

# The pictures are left, right, top, left, right, top.
run 0 predict "$dir/run" "$pictures" && lines 6
answers=$(sed 's/^[^ ]*  \([a-z]*\) .*/\1/' "$dir/out" | tr '\n' ' ')
[ "$answers" = 'left right top left right top ' ] || fail "answers: $answers"
number='[01]\.[0-9]{3}'
grep -vqE "^$pictures/[0-5]\.pgm(  [a-z]+ $number){3}  [0-9]+\.[0-9]{2} ms$" \
    "$dir/out" && fail "a line of another form: $(cat "$dir/out")"

run 0 predict "$dir/run" "$pictures/1.pgm" --top 1 && lines 1
grep -qE "1\.pgm  right $number  [0-9.]+ ms$" "$dir/out" || fail 'top 1'
run 0 predict "$dir/run" --top 100 -- "$pictures/1.pgm" && lines 1

# A list on standard input, of files and folders.
mkdir "$dir/more" "$dir/more/deep" "$dir/more/.hidden"
cp "$pictures/0.pgm" "$dir/more/deep/A.PGM"
cp "$pictures/0.pgm" "$dir/more/.hidden/b.pgm"
echo 'not a picture by its name' >"$dir/more/notes.txt"
ln -s . "$dir/more/loop"
printf '%s\n\n%s\n' "$pictures/2.pgm" "$dir/more" |
    "$RAMP" predict "$dir/run" - >"$dir/out" 2>"$dir/err" ||
    fail "from a list: $(cat "$dir/err")"
lines 2
has "$dir/out" "$pictures/2.pgm  top "
has "$dir/out" "$dir/more/deep/A.PGM  left "

# Bad ones among good ones: a line each, the others are answered.
echo 'no picture' >"$dir/bad.png"
mkdir "$dir/empty"
run 3 predict "$dir/run" "$pictures/0.pgm" "$dir/bad.png" "$dir/missing.png" \
    "$dir/empty" "$pictures/1.pgm" && lines 2
[ "$(grep -c '^ramp: ' "$dir/err")" -eq 3 ] || fail "errors: $(cat "$dir/err")"
[ "$(wc -l <"$dir/err")" -eq 3 ] || fail "errors: $(cat "$dir/err")"

# One line stays one line, whatever the name; a name that is not UTF-8 stays
# what it is.
odd=$(printf 'a\nb\033c\377.pgm')
mkdir "$dir/odd" && cp "$pictures/0.pgm" "$dir/odd/$odd"
run 0 predict "$dir/run" "$dir/odd" && lines 1
has "$dir/out" "$(printf 'a\\x0ab\\x1bc\377.pgm')"

# Surplus bytes are a warning, and the picture is answered.
{ cat "$pictures/0.pgm" && echo surplus; } >"$dir/long.pgm"
run 0 predict "$dir/run" "$dir/long.pgm" && lines 1
has "$dir/err" 'ramp: warning: '

# ---- Results that cannot be written ----
if [ -w /dev/full ]; then
    "$RAMP" predict "$dir/run" "$pictures" >/dev/full 2>"$dir/err"
    [ $? -eq 5 ] || fail '/dev/full: expected exit status 5'
    has "$dir/err" 'ramp: cannot write the results'
    "$RAMP" --help >/dev/full 2>"$dir/err"
    [ $? -eq 5 ] || fail '--help to /dev/full: expected exit status 5'
fi
"$RAMP" predict "$dir/run" "$pictures" >&- 2>"$dir/err"
[ $? -eq 5 ] || fail 'closed output: expected exit status 5'
{ "$RAMP" predict "$dir/run" "$pictures" 2>"$dir/err"; echo $? >"$dir/code"; } |
    true
case $(cat "$dir/code") in 0 | 5) ;; *) fail 'broken pipe' ;; esac

refused 4 "$dir/bad.png" predict "$dir/bad.png" "$pictures"

finish
