#!/bin/sh
# report.sh - the page of a run: report.html is well formed, stands alone and
# holds every picture of the folder (check_html.pl looks), whatever classes and
# files are called; gnuplot may be missing or fail.
. tests/cli/common
make_data "$dir/data"

# page FOLDER TEXT...: its report.html is good and holds these.
page() {
    folder=$1
    shift
    perl tests/unit/check_html.pl "$folder" >"$dir/findings" 2>&1 ||
        fail "$folder: $(cat "$dir/findings")"
    for text; do
        grep -qF -e "$text" "$folder/report.html" ||
            fail "$folder: expected '$text' on the page"
    done
}

# ---- A run and its page ----
run 0 train "$dir/data" $tiny --out "$dir/run"
cp "$dir/out" "$dir/results"
page "$dir/run" 'How it learned' 'How it was made' 'How to go on'
# The figures are those of the terminal.
for name in 'val error' 'test error'; do
    error=$(sed -n "s/^$name *\([0-9.]* %\).*/\1/p" "$dir/results")
    page "$dir/run" ">${error:-no $name}<"
done
[ -z "$(find "$dir/run" -name '*tmp*')" ] || fail 'temporary files are left'

# The curves can be drawn again, by hand and in its folder.
mv "$dir/run/curves.svg" "$dir/before.svg"
(cd "$dir/run" && gnuplot curves.gp 2>"$dir/err") ||
    fail "curves.gp: $(cat "$dir/err")"
cmp -s "$dir/before.svg" "$dir/run/curves.svg" ||
    fail 'gnuplot curves.gp draws other curves'

# ---- Hostile names ----
mkdir "$dir/names"
cp -r "$dir/data/classes/left" "$dir/names/<script>alert(1)<"
cp -r "$dir/data/classes/right" "$dir/names/\"a\" & 'b'"
cp -r "$dir/data/classes/top" "$dir/names/--><img src=x onerror=y>"
for folder in "$dir/names"/*; do
    for file in "$folder"/*; do
        mv "$file" "$folder/<b>,\"&' ${file##*/}"
    done
done
run 0 train "$dir/names" $tiny --out "$dir/<i>\`touch $dir/obeyed\`"
page "$dir/<i>\`touch $dir/obeyed\`" '&lt;script&gt;alert(1)&lt;'
[ ! -e "$dir/obeyed" ] || fail 'a name was obeyed'

# ---- No validation part, one epoch ----
run 0 train "$dir/data" --net "$tiny_net" --val 0 --epochs 1 --out "$dir/one"
page "$dir/one" 'How it learned'

# ---- gnuplot is missing, or fails ----
mkdir "$dir/tools"
path=$PATH
without() { # without NAME WHY
    run 0 train "$dir/data" $tiny --out "$dir/$1"
    PATH=$path
    page "$dir/$1" 'How it was made'
    has "$dir/err" "$2"
    has "$dir/err" 'try gnuplot curves.gp in '
    [ -s "$dir/$1/curves.gp" ] || fail "$1: no curves.gp"
    [ ! -e "$dir/$1/curves.svg" ] || fail "$1: curves.svg of whom?"
}
PATH=$dir/tools
without missing 'it is not installed'
printf '#!/bin/sh\necho no pens >&2\nexit 1\n' >"$dir/tools/gnuplot"
chmod +x "$dir/tools/gnuplot"
PATH=$dir/tools
without failing 'no pens'
finish
