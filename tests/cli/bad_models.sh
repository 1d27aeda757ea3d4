#!/bin/sh
# bad_models.sh - bad inputs 165 to 227: models, checkpoints and the text of
# nets.
. tests/cli/bad_common

make_data "$dir/data"
bad=$dir/bad
run=$dir/run
picture=$dir/data/pictures/0.pgm
"$RAMP" train "$dir/data/classes" --net "$tiny_net" --epochs 1 --out "$run" \
    >"$dir/log" 2>&1 || fail "no model: $(cat "$dir/log")"
perl tests/cli/make_bad_models.pl "$run/best.safetensors" "$bad" || exit 1

# bad FILE TEXT, good FILE: the file's name begins with the row.
bad() {
    refuses "${1%%-*}" "$1" 4 "$2" predict "$bad/$1.safetensors" "$picture"
    row_has "$dir/err" "/$1.safetensors'"
}
good() {
    accepts "${1%%-*}" "$1" 'input 1x8x8, 3 classes' \
        info "$bad/$1.safetensors"
}

# ---- The container ----
container='expected a safetensors file, found'
limits='expected a safetensors header of 1 to 8388608 bytes, found'
for verb in 'info' 'predict' 'eval'; do
    set -- "$verb" "$dir/no.safetensors"
    [ $verb = info ] || set -- "$@" "$dir/data"
    refuses 165 "missing: $verb" 4 "/no.safetensors': No such file" "$@"
done
mkdir "$dir/empty"
refuses 165 'run folder without a model' 4 \
    "/empty': expected the folder of a run, found no" \
    predict "$dir/empty" "$picture"
mkdir "$dir/empty/best.safetensors"
refuses 165 'folder in place of the model' 4 \
    'expected a file, found a folder' predict "$dir/empty" "$picture"
bad 166-empty "$container 0 bytes"
bad 167-7-bytes "$container 7 bytes"
bad 168-n-0 "$limits 0"
bad 169-n-max "$limits 18446744073709551615"
bad 170-n-beyond 'expected a header of 5000000 bytes, found'
bad 171-n-limit "$limits 100000001"
# The format's own limit would let a header take seconds and gigabytes; ramp's
# does not.
perl -e 'my $n = 99_000_000;
    print pack("Q<", $n), "{\"a\":[", "0," x ($n / 2 - 5), "0]}", " " x 4' \
    >"$bad/171-json.safetensors"
bad 171-json "$limits 99000000"
perl -e 'my $n = 1 << 23;
    print pack("Q<", $n), "{\"a\":[", "0," x ($n / 2 - 5), "0]}", " "' \
    >"$bad/171-most.safetensors"
bad 171-most "tensor 'a': expected an object"
rm "$bad"/171-*
good 172-blanks # as the format's own reader takes them
bad 172-no-brace "expected a safetensors header that begins with '{'"
bad 173-utf-8 'bad header: it is not UTF-8 (byte '
bad 174-json 'bad header: it is not JSON (byte 41)'
bad 174-number 'bad header: it is not JSON (byte '
bad 174-surplus 'bad header: text behind its end (byte '
bad 175-depth-2000 "expected a string as metadata 'deep'"
bad 175-depth-3000 'bad header: it is nested too deeply (byte '
bad 176-duplicate 'bad header: a name stands twice (byte '
bad 177-duplicate-inner 'bad header: a name stands twice (byte '
bad 178-not-a-string "expected a string as metadata 'version'"
bad 178-object "expected a string as metadata 'version'"

# ---- Tensors ----
conv="tensor 'conv1.weight'"
numbers="$conv: expected whole numbers as its shape"
bad 179-dtype "expected F32, found 'F99' for $conv"
bad 180-f16 "expected F32, found 'F16' for $conv"
bad 181-shape "$numbers"
bad 182-shape "$numbers"
bad 183-shape "$conv: expected 81064793292668937 floats as its shape says"
bad 184-shape "$conv: its shape is too large"
bad 185-offsets "$conv: expected data_offsets [begin, end]"
bad 186-overlap "tensor 'conv1.bias': expected its data at byte 144, found 140"
bad 187-hole "tensor 'conv1.bias': expected its data at byte 144, found 148"
bad 188-past-end "$conv ends at byte 1084 of the data, but there are 940"
bad 189-left-over 'expected 940 bytes of data, found 942'
bad 190-cut 'ends at byte 940 of the data, but there are 938'
bad 191-shape "$conv: expected 48 floats as its shape says, found 144 bytes"
bad 191-same-size "$conv: expected shape (4, 1, 3, 3), found (4, 1, 9, 1)"
bad 192-missing "expected tensor 'conv1.bias', found none"
bad 193-surplus "tensor 'extra' is none of its net's"
good 193-optimizer
accepts 193 'a checkpoint as a model' 'input 1x8x8, 3 classes' \
    info "$run/last.safetensors"
