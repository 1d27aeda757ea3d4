#!/bin/sh
# analysis.sh - what compilers and static analysers find in the code without
# running it: nothing. gcc and clang compile everything with the warnings of
# the Makefile, which are errors; gcc -fanalyzer, clang-tidy (.clang-tidy says
# what for) and cppcheck read src. Each of the three must also find a fault
# that is planted.
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-analysis.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# As the Makefile has them; the kernels are read as the portable table, which
# has all of them.
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -fopenmp -pthread
    -Wall -Wextra -Iinclude -Isrc -include $dir/build.h
    -DKERNELS_ISA=portable -DKERNELS_HAVE_PORTABLE"
cat >"$dir/build.h" <<'END'
#define RAMP_PREFIX "/usr/local"
#define LIBARCHIVE "libarchive.so"
END

# The analysers read one file at a time, so that they would take every failure
# for a possible success. These say what the functions return.
cat >"$dir/error.h" <<'END'
#include "base/error.h"
#define error_set(err, status, ...) \
    (error_set(err, status, __VA_ARGS__), status)
#define error_memory(...) (error_memory(__VA_ARGS__), RAMP_MEMORY)
END
cat >"$dir/image.h" <<'END'
#include "data/image_file.h"
#define image_refuse(...) (image_refuse(__VA_ARGS__), RAMP_DATA)
END

# What is not told to the file that defines it, nor to those that have nothing
# to do with it.
told() { # FILE
    case $1 in
    */base/error.c | "$dir"/*) ;;
    */data/image_*.c) echo "-include $dir/error.h -include $dir/image.h" ;;
    *) echo "-include $dir/error.h" ;;
    esac
}

# One way out leaves a block behind.
cat >"$dir/planted.c" <<'END'
#include <stdlib.h>
int planted(int n);
int planted(int n)
{
    int *p = malloc(sizeof *p);
    if (p == NULL)
        return 0;
    *p = n;
    if (n < 0)
        return 1;
    free(p);
    return 2;
}
END

# All that gcc's analyser finds in a file, on standard error.
analyze() { # FILE
    unsuited=
    case $1 in
    # It does not know vectors: a shift of eight numbers of 32 bits by 23 bits
    # is none of a number of 23 bits.
    */kernels.c) unsuited=-Wno-analyzer-shift-count-overflow ;;
    # It takes the partial sums of `omp simd reduction`, which the compiler
    # makes and sets to 0, for uninitialized: it reads these loops as plain
    # ones.
    */map_sums.c) unsuited="-fno-openmp -Wno-unknown-pragmas" ;;
    esac
    # shellcheck disable=SC2046,SC2086 # flags are words
    gcc $flags $(told "$1") -O1 -Werror -Wno-unused-value -fanalyzer \
        $unsuited -c -o "$dir/object.o" "$1" >&2
}

tidy() { # FILE
    unsuited=
    case $1 in
    # The one file that cannot be told what its image_refuse returns.
    */data/image.c) unsuited=-clang-analyzer-core.NullDereference ;;
    esac
    # shellcheck disable=SC2046,SC2086
    clang-tidy --quiet --config-file=.clang-tidy --checks="$unsuited" "$1" \
        -- $flags $(told "$1") >&2
}

# cppcheck reads all of src at once.
cat >"$dir/suppressions" <<'END'
// It looks into no header of the system.
missingIncludeSystem
// A stream of a folder is read by one thread, and then readdir is safe in
// glibc and musl; readdir_r is the one that POSIX withdraws.
readdirCalled
// `a < b ? a : b`: it takes the minimum for 0 and the loop behind it for dead.
knownConditionTrueFalse
// A local variable may be named as a function of another line of work; what
// hides something it should not is found by -Wshadow.
shadowFunction
// Buffers are declared together, at the top of the block.
variableScope
// It loses members that are used through a thread-local pointer.
unusedStructMember:src/data/image.c
// A library is never unloaded.
resourceLeak:src/data/archive.c
// It is the caller's, who filled it; parsed.bias is copied from there.
ctuuninitvar:src/layers/init.c
// A sum of exponentials, the largest of which is exp(0).
invalidFunctionArg:src/train/evaluate.c
END
check() { # FILE OR FOLDER
    # shellcheck disable=SC2086
    cppcheck --enable=warning,style,performance,portability --std=c11 --quiet \
        --library=posix --inline-suppr --error-exitcode=1 \
        --suppressions-list="$dir/suppressions" -Iinclude -Isrc \
        --include="$dir/build.h" -D_POSIX_C_SOURCE=200809L \
        -DKERNELS_ISA=portable -DKERNELS_HAVE_PORTABLE "$1" >&2
}

failures=
for compiler in gcc clang; do
    build=build
    [ "$compiler" = gcc ] || build=build/$compiler
    make -j"$(nproc)" --no-print-directory CC="$compiler" BUILD="$build" \
        all test-programs >&2 || failures="$failures $compiler"
done
n_files=0
n_findings=0
for file in $(find src -name '*.c' | sort); do
    n_files=$((n_files + 1))
    analyze "$file" || n_findings=$((n_findings + 1))
    tidy "$file" || n_findings=$((n_findings + 1))
done
check src || n_findings=$((n_findings + 1))
[ "$n_findings" -eq 0 ] || failures="$failures analysers($n_findings)"
for tool in analyze tidy check; do
    echo "$tool must find the planted fault" >&2
    ! "$tool" "$dir/planted.c" || failures="$failures blind:$tool"
done

if [ -n "$failures" ]; then
    echo "findings of:$failures"
    exit 1
fi
echo "no warning of gcc and clang -Wconversion -Werror, 0 findings of" \
    "-fanalyzer, clang-tidy and cppcheck in $n_files files of src; each of" \
    "them finds a planted fault"
