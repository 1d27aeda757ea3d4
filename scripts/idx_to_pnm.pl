#!/usr/bin/perl
# idx_to_pnm.pl - writes pictures of a folder of IDX files as PGM files, named
# by their place and class: "0017-2.pgm" is picture 17, of class 2. With names
# of the classes: "0017-Pullover.pgm". Reads plain files, and .gz by gzip.
#
# usage: idx_to_pnm.pl FOLDER train|t10k FIRST COUNT OUT [CLASS NAME ...]
use strict;
use warnings;

die "usage: idx_to_pnm.pl FOLDER train|t10k FIRST COUNT OUT [NAME ...]\n"
    if @ARGV < 5;
my ($folder, $part, $first, $count, $out, @names) = @ARGV;

sub content {
    my ($path) = @_;
    my $file;
    if (-e $path) {
        open $file, '<', $path or die "idx_to_pnm.pl: $path: $!\n";
    } else {
        open $file, '-|', 'gzip', '-dc', "$path.gz"
            or die "idx_to_pnm.pl: $path.gz: $!\n";
    }
    binmode $file;
    local $/;
    my $bytes = <$file>;
    close $file or die "idx_to_pnm.pl: cannot read '$path' or '$path.gz'\n";
    return $bytes;
}

my $images = content("$folder/$part-images-idx3-ubyte");
my $labels = content("$folder/$part-labels-idx1-ubyte");
my ($magic, $n, $height, $width) = unpack 'N4', $images;
my ($label_magic, $n_labels) = unpack 'N2', $labels;
die "idx_to_pnm.pl: '$folder' holds no IDX files of grey pictures\n"
    if $magic != 2051 || $label_magic != 2049 || $n != $n_labels
    || length $images != 16 + $n * $height * $width
    || length $labels != 8 + $n;
die "idx_to_pnm.pl: expected a place below $n, found ", $first + $count - 1,
    "\n" if $first + $count > $n;

for my $i ($first .. $first + $count - 1) {
    my $label = unpack 'C', substr $labels, 8 + $i, 1;
    my $class = $names[$label] // $label;
    $class =~ s/[^A-Za-z0-9-]+/-/g;
    my $path = sprintf '%s/%04d-%s.pgm', $out, $i, $class;
    open my $file, '>:raw', $path or die "idx_to_pnm.pl: $path: $!\n";
    print $file "P5\n$width $height\n255\n",
        substr $images, 16 + $i * $height * $width, $height * $width;
    close $file or die "idx_to_pnm.pl: $path: $!\n";
}
