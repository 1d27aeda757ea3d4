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

# ---- CSV and JSON ----
# cases FILE: each line matches the pattern of this line of standard input.
cases() {
    n=0
    while IFS= read -r pattern; do
        n=$((n + 1))
        sed -n "${n}p" "$1" | grep -qxE -e "$pattern" ||
            fail "line $n: expected '$pattern', found '$(sed -n "${n}p" "$1")'"
    done
    [ "$(wc -l <"$1")" -eq "$n" ] || fail "expected $n lines: $(cat "$1")"
}

replaced=$(printf '\357\277\275')
exact='(1|[0-9.]+(e-[0-9]+)?)'
mkdir "$dir/names"
cp "$pictures/0.pgm" "$dir/names/a, b.pgm"
cp "$pictures/1.pgm" "$dir/names/c\"d.pgm"
cp "$pictures/2.pgm" "$dir/names/$(printf 'e\nf\377\\.pgm')"
echo 'no picture' >"$dir/names/z.png"
run 3 predict "$dir/run" "$dir/names" --csv --top 2
cases "$dir/out" <<EOF
path,class,probability,class2,probability2,ms
"$dir/names/a, b\.pgm",left,$exact,(top|right),$exact,[0-9.]+
"$dir/names/c""d\.pgm",right,$exact,(top|left),$exact,[0-9.]+
"$dir/names/e
$(printf 'f\377\\\\\.pgm",top,%s,(left|right),%s,[0-9.]+' "$exact" "$exact")
EOF
[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "CSV: $(cat "$dir/err")"
sed -n '2,3s/.*,\(.*\),\(.*\),\(.*\),.*/\1 \2 \3/p' "$dir/out" >"$dir/csv"

run 3 predict "$dir/run" "$dir/names" --json --top 2
one="\{\"class\": \"[a-z]+\", \"probability\": $exact\}"
rest="\"probability\": $exact, \"top\": \[$one, $one\], \"ms\": [0-9.e-]+\}"
cases "$dir/out" <<EOF
\{"path": "$dir/names/a, b.pgm", "class": "left", $rest
\{"path": "$dir/names/c\\\\"d.pgm", "class": "right", $rest
\{"path": "$dir/names/e\\\\nf$replaced\\\\\\\\.pgm", "class": "top", $rest
EOF
[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "JSON: $(cat "$dir/err")"
first='.*"probability": \(.*\)}, {"class": "\(.*\)", '
sed -n "1,2s/$first"'"prob.*": \(.*\)}\].*/\1 \2 \3/p' "$dir/out" |
    sed 's/e-\([0-9]\)$/e-0\1/' | cmp -s - "$dir/csv" ||
    fail "CSV and JSON differ: $(cat "$dir/csv" "$dir/out")"

run 0 predict "$dir/run" "$pictures/0.pgm" --csv
[ "$(head -n 1 "$dir/out")" = \
    'path,class,probability,class2,probability2,class3,probability3,ms' ] ||
    fail "header: $(cat "$dir/out")"
run 0 predict "$dir/run" "$pictures/0.pgm" --csv --top 1
[ "$(head -n 1 "$dir/out")" = 'path,class,probability,ms' ] || fail 'header'
refused 2 'expected --csv or --json, found both' \
    predict "$dir/run" "$pictures" --csv --json

# ---- The answer that is none ----
cp "$pictures/0.pgm" "$dir/left.pgm"
perl -e 'print "P5\n8 8\n255\n", "\x60" x 64' >"$dir/grey.pgm"
run 0 predict "$dir/run" "$dir/left.pgm" "$dir/grey.pgm" --top 1 --json
perl -ne 'print $1, "\n" if /"probability": ([^,]*),/' "$dir/out" >"$dir/p"
[ "$(LC_ALL=C sort -g "$dir/p")" != "$(cat "$dir/p")" ] ||
    fail "grey is as certain as left: $(cat "$dir/p")"
p_left=$(sed -n 1p "$dir/p")
run 0 predict "$dir/run" "$dir/left.pgm" "$dir/grey.pgm" --top 1 \
    --min-conf "$p_left"
cases "$dir/out" <<EOF
$dir/left.pgm  left $number  [0-9.]+ ms
$dir/grey.pgm  unknown  [a-z]+ $number  [0-9.]+ ms
EOF
run 0 predict "$dir/run" "$dir/grey.pgm" --min-conf "$p_left" --csv --top 2
cases "$dir/out" <<EOF
path,class,probability,class2,probability2,ms
$dir/grey.pgm,unknown,$exact,[a-z]+,$exact,[0-9.e-]+
EOF
run 0 predict "$dir/run" "$dir/grey.pgm" --min-conf "$p_left" --json --top 2
cases "$dir/out" <<EOF
\{"path": "$dir/grey.pgm", "class": "unknown", $rest
EOF
run 0 predict "$dir/run" "$dir/grey.pgm" --min-conf 0
grep -q unknown "$dir/out" && fail "--min-conf 0: $(cat "$dir/out")"
for bad in -0.1 1.1 nan half 1e-; do
    refused 2 '--min-conf' predict "$dir/run" "$pictures" --min-conf "$bad"
done
for bad in 0 -1 1.5 100001; do
    refused 2 '--top' predict "$dir/run" "$pictures" --top "$bad"
done

# ---- Pictures in the terminal ----
# Where it is none, letters: bright on the left, and three bars.
run 3 predict "$dir/run" "$pictures/0.pgm" "$dir/bad.png" "$pictures/1.pgm" \
    --show
cases "$dir/out" <<EOF
$pictures/0\.pgm(  [a-z]+ $number){3}  [0-9.]+ ms
  [#%*+=]{4}[ .:=-]{4}   left   #+ +$number
  [#%*+=]{4}[ .:=-]{4}   (right|top  )  [# ]{20} $number
  [#%*+=]{4}[ .:=-]{4}   (right|top  )  [# ]{20} $number
  [#%*+=]{4}[ .:=-]{4}

$pictures/1\.pgm(  [a-z]+ $number){3}  [0-9.]+ ms
  [ .:=-]{4}[#%*+=]{4}   right  #+ +$number
  [ .:=-]{4}[#%*+=]{4}   (left |top  )  [# ]{20} $number
  [ .:=-]{4}[#%*+=]{4}   (left |top  )  [# ]{20} $number
  [ .:=-]{4}[#%*+=]{4}

EOF
# What a terminal is told it can show, and what it then gets.
escape=$(printf '\033')
if command -v script >/dev/null; then
    while read -r expected settings; do
        env -u LC_ALL -u COLORTERM -u NO_COLOR TERM=xterm LC_ALL=C.UTF-8 \
            $settings script -qec \
            "'$RAMP' predict '$dir/run' '$pictures/0.pgm' --show" /dev/null \
            >"$dir/out" </dev/null 2>"$dir/err"
        case $expected in
        letters) grep -q "$escape" "$dir/out" ;;
        *) ! grep -qF "${escape}[38;$expected" "$dir/out" ;;
        esac && fail "$expected with $settings: $(cat -v "$dir/out")"
    done <<EOF
2; COLORTERM=truecolor
2; COLORTERM=24bit NO_COLOR=
5; TERM=xterm-256color
letters NO_COLOR=1 COLORTERM=truecolor
letters TERM=dumb COLORTERM=truecolor
letters LC_ALL=C COLORTERM=truecolor
EOF
fi
for form in csv json; do
    refused 2 "--show is for people, --$form for programs" \
        predict "$dir/run" "$pictures" --show --$form
done

# ---- Dark on light ----
# Bars on a dark ground, and their negatives.
perl -e 'my ($to) = @ARGV;
    for my $class ("across", "down") {
        mkdir "$to/$class" or die;
        for my $i (0 .. 59) {
            my $at = 2 + $i % 4;
            my $pixels = join "", map {
                my ($y, $x) = (int($_ / 8), $_ % 8);
                ($y, $x) = ($x, $y) if $class eq "down";
                chr($y == $at && $x > 0 && $x < 7 ? 255 - $i : $i / 3)
            } 0 .. 63;
            open my $file, ">:raw", "$to/$class/$i.pgm" or die;
            print $file "P5\n8 8\n255\n", $pixels;
            my $negative = join "", map { chr(255 - ord) } split //, $pixels;
            next if $i > 1;
            open my $other, ">:raw", "$to/../negative-$class-$i.pgm" or die;
            print $other "P5\n8 8\n255\n", $negative;
        }
    }' "$(mkdir "$dir/bars" && echo "$dir/bars")"
run 0 train "$dir/bars" $tiny --out "$dir/bar-run"
run 0 predict "$dir/bar-run" "$dir/bars"
[ -s "$dir/err" ] && fail "light on dark: $(cat "$dir/err")"
run 0 predict "$dir/bar-run" "$dir/bars/down/1.pgm" "$dir"/negative-*.pgm --csv
[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "dark on light: $(cat "$dir/err")"
has "$dir/err" "ramp: note: '$dir/negative-across-0.pgm' is dark on light, \
the model's pictures are light on dark; try inverting it"
run 0 predict "$dir/run" "$dir"/negative-*.pgm
[ -s "$dir/err" ] && fail "a model of other pictures: $(cat "$dir/err")"

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
