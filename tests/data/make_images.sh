#!/bin/sh
# make_images.sh - how the JPEG samples of this folder were made, with
# ImageMagick 6.9.11; run by hand. Pixel (x, y) is about (12 x, 20 y, 128).
set -eu
cd "$(dirname "$0")"
source_picture=$(mktemp "${TMPDIR:-/tmp}/ramp-images.XXXXXX")
trap 'rm -f "$source_picture"' EXIT
perl -e 'print "P6\n20 12\n255\n";
    for my $y (0 .. 11) {
        print pack "C3", 12 * $_, 20 * $y, 128 for 0 .. 19;
    }' >"$source_picture"
convert "$source_picture" -quality 90 -sampling-factor 2x2 baseline.jpg
convert "$source_picture" -quality 90 -sampling-factor 1x1 -interlace JPEG \
    progressive.jpg
convert "$source_picture" -colorspace Gray -quality 90 grey.jpg
convert "$source_picture" -colorspace CMYK -quality 90 cmyk.jpg
