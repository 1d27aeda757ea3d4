#!/bin/sh
# install.sh - `make install` into a scratch prefix: everything is there and
# nothing elsewhere; the program finds what was shipped with it from any folder
# and when it was moved; the README's program builds against it with
# pkg-config, shared and static; `make uninstall` leaves nothing.
. tests/cli/common

tree=$PWD
cc=${CC:-gcc}
prefix=$dir/prefix
make_data "$dir/data"
: >"$dir/stamp"

# Built for that prefix, from the objects that are there: most of them do not
# depend on it.
mkdir "$dir/build"
cp -a "${BUILD:-build}/obj" "${BUILD:-build}/flags" "$dir/build" || exit 1
install_into() { # install_into VERB [VARIABLE...]
    make --no-print-directory "$@" BUILD="$dir/build" PREFIX="$prefix" \
        >"$dir/make" 2>&1 && return 0
    cat "$dir/make"
    fail "make $* failed"
    finish
}
install_into install
has "$dir/make" "installed in $prefix"
grep -q 'CC src/kernels' "$dir/make" &&
    fail 'another prefix compiles the kernels anew'

# ---- What is there ----
for file in bin/ramp lib/libramp.a lib/libramp.so lib/libramp.so.0 \
    lib/pkgconfig/ramp.pc include/ramp/ramp.h share/man/man1/ramp.1 \
    share/man/man5/ramp-net.5 share/bash-completion/completions/ramp \
    share/zsh/site-functions/_ramp share/ramp/models/default.net \
    share/ramp/datasets/fashion-small/train-images-idx3-ubyte.gz; do
    [ -s "$prefix/$file" ] || fail "$file was not installed"
