#!/bin/sh
# sort.sh - predict --sort: pictures are copied into a folder for each class;
# nothing is moved, replaced or left half written.
# shellcheck disable=SC2086 # $tiny is several words
. tests/cli/common
. tests/faults/checks

make_data "$dir/data"
pictures=$dir/data/pictures
run 0 train "$dir/data/classes" $tiny --out "$dir/run"
cd "$dir" || exit 1

# tree FOLDER EXPECTED: its files, sorted.
tree() {
    found=$(cd "$1" && find . -type f | LC_ALL=C sort | tr '\n' ' ')
    [ "$found" = "$2 " ] || fail "$1: expected $2, found $found"
}

# same FILE COPY: bytes and time.
same() {
    cmp -s "$1" "$2" || fail "$2: not the bytes of $1"
    [ "$(stat -c %Y "$1")" = "$(stat -c %Y "$2")" ] || fail "$2: not the time"
}

# ---- Copies ----
# The pictures are left, right, top, left, right, top.
cp -r "$pictures" pictures
touch -d '2001-02-03 04:05:06' pictures/0.pgm
ls -l --time-style=full-iso pictures >before
run 0 predict run pictures --sort sorted/here
first='./left/0.pgm ./left/3.pgm ./right/1.pgm ./right/4.pgm ./top/2.pgm'
tree sorted/here "$first ./top/5.pgm"
ls -l --time-style=full-iso pictures | cmp -s - before || fail 'changed'
for i in 0 3; do
    same "pictures/$i.pgm" "sorted/here/left/$i.pgm"
done
[ "$(wc -l <out)" -eq 6 ] || fail 'with --sort: no answers'

# Equal names get numbers, what is there stays, whatever it is.
echo mine >sorted/here/left/3-2.pgm
ln -s nowhere sorted/here/right/1-2.pgm
run 0 predict run pictures pictures/3.pgm --sort sorted/here/ --csv
tree sorted/here './left/0-2.pgm ./left/0.pgm ./left/3-2.pgm ./left/3-3.pgm '\
'./left/3-4.pgm ./left/3.pgm ./right/1-3.pgm ./right/1.pgm '\
'./right/4-2.pgm ./right/4.pgm ./top/2-2.pgm ./top/2.pgm '\
'./top/5-2.pgm ./top/5.pgm'
[ "$(cat sorted/here/left/3-2.pgm)" = mine ] || fail 'replaced'
same pictures/3.pgm sorted/here/left/3-4.pgm
[ -L sorted/here/right/1-2.pgm ] || fail 'a link was replaced'

# Names without an end, hidden ones, the longest there are, and odd ones.
long=$(printf '%0251d' 0).pgm
odd=$(printf 'a\nb"\377.pgm')
mkdir names
for name in plain .hidden "$long" "$odd" two.dots.pgm; do
    cp -p pictures/2.pgm "names/$name"
done
for i in 1 2; do
    run 0 predict run names/plain names/.hidden names --sort named
done
for name in plain plain-2 .hidden .hidden-2 "$long" "${long%??.pgm}-2.pgm" \
    "$odd" "$(printf 'a\nb"\377-2.pgm')" two.dots.pgm two.dots-2.pgm; do
    same pictures/2.pgm "named/top/$name"
done
[ "$(find named -type f -printf x)" = xxxxxxxxxx ] || fail "$(find named)"

# Forty of one name.
mkdir forty
for i in $(seq 40); do
    mkdir "forty/$i" && cp pictures/0.pgm "forty/$i/cat.pgm"
done
run 0 predict run forty --sort one-name
tree one-name "$({
    echo ./left/cat.pgm
    seq 2 40 | sed 's|.*|./left/cat-&.pgm|'
} | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"

# A bad picture is not copied, and the others are.
echo 'no picture' >bad.png
run 3 predict run bad.png pictures/0.pgm --sort with-bad
tree with-bad ./left/0.pgm

# "unknown" has a folder, too.
perl -e 'print "P5\n8 8\n255\n", "\x60" x 64' >grey.pgm
run 0 predict run grey.pgm pictures/1.pgm --sort doubts --min-conf 0.97
tree doubts './right/1.pgm ./unknown/grey.pgm'

