#!/bin/sh
# fuzz.sh - runs the fuzz targets that `make fuzz` has built, one after another.
# Each begins with what it found before (build/fuzz/corpus/TARGET) and with the
# committed inputs (tests/fuzz/corpus/TARGET); what is new goes to the former. A
# finding is left in build/fuzz/findings, what libFuzzer said of it in
# build/fuzz/TARGET.log. Exit status 1 if there is one.
#
# usage: scripts/fuzz.sh SECONDS [TARGET ...]      no target: all of them
#        RUNS=1000000 scripts/fuzz.sh 0 TARGET     so many runs instead
#        scripts/fuzz.sh merge [TARGET ...]        renew the committed inputs
set -u
cd "$(dirname "$0")/.." || exit 1

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || for program in tests/fuzz/fuzz_*.c; do
    name=${program##*/fuzz_}
    set -- "$@" "${name%.c}"
done
build=${BUILD:-build/fuzz}

# Inputs are as long as it takes to hold all parts of the format a few times:
# long ones only take time.
longest() {
    case $1 in
    archive | image | model | safetensors) echo 4096 ;;
    *) echo 1024 ;;
    esac
}

# The options of the address checker are for speed: blocks that were freed are
# used again soon, and it is told less of where they came from.
libfuzzer() { # TARGET LOG ARGUMENT ...
    target=$1
    log=$2
    shift 2
    options=quarantine_size_mb=4:malloc_context_size=4:${ASAN_OPTIONS-}
    ASAN_OPTIONS=$options "$build/tests/fuzz_$target" -timeout=5 \
        -rss_limit_mb=1024 -malloc_limit_mb=512 -close_fd_mask=1 "$@" \
        >"$log" 2>&1
}

fuzz() { # TARGET
    words=tests/fuzz/$1.dict
    [ "$1" != safetensors ] || words=tests/fuzz/model.dict
    found=build/fuzz/corpus/$1
    committed=tests/fuzz/corpus/$1
    mkdir -p "$found" "$committed" build/fuzz/findings
    set -- "$1" "build/fuzz/$1.log" \
        "-max_total_time=$seconds" "-runs=${RUNS:--1}" \
        "-max_len=$(longest "$1")" -print_final_stats=1 \
        "-artifact_prefix=build/fuzz/findings/$1-"
    [ ! -e "$words" ] || set -- "$@" "-dict=$words"
    libfuzzer "$@" "$found" "$committed"
}

# The fewest inputs that take every way that any one takes. Those with a name
# of their own, which were findings, stay.
merge() { # TARGET
    found=build/fuzz/corpus/$1
    committed=tests/fuzz/corpus/$1
    new=build/fuzz/merged/$1
    rm -rf "$new"
    mkdir -p "$new" "$found"
    find "$committed" -name '*[!0-9a-f]*' -type f -exec cp -p {} "$new" \;
    libfuzzer "$1" "build/fuzz/$1-merge.log" -set_cover_merge=1 \
        -use_counters=0 "$new" "$committed" "$found" || return
    rm -rf "$committed"
    mv "$new" "$committed"
}

if [ "$seconds" = merge ]; then
    for target in "$@"; do
        merge "$target" || exit
        echo "$target: $(find "tests/fuzz/corpus/$target" -type f |
            wc -l) files"
    done
    exit
fi

failures=0
for target in "$@"; do
    word=ok
    fuzz "$target" || {
        word=FOUND
        failures=$((failures + 1))
    }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    printf '%-12s %-6s %10s runs %7s/s %6s edges\n' "$target" "$word" \
        "${runs:-?}" "${speed:-?}" "${edges:-?}"
    [ "$word" = ok ] || grep -m 3 -e ERROR -e 'runtime error' \
        -e 'internal error' -e SUMMARY "$log" >&2
done
[ "$failures" -eq 0 ]
