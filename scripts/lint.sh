#!/bin/sh
# lint.sh - what is machine-checked of how the code is written: format, the
# order of the rooms, banned names, public headers, symbols, hardening, the
# places of planted bugs, the README's verdicts, links. One line for each
# finding; exit status 1 if there is one. Needs a finished build.
#
# usage: scripts/lint.sh [FOLDER OF THE LIBRARIES [BUILD FOLDER]]
set -u
cd "$(dirname "$0")/.." || exit 1

out=${1:-.}
build=${2:-build}
compiler=${CC:-gcc}
findings=$(mktemp "${TMPDIR:-/tmp}/ramp-lint.XXXXXX") || exit 1
facts=$findings.facts
trap 'rm -f "$findings" "$facts"' EXIT

text_files() { # everything that a person writes and reads
    find include src tests scripts models datasets docs .ci Makefile ./*.md \
        -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.pl' \
        -o -name '*.net' -o -name '*.recipe' -o -name '*.md' \
        -o -name '*.txt' -o -name Makefile -o -name run \) 2>/dev/null |
        grep -v -e '^datasets/[^/]*/' -e '^models/[^/]*/' | sort
}

format() {
    find include src tests -name '*.[ch]' -exec \
        clang-format --dry-run -Werror {} + 2>&1 |
        sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: error: .*/\1/p' |
        sort -u -t: -k1,1 |
        sed 's/$/: not as clang-format writes it, here and perhaps below/'
}

text() {
    text_files | tr '\n' '\0' | xargs -0 perl scripts/lint_text.pl
}

# Each public header compiles alone, in C and in C++.
headers() {
    for header in include/ramp/*.h; do
        $compiler -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror \
            -Iinclude -fsyntax-only -x c "$header" 2>&1 | grep error:
        ! command -v g++ >/dev/null 2>&1 ||
            g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Iinclude \
                -fsyntax-only -x c++ "$header" 2>&1 | grep error:
    done
}

# An object of an instruction set exports its table only: another function in
# it could be taken by the linker for a CPU that lacks the instructions.
instruction_sets() {
    for object in "$build"/obj/kernels_*.o; do
        name=${object##*/}
        name=${name%.o}
        found=$(nm -g --defined-only "$object" | cut -d' ' -f3 | tr '\n' ' ')
        [ "$found" = "$name " ] ||
            echo "$object: exports '$found', expected only '$name'"
    done
}

# The names of OpenMP's locks begin with a dot, as no name in a C program can.
public_names() {
    for library in libramp.a libramp.so; do
        [ -e "$out/$library" ] || echo "$library: not built"
    done
    {
        nm -A -g --defined-only "$out/libramp.a"
        nm -A -D --defined-only "$out/libramp.so"
    } 2>/dev/null | grep -v -e ' ramp_[^ ]*$' -e ' \.gomp_critical_user_' |
        sed 's/^\([^:]*\):.* /\1: global symbol without ramp_: /'
}

# What compiler and linker put between a mistake and those who would use it:
# each line is a promise and what readelf and nm show where it is kept.
hardening() {
    for file in ramp libramp.so; do
        {
            readelf -hldW "$out/$file"
            nm -D "$out/$file"
        } >"$facts" 2>&1
        while read -r promise evidence; do
            grep -q -e "$evidence" "$facts" ||
                echo "$file: not hardened: $promise"
        done <<'END'
position-independent Type: *DYN
read-only-relocations GNU_RELRO
bound-before-main BIND_NOW
no-executable-stack GNU_STACK.* RW  *0x
fortified-calls __snprintf_chk
stack-protector __stack_chk_fail
END
    done
    # What gcc was told stands in the debugging information.
    readelf --debug-dump=info "$build/obj/data/image.o" 2>/dev/null >"$facts"
    if grep -q 'DW_AT_producer.*GNU C' "$facts"; then
        grep -q -e '-ftrivial-auto-var-init=zero' "$facts" ||
            echo "image.o: stb_image's variables are not cleared"
    fi
}

# The bugs that mutants.sh plants must still find their places.
mutants() {
    { perl scripts/mutants.pl list >/dev/null; } 2>&1
}

# The README's table has the verdicts of docs/claims, each row of the index that
# has one, without the source.
verdicts() {
    awk -F' [|] ' '/^[|] \[.*\*\*/ {
        sub(/\]\(/, "](docs/claims/", $1)
        print $1 " | " $2 " | " $3 " |"
    }' docs/claims/README.md >"$facts"
    grep '^| \[.*](docs/claims/' README.md | diff - "$facts" |
        sed -n 's/^> /README.md: expected /p; s/^< /README.md: found /p'
}

# Where a page leads to in this tree, and what it shows, is there.
links() {
    find . -path ./build -prune -o -path ./runs -prune -o -name '*.md' -print |
        sort | while read -r page; do
        grep -o -e '](\([^)]*\))' -e 'src="[^"]*"' "$page" |
            sed 's/^](//; s/)$//; s/^src="//; s/"$//; s/#.*//' |
            sort -u | while read -r link; do
            case $link in '' | *:*) continue ;; esac
            [ -e "${page%/*}/$link" ] ||
                echo "$page: leads to '$link', which is not there"
        done
    done
}

for check in format text headers instruction_sets public_names hardening \
    mutants verdicts links; do
    $check
done >"$findings"

[ -s "$findings" ] || exit 0
cat "$findings"
echo "lint.sh: $(wc -l <"$findings") findings" >&2
exit 1