# ---- Class names that no folder can have ----
# rename_classes MODEL NAME...: the same model with these names.
rename_classes() {
    perl -e '
        my ($to, @names) = @ARGV;
        open my $in, "<:raw", "run/best.safetensors" or die;
        local $/;
        my $bytes = <$in>;
        my $n = unpack "Q<", $bytes;
        my $header = substr $bytes, 8, $n;
        my $list = join ",", map { qq(\\\"$_\\\") } @names;
        $header =~ s/("classes":\s*"\[).*?\]/$1$list]/ or die "classes\n";
        open my $out, ">:raw", $to or die;
        print $out pack("Q<", length $header), $header, substr $bytes, 8 + $n;
    ' "$@"
}
rename_classes odd.safetensors '..' 'a/b' 'a_b'
run 0 predict odd.safetensors pictures --sort odd
tree odd './_./0.pgm ./_./3.pgm ./a_b-2/1.pgm ./a_b-2/4.pgm ./a_b/2.pgm '\
'./a_b/5.pgm'
rename_classes odd.safetensors '/' "$(printf '%0300d' 0)" '\\u001b[m'
run 0 predict odd.safetensors pictures --sort odder
tree odder "./$(printf '%0240d' 0)/1.pgm ./$(printf '%0240d' 0)/4.pgm \
./_/0.pgm ./_/3.pgm ./_[m/2.pgm ./_[m/5.pgm"
rename_classes odd.safetensors unknown a b
run 0 predict odd.safetensors pictures/0.pgm grey.pgm --min-conf 0.97 --sort un
tree un './unknown/0.pgm ./unknown/grey.pgm'

# ---- Refusals ----
# A folder in which the copies would lie, or which lies among them.
mkdir -p deep/a deep/b
cp pictures/0.pgm deep/a
ln -s deep linked
for folder in deep deep/new deep/b/ ./deep/../deep/b/x/y linked/z; do
    refused 2 "expected a folder apart from 'deep'" \
        predict run deep --sort "$folder"
done
refused 2 'expected a folder apart from' predict run deep/a --sort deep
refused 2 'expected a folder apart from' predict run . --sort elsewhere
tree deep ./a/0.pgm
[ -e elsewhere ] && fail 'a folder was made'
echo deep/a/0.pgm | "$RAMP" predict run - --sort deep >out 2>err
[ $? -eq 2 ] || fail 'a picture of the folder: expected exit status 2'
has err "ramp: cannot copy 'deep/a/0.pgm': it lies in --sort 'deep'"
tree deep ./a/0.pgm
# The first of several errors decides the exit status.
printf '%s\n' pictures/0.pgm deep/a/0.pgm bad.png |
    "$RAMP" predict run - --sort deep >out 2>err
[ $? -eq 2 ] || fail "2, then 3: $(cat err)"
printf '%s\n' bad.png pictures/0.pgm deep/a/0.pgm |
    "$RAMP" predict run - --sort deep >out 2>err
[ $? -eq 3 ] || fail "3, then 2: $(cat err)"
tree deep './a/0.pgm ./left/0-2.pgm ./left/0.pgm'
refused 2 '--sort needs a value' predict run pictures --sort
refused 5 "cannot make folder 'grey.pgm': a file has this name" \
    predict run pictures --sort grey.pgm
refused 5 "cannot make folder '/proc/new'" predict run pictures --sort /proc/new
mkdir blocked && : >blocked/left
refused 5 "cannot make folder 'blocked/left': a file has this name" \
    predict run pictures --sort blocked

# ---- What cannot be written ----
{ cat pictures/0.pgm && head -c 5000 /dev/zero; } >pictures/9.pgm
prlimit --fsize=3000 "$RAMP" predict run pictures --sort full >out 2>err
[ $? -eq 5 ] || fail 'too large: expected exit status 5'
[ "$(grep -vc 'warning:' err)" -eq 1 ] || fail "too large: $(cat err)"
has err "ramp: cannot write 'full/left/9.pgm': File too large"
tree full './left/0.pgm ./left/3.pgm ./right/1.pgm ./right/4.pgm ./top/2.pgm '\
'./top/5.pgm'
rm pictures/9.pgm

# Without links, as on the disk of a camera. What is traced cannot look for its
# own leaks.
traced='strace -E ASAN_OPTIONS=detect_leaks=0 -f -qq -o calls -e trace=link'
if command -v strace >/dev/null && strace -qq true 2>/dev/null; then
    for i in 1 2; do
        # shellcheck disable=SC2086 # several words
        $traced -e inject=link:error=EPERM \
            "$RAMP" predict run pictures --sort no-links >out 2>err ||
            fail "no links: $(cat err)"
    done
    grep -q INJECTED calls || fail 'no link was refused'
    tree no-links './left/0-2.pgm ./left/0.pgm ./left/3-2.pgm ./left/3.pgm '\
'./right/1-2.pgm ./right/1.pgm ./right/4-2.pgm ./right/4.pgm '\
'./top/2-2.pgm ./top/2.pgm ./top/5-2.pgm ./top/5.pgm'
    same pictures/0.pgm no-links/left/0-2.pgm

    # The second is changed while the first is copied.
    cp pictures/0.pgm first.pgm && cp pictures/0.pgm second.pgm
    # shellcheck disable=SC2086
    $traced -e inject=link:delay_enter=2000000:when=1 "$RAMP" predict run \
        first.pgm second.pgm pictures/1.pgm --sort changing >out 2>err &
    pid=$!
    n=0
    while [ ! -e changing/left ] && [ $((n += 1)) -lt 100 ]; do
        sleep 0.1
    done
    cp pictures/3.pgm second.pgm
    wait "$pid"
    [ $? -eq 3 ] || fail 'a changed file: expected exit status 3'
    has err "cannot copy 'second.pgm': it was changed after it was classified"
    tree changing './left/first.pgm ./right/1.pgm'
fi

[ -z "$(find . -name '*.tmp-*')" ] || fail "left: $(find . -name '*.tmp-*')"

finish
