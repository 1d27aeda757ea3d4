#!/bin/sh
# neon.sh - all tests on 64-bit ARM with the kernels of NEON, under qemu.
set -u

# Debian's libraries for ARM, unpacked into a folder: they are not installed,
# so that the packages of this machine stay as they are.
arm64_root() { # FOLDER
    [ -e "$1/complete" ] && return
    apt=$PWD/build/neon/apt
    rm -rf "$1" "$apt"
    mkdir -p "$1" "$apt/lists/partial" "$apt/archives/partial"
    : >"$apt/status" # nothing is installed there
    arm64_apt update &&
        arm64_apt install -y --download-only --no-install-recommends \
            check libarchive-dev libgomp1 libjansson-dev libstb-dev \
            zlib1g-dev || return
    for package in "$apt"/archives/*.deb; do
        dpkg-deb -x "$package" "$1" || return
    done
    rm -rf "$apt"
    touch "$1/complete"
}

arm64_apt() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
        -o Dir::State="$apt" -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt" -o APT::Sandbox::User=root \
        -o Debug::NoLocking=1 "$@" >&2
}

# A script that runs a program for ARM as if it were one for this machine; what
# it compiles is for ARM, too.
arm64_launcher() { # SCRIPT PROGRAM
    printf '#!/bin/sh\nexport CC="%s"\nexec qemu-aarch64 -L "%s" "%s" "$@"\n' \
        "aarch64-linux-gnu-gcc --sysroot=$root" "$root" "$PWD/$2" >"$1"
    chmod +x "$1"
}

# Before the tests: a check of gradients that refuses to run without the table
# of NEON, which the tests would not miss.
root=$PWD/build/neon/root
run=build/neon/run
arm64_root "$root" || {
    echo 'cannot unpack the libraries for ARM'
    exit 1
}
make -j"$(nproc)" --no-print-directory BUILD=build/neon \
    CC="aarch64-linux-gnu-gcc --sysroot=$root" LD=aarch64-linux-gnu-ld \
    AR=aarch64-linux-gnu-ar OBJCOPY=aarch64-linux-gnu-objcopy \
    all test-programs >&2 || {
    echo 'not built'
    exit 1
}
rm -rf "$run"
mkdir -p "$run"
arm64_launcher "$run/ramp" build/neon/ramp
for source in tests/*/check_*.c; do
    name=$(basename "$source" .c)
    arm64_launcher "$run/$name" "build/neon/tests/$name"
done
"$run/ramp" check lenet --cpu neon >&2 || {
    echo 'the gradients of lenet are wrong'
    exit 1
}
RAMP=$PWD/$run/ramp CK_TIMEOUT_MULTIPLIER=10 \
    tests/run.sh "$run"/check_* tests/cli/*.sh >build/proof/neon.tests
status=$?
cat build/proof/neon.tests >&2
version=$(qemu-aarch64 --version | sed -n '1s/.*version \([^ ]*\).*/\1/p')
echo "$(tail -n 1 build/proof/neon.tests), under qemu $version"
exit "$status"
