#!/usr/bin/perl
# make_bad_pictures.pl - odd and bad pictures for the shell tests: files whose
# names begin with the number of their row in the list of bad inputs. JPEG
# files are made of those in tests/data.
#
# usage: make_bad_pictures.pl FOLDER
use strict;
use warnings;
require './tests/cli/bytes.pl';

my ($root) = @ARGV;

sub picture {
    my ($name, $bytes) = @_;
    save("$root/$name", $bytes);
}

# ---- PNG ----

my $signature = "\x89PNG\r\n\x1a\n";

sub chunk { # TYPE, DATA, what to add to the checksum
    my ($type, $data, $wrong) = @_;
    return pack('N', length $data) . $type . $data
        . pack('N', crc32($type . $data) ^ ($wrong // 0));
}

sub ihdr { # WIDTH, HEIGHT, DEPTH, COLOUR, INTERLACE
    return chunk('IHDR', pack 'NNCCxxC', @_[0 .. 3], $_[4] // 0);
}

# Rows of a filter byte and bytes of some pattern.
sub rows { # BYTES A ROW, ROWS, LARGEST BYTE
    my ($n_bytes, $n, $most) = @_;
    my $count = 0;
    return join '', map {
        "\0" . join '', map { chr($count++ * 7 % (($most // 255) + 1)) }
            1 .. $n_bytes
    } 1 .. $n;
}

my $iend = chunk('IEND', '');

sub png { # IHDR, rows, chunks between them
    my ($ihdr, $rows, @between) = @_;
    return $signature . $ihdr . join('', @between)
        . chunk('IDAT', zlib($rows)) . $iend;
}

my $grey = ihdr(8, 6, 8, 0);
my $rows = rows(8, 6);
my $good = png($grey, $rows);
my $idat = chunk('IDAT', zlib($rows));
my $palette = chunk('PLTE', join '', map { chr($_ * 20) } 0 .. 11); # 4 colours

picture('91-empty.png', '');
picture('92-signature.png', $signature);
picture('93-0x6.png', png(ihdr(0, 6, 8, 0), $rows));
picture('94-23000x23000.png', png(ihdr(23000, 23000, 16, 6), ''));
picture('94-8193x8193.png', png(ihdr(8193, 8193, 16, 6), ''));
picture('95-12000x12000.png', png(ihdr(12000, 12000, 8, 2), "\0" x 140_000));
picture('96-crc-of-ihdr.png', $signature
    . chunk('IHDR', pack('NNCCxxC', 8, 6, 8, 0, 0), 1) . $idat . $iend);
picture('97-crc-of-idat.png',
    $signature . $grey . chunk('IDAT', zlib($rows), 1) . $iend);
picture('98-adler.png',
    $signature . $grey . chunk('IDAT', zlib($rows, 1)) . $iend);
picture('99-cut.png', substr $good, 0, length($good) - 40);
picture('99-stream-cut.png', $signature . $grey
    . chunk('IDAT', substr(zlib($rows), 0, 30)) . $iend);
picture('100-no-iend.png', $signature . $grey . $idat);
picture('101-few-rows.png', png($grey, rows(8, 4)));
picture('102-many-rows.png', png($grey, rows(8, 8)));
picture('103-no-plte.png', png(ihdr(8, 6, 8, 3), rows(8, 6, 3)));
picture('104-index-beyond.png', png(ihdr(8, 6, 8, 3), rows(8, 6, 4), $palette));
picture('105-depth-3.png', png(ihdr(8, 6, 3, 0), $rows));
picture('106-colour-5.png', png(ihdr(8, 6, 8, 5), $rows));
picture('107-two-ihdr.png', png($grey, $rows, $grey));
picture('108-length.png',
    $signature . $grey . pack('N', 0xffffffff) . 'IDAT' . zlib($rows));
picture('109-critical.png', png($grey, $rows, chunk('ABCD', 'what')));
picture('110-zip-behind.png', "${good}PK\3\4 and so on");
picture('111-apple.png',
    $signature . chunk('CgBI', "\x50\0\x20\x02") . substr $good, 8);
picture("112-$_-bit.png", png(ihdr(8, 6, $_, 0), rows($_, 6))) for 1, 2, 4;
picture('113-palette.png', png(ihdr(8, 6, 8, 3), rows(8, 6, 3), $palette,
    chunk('tRNS', "\0\x80")));
picture('114-grey-alpha.png', png(ihdr(8, 6, 8, 4), rows(16, 6)));
picture('115-16-bit.png', png(ihdr(8, 6, 16, 2), rows(48, 6)));
# Adam7 of 8x6: passes of 1x1, 1x1, 2x1, 2x2, 4x1, 4x3 and 8x3.
picture('116-interlaced.png', png(ihdr(8, 6, 8, 0, 1), join '', map {
    rows(@$_) } [1, 1], [1, 1], [2, 1], [2, 2], [4, 1], [4, 3], [8, 3]));
picture('117-animated.png', png($grey, $rows, chunk('acTL', pack 'NN', 2, 0)));
picture('138-png.jpg', $good);
picture('163-1x1.png', png(ihdr(1, 1, 8, 2), rows(3, 1)));
picture('164-1x16384.png', png(ihdr(1, 16384, 8, 0), rows(1, 16384)));

# ---- JPEG ----

my $baseline = load('tests/data/baseline.jpg');
my $progressive = load('tests/data/progressive.jpg');
my $cmyk = load('tests/data/cmyk.jpg');

# A JPEG file in pieces: [marker, segment, coded data] from behind SOI on.
sub pieces {
    my ($jpeg) = @_;
    my @pieces;
    my $at = 2;
    while ($at < length $jpeg) {
        my $marker = ord substr $jpeg, $at + 1, 1;
        if ($marker == 0xd9) {
            push @pieces, [$marker, '', ''];
            last;
        }
        my $n = unpack 'n', substr $jpeg, $at + 2, 2;
        my $segment = substr $jpeg, $at + 4, $n - 2;
        $at += 2 + $n;
        my ($coded) =
            substr($jpeg, $at) =~ /\A((?:[^\xff]|\xff[\0\xd0-\xd7])*)/s;
        push @pieces, [$marker, $segment, $coded];
        $at += length $coded;
    }
    return @pieces;
}

sub joined {
    my $jpeg = "\xff\xd8";
    for (@_) {
        my ($marker, $segment, $coded) = @$_;
        $jpeg .= "\xff" . chr $marker;
        $jpeg .= pack('n', 2 + length $segment) . $segment . $coded
            if $marker != 0xd9;
    }
    return $jpeg;
}

my ($SOF0, $DHT, $EOI, $SOS, $DQT, $APP1, $APP14) =
    (0xc0, 0xc4, 0xd9, 0xda, 0xdb, 0xe1, 0xee);

# Each piece as the function leaves it (in $_); a piece that it empties goes.
sub changed {
    my ($jpeg, $change) = @_;
    my @pieces = pieces($jpeg);
    $change->($_) for @pieces;
    return joined(grep { @$_ } @pieces);
}

sub frame { # the baseline file with another SOF
    my ($change) = @_;
    return changed($baseline, sub {
        $change->($_[0]) if $_[0][0] == $SOF0;
    });
}

sub frame_byte {
    my ($at, $value) = @_;
    return frame(sub { substr($_[0][1], $at, 1) = chr $value });
}

sub without {
    my ($jpeg, $marker) = @_;
    return changed($jpeg, sub { @{$_[0]} = () if $_[0][0] == $marker });
}

sub with_first { # a piece before all others
    my ($jpeg, @piece) = @_;
    return joined([@piece, ''], pieces($jpeg));
}

my $first_scan = index($progressive, "\xff\xda");
my $second_scan = index($progressive, "\xff\xda", $first_scan + 2);

picture('118-soi.jpg', "\xff\xd8");
picture('118-soi-eoi.jpg', "\xff\xd8\xff\xd9");
picture('119-cut-in-header.jpg', substr $baseline, 0, 100);
picture('120-half.jpg', substr $baseline, 0, length($baseline) / 2);
picture('120-coded-cut.jpg', substr $baseline, 0, length($baseline) - 20);
picture('121-progressive-cut.jpg', substr $progressive, 0, $second_scan);
picture('122-no-eoi.jpg', substr $baseline, 0, -2);
picture('123-dht-16x255.jpg', with_first($baseline, $DHT,
    "\0" . "\xff" x 16 . "\0" x 4080));
picture('124-dht-510.jpg', with_first($baseline, $DHT,
    "\0" . "\0" x 14 . "\xff" x 2 . "\0" x 510));
picture('125-no-dht.jpg', without($baseline, $DHT));
picture('125-no-dqt.jpg', without($baseline, $DQT));
picture('126-12-bit.jpg', frame_byte(0, 12));
picture('127-arithmetic.jpg', frame(sub { $_[0][0] = 0xc9 }));
picture('128-lossless.jpg', frame(sub { $_[0][0] = 0xc3 }));
picture('128-jpeg-ls.jpg', frame(sub { $_[0][0] = 0xf7 }));
picture('128-jpeg-2000.jpg', "\0\0\0\x0cjP  \r\n\x87\n" . "\0" x 40);
picture('129-cmyk.jpg', $cmyk);
picture('129-ycck.jpg', with_first(without($cmyk, $APP14), $APP14,
    'Adobe' . pack 'nnnC', 100, 0, 0, 2));
picture('130-20000x20000.jpg', "\xff\xd8\xff\xc0\0\x11\x08"
    . pack('nn', 20000, 20000) . "\3\1\x11\0\2\x11\0\3\x11\0\xff\xd9");
picture('130-16000x16000.jpg', "\xff\xd8\xff\xc0\0\x11\x08"
    . pack('nn', 16000, 16000) . "\3\1\x11\0\2\x11\0\3\x11\0\xff\xd9");
picture('130-no-scan.jpg', "\xff\xd8\xff\xc0\0\x11\x08"
    . pack('nn', 200, 200) . "\3\1\x11\0\2\x11\0\3\x11\0\xff\xd9");
picture('131-height-0.jpg', frame(sub { substr($_[0][1], 1, 2) = "\0\0" }));
picture('132-5-components.jpg', frame(sub {
    substr($_[0][1], 5, 1) = chr 5;
    $_[0][1] .= "\4\x11\0\5\x11\0";
}));
picture('133-sampling-0.jpg', frame_byte(7, 0x02));
picture('133-sampling-5.jpg', frame_byte(7, 0x52));
{
    my $scans = 0; # a scan of all three components becomes one of the first
    picture('134-scan-missing.jpg', changed($progressive, sub {
        my ($piece) = @_;
        @$piece = () if $piece->[0] == $SOS && ord $piece->[1] > 1 && $scans++;
        $piece->[1] = "\1" . substr($piece->[1], 1, 2)
            . substr($piece->[1], -3) if @$piece && $piece->[0] == $SOS
            && ord $piece->[1] > 1;
    }));
}
{
    my @pieces = pieces($progressive);
    my ($scan) = grep { $_->[0] == $SOS } @pieces;
    picture('135-1000-scans.jpg', joined(
        map { $_ == $scan ? ($scan) x 1000 : $_ } @pieces));
}
for my $orientation (1 .. 8) {
    my $tiff = 'II*' . "\0" . pack 'VvvvVvx2V', 8, 1, 0x112, 3, 1, $orientation,
        0;
    my $turned = with_first($baseline, $APP1, "Exif\0\0$tiff");
    picture("136-orientation-$orientation.jpg", $turned);
    # A data set tells the size of its pictures.
    picture("136-$orientation/$_/1.jpg", $turned) for 'a', 'b';
}
picture('137-gz.jpg', gz($baseline));

# ---- BMP ----

# Fields of the header by name: where they stand, and how they are packed.
my %bmp_fields = (
    offset => [10, 'V'],
    width => [18, 'V'],
    height => [22, 'V'],
    bits => [28, 'v'],
    compression => [30, 'V'],
    used => [46, 'V'],
);

# 8x6, with 24 bits, or 8 bits and a palette.
sub bmp {
    my ($n_colours, $bytes_behind, %fields) = @_;
    my $offset = 54 + 4 * $n_colours;
    my $bits = $n_colours ? 8 : 24;
    my $bmp = 'BM' . pack('Vx4V', 0, $offset)
        . pack('V3vvV6', 40, 8, 6, 1, $bits, 0, 0, 0, 0, $n_colours, 0)
        . join('', map { chr($_ * 9) x 3 . "\0" } 1 .. $n_colours)
        . $bytes_behind;
    for (keys %fields) {
        my ($at, $how) = @{$bmp_fields{$_}};
        my $value = pack $how, $fields{$_};
        substr($bmp, $at, length $value) = $value;
    }
    return $bmp;
}

my $bgr = join '', map { chr($_ * 5 % 256) } 1 .. 24 * 6;
my $indices = join '', map { chr($_ % 4) } 1 .. 8 * 6;
picture('139-0x6.bmp', bmp(0, $bgr, width => 0));
picture('140-height.bmp', bmp(0, $bgr, height => 0x80000000));
picture('141-width.bmp', bmp(0, $bgr, width => 0xfffffffe));
picture('142-26000x26000.bmp',
    bmp(0, 'sixteen bytes...', width => 26000, height => 26000));
picture('142-16000x16000.bmp',
    bmp(0, 'sixteen bytes...', width => 16000, height => 16000));
picture('143-cut.bmp', bmp(0, substr $bgr, 0, 100));
picture('144-index.bmp', bmp(4, $indices . chr(4), height => 6, used => 3));
picture('145-rle8.bmp', bmp(4, $indices, compression => 1));
picture('146-offset.bmp', bmp(0, $bgr, offset => 1000));
picture('147-gap.bmp', bmp(0, 'ten bytes.' . $bgr, offset => 64));
picture('148-top-down.bmp', bmp(0, $bgr, height => 0xfffffffa));
picture('163-1x1.bmp', bmp(0, "\1\2\3\0", width => 1, height => 1));

# ---- PNM ----

my $samples = join '', map { chr($_ * 5) } 0 .. 47;
picture('149-16-bit.pgm', "P5\n8 6\n65535\n" . $samples x 2);
picture('149-16-bit.ppm',
    "P6\n8 2\n1023\n" . pack 'n48', map { 20 * $_ } 1 .. 48);
picture('150-cut.pgm', "P5\n8 6\n255\n" . substr $samples, 0, 40);
picture('151-width-0.ppm', "P6\n0 6\n255\n" . $samples);
picture('152-width.pgm', "P5\n3333333333 2\n255\n" . $samples);
picture('153-maxval-0.pgm', "P5\n8 6\n0\n" . $samples);
picture('154-maxval-70000.pgm', "P5\n8 6\n70000\n" . $samples x 2);
picture('155-maxval-15.pgm', "P5\n8 6\n15\n" . join '', map { chr($_ % 16) }
    1 .. 48);
picture('155-above-maxval.pgm', "P5\n8 6\n15\n" . $samples);
picture("156-p$_.pnm", "P$_\n8 6\n255\n" . '1 ' x 144) for 1, 2, 3, 4;
picture('156-p7.pnm', "P7\nWIDTH 8\nHEIGHT 6\nDEPTH 1\nMAXVAL 255\nENDHDR\n"
    . $samples);
picture('157-comment.pgm', "P5\n# " . 'and so on ' x 100000);
picture('163-1x1.pgm', "P5\n1 1\n255\n\x80");
picture('164-16384x1.pgm', "P5\n16384 1\n255\n" . "\x80" x 16384);

# ---- Others ----

my $gif = 'GIF89a' . pack('vvCCC', 1, 1, 0x80, 0, 0) . "\0\0\0\xff\xff\xff";
my $gif_image = "\x2c" . "\0" x 4 . "\1\0\1\0\0\2\2D\1\0";
picture('158-one.gif.png', "$gif$gif_image;");
picture('158-animated.gif.png', $gif . "!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
    . $gif_image x 3 . ';');
picture('159-webp.png', 'RIFF' . pack('V', 40) . 'WEBPVP8 ' . "\0" x 30);
picture('159-avif.png', "\0\0\0\x20ftypavif" . "\0" x 40);
picture('159-heic.png', "\0\0\0\x18ftypheic" . "\0" x 40);
picture('159-tiff.png', "II*\0\x08\0\0\0" . "\0" x 40);
picture('159-svg.png', "<?xml version=\"1.0\"?>\n<svg width=\"8\"></svg>\n");
picture('160-tga.png', "\0\0\2" . "\0" x 9 . "\1\0\1\0\x18\0abc"
    . "\0" x 8 . "TRUEVISION-XFILE.\0");
picture('160-psd.png', "8BPS\0\1" . "\0" x 40);
picture('160-hdr.png', "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n");
picture('160-pic.png', "\x53\x80\xf6\x34" . "\0" x 100);
