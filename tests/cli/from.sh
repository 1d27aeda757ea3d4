#!/bin/sh
# from.sh - a training that begins with the weights of another model: from 200
# pictures five kinds of things are learnt, with and without what was learnt
# from other pictures of ten. And classes that are weighed.
. tests/cli/common

# 200 pictures to train and 1,000 to test, of the test part of fashion-small, in
# five classes: tops, trousers, dresses, shoes, bags.
mkdir "$dir/five" && perl -e '
    my ($folder) = @ARGV;
    my @kinds = (0, 1, 0, 2, 0, 3, 0, 3, 4, 3);
    sub all {
        open my $file, "-|", "gzip", "-dc",
            "datasets/fashion-small/t10k-$_[0].gz" or die;
        local $/;
        return <$file>;
    }
    sub save {
        my ($name, @parts) = @_;
        open my $file, ">:raw", "$folder/$name" or die;
        print $file @parts and close $file or die;
    }
    my $images = all("images-idx3-ubyte");
    my $labels = all("labels-idx1-ubyte");
    for (["train", 0, 200], ["t10k", 200, 1000]) {
        my ($name, $first, $n) = @$_;
        save("$name-images-idx3-ubyte", pack("N4", 2051, $n, 28, 28),
            substr $images, 16 + 784 * $first, 784 * $n);
        save("$name-labels-idx1-ubyte", pack("N2", 2049, $n), map {
            chr $kinds[ord substr $labels, 8 + $first + $_, 1] } 0 .. $n - 1);
    }' "$dir/five" || fail 'no five'

run 0 train fashion-small --net lenet --epochs 4 --out "$dir/base"

# The errors over six seeds, added up.
errors() { # OPTION ...
    for seed in 1 2 3 4 5 6; do
        run 0 train "$dir/five" --net lenet --epochs 10 --batch 20 \
            --seed "$seed" --out "$dir/run$seed" "$@"
        sed -n 's/^test error  *\([0-9.]*\) .*/\1/p' "$dir/out"
        rm -rf "$dir/run$seed"
    done | awk '{ sum += $1 } END { print sum }'
}
scratch=$(errors)
from=$(errors --from "$dir/base")
echo "test error over six seeds: $scratch % from scratch, $from % from a model"
awk "BEGIN { exit !($from < $scratch) }" ||
    fail "$from % from a model, $scratch % from scratch"

# The model also says which net, activation and input.
run 0 train fashion-small --net "$tiny_net" --act 'leaky 0.2' --epochs 1 \
    --fit stretch --out "$dir/tiny"
run 0 train "$dir/five" --from "$dir/tiny" --epochs 1 --out "$dir/same"
has "$dir/err" 'net    tiny: 3,965 parameters, act leaky 0.2, init he'
has "$dir/err" "began with 2 tensors of $dir/tiny"
has "$dir/same/args.txt" '--act leaky 0.2'
has "$dir/same/args.txt" '--fit stretch'
cmp -s "$dir/same/net.net" "$tiny_net" || fail 'another net'
run 0 train --recipe "$dir/same/args.txt" --out "$dir/again"
cmp -s "$dir/same/net.net" "$dir/again/net.net" || fail 'the recipe: other net'

# Where no tensor fits, and where there is no model.
printf 'conv 3 5x5\nact\ndense classes\n' >"$dir/other.net"
run 4 train "$dir/five" --from "$dir/tiny" --net "$dir/other.net" \
    --out "$dir/none"
has "$dir/err" 'none fits net '
refused 4 'No such file' train "$dir/five" --from "$dir/no.safetensors"
refused 2 'is read by this training' train "$dir/five" --from "$dir/tiny" \
    --out "$dir/tiny"

# A few of one class and many of the other: weighed, it is missed less often.
mkdir -p "$dir/odd/train" "$dir/odd/test"
make_data "$dir/data"
cp -r "$dir/data/classes/left" "$dir/data/classes/top" "$dir/odd/test"
cp -r "$dir/data/classes/left" "$dir/odd/train"
mkdir "$dir/odd/train/top"
cp "$dir/data/classes/top/2.pgm" "$dir/data/classes/top/5.pgm" \
    "$dir/data/classes/top/8.pgm" "$dir/odd/train/top"
recall() { # OPTION ...: of the class with few pictures
    run 0 train "$dir/odd" --val 0 --net "$tiny_net" --epochs 6 --batch 10 \
        --out "$dir/odd-run" --augment none "$@"
    run 0 eval "$dir/odd-run" "$dir/odd"
    awk '/^top .*%/ { print $5; exit }' "$dir/out"
    rm -rf "$dir/odd-run"
}
plain=$(recall)
weighed=$(recall --class-weights auto)
echo "recall of the class with few pictures: $plain %, weighed $weighed %"
awk "BEGIN { exit !($weighed > $plain) }" ||
    fail "recall $weighed % weighed, $plain % not"
refused 2 'none or auto' train "$dir/data" --class-weights yes

finish
