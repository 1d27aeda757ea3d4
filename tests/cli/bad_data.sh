#!/bin/sh
# bad_data.sh - bad inputs 26 to 66: IDX and CIFAR files, gz and archives.
. tests/cli/bad_common

bad=$dir/bad
perl tests/cli/make_bad_data.pl "$bad" || exit 1

# ---- IDX ----
images=train-images-idx3-ubyte
labels=train-labels-idx1-ubyte

# images ROW TEXT WHAT, labels, images_gz: the data of the row, refused with
# the name of the file and the text.
images() {
    refuses "${1%%-*}" "$3" 3 "/$1/$images': $2" data "$bad/$1"
}
images_gz() {
    refuses "${1%%-*}" "$3" 3 "/$1/$images.gz': $2" data "$bad/$1"
}
expected_images='expected IDX pictures (0x00000803), found'

accepts 26 'for comparison: a good one' 'train 12, test 3' data "$bad/good"
images 26 'expected at least 4 bytes, found 0' 'empty'
images 27 'expected at least 4 bytes, found 3' '3 bytes'
images 28 'expected 208 bytes, found 16' 'header only'
images 29 "$expected_images something else (0x12345678)" 'wrong magic'
images 30 "$expected_images little-endian IDX data (0x03080000)" \
    'little-endian'
images 31 "$expected_images IDX data of another type" 'float'
images 32 "$expected_images something else (0x00000800)" 'ndim 0'
images 33 "$expected_images something else (0x000008ff)" 'ndim 255'
images 34 "$expected_images IDX labels (0x00000801)" 'labels as pictures'
refuses 35 'pictures as labels' 3 "/35/$labels': expected IDX labels (0x0000080\
1), found IDX pictures (0x00000803)" data "$bad/35"
images 36 'expected 1 to 2147483647 items, found 0' 'count 0'
images 37 'expected 1 to 2147483647 items, found 4294967295' 'count 2^32-1'
images 38 'expected sides of 1 to 16384 pixels, found 0x4' 'rows 0'
images 39 'expected sides of 1 to 16384 pixels, found 65536x65536' '65536^2'
# The limits of count and sides come first, so that no product can overflow.
images 40 'expected 1 to 2147483647 items, found 4294967295' '2^128 bytes'
images 40-allowed 'expected 1729382256104964116 bytes, found 212' \
    'the most within the limits'
images 41 'expected 208 bytes, found 207' 'a byte short'
images 42 'expected 208 bytes, found 209' 'a byte left over'
refuses 43 'fewer labels than pictures' 3 \
    "/43/$labels': expected 12 labels as there are pictures, found 11" \
    data "$bad/43"
refuses 44 'label 10 of 10' 3 \
    'expected labels 0 to 9, found 10 as train-labels 11' \
    data "$bad/44-fashion"
# 0 to 10 and 255: without a name that promises ten, most labels would be
# without pictures.
refuses 45 'label 255' 3 \
    'expected labels 0 to 11 for 12 classes, found 255' data "$bad/45"
images_gz 46 'the gz data are cut short' 'gz cut in the middle'
images_gz 47 'damaged gz data (incorrect data check)' 'gz with a wrong CRC'
images_gz 48 'damaged gz data (incorrect length check)' 'gz, wrong length'

# 1 GiB of zeros behind the header of 12 pictures.
mkdir "$bad/49"
cp "$bad/good/$labels" "$bad/49"
{
    head -c 16 "$bad/good/$images"
    head -c 33554432 /dev/zero
} | gzip -9nc >"$dir/bomb.gz"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 \
    27 28 29 30 31 32; do
    cat "$dir/bomb.gz"
done >"$bad/49/$images.gz"
images_gz 49 'expected at most 208 bytes inflated, found more' 'gz bomb'

images_gz 50 'expected the end of the gz data, found 7 bytes more' \
    'garbage behind gz'