bad 194-zero 'bad header: a text holds \u0000 (byte '

# ---- What it says ----
bad 195-newer "expected version 1, found '2'; try a newer ramp"
bad 195-word "expected version 1, found 'one'"
bad 196-no-version "expected metadata 'version', found none"
# The net's `dense classes` asks for more weights than there are, before the
# names are looked at.
bad 197-classes 'expected 300 parameters as its net has, found 235'
bad 198-few 'expected at least 2 classes, found 1'
bad 198-duplicate "two classes are named 'a'"
bad 198-number "classes: expected a JSON array of names, found '[\"a\""
bad 199-nan "$conv holds a NaN"
bad 200-inf "$conv holds an infinity"
refuses 201 'weights of 3e38' 4 "no finite answer to '$picture'" \
    predict "$bad/201-large.safetensors" "$picture"
bad 202-std-0 "std: expected 1 number above 0, found '0'"
bad 202-std-nan "std: expected 1 number above 0, found 'nan'"
bad 202-mean "mean: expected 1 number, found '1,2'"
image="tensor 'preprocess.mean'"
good 202-image-good
accepts 202 'a mean image' 'pictures/0.pgm' \
    predict "$bad/202-image-good.safetensors" "$picture"
bad 202-image-nan "$image holds a NaN"
bad 202-image-inf "$image holds an infinity"
bad 202-image-shape "$image: expected shape (8, 8, 1), found (1, 8, 8)"
bad 202-image-small "$image: expected shape (8, 8, 1), found (8, 8)"
bad 202-image-none "expected $image, found none"
bad 202-image-surplus "$image is none of its net's"
bad 202-scale 'scale: expected none, unit, standard, signed, mean-image or '\
"picture, found 'mean'"
passes_over 203 'no checksum stands in the header: whoever could change a'\
' weight could change that, too, and no other reader would look at it'

# Whatever a model says of itself, the terminal is not to obey it.
for model in 23-settings 23-classes 23-name; do
    for verb in "info $bad/$model.safetensors" \
        "eval $bad/$model.safetensors $dir/data/classes" \
        "predict $bad/$model.safetensors $picture"; do
        # The data have other names.
        [ "$model ${verb%% *}" = '23-classes eval' ] && continue
        # shellcheck disable=SC2086 # several words
        accepts 23 "control characters in $model" 'a' $verb
        tr '\n' ' ' <"$dir/out" | LC_ALL=C grep -q '[[:cntrl:]]' &&
            fail "$row: not escaped in $verb"
        LC_ALL=C grep -qP '\xe2\x80\xae|\xc2\x9b' "$dir/out" &&
            fail "$row: not escaped in $verb"
    done
done
bad 23-class-list "classes: expected a JSON array of names, found '[\"a\\xe2"

# ---- Files of others ----
bad 204-pt "$container a zip archive, as PyTorch's .pt files are"
bad 204-pickle "$container a Python pickle, as old PyTorch files are"
bad 204-onnx "$container an ONNX file"
bad 204-gguf "$container a GGUF file"
bad 204-hdf5 "$container an HDF5 file, as Keras's .h5 files are"
bad 204-text "$limits 6992529431893123169"
others='expected a model of ramp, found a safetensors file of another program'
bad 205-of-others "$others"
bad 205-bare "$others"
# Both are found when the data are open: progress stands before the error.
cp -a "$run" "$dir/resumed"
sed -i "s:^--data .*:--data $dir/data:" "$dir/resumed/args.txt"
stops 206 'resume with other data' 3 'expected data of fingerprint ' \
    train --resume "$dir/resumed" --epochs 9
cp "$run/args.txt" "$dir/resumed/"
cp "$run/best.safetensors" "$dir/resumed/last.safetensors"
stops 207 'resume without the state of the optimizer' 4 \
    'expected the state of a training with this optimizer, found none' \
    train --resume "$dir/resumed" --epochs 9
