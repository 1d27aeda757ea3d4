#!/bin/sh
# install.sh - puts what `make` built below DESTDIR/PREFIX, or removes it: one
# list of files for both. Writes nowhere else.
#
# usage: scripts/install.sh install|uninstall FOLDER_OF_THE_BUILD PREFIX DESTDIR
set -eu
cd "$(dirname "$0")/.."

action=$1
out=$2
prefix=$3
root=$4$3
version=$(sed -n 's/^#define RAMP_VERSION "\(.*\)"$/\1/p' \
    include/ramp/version.h)
made= # a folder for files that are made here

case $prefix in
/*) ;;
*)
    echo "install.sh: expected a PREFIX that begins with /, found '$prefix'" >&2
    exit 2
    ;;
esac

# Every file: mode, where it lies here, where it goes below the prefix.
files() {
    cat <<END
755 $out/ramp bin/ramp
644 $out/libramp.a lib/libramp.a
755 $out/libramp.so.0 lib/libramp.so.0
644 $made/ramp.pc lib/pkgconfig/ramp.pc
644 $made/ramp.1 share/man/man1/ramp.1
644 docs/man/ramp-net.5 share/man/man5/ramp-net.5
644 scripts/completion/ramp.bash share/bash-completion/completions/ramp
644 scripts/completion/ramp.zsh share/zsh/site-functions/_ramp
END
    for file in include/ramp/*.h; do
        echo "644 $file $file"
    done
    for file in models/*.net models/*.recipe models/*.safetensors \
        datasets/fashion-small/*; do
        [ ! -e "$file" ] || echo "644 $file share/ramp/$file"
    done
}

# What a linker needs besides libramp is known to the static library's users
# alone: Libs.private.
make_pkgconfig() {
    cat <<END
prefix=$prefix
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: ramp
Description: Small convolutional networks that classify pictures
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lramp
Libs.private: -fopenmp -pthread -lz -ljansson -lm
END
}

install_files() {
    made=$(mktemp -d "${TMPDIR:-/tmp}/ramp-install.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    make_pkgconfig >"$made/ramp.pc"
    scripts/manual.sh "$out/ramp" >"$made/ramp.1"
    files >"$made/files"
    while read -r mode from to; do
        mkdir -p "$root/$(dirname "$to")"
        install -m "$mode" "$from" "$root/$to"
    done <"$made/files"
    ln -sf libramp.so.0 "$root/lib/libramp.so"
    echo "installed in $root"
}

# Of the folders only those that are ours alone.
uninstall_files() {
    files | while read -r mode from to; do
        rm -f "$root/$to"
    done
    rm -f "$root/lib/libramp.so"
    for folder in include/ramp share/ramp/models \
        share/ramp/datasets/fashion-small share/ramp/datasets share/ramp; do
        rmdir "$root/$folder" 2>/dev/null || true
    done
}

"${action}_files"
