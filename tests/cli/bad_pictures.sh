#!/bin/sh
# bad_pictures.sh - bad inputs 91 to 164: PNG, JPEG, BMP, PNM and what is none
# of them. Whether what is accepted has the right pixels is check_image's.
. tests/cli/bad_common

make_data "$dir/data"
bad=$dir/bad
model=$dir/run
perl tests/cli/make_bad_pictures.pl "$bad" || exit 1
"$RAMP" train "$dir/data/classes" --net "$tiny_net" --epochs 1 --out "$model" \
    >"$dir/log" 2>&1 || fail "no model: $(cat "$dir/log")"

# bad FILE TEXT, good FILE, odd FILE TEXT: the file's name begins with the row.
bad() {
    refuses "${1%%-*}" "$1" 3 "$2" predict "$model" "$bad/$1"
    row_has "$dir/err" "/$1': "
}
good() {
    accepts "${1%%-*}" "$1" "/$1  " predict "$model" "$bad/$1" --top 1
}
odd() {
    warns "${1%%-*}" "$1" "/$1': $2" predict "$model" "$bad/$1"
}
other='expected a JPEG, PNG, BMP, PGM or PPM picture, found'
most='expected at most 67108864 pixels, found'
sides='expected sides of 1 to 16384 pixels, found'
surplus='surplus bytes after the picture'

# ---- PNG ----
chunk='expected a PNG chunk, found the end of the file'
bad 91-empty.png "$other an empty file"
bad 92-signature.png "$chunk"
bad 93-0x6.png "$sides 0x6"
bad 94-23000x23000.png "$sides 23000x23000"
bad 94-8193x8193.png "$most 8193x8193"
bad 95-12000x12000.png "$most 12000x12000"
bad 96-crc-of-ihdr.png 'expected checksum db6e8026 in PNG chunk IHDR, found db'
bad 97-crc-of-idat.png 'expected checksum d6195525 in PNG chunk IDAT, found d6'
bad 98-adler.png 'expected sound compressed pixels, found incorrect data check'
bad 99-cut.png 'expected 65 bytes in PNG chunk IDAT, found 37'
bad 99-stream-cut.png 'expected more rows of pixels, found the end of the PNG'
bad 100-no-iend.png "$chunk"
bad 101-few-rows.png 'expected more rows of pixels, found the end of the PNG'
odd 102-many-rows.png "$surplus"
bad 103-no-plte.png 'expected a palette (PNG chunk PLTE), found none'
bad 104-index-beyond.png 'expected a palette of at least 5 colours, found 4'
bad 105-depth-3.png 'and depth of PNG, found type 0 with 3 bits'
bad 106-colour-5.png 'and depth of PNG, found type 5 with 8 bits'
bad 107-two-ihdr.png 'expected one PNG chunk IHDR, found two'
bad 108-length.png 'expected 4294967295 bytes in PNG chunk IDAT, found 61'
bad 109-critical.png 'found unknown PNG chunk ABCD, which may not be passed'
odd 110-zip-behind.png "$surplus"
bad 111-apple.png "expected a PNG, found Apple's CgBI variant of it"
for depth in 1 2 4; do
    good 112-$depth-bit.png
done
good 113-palette.png
good 114-grey-alpha.png
good 115-16-bit.png
good 116-interlaced.png
odd 117-animated.png 'animated: only the first picture is read'

# ---- JPEG ----
end='expected the end of the JPEG (EOI), found the end of the file'
kind='expected a baseline or progressive JPEG, found'
tables='expected the tables of a JPEG scan before it (DQT, DHT), found none'
bad 118-soi.jpg "$other a damaged JPEG"
bad 118-soi-eoi.jpg 'expected a JPEG frame, found none'
bad 119-cut-in-header.jpg "$end"
bad 120-half.jpg "$end"
bad 120-coded-cut.jpg "$end"
bad 121-progressive-cut.jpg "$end"
bad 122-no-eoi.jpg "$end"
bad 123-dht-16x255.jpg 'a Huffman table of at most 256 codes, found 4080'
bad 124-dht-510.jpg 'a Huffman table of at most 256 codes, found 510'
bad 125-no-dht.jpg "$tables"
bad 125-no-dqt.jpg "$tables"
bad 126-12-bit.jpg 'expected a JPEG of 8 bits a sample, found 12'
bad 127-arithmetic.jpg "$kind a JPEG with arithmetic coding"
bad 128-lossless.jpg "$kind a lossless JPEG"
bad 128-jpeg-ls.jpg "$kind a JPEG-LS picture"
bad 128-jpeg-2000.jpg "$other a JPEG 2000 picture"
odd 129-cmyk.jpg 'CMYK colours are approximate'
odd 129-ycck.jpg 'CMYK colours are approximate'
bad 130-20000x20000.jpg "$sides 20000x20000"
bad 130-16000x16000.jpg "$most 16000x16000"
bad 130-no-scan.jpg 'expected a JPEG scan for each of 3 components, found none'
bad 131-height-0.jpg 'expected the height in the JPEG header, found 0'
bad 132-5-components.jpg 'expected a JPEG of 1, 3 or 4 components, found 5'
bad 133-sampling-0.jpg 'expected JPEG sampling factors of 1 to 4, found 0x2'
bad 133-sampling-5.jpg 'expected JPEG sampling factors of 1 to 4, found 5x2'
bad 134-scan-missing.jpg 'DC coefficients in the first JPEG scan of a component'
bad 135-1000-scans.jpg 'expected at most 100 JPEG scans, found more'
# From the fifth on height and width change places.
for orientation in 1 2 3 4 5 6 7 8; do
    good 136-orientation-$orientation.jpg
    size=20x12
    [ $orientation -ge 5 ] && size=12x20
    accepts 136 "a data set of orientation $orientation" \
        "pictures     $size, colour" data "$bad/136-$orientation"