printf 'P6\n1 1\n255\nabc' >"$dir/colour.ppm"
accepts 208 'colour for a grey model' '/colour.ppm  ' \
    predict "$run" "$dir/colour.ppm"

# A model that is cut and made whole again all the time while it is read: an
# answer or an error, never a signal as from a map of a file that shrank.
cp "$run/best.safetensors" "$dir/shrinks.safetensors"
perl -e 'my ($path, $n) = @ARGV;
    open my $good, "<:raw", "$path" or die; read $good, my $bytes, $n;
    open my $file, "+<:raw", $path or die; $file->autoflush(1);
    for (;;) { truncate $file, $n / 2; seek $file, $n / 2, 0;
               print $file substr $bytes, $n / 2; exit if getppid == 1 }' \
    "$dir/shrinks.safetensors" "$(wc -c <"$dir/shrinks.safetensors")" &
writer=$!
i=0
while [ $((i += 1)) -le 40 ]; do
    "$RAMP" info "$dir/shrinks.safetensors" >"$dir/out" 2>"$dir/err"
    status=$?
    case $status in
    0) ;; # it was whole
    4 | 5) [ "$(grep -c '^ramp: ' "$dir/err")" -eq 1 ] || fail 'row 209' ;;
    *) fail "row 209 (cut while it is read): exit status $status" ;;
    esac
done
kill "$writer"
wait "$writer" 2>/dev/null
n_rows=$((n_rows + 1))

# ---- The text of a net ----

# net ROW STATUS TEXT LINE...: a net of these lines, for 3x32x32.
net() {
    row_number=$1 row_status=$2 row_text=$3
    shift 3
    printf '%s\n' "$@" >"$dir/row.net"
    refuses "$row_number" "$*" "$row_status" "$row_text" info "$dir/row.net"
    row_has "$dir/err" "/row.net'"
}
count="expected a number from 1 to 1048576 or 'classes', found"
window='expected a window such as 3x3, found'
: >"$dir/empty.net"
refuses 210 'empty' 4 "/empty.net': expected layers, found none" \
    info "$dir/empty.net"
net 210 4 'expected layers, found none' '# a comment' ''
net 211 4 "line 2: expected a layer, found 'cnov'; try conv" '' 'cnov 4 3x3'
net 212 4 "conv: $window '0x0'" 'conv 4 0x0'
net 213 4 "conv: $window '-3x-3'" 'conv 4 -3x-3'
net 214 4 'the window of 35 is larger than the map of 34 (input 32, pad 1)' \
    'conv 4 35x35 pad 1'
net 215 4 "expected a stride such as 2 or 2x1, found '0'" 'conv 4 3x3 stride 0'
net 216 4 "expected a pad below the window's 3, found 3" 'conv 4 3x3 pad 3'
net 217 4 "conv: $count '0'" 'conv 0 3x3'
net 218 4 "conv: $count '2147483648'" 'conv 2147483648 3x3'
net 219 4 'the window of 33 is larger than the map of 32 (input 32, pad 0)' \
    'maxpool 33x33'
net 220 4 'line 4: conv: the window of 3 is larger than the map of 2 (input 2' \
    'maxpool 4x4' 'maxpool 2x2' 'maxpool 2x2' 'conv 4 3x3' 'dense classes'
bad 220-net 'line 2: maxpool: the window of 7 is larger than the map of 6'
net 221 4 "found a map of 4x30x30; try adding 'dense classes'" 'conv 4 3x3'
net 222 4 "expected 10 values at the end, one a class, found 9" 'dense 9'
net 223 4 'line 2: conv: expected a map, found the units of a dense layer' \
    'dense 10' 'conv 4 1x1'
net 224 4 "expected a share from 0 to 0.99, found '1.0'" 'dropout 1.0'
perl -e 'print "relu\n" x 10000, "dense classes\n"' >"$dir/deep.net"
refuses 226 '10,000 layers' 4 'line 1001: expected at most 1000 layers' \
    info "$dir/deep.net"
most='expected at most 268435456 parameters, found'
net 227 6 "line 2: dense: $most 1.05e+09" 'dense 1000' 'dense 1048576'
net 227 6 "$most 332486138" 'dense 65536' 'dense 2000' 'dense classes'
# The same from a model file: no memory is taken for what is not there.
bad 227-net 'expected 68003 parameters as its net has, found 235'

finish_rows
