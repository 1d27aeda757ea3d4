#!/bin/sh
# mutants.sh - tests the tests: plants the bugs of tests/mutants/list.txt, one
# at a time, in a copy of the tree, and runs the tests that should catch each.
# A test that fails, crashes or takes too long has caught it. Prints a line for
# each bug and the counts; exit status 0 if nine of ten were caught and each of
# them compiles. Only the portable kernels are built.
#
# usage: scripts/mutants.sh [NUMBER ...]      no number: all of them
set -u
cd "$(dirname "$0")/.." || exit 1

copy=$(mktemp -d "${TMPDIR:-/tmp}/ramp-mutants.XXXXXX") || exit 1
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM

perl scripts/mutants.pl list >"$copy/list" || exit 1
mkdir "$copy/tree"
tar -cf - Makefile include src tests models scripts |
    tar -xf - -C "$copy/tree" || exit 1
ln -s "$PWD/datasets" "$copy/tree/datasets"

# build TEST...: what the tests need, in the copy; 0 if it compiles. A mutant
# may leave something unused: warnings are no errors here.
build() {
    targets=
    for test in "$@"; do
        case $test in
        *.sh) targets="$targets ramp" ;;
        *) targets="$targets build/tests/$test" ;;
        esac
    done
    # shellcheck disable=SC2086 # a list of targets
    make -C "$copy/tree" -j"$(nproc)" --no-print-directory CC=gcc MACHINE=none \
        CFLAGS='-O1 -w' $targets >"$copy/log" 2>&1
}

# caught TEST...: 0, and the test in $by, if one of them fails.
caught() {
    for by in "$@"; do
        case $by in
        *.sh) path=tests/cli/$by ;;
        *) path=build/tests/$by ;;
        esac
        (cd "$copy/tree" && RAMP=$copy/tree/ramp tests/run.sh "$path") \
            >"$copy/log" 2>&1 || return 0
    done
    return 1
}

# Without a bug every test must pass, or none of them proves anything.
all=$(cut -d' ' -f3- "$copy/list" | tr ' ' '\n' | sort -u | tr '\n' ' ')
# shellcheck disable=SC2086 # a list of tests
if ! build $all || caught $all; then
    cat "$copy/log" >&2
    echo "mutants.sh: a test fails without any bug" >&2
    exit 1
fi

n_caught=0
n_survived=0
n_broken=0
while read -r number file tests; do
    case " $* " in
    "  " | *" $number "*) ;;
    *) continue ;;
    esac
    cp "$copy/tree/$file" "$copy/whole"
    perl scripts/mutants.pl plant "$number" "$copy/tree" || exit 1
    # shellcheck disable=SC2086 # a list of tests
    if ! build $tests; then
        n_broken=$((n_broken + 1))
        echo "$number $file: does not compile"
        grep error: "$copy/log" >&2
    elif caught $tests; then
        n_caught=$((n_caught + 1))
        echo "$number $file: caught by $by"
    else
        n_survived=$((n_survived + 1))
        echo "$number $file: SURVIVED $tests"
    fi
    cp "$copy/whole" "$copy/tree/$file"
done <"$copy/list"

n=$((n_caught + n_survived))
echo "$n planted bugs: $n_caught caught, $n_survived survived," \
    "$n_broken did not compile"
[ "$n_broken" -eq 0 ] && [ $((10 * n_caught)) -ge $((9 * n)) ] && [ "$n" -gt 0 ]