accepts 51 'two gz members' 'train 12' data "$bad/51"
accepts 52 'raw data named .gz' 'train 12' data "$bad/52"
accepts 53 'gz data without .gz' 'train 12' data "$bad/53"
images_gz 54-xz "$expected_images xz data" 'xz named .gz'
images_gz 54-zip "$expected_images a zip archive" 'zip named .gz'
tar -C "$bad" -cf "$dir/archive.png" good
accepts 54 'archive named .png' 'tar archive of IDX files' \
    data "$dir/archive.png"
images_gz 55 "$expected_images HTML or XML text" 'HTML saved as .gz'
refuses 56 'test pictures of another size' 3 \
    "/56/t10k-images-idx3-ubyte': expected pictures of 1x4x4 as in the" \
    data "$bad/56"
refuses 57 'no labels to test' 3 "cannot find 't10k-labels-idx1-ubyte[.gz]'" \
    data "$bad/57"
refuses 57 'no labels to train' 3 "cannot find '${labels}[.gz]'" \
    data "$bad/57-train"

# ---- CIFAR ----
batch=data_batch
accepts 58 'for comparison: a good one' 'train 10, test 2' \
    data "$bad/good-cifar"
refuses 58 'a byte short' 3 \
    "/${batch}_2.bin': expected a multiple of 3073 bytes, found 3072" \
    data "$bad/58"
refuses 59 'empty' 3 \
    "/${batch}_4.bin': expected a multiple of 3073 bytes, found 0" \
    data "$bad/59"
refuses 60 'label 10' 3 \
    "/${batch}_3.bin': expected labels 0 to 9, found 10 in record 1" \
    data "$bad/60"
refuses 61 'CIFAR-100 as CIFAR-10' 3 'bytes, found 6148 (CIFAR-100?)' \
    data "$bad/61"
refuses 62 'fine label 100' 3 \
    "/train.bin': expected labels 0 to 99, found 100 in record 1" \
    data "$bad/62"
tar -C "$bad" -czf "$dir/cifar.tar.gz" good-cifar
accepts 63 'its .tar.gz' 'tar archive of CIFAR-10 binary files' \
    data "$dir/cifar.tar.gz"
tar -C "$bad" -cf "$dir/cifar.tar" good-cifar
n=$(tar -tRf "$dir/cifar.tar" | sed -n '5s/^block \([0-9]*\):.*/\1/p')
head -c $((512 * n)) "$dir/cifar.tar" >"$dir/cut.tar"
refuses 63 'its .tar, cut between two members' 3 \
    'expected the end of the tar archive, found the end of the file' \
    data "$dir/cut.tar"
perl -e 'require "./tests/cli/bytes.pl"; my ($folder) = @ARGV;
    my $tar = load("$folder/cifar.tar");
    save("$folder/crc.tar.gz", gz($tar, 1));
    save("$folder/length.tar.gz", gz($tar, 0, 1));' "$dir"
refuses 63 'its .tar.gz, with a wrong CRC' 3 \
    "/crc.tar.gz': damaged gz data (incorrect data check)" \
    data "$dir/crc.tar.gz"
refuses 63 'its .tar.gz, with a wrong length' 3 \
    "/length.tar.gz': damaged gz data (incorrect length check)" \
    data "$dir/length.tar.gz"
head -c 200 "$dir/cifar.tar.gz" >"$dir/cut.tar.gz"
refuses 63 'its .tar.gz, cut' 3 "/cut.tar.gz': the gz data are cut short" \
    data "$dir/cut.tar.gz"
refuses 64 'Python version' 3 \
    'found the Python version of CIFAR-10; try the binary version' \
    data "$bad/64"
refuses 64 'pickle named .bin' 3 'of a Python pickle; try the binary version' \
    data "$bad/64-named"
refuses 65 'a batch missing' 3 "cannot find '${batch}_3.bin' in '" \
    data "$bad/65"
refuses 66 '9 names' 3 "/batches.meta.txt': expected 10 names, found 9" \
    data "$bad/66"

finish_rows