done
bad 137-gz.jpg "$other gzip-compressed data"
good 138-png.jpg

# ---- BMP ----
bad 139-0x6.bmp "$sides 0x6"
bad 140-height.bmp "$sides 8x2147483648"
bad 141-width.bmp "$sides -2x6"
bad 142-26000x26000.bmp "$sides 26000x26000"
bad 142-16000x16000.bmp "$most 16000x16000"
bad 143-cut.bmp 'expected 144 bytes of pixels, found 100'
bad 144-index.bmp 'expected a palette of at least 4 colours, found 3'
bad 145-rle8.bmp 'expected an uncompressed BMP, found RLE compression'
bad 146-offset.bmp 'pixels between byte 54 and the end, found them at 1000'
good 147-gap.bmp
good 148-top-down.bmp

# ---- PNM ----
good 149-16-bit.pgm
good 149-16-bit.ppm
bad 150-cut.pgm 'expected 48 bytes of pixels, found 40'
bad 151-width-0.ppm "$sides 0x6"
bad 152-width.pgm 'expected a width of at most 9 digits, found more'
bad 153-maxval-0.pgm 'expected a largest sample of 1 to 65535, found 0'
bad 154-maxval-70000.pgm 'expected a largest sample of 1 to 65535, found 70000'
good 155-maxval-15.pgm
bad 155-above-maxval.pgm 'expected samples of at most 15, found 20'
bad 156-p1.pnm "$other a text PBM (P1) picture"
bad 156-p2.pnm "$other a text PGM (P2) picture"
bad 156-p3.pnm "$other a text PPM (P3) picture"
bad 156-p4.pnm "$other a PBM (P4) picture"
bad 156-p7.pnm "$other a PAM (P7) picture"
bad 157-comment.pgm 'expected the width, found the end of the file'

# ---- Others ----
bad 158-one.gif.png "$other a GIF"
bad 158-animated.gif.png "$other a GIF"
bad 159-webp.png "$other a WebP picture"
bad 159-avif.png "$other an AVIF picture"
bad 159-heic.png "$other a HEIC picture"
bad 159-tiff.png "$other a TIFF picture"
bad 159-svg.png "$other an SVG drawing"
bad 160-tga.png "$other a TGA picture"
bad 160-psd.png "$other a Photoshop document"
bad 160-hdr.png "$other a Radiance HDR picture"
bad 160-pic.png "$other a Softimage PIC picture"
refuses 161 /dev/zero 3 "'/dev/zero': expected a file, found a special file" \
    predict "$model" /dev/zero
perl -e 'truncate STDOUT, 3 << 30' >"$bad/162-3-GiB.png"
bad 162-3-GiB.png 'expected at most 1073741824 bytes, found 3221225472'
for picture in 163-1x1.png 163-1x1.bmp 163-1x1.pgm 164-1x16384.png \
    164-16384x1.pgm; do
    good $picture
done

# Odd ones in a data set: one line about all of them.
cp "$bad/110-zip-behind.png" "$dir/data/classes/right/x.png"
cp "$bad/117-animated.png" "$dir/data/classes/left/x.png"
odd="'; the first: 'left/x.png': animated: only"
warns 117 'odd pictures in a data set' "$odd" data "$dir/data/classes"
row_has "$dir/err" "warning: 2 odd pictures in '"
trains 117 'odd pictures in a training' "$odd" \
    train "$dir/data/classes" --net "$tiny_net" --epochs 1 --out "$dir/odd"
warns 117 'odd pictures in an evaluation' "$odd" \
    eval "$dir/odd" "$dir/data/classes"
rm "$dir/data/classes/right/x.png"
warns 117 'an odd picture in a data set' "1 odd picture in '" \
    data "$dir/data/classes"

# One bad picture among good ones: a line, and the others are answered.
cp "$bad/98-adler.png" "$dir/data/pictures/99.png"
stops 98 'among good ones' 3 'found incorrect data check' \
    predict "$model" "$dir/data/pictures"
[ "$(wc -l <"$dir/out")" -eq 6 ] || fail "the good ones: $(cat "$dir/out")"

finish_rows
