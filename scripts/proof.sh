#!/bin/sh
# proof.sh - proves what `make test` on this machine cannot; its figures stand
# in tests/README.md. Takes minutes to hours and is run by hand. Each part is a
# script tests/proof/PART.sh: it prints its result in one line, writes all else
# to the standard error, kept in build/proof/PART.log, and ends with exit
# status 0 if it is proved.
#
# usage: scripts/proof.sh [PART ...]      no part: all of them
set -u
cd "$(dirname "$0")/.." || exit 1

[ $# -gt 0 ] || for script in tests/proof/*.sh; do
    set -- "$@" "$(basename "$script" .sh)"
done
for part in "$@"; do
    [ -e "tests/proof/$part.sh" ] || {
        echo "proof.sh: unknown part '$part': expected one of:" \
            "$(cd tests/proof && echo *.sh | sed 's/\.sh//g')" >&2
        exit 2
    }
done

mkdir -p build/proof
commit=$(git describe --always --dirty 2>/dev/null) || commit=unknown
echo "commit $commit, $(date +%F)"
failures=0
for part in "$@"; do
    start=$(date +%s)
    word=ok
    log=build/proof/$part.log
    result=$(sh "tests/proof/$part.sh" 2>"$log") || {
        word=FAILED
        failures=$((failures + 1))
        tail -n 20 "$log" >&2
    }
    printf '%-8s %-6s %s, %d s\n' "$part" "$word" "$result" \
        $(($(date +%s) - start))
done
[ "$failures" -eq 0 ]
