#!/bin/sh
# run.sh - runs test programs and test scripts one after another: one line for
# each that passes, and what it skipped, all output of each that fails, and the
# counts in the last line. A Check program counts as many tests as it ran, a
# script as one.
#
# usage: RAMP=/path/to/ramp tests/run.sh PROGRAM|SCRIPT.sh ...
set -u

log=$(mktemp "${TMPDIR:-/tmp}/ramp-tests.XXXXXX") || exit 1
pid=
trap 'rm -f "$log"' EXIT
trap '[ -n "$pid" ] && kill "$pid"; exit 130' INT TERM

passed=0
failed=0

now() { # milliseconds
    date +%s%3N
}

# A test that hangs is ended after ten minutes. In the background, so that an
# interrupt reaches the trap at once.
run() {
    case $1 in
    *.sh) timeout 600 sh "$1" >"$log" 2>&1 & ;;
    *) timeout 600 "$1" >"$log" 2>&1 & ;;
    esac
    pid=$!
    wait "$pid"
    status=$?
    pid=
}

# Sets n_passed and n_failed. The summary of a Check program alone is not
# trusted: the leak checker may fail it after the summary, or a crash before.
count() {
    summary=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: '\
'\([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$log" | tail -n 1)
    case $1 in *.sh) summary="1 $((status != 0)) 0" ;; esac
    # shellcheck disable=SC2086 # three words
    set -- ${summary:-0 0 0}
    n_failed=$(($2 + $3))
    n_passed=$(($1 - n_failed))
    if [ "$status" -ne 0 ] && [ "$n_failed" -eq 0 ]; then
        n_failed=1
    elif [ "$1" -eq 0 ]; then
        n_failed=1
        echo "run.sh: no test was run" >>"$log"
    fi
}

for test in "$@"; do
    start=$(now)
    run "$test"
    took=$(($(now) - start))
    count "$test"
    passed=$((passed + n_passed))
    failed=$((failed + n_failed))
    word=ok
    if [ "$n_failed" -gt 0 ]; then
        word=FAILED
        cat "$log"
        [ "$status" -eq 124 ] && echo "run.sh: ended after ten minutes"
        echo "run.sh: $test: exit status $status"
    fi
    printf '%-6s %-38s %4d passed %4d failed %5d.%01d s\n' "$word" \
        "${test##*/}" "$n_passed" "$n_failed" \
        $((took / 1000)) $((took % 1000 / 100))
    [ "$n_failed" -gt 0 ] || sed -n '/^skipped: /s/^/       /p' "$log"
done

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
