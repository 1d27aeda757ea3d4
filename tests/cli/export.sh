#!/bin/sh
# export.sh - `ramp export`: the C of a trained model compiles and passes its
# own test, answers pictures as `ramp predict` does, the weights can be read by
# others, and nothing is overwritten that should stay.
. tests/cli/common

cc=${CC:-gcc}
make_data "$dir/data"
read_safetensors=$PWD/tests/data/read_safetensors.pl
cd "$dir" || exit 1
# shellcheck disable=SC2086 # words
run 0 train data $tiny --out run || finish

# compile FILE NAME: with every warning an error, into ./NAME.
compile() {
    # shellcheck disable=SC2086 # a compiler and its options
    $cc -std=c11 -Wall -Wextra -Wconversion -Werror -O1 -o "$2" "$1" -lm \
        ${3:+"$3"} || fail "$1 does not compile"
}

# ---- C ----
run 0 export run --to tiny.c && has out 'tiny.c  C, '
compile tiny.c tiny -DTINY_MAIN
./tiny >out || fail "the test of tiny.c failed"
has out 'tiny: ok'
run 0 export run/best.safetensors --to ./tiny2.c
sed 's/tiny2/tiny/g; s/TINY2/TINY/g' tiny2.c | cmp - tiny.c ||
    fail 'a run and its best model are exported differently'

# A changed weight fails the test.
sed '/^static const union/,/^}};/s/^0x../0x40/' tiny.c >wrong.c
compile wrong.c wrong -DTINY_MAIN
./wrong >out && fail 'the test of a changed file passed'
has out 'FAILED'

# The classes of pictures are those that ramp predict says.
{
    cat tiny.c
    cat <<'END'
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t pixels[TINY_PIXELS];
        float probs[TINY_N_CLASSES];
        FILE *f = fopen(argv[i], "rb");
        if (f == NULL || fseek(f, -(long)TINY_PIXELS, SEEK_END) != 0 ||
            fread(pixels, 1, TINY_PIXELS, f) != TINY_PIXELS)
            return 1;
        fclose(f);
        int best = tiny_classify(probs, pixels);
        printf("%s  %s %.3f\n", argv[i], tiny_classes[best],
               (double)probs[best]);
    }
    return 0;
}
END
} >pictures.c
compile pictures.c pictures
pictures=$(find data -name '*.p[gp]m' | sort | head -n 20)
[ -n "$pictures" ] || fail 'no pictures to compare'
# shellcheck disable=SC2086 # a list of files
run 0 predict run $pictures --top 1 && sed 's/  [0-9.]* ms$//' out >expected
# shellcheck disable=SC2086
./pictures $pictures >found || fail 'the compiled net cannot read pictures'
cmp expected found || fail 'the compiled net answers differently'

# ---- Weights ----
run 0 export run --to weights.safetensors && has out 'weights alone'
perl "$read_safetensors" run/best.safetensors >expected
perl "$read_safetensors" weights.safetensors >found
[ -s found ] && cmp expected found || fail 'the weights differ'
head -c 300 weights.safetensors | tr -d '\0' >head
has head '"__metadata__":{"format":"pt"}'
refused 4 'weights.safetensors' predict weights.safetensors tiny.c

# ---- What is refused ----
both='.c or .safetensors'
refused 2 "ends in $both, found 'x.onnx'" export run --to x.onnx
refused 2 "ends in $both, found 'c'" export run --to c
refused 2 'expected --to FILE.c or --to FILE.safetensors' export run
refused 2 'expected MODEL --to FILE, found nothing' export --to x.c
cp run/best.safetensors model.safetensors
ln -s model.safetensors link.safetensors
cp model.safetensors before
refused 2 'is what is to be exported' \
    export model.safetensors --to ./model.safetensors
refused 2 'is what is to be exported' \
    export link.safetensors --to model.safetensors
refused 2 'is what is to be exported' export run --to run/best.safetensors
cmp model.safetensors before && cmp run/best.safetensors before ||
    fail 'a refused export changed its model'
refused 4 "'no-model'" export no-model --to x.c
refused 4 'tiny.c' export tiny.c --to x.c
refused 5 'cannot write' export run --to no/such/folder/x.c
mkdir folder.c
refused 5 'cannot write' export run --to folder.c
[ -e x.c ] && fail 'a refused export left a file'

# The disk is full in the middle: the old file stays, nothing else is left.
echo old >full.c
cp full.c before
(
    ulimit -f 8
    "$RAMP" export run --to full.c >out 2>err
    echo $? >status
)
[ "$(cat status)" -eq 5 ] || fail "a full disk: exit status $(cat status)"
cmp full.c before || fail 'a failed export changed the file in its place'
for left in *.tmp-*; do
    [ -e "$left" ] && fail "'$left' was left"
done

finish
