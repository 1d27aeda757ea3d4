#!/bin/sh
# bad_folders.sh - bad inputs 67 to 90: folders of pictures.
. tests/cli/bad_common

make_data "$dir/data"
model=$dir/run
"$RAMP" train "$dir/data/classes" --net "$tiny_net" --epochs 1 --out "$model" \
    >"$dir/log" 2>&1 || fail "no model: $(cat "$dir/log")"
cd "$dir" || exit 1

# folders ROW: a data set of three classes with four pictures each.
perl -e 'for my $class ("a" .. "c") {
    mkdir "good" if $class eq "a";
    mkdir "good/$class";
    for my $i (1 .. 4) {
        open my $file, ">", "good/$class/$i.pgm" or die;
        print $file "P5\n8 8\n255\n", chr(32 + ord($class) % 7 + $i) x 64;
    }
}'
folders() {
    cp -R good "$1"
}
expected_file='expected a file, found a special file'

# ---- What is no folder ----
refuses 67 'data that do not exist' 3 "cannot find data set './none': " \
    data ./none
refuses 67 'picture that does not exist' 3 "'none.png': No such file" \
    predict run none.png
echo 'a text' >text.txt
refuses 68 'text in place of a folder' 3 \
    "cannot read 'text.txt' as an archive: 'Unrecognized archive format'" \
    data text.txt
refuses 68 'file as a part of the path' 3 "'text.txt/a': expected a folder" \
    data text.txt/a
refuses 69 'folder as recipe' 2 "'good': expected a file, found a folder" \
    train good --recipe good
refuses 69 'folder as net' 4 "cannot find net 'good': expected a file" \
    train good --net good
refuses 69 'folder as model' 4 "'good': expected the folder of a run" \
    predict good good/a/1.pgm
mkdir -p idx/train-images-idx3-ubyte
cp data/train-labels-idx1-ubyte idx
refuses 69 'folder as IDX file' 3 "cannot find 'train-images-idx3-ubyte" \
    data idx

# ---- Classes ----
mkdir empty
refuses 70 'empty' 3 "cannot use 'empty': expected class folders, IDX or" \
    data empty
refuses 70 'no picture to classify' 3 "'empty': no pictures in this folder" \
    predict run empty
