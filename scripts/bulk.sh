#!/bin/sh
# bulk.sh - `ramp predict` on folders of 10,000 and 100,000 picture files, and
# beside it a PyTorch loop over the same files: pictures a second and the peak
# of memory, as a table. Progress goes to standard error. A quarter of an hour,
# on a machine that does nothing else.
#
# usage: RAMP_DATA=FOLDER [RAMP=/path/to/ramp] scripts/bulk.sh mnist|cifar
#        [COUNT...]
#
# FOLDER has mnist/ (IDX files) or cifar10-jpeg.tar.xz (class folders). There
# are fewer pictures than 100,000; the first ones come again under other names.
# Needs a built ramp and Debian's python3-torch and python3-torchvision. For
# ramp the time is that of the whole process, for PyTorch of the loop alone: an
# import of torch takes seconds. The files are in the page cache for both.
set -eu
cd "$(dirname "$0")/.."

export RAMP="${RAMP:-./ramp}"
say() {
    echo "bulk.sh: $*" >&2
}
if [ ! -x "$RAMP" ]; then
    say "there is no program '$RAMP'; try make"
    exit 3
fi
if [ -z "${RAMP_DATA:-}" ] || [ $# -eq 0 ]; then
    say 'usage: RAMP_DATA=FOLDER scripts/bulk.sh mnist|cifar [COUNT...]'
    exit 2
fi
has_torch='import importlib.util as i, sys
sys.exit(not (i.find_spec("torch") and i.find_spec("torchvision")))'
for python in python3 /usr/bin/python3 ''; do
    [ -z "$python" ] || "$python" -c "$has_torch" 2>/dev/null && break
done
if [ -z "$python" ]; then
    say 'python3 has no torch; try apt-get install python3-torch' \
        'python3-torchvision'
    exit 3
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-bulk.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
kind=$1
shift
[ $# -gt 0 ] || set -- 10000 100000

say 'making pictures and a model'
mkdir "$dir/base"
most=$(printf '%s\n' "$@" | sort -n | tail -n 1)
[ "$most" -le 60000 ] || most=60000
case $kind in
mnist)
    net=lenet data=$RAMP_DATA/mnist end=pgm
    perl scripts/idx_to_pnm.pl "$data" train 0 "$most" "$dir/base"
    ;;
cifar)
    net=krizhevsky data=$RAMP_DATA/cifar10-jpeg.tar.xz end=jpg
    tar -xJf "$data" -C "$dir/base"
    ;;
*)
    say "expected mnist or cifar, found '$kind'"
    exit 2
    ;;
esac
"$RAMP" train "$data" --net "$net" --epochs 1 --out "$dir/run" \
    >"$dir/log" 2>&1 || {
    cat "$dir/log" >&2
    exit 3
}
find "$dir/base" -type f -name "*.$end" | LC_ALL=C sort >"$dir/list"

# copies COUNT FOLDER: so many files, from the list, again and again.
copies() {
    perl -e '
        my ($list, $end, $count, $folder) = @ARGV;
        open my $file, "<", $list or die "$list: $!\n";
        chomp(my @paths = <$file>);
        local $/;
        for my $i (0 .. $count - 1) {
            open my $in, "<:raw", $paths[$i % @paths] or die "$!\n";
            open my $out, ">:raw", sprintf "%s/%06d.%s", $folder, $i, $end
                or die "$!\n";
            my $bytes = <$in>;
            print $out $bytes;
            close $out or die "$!\n";
        }' "$dir/list" "$end" "$1" "$2"
}

# row COUNT PROGRAM RATE MEMORY
row() {
    printf '%8s  %-22s %12s  %s\n' "$@"
}

row files program pictures/s 'peak memory, MiB'
for count in "$@"; do
    # ImageFolder wants a class folder.
    mkdir -p "$dir/$count/all"
    copies "$count" "$dir/$count/all"
    say "$count files: ramp"
    perl tests/cli/measure.pl "$dir/figures" 3600 "$RAMP" predict \
        "$dir/run" "$dir/$count" --csv --top 1 >"$dir/answers.csv"
    read -r status ms _ kib <"$dir/figures"
    [ "$status" -eq 0 ] || exit 3
    row "$count" ramp $((count * 1000 / (ms + 1))) \
        "$((kib / 1024)).$((kib % 1024 * 10 / 1024))"
    for workers in 0 "$(nproc)"; do
        say "$count files: PyTorch, $workers workers"
        figures=$("$python" scripts/bulk.py "$dir/run/best.safetensors" \
            "$net" "$dir/$count" "$workers" "$dir/answers.csv")
        row "$count" "PyTorch, $workers workers" "${figures%% *}" \
            "${figures#* }"
    done
    rm -r "${dir:?}/$count"
done