done
for file in include/ramp/*.h models/*.net; do
    [ -s "$prefix/$file" ] || [ -s "$prefix/share/ramp/$file" ] ||
        fail "$file was not installed"
done
find "$prefix" -type f ! -perm 644 ! -perm 755 | grep . &&
    fail 'files of other modes than 644 and 755'
elsewhere=$(find . -path ./build -prune -o -path ./.git -prune -o \
    -type f -newer "$dir/stamp" -print)
[ -z "$elsewhere" ] || fail "files of the tree were written: $elsewhere"
(cd "$prefix" && find . -type f -o -type l) | sort >"$dir/installed"

# ---- From any folder ----
RAMP=$prefix/bin/ramp
mkdir "$dir/empty"
cd "$dir/empty" || exit 1
unset RAMP_DATA
known_by_name() {
    run 0 info lenet --input 1x28x28 && has "$dir/out" '61,706'
    run 0 data fashion-small && has "$dir/out" '10,000'
}
known_by_name
# shellcheck disable=SC2086 # words
run 0 train "$dir/data" $tiny --out "$dir/run"
mkdir -p "$prefix/share/ramp/models"
cp "$dir/run/best.safetensors" "$prefix/share/ramp/models/tiny.safetensors"
picture=$dir/data/pictures/0.pgm
for model in tiny tiny.safetensors; do
    run 0 predict "$model" "$picture" --top 1
    run 0 info "$model" && has "$dir/out" 'fingerprint'
done
refused 4 "'tinny'" predict tinny "$picture"
mv "$prefix/share/ramp/models/tiny.safetensors" ./lenet.safetensors
run 0 predict lenet.safetensors "$picture"
run 0 info lenet --input 1x28x28 && has "$dir/out" '61,706'

# Moved as a whole, and alone.
mv "$prefix" "$dir/moved"
RAMP=$dir/moved/bin/ramp
known_by_name
mv "$dir/moved" "$prefix"
cp "$prefix/bin/ramp" "$dir/alone"
RAMP=$dir/alone
known_by_name

# ---- A program of one's own ----
pkg_config() {
    PKG_CONFIG_PATH=$prefix/lib/pkgconfig ${PKG_CONFIG:-pkg-config} "$@" ramp
}
pkg_config --exists || fail 'pkg-config does not find ramp; is it installed?'
version=$("$RAMP" --version | cut -d' ' -f2)
[ "$(pkg_config --modversion)" = "$version" ] ||
    fail "ramp.pc has another version than $version"

# build NAME LIBRARIES...: CFLAGS as the library has them, for sanitizers.
build() {
    name=$1
    shift
    # shellcheck disable=SC2046,SC2086 # options
    $cc ${CFLAGS:-} -std=c11 -Wall -Wextra -Wconversion -Werror \
        $(pkg_config --cflags) -o "$dir/$name" "$tree/docs/example.c" "$@" ||
        fail "the example does not compile ($name)"
}
# shellcheck disable=SC2046 # options
build shared $(pkg_config --libs)
# shellcheck disable=SC2046
build static $(pkg_config --static --libs | sed 's/-lramp/-l:libramp.a/')
readelf -d "$dir/shared" | grep -q 'NEEDED.*libramp\.so\.0' ||
    fail 'the shared example does not need libramp.so.0'
readelf -d "$dir/static" | grep -q 'NEEDED.*libramp' &&
    fail 'the static example needs libramp.so'
for name in shared static; do
    LD_LIBRARY_PATH=$prefix/lib "$dir/$name" "$picture" >"$dir/$name.out" ||
        fail "the $name example failed"
    grep -q '^[A-Z].* [01][.][0-9]*$' "$dir/$name.out" ||
        fail "the $name example says $(cat "$dir/$name.out")"
done
cmp "$dir/shared.out" "$dir/static.out" || fail 'the two examples differ'
LD_LIBRARY_PATH=$prefix/lib "$dir/shared" no-picture 2>"$dir/err" &&
    fail 'the example does not see a missing picture'
has "$dir/err" 'no-picture'
perl -0777 -e '
    my ($example, $readme) = map { open my $f, "<", $_ or die; <$f> } @ARGV;
    $example =~ s/^(?=.)/    /gm;
    exit(index($readme, $example) < 0)' \
    "$tree/docs/example.c" "$tree/README.md" ||
    fail 'README.md shows another program than docs/example.c'

# Each header alone, as C and as C++.
for header in "$prefix"/include/ramp/*.h; do
    echo "#include <ramp/${header##*/}>" >"$dir/header.c"
    # shellcheck disable=SC2046
    $cc -std=c11 -Wall -Wextra -Werror $(pkg_config --cflags) -fsyntax-only \
        "$dir/header.c" || fail "${header##*/} does not compile alone"
    # shellcheck disable=SC2046
    ! command -v g++ >/dev/null 2>&1 ||
        g++ -std=c++11 -Wall -Wextra -Werror $(pkg_config --cflags) \
            -fsyntax-only -x c++ "$dir/header.c" ||
        fail "${header##*/} does not compile as C++"
done

# ---- Packages, and the way back ----
cd "$tree" || exit 1
install_into install DESTDIR="$dir/stage"
(cd "$dir/stage$prefix" && find . -type f -o -type l) | sort |
    cmp - "$dir/installed" || fail 'DESTDIR gets other files'
grep -q "^prefix=$prefix\$" "$dir/stage$prefix/lib/pkgconfig/ramp.pc" ||
    fail 'DESTDIR shows in ramp.pc'
RAMP=$dir/stage$prefix/bin/ramp
install_into uninstall DESTDIR="$dir/stage"
find "$dir/stage" ! -type d | grep . && fail 'uninstall with DESTDIR left files'
[ -s "$prefix/bin/ramp" ] || fail 'uninstall ignored DESTDIR'
echo mine >"$prefix/share/ramp/models/mine.net"
install_into uninstall
[ "$(cd "$prefix" && find . ! -type d)" = ./share/ramp/models/mine.net ] ||
    fail "uninstall left or took: $(find "$prefix" ! -type d)"
rm "$prefix/share/ramp/models/mine.net"
install_into uninstall
for folder in include/ramp share/ramp; do
    [ -e "$prefix/$folder" ] && fail "uninstall left $folder"
done
make --no-print-directory install BUILD="$dir/build" PREFIX=relative \
    >"$dir/make" 2>&1 && fail 'a relative prefix was taken'
[ -e relative ] && fail 'a relative prefix was made'

finish