refuses 71 'no class folders' 3 "found '0.pgm' outside" data data/pictures
mkdir one && cp -R good/a one
refuses 72 'one class' 3 "'one': expected at least 2 classes, found 1" data one
folders 73 && rm 73/b/*
refuses 73 'class without pictures' 3 \
    "'73': no pictures (png, jpg, bmp, pnm) for class 'b'" data 73
# A class keeps a picture for training, however large the validation part is;
# so there is nothing to refuse.
folders 74 && rm 74/b/[234].pgm
trains 74 'class with one picture, half for validation' '5 train, 4 val' \
    train 74 --val 0.5 --epochs 1 --net "$tiny_net" --out run74
mkdir -p 75/a 75/b && cp good/a/1.pgm 75/a/.hidden.pgm && touch 75/b/Thumbs.db
refuses 75 'hidden files and Thumbs.db' 3 "for class 'a'" data 75

# ---- What cannot be read ----
if [ -n "$as_user" ]; then
    through=$as_user
    folders 76 && chmod 000 76/b
    refuses 76 'folder of mode 000' 3 "'76/b': Permission denied" data 76
    chmod 755 76/b
    folders 77 && chmod 000 77/b/2.pgm
    refuses 77 'file of mode 000' 3 "'77/b/2.pgm': Permission denied" train 77
    refuses 77 'picture of mode 000' 3 "'77/b/2.pgm': Permission denied" \
        predict run 77/b/2.pgm
    through=
else
    passes_over 76 'root here may read everything'
    passes_over 77 'root here may read everything'
fi
folders 78 && ln -s nowhere 78/a/x.png
refuses 78 'dangling link' 3 "'78/a/x.png': No such file" train 78
refuses 78 'dangling link to classify' 3 "'78/a/x.png': No such file" \
    predict run 78/a/x.png
folders 79 && ln -s x.png 79/a/x.png
refuses 79 'link to itself' 3 "'79/a/x.png': Too many levels" train 79
folders 79-folder && ln -s . 79-folder/b/again
refuses 79 'folder in itself' 3 "'79-folder/b/again': the folder contains" \
    train 79-folder
folders 80 && mkfifo 80/a/x.png
refuses 80 'FIFO' 3 "'80/a/x.png': $expected_file" train 80
refuses 80 'FIFO to classify' 3 "'80/a/x.png': $expected_file" \
    predict run 80/a/x.png
mkfifo fifo
refuses 80 'FIFO as data' 3 "'fifo': expected a folder or an archive" data fifo
refuses 80 'FIFO as model' 4 "'fifo': $expected_file" predict fifo good/a/1.pgm
refuses 80 'FIFO as recipe' 2 "'fifo': $expected_file" \
    train good --recipe fifo
refuses 80 'FIFO as net' 4 "cannot find net 'fifo': expected a file" info fifo
folders 81 && ln -s /dev/null 81/a/x.png
refuses 81 'device' 3 "'81/a/x.png': $expected_file" train 81
rm 81/a/x.png
perl -MSocket -e 'socket my $socket, AF_UNIX, SOCK_STREAM, 0 or die;
    bind $socket, sockaddr_un("81/a/x.png") or die;'
refuses 81 'socket' 3 "'81/a/x.png': No such device or address" train 81

# A picture that goes, or shrinks, while a training reads it again and again:
# there is no memory to keep it in. The shell that waits for the first epoch is
# started before the program.
while_training() { # ROW WHAT COMMAND STATUS TEXT
    folders "$1"
    : >err
    (
        n=0
        while ! grep -q '^epoch' err && [ $((n += 1)) -lt 300 ]; do
            sleep 0.05
        done
        sh -c "$3"
    ) &
    stops "${1%%-*}" "$2" "$4" "$5" train "$1" --epochs 1000000 --cache 1 \
        --net "$tiny_net" --val 0 --out "run$1"
    wait $!
}
while_training 82 'picture removed after the scan' 'rm 82/b/3.pgm' \
    3 "cannot open '82/b/3.pgm': No such file"
while_training 83 'picture that shrinks' \
    'head -c 40 good/b/3.pgm >83/b/3.pgm' \
    3 "cannot read '83/b/3.pgm': expected"

# ---- Names and shapes ----
# In an archive: a disk may take half a minute to remove so many folders.
perl -e 'for my $class (0 .. 10000) {
        my $head = pack "a100 (a8)3 (a12)2 A8 a1 a100 a6 a2 x247", "$class/",
            "0000755", ("0000000") x 2, ("00000000000") x 2, "", 5, "",
            "ustar", "00";
        substr($head, 148, 8) = sprintf "%06o\0 ", unpack "%32C*", $head;
        print $head;
    }
    print "\0" x 1024' >84.tar
refuses 84 'too many classes' 3 'expected at most 10000 classes, found 10001' \
    data 84.tar
names='expected 1 to 255 bytes of UTF-8 without commas and control characters'
row85() { # WHAT NAME QUOTED
    rm -rf 85
    folders 85 && mv 85/a "85/$2"
    refuses 85 "class name with $1" 3 "'$3': $names" data 85
}
row85 'a comma' 'a,b' 'a,b'
row85 'a tab' "$(printf 'a\tb')" 'a\tb'
row85 'a newline' "$(printf 'a\nb')" 'a\nb'
row85 'a byte that is not UTF-8' "$(printf 'a\377b')" 'a\xffb'
folders 86 && cp text.txt 86/b/x.png
refuses 86 'text named .png' 3 "'86/b/x.png': expected a JPEG, PNG, BMP, PGM" \
    train 86
trains 86 'text named .png, left out' 'ramp: warning: left out 1 bad picture' \
    train 86 --skip-bad --epochs 1 --net "$tiny_net" --out run86
folders 87 && cp 86/a/1.pgm 87/a/5.pgm
printf 'P5\n4 2\n255\n12345678' >87/b/5.pgm
accepts 87 'mixed sizes' 'trained as   3x64x64' data 87
folders 88 && mkdir -p 88/a/b/c/d && cp good/a/1.pgm 88/a/b/c/d
accepts 88 'pictures further below' 'train 13' data 88
mkdir -p "88/a/$(perl -e 'print "x/" x 20')"
refuses 88 'too deep' 3 'expected at most 16 folders inside each other' data 88
mkdir 89 && cp -R good 89/train && cp -R good 89/test && mv 89/test/c 89/test/d
refuses 89 'other classes to test' 3 \
    "'89': expected the class folders of 'train', found 'test/d/1.pgm'" data 89
folders 90
for picture in 90/*/*; do
    cp text.txt "$picture"
done
refuses 90 'every picture bad' 3 "'90/a/1.pgm': expected a JPEG, PNG" train 90
refuses 90 'every picture bad and left out' 3 \
    "cannot use '90': none of its training pictures can be read" \
    train 90 --skip-bad
refuses 90 'every picture bad, looked at' 3 'none of its training pictures' \
    data 90

finish_rows
