#!/bin/sh
# deps.sh - makes sure that what ramp is built from is there. Silent when it
# is. Otherwise: as root, installs it with apt-get; else prints the sudo
# command and, on a terminal, asks whether to run it; on a system without
# apt-get it prints what is needed. Exit status 0: all is there.
#
# usage: scripts/deps.sh [demo|test|lint|bench|fuzz|proof]
set -u

goal=${1:-demo}
compiler=${CC:-gcc}
needed=
wanted= # nice to have: never a reason to fail

have() {
    command -v "$1" >/dev/null 2>&1
}

# One package for each header that the compiler does not find. The compiler is
# asked, and not dpkg, so that this works on every system. Without a compiler
# all packages are listed: apt-get skips those that are there.
missing_headers() {
    set -- 'stdio.h libc6-dev' 'omp.h libomp-dev' \
        'stb/stb_image.h libstb-dev' 'zlib.h zlib1g-dev' \
        'archive.h libarchive-dev' 'jansson.h libjansson-dev'
    [ "$goal" = test ] && set -- "$@" 'check.h check'
    for pair in "$@"; do
        printf '#if !__has_include(<%s>)\n%s\n#endif\n' \
            "${pair% *}" "${pair#* }"
    done | if have "${compiler%% *}"; then
        $compiler -fopenmp -E -P -x c - | tr '\n' ' '
    else # gcc and libomp-dev: see below
        grep -v -e '^#' -e libomp | tr '\n' ' '
    fi
}

# What is missing, as names of Debian packages.
look() {
    needed=
    wanted=
    case ${compiler%% *} in
    *clang*) have "${compiler%% *}" || needed="clang libomp-dev " ;;
    *) have "${compiler%% *}" || needed="gcc " ;;
    esac
    have make || needed="${needed}make "
    [ "$goal" != test ] || have pkg-config || needed="${needed}pkgconf "
    needed=$needed$(missing_headers)
    case $goal in
    demo | test) have gnuplot || wanted="gnuplot-nox" ;;
    fuzz)
        ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a \
            >/dev/null 2>&1 || needed="${needed}libclang-rt-14-dev "
        ;;
    lint) have clang-format || needed="${needed}clang-format " ;;
    proof)
        have aarch64-linux-gnu-gcc ||
            needed="${needed}gcc-aarch64-linux-gnu "
        have qemu-aarch64 || needed="${needed}qemu-user "
        have clang || needed="${needed}clang libclang-rt-14-dev "
        [ -e /usr/lib/llvm-14/lib/libomp.so ] ||
            needed="${needed}libomp-14-dev "
        have clang-tidy || needed="${needed}clang-tidy "
        have cppcheck || needed="${needed}cppcheck "
        have strace || needed="${needed}strace "
        have valgrind || needed="${needed}valgrind "
        ;;
    esac
    needed=${needed% }
}

# Installs the packages; what apt-get says is shown only if it fails.
install() {
    log=$(mktemp "${TMPDIR:-/tmp}/ramp-deps.XXXXXX") || exit 1
    if DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends -o DPkg::Lock::Timeout=120 \
        "$@" </dev/null >"$log" 2>&1; then
        rm -f "$log"
    else
        grep -v '^ ' "$log" | tail -n 10 >&2
        rm -f "$log"
        return 1
    fi
}

install_as_root() {
    echo "deps.sh: installing $needed $wanted (a minute or two)" >&2
    apt-get update -qq </dev/null ||
        echo "deps.sh: cannot update the lists of packages; going on" >&2
    # shellcheck disable=SC2086 # a list of packages
    if ! install $needed; then
        echo "deps.sh: cannot install $needed" >&2
        return 1
    fi
    # shellcheck disable=SC2086
    [ -z "$wanted" ] || install $wanted || no_charts
}

no_charts() {
    echo "deps.sh: without gnuplot there are no charts; all else works" >&2
}

# Asks on a terminal before it runs sudo.
install_with_sudo() {
    command="apt-get install -y --no-install-recommends $needed"
    [ -z "$wanted" ] || command="$command $wanted"
    echo "deps.sh: missing: $needed" >&2
    echo "  sudo $command" >&2
    if [ -t 0 ] && [ -t 2 ] && have sudo; then
        printf 'Run this now? [y/N] ' >&2
        read -r answer || answer=
        case $answer in
        y* | Y*)
            # shellcheck disable=SC2086 # the command's words
            sudo apt-get update -qq && sudo $command
            return
            ;;
        esac
    fi
    return 1
}

look
if [ -z "$needed" ]; then
    if [ -n "$wanted" ] && have apt-get && [ "$(id -u)" -eq 0 ]; then
        install -o Acquire::Retries=0 "$wanted" 2>/dev/null || no_charts
    fi
    exit 0
fi

if ! have apt-get; then
    cat >&2 <<END
deps.sh: missing; the names of the packages on Debian are: $needed
ramp needs a C compiler with OpenMP, make, and the headers and libraries of
stb (as <stb/stb_image.h>), zlib, libarchive and jansson; its tests need Check.
END
    exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
    install_as_root || exit 1
else
    install_with_sudo || exit 1
fi

look
[ -z "$needed" ] && exit 0
echo "deps.sh: still missing after the installation: $needed" >&2
exit 1
