#!/bin/sh
# datasets.sh - fetches a data set into datasets/, where ramp finds it by its
# name. Tries the addresses of datasets.txt in turn, goes on with a file that
# was half fetched before, and keeps nothing with a wrong checksum.
#
# usage: scripts/datasets.sh mnist|fashion-mnist|cifar10|cifar100 [--to DIR]
#
# RAMP_DATASETS_MIRROR is an address to try before all others; SET/FILE is
# added to it. It may be a folder: file:///media/stick/datasets
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
table=$here/datasets.txt
to=$here/../datasets

usage() {
    names=$(sed -n 's/^file \([^ ]*\) .*/\1/p' "$table" | uniq | tr '\n' ' ')
    echo "usage: scripts/datasets.sh NAME [--to DIR]" >&2
    echo "NAME is one of: $names" >&2
    exit 2
}

say() {
    echo "datasets.sh: $*" >&2
}

entries() { # entries KIND: what the lines of that kind say about $set
    sed -n "s|^$1 $set ||p" "$table"
}

addresses() {
    [ -z "${RAMP_DATASETS_MIRROR:-}" ] || echo "$RAMP_DATASETS_MIRROR/$set"
    entries from
}

is_right() { # is_right FILE NAME MD5
    case $2 in
    *.tar.gz) sum=$(md5sum <"$1") ;;
    *) # gzip -t also refuses what stands behind the end
        gzip -t <"$1" 2>/dev/null || return 1
        sum=$(gzip -dc <"$1" | md5sum)
        ;;
    esac
    [ "${sum%% *}" = "$3" ]
}

# Appends to FILE what is missing of it; an address of a folder needs neither
# curl nor wget.
fetch() { # fetch FILE URL
    case $2 in
    file://*)
        [ -r "${2#file://}" ] || return 1
        : >>"$1"
        tail -c +$(($(wc -c <"$1") + 1)) "${2#file://}" >>"$1"
        ;;
    *)
        if command -v curl >/dev/null 2>&1; then
            curl -fL -C - --connect-timeout 15 --speed-limit 1000 \
                --speed-time 30 --progress-bar -o "$1" "$2"
        else
            wget -c -q -t 2 -T 30 -O "$1" "$2"
        fi
        ;;
    esac
}

# Fetches NAME from one address into PART. What lies there from before may be
# of another address, whose file differs; then it is fetched from nothing.
fetch_checked() { # fetch_checked PART URL NAME MD5
    begun=no
    [ ! -s "$1" ] || begun=yes
    say "fetching $2"
    fetch "$1" "$2"
    case $? in
    0)
        is_right "$1" "$3" "$4" && return 0
        rm -f "$1"
        if [ "$begun" = yes ]; then
            fetch_checked "$@"
            return
        fi
        say "wrong checksum, not kept: $2"
        ;;
    8 | 22 | 33 | 36) # refused, perhaps only to go on in the middle
        [ "$begun" = yes ] || return 1
        mv "$1" "$1.old"
        fetch_checked "$@" && rm -f "$1.old" && return 0
        mv "$1.old" "$1"
        ;;
    esac
    return 1
}

# Puts NAME into FOLDER, whole and checked, if it is not there yet.
get() { # get FOLDER NAME MD5
    if [ -e "$1/$2" ]; then
        is_right "$1/$2" "$2" "$3" && return 0
        say "'$1/$2' has a wrong checksum; try removing it"
        exit 1
    fi
    part=$1/$2.part
    if ! { [ -s "$part" ] && is_right "$part" "$2" "$3"; }; then
        addresses | {
            while read -r address; do
                fetch_checked "$part" "$address/$2" "$2" "$3" && exit 0
            done
            exit 1
        } || by_hand "$1" "$2"
    fi
    mv "$part" "$1/$2" || exit 1
}

by_hand() { # by_hand FOLDER NAME
    say "cannot fetch '$2' of $set"
    if ! command -v curl >/dev/null 2>&1 &&
        ! command -v wget >/dev/null 2>&1; then
        say "neither curl nor wget is there; try: sudo apt-get install curl"
    fi
    entries hint >&2
    echo "Without a network here, fetch on another machine" >&2
    entries file | while read -r name _; do
        echo "  $(entries from | head -n 1)/$name" >&2
    done
    echo "put it into '$1', and run this again: it checks what it finds." >&2
    exit 1
}

# A set that is one archive becomes a folder, whole or not at all.
unpack() { # unpack ARCHIVE FOLDER
    rm -rf "$2.part"
    mkdir "$2.part" || exit 1
    if ! tar -xzf "$1" -C "$2.part" --strip-components=1; then
        rm -rf "$2.part"
        say "cannot unpack '$1'"
        exit 1
    fi
    mv "$2.part" "$2" && rm -f "$1"
}

set=
while [ $# -gt 0 ]; do
    case $1 in
    --to)
        [ $# -ge 2 ] || usage
        to=$2
        shift
        ;;
    -*) usage ;;
    *)
        [ -z "$set" ] || usage
        set=$1
        ;;
    esac
    shift
done
case $set in '' | *[!a-z0-9-]*) usage ;; esac
[ -n "$(entries file)" ] || usage
mkdir -p "$to" && to=$(cd "$to" && pwd) || exit 1

case $(entries file) in
*.tar.gz\ *)
    if [ ! -d "$to/$set" ]; then
        archive=$(entries file | cut -d' ' -f1)
        get "$to" "$archive" "$(entries file | cut -d' ' -f2)"
        unpack "$to/$archive" "$to/$set"
    fi
    ;;
*)
    mkdir -p "$to/$set" || exit 1
    entries file | while read -r name md5; do
        get "$to/$set" "$name" "$md5"
    done || exit 1
    ;;
esac
say "$set is there; try: ./ramp data '$to/$set'"
