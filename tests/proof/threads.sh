#!/bin/sh
# threads.sh - the number of threads changes no bit of a training. Subsets of
# fashion-small, of MNIST and CIFAR-10 where $RAMP_DATA has them, and folders of
# pictures are trained with 1 to 16 threads, with OMP_DYNAMIC on and off, on one
# core, by gcc's and by clang's build, with each instruction set of this CPU:
# one sum of the tensors for each set of pictures and instruction set. (The
# headers of the files are left out: they hold date and times.)
set -u
dir=$(mktemp -d "${TMPDIR:-/tmp}/ramp-threads.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

for compiler in gcc clang; do
    build=build
    [ "$compiler" = gcc ] || build=build/$compiler
    make -j"$(nproc)" --no-print-directory CC="$compiler" BUILD="$build" \
        all >&2 || {
        echo "not built by $compiler"
        exit 1
    }
done
gcc=./ramp
clang=build/clang/ramp

# ---- Pictures ----

# The first pictures of a folder of IDX files.
cut_idx() { # FOLDER TRAIN TEST OUT
    mkdir "$4" && perl -e '
        my ($folder, $train, $test, $out) = @ARGV;
        sub cut {
            my ($name, $n, $head) = @_;
            open my $in, "-|", "gzip -dc <\"$folder/$name.gz\"" or die;
            open my $file, ">:raw", "$out/$name" or die;
            binmode $in;
            read $in, my $bytes, $head or die;
            my (undef, undef, @sides) = unpack "N*", $bytes;
            substr $bytes, 4, 4, pack "N", $n;
            $n *= $_ for @sides;
            read $in, my $rest, $n or die;
            print $file $bytes, $rest;
            close $file or die;
        }
        for ([train => $train], [t10k => $test]) {
            cut("$_->[0]-images-idx3-ubyte", $_->[1], 16);
            cut("$_->[0]-labels-idx1-ubyte", $_->[1], 8);
        }' "$@" >&2
}

# Pictures of fashion-small in a folder for each class: 600 in all.
make_folder() { # OUT
    mkdir "$1" "$dir/flat" &&
        perl scripts/idx_to_pnm.pl datasets/fashion-small train 0 600 \
            "$dir/flat" || return
    for picture in "$dir"/flat/*.pgm; do
        class=${picture##*-}
        mkdir -p "$1/${class%.pgm}" && mv "$picture" "$1/${class%.pgm}" ||
            return
    done
}

make_folder "$dir/folder" && cut_idx datasets/fashion-small 1000 200 \
    "$dir/fashion" || exit 1
sets='fashion folder'
data=${RAMP_DATA:-/nowhere}
if [ -d "$data/mnist" ]; then
    cut_idx "$data/mnist" 1000 200 "$dir/mnist" || exit 1
    sets="$sets mnist"
fi
for archive in "$data"/cifar10*.tar*; do
    [ -e "$archive" ] || continue
    mkdir "$dir/cifar" && tar -xf "$archive" -C "$dir/cifar" --wildcards \
        '*train/*/00[0-7]?.*' '*test/*/000?.*' || exit 1
    sets="$sets cifar"
    break
done

# Nets and options that together have every kind of layer, two optimisers and
# all of the augmentation.
options_of() { # SET
    case $1 in
    fashion) echo '--net default' ;;
    folder) echo '--net krizhevsky --opt adamw --lr 0.001 --augment' \
        'flip,shift:4,rotate:10,scale:0.1,cutout:8' ;;
    mnist) echo '--net conv2 --batch 48' ;;
    cifar) echo '--net speedy-s' ;;
    esac
}

# ---- Trainings ----

seed=1

# What follows the header of a model file.
tensors() {
    perl -e 'binmode STDIN; read STDIN, $n, 8;
        read STDIN, $header, unpack("Q<", $n);
        print while read STDIN, $_, 65536'
}

# train SET RAMP CPU [WORD...]: the sum of one training. The words stand in
# front of the program's name.
train() {
    set=$1
    ramp=$2
    cpu=$3
    shift 3
    rm -rf "$dir/run"
    # shellcheck disable=SC2046 # options are words
    "$@" "$ramp" train "$dir/$set" --cpu "$cpu" --epochs 2 --seed "$seed" \
        --out "$dir/run" $(options_of "$set") >"$dir/out" 2>"$dir/err" || {
        cat "$dir/err" >&2
        echo failed
        return
    }
    for file in "$dir"/run/*.safetensors; do
        tensors <"$file"
    done | sha256sum | cut -c 1-16
}

n=0
note() { # SET CPU HOW SUM
    n=$((n + 1))
    echo "$4" >>"$dir/sums.$1.$2"
    echo "$1 $2 $3: $4" >&2
}

cpus=portable
for cpu in avx2 avx512; do
    $gcc check lenet --cpu "$cpu" >/dev/null 2>&1 && cpus="$cpus $cpu"
done
threads='1 2 3 4 8 16'
for set in $sets; do
    for cpu in $cpus; do
        for ramp in $gcc $clang; do
            for t in $threads; do
                for dynamic in false true; do
                    note "$set" "$cpu" "$ramp $t $dynamic" "$(
                        train "$set" "$ramp" "$cpu" \
                            env OMP_NUM_THREADS="$t" OMP_DYNAMIC="$dynamic"
                    )"
                done
            done
            for t in 1 4; do
                note "$set" "$cpu" "$ramp $t, one core" "$(
                    train "$set" "$ramp" "$cpu" \
                        taskset -c 0 env OMP_NUM_THREADS="$t"
                )"
            done
        done
    done
done
repeat=1
while [ "$repeat" -le 10 ]; do
    note fashion portable "repeat $repeat" "$(
        train fashion "$gcc" portable env
    )"
    repeat=$((repeat + 1))
done

# ---- Result ----

failures=
for sums in "$dir"/sums.*; do
    if [ "$(sort -u "$sums" | wc -l)" -ne 1 ] || grep -q failed "$sums"; then
        failures="$failures ${sums##*/sums.}"
    fi
done
# The control: what must change the sum does.
seed=2
other=$(train fashion "$gcc" portable env)
grep -q "$other" "$dir/sums.fashion.portable" && failures="$failures blind"
alike=
for set in $sets; do
    alike="$alike $set $(sort -u "$dir/sums.$set".* | wc -l)"
done
if [ -n "$failures" ]; then
    echo "more than one sum for:$failures"
    exit 1
fi
set -- "$dir"/sums.*
echo "$n trainings, $# pairs of pictures ($sets) and instruction set" \
    "($cpus): one sha256 of the tensors for each; sums over all instruction" \
    "sets:$alike"
